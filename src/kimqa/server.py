"""Serves a pipeline over HTTP: the page at "/", and for programs POST /api/ask, GET /api/search and GET /healthz, as JSON."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kimqa.errors import ArgumentError, KimqaError, SettingsError
from kimqa.ui import mount_page

if TYPE_CHECKING:
    from kimqa.pipeline import Pipeline

_MAX_BODY_BYTES: Final = 1_000_000
_MAX_TURNS: Final = 200
_SHUTDOWN_SECONDS: Final = 3
# The page fetches nothing from anywhere else, and this has the browser hold it to that, whatever an article contains.
# Gradio compiles its templates in the page and styles in place, hence the two "unsafe" words.
_CONTENT_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_HEADERS: Final = (
    (b"content-security-policy", _CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Question(BaseModel):
    """The body of POST /api/ask. The reader is the operator's choice, so that a stranger cannot spend on a paid model."""

    model_config = ConfigDict(extra="forbid")

    question: str
    history: list[tuple[str, str]] = Field(default=[], max_length=_MAX_TURNS)
    outlets: list[str] | None = None
    since: str | None = None
    until: str | None = None
    as_of: str | None = None
    top_k: int | None = None


class PlainJson(Response):
    """JSON in ASCII: a lone surrogate in a question cannot break the encoding of the response."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """`content` as bytes."""
        return json.dumps(content).encode("ascii")


def create_app(pipeline: Pipeline, examples: Sequence[str] = ()) -> FastAPI:
    """The application: the page and the JSON endpoints. A user's error is status 422 with one line in `error`."""
    app = FastAPI(title="kimqa", default_response_class=PlainJson, docs_url=None, redoc_url=None)
    app.add_middleware(_Guard)
    app.add_exception_handler(KimqaError, _explain)
    app.add_exception_handler(RequestValidationError, _explain)
    app.add_exception_handler(HTTPException, _explain)

    @app.get("/healthz")
    async def healthz() -> Response:
        return PlainJson({"status": "ok"})

    @app.post("/api/ask")
    def ask(body: Question) -> Response:
        options = body.model_dump(exclude={"question"})
        return PlainJson(pipeline.ask(body.question, **options).to_dict())

    @app.get("/api/search")
    def search(
        query: str,
        *,
        outlets: Annotated[list[str] | None, Query()] = None,
        since: str | None = None,
        until: str | None = None,
        as_of: str | None = None,
        top_k: int | None = None,
    ) -> Response:
        found = pipeline.search(query, outlets=outlets, since=since, until=until, as_of=as_of, top_k=top_k)
        return PlainJson([passage.to_dict() for passage in found])

    return mount_page(app, pipeline, examples)


def serve(
    pipeline: Pipeline,
    host: str,
    port: int,
    ready: Callable[[str], None],
    examples: Sequence[str] = (),
) -> None:
    """Serve until the process is told to stop (SIGINT or SIGTERM), then finish what is being answered and return.

    Args:
        pipeline: what answers the questions.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        ready: called once with the address of the page, as soon as it can be used.
        examples: questions that the page offers to begin with.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    with contextlib.closing(_listen(host, port)) as listener:
        app = create_app(pipeline, examples)
        address = _address(host, listener.getsockname()[1])
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="on",
            timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        )
        with _stopped_by_signals():
            _Server(config, lambda: ready(address)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it accepts connections."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


class _Guard:
    """ASGI middleware: refuses bodies over the limit, with or without a stated length, and adds the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > _MAX_BODY_BYTES:
            refusal = PlainJson({"error": _too_large()}, status_code=413)
            await refusal(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > _MAX_BODY_BYTES:
                raise HTTPException(413, _too_large())
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        await self._app(scope, limited, guarded)


async def _explain(_: Request, error: Exception) -> Response:
    """The one-line message of an error and the status that fits it."""
    if isinstance(error, HTTPException):
        return PlainJson({"error": str(error.detail)}, status_code=error.status_code)
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
        return PlainJson({"error": f"{where}: {first['msg']}."}, status_code=422)
    status = 422 if isinstance(error, ArgumentError) else 503
    return PlainJson({"error": " ".join(str(error).split())}, status_code=status)


def _too_large() -> str:
    return f"The request is larger than {_MAX_BODY_BYTES:,} bytes; send a shorter one."


def _listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address, so that a busy port is known before the page takes seconds to build."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]  # fmt: skip
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError, OverflowError) as error:
        raise SettingsError(
            f"The page cannot listen on {host}, port {port}: {error}. Choose another with --port, --host, KIMQA_PORT or KIMQA_HOST."
        ) from error
    return listener


def _address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    if host in ("", "0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let SIGTERM end the block as SIGINT does, quietly: uvicorn raises the signal again after it has shut down."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what signals do
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, previous)
