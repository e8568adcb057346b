"""A server on loopback that speaks the OpenAI protocol, plain and streamed, with scripted answers and faults."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclasses.dataclass(frozen=True)
class Reply:
    """What the server does with one request.

    `text` may be made from the messages it was sent. `cut` breaks the connection off after so many words, `pause` waits
    between words, `delay` before the first one; `body` is sent as it is.
    """

    text: str | Callable[[list[dict[str, Any]]], str] = ""
    status: int = 200
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    cut: int | None = None
    pause: float = 0.0
    delay: float = 0.0
    endless: bool = False
    body: bytes | None = None


class ModelServer(ThreadingHTTPServer):
    """Answers the requests in turn with the replies, the last one again and again; keeps what it was sent."""

    daemon_threads = True

    def __init__(self, replies: list[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = replies
        self.requests: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next_reply(self, request: dict[str, Any]) -> Reply:
        with self.lock:
            self.requests.append(request)
            return self.replies[min(len(self.requests), len(self.replies)) - 1]

    def handle_error(self, request, client_address):
        """A client that has gone away is what many of the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def log_message(self, *_):
        pass

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        request = json.loads(self.rfile.read(length))
        request["authorization"] = self.headers.get("authorization")
        reply = self.server.next_reply(request)
        if self.server.stopping.wait(reply.delay):
            return
        if reply.status != 200:
            self.plain(reply.status, json.dumps({"error": {"message": reply.text, "type": "scripted"}}).encode(), reply.headers)  # fmt: skip
        elif reply.body is not None:
            self.plain(200, reply.body, {"content-type": "text/event-stream"} | reply.headers)
        else:
            text = reply.text(request["messages"]) if callable(reply.text) else reply.text
            self.streamed(text, reply) if request.get("stream") else self.whole(text, request)

    def plain(self, status, body, headers):
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def whole(self, text, request):
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "1", "object": "chat.completion", "created": 0, "model": request["model"], "choices": [choice]}
        self.plain(200, json.dumps(body).encode(), {})

    def streamed(self, text, reply):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        pieces = [piece for piece in text.replace(" ", " \x00").split("\x00") if piece]
        at = 0
        while (reply.endless or at < len(pieces)) and not self.server.stopping.is_set():
            if reply.cut == at:
                self.connection.close()
                return
            self.event({"content": pieces[at % len(pieces)]})
            at += 1
            time.sleep(reply.pause)
        self.event({}, finish="stop")
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def event(self, delta, finish=None):
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        event = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted", "choices": [choice]}
        self.chunk(f"data: {json.dumps(event)}\n\n".encode())

    def chunk(self, data):
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


@contextlib.contextmanager
def serving(*replies: Reply | str) -> Iterator[ModelServer]:
    """A running server; a text stands for a reply of it."""
    server = ModelServer([reply if isinstance(reply, Reply) else Reply(reply) for reply in replies])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()
