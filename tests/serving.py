"""Makes and serves the application in tests, without leaving anything open behind."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from kimqa.server import create_app


def make_app(pipeline: Any) -> Any:
    """The application. Made inside a running loop, because Gradio otherwise opens event loops that nobody closes; and in a
    thread, because playwright runs one in the main thread.
    """

    async def make() -> Any:
        return create_app(pipeline)

    with ThreadPoolExecutor(1) as executor:
        return executor.submit(lambda: asyncio.run(make())).result()


@contextlib.contextmanager
def served(pipeline: Any) -> Iterator[str]:
    """Serve the page from a thread, on a free port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(make_app(pipeline), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.05)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
