"""The service over real HTTP, for clients that are programs of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


class _Handler(WSGIHandler):
    """Notes each request and closes the connections that its thread has opened."""

    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self.log = log

    def __call__(self, environ: Any, start_response: Any) -> Any:
        note = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"

        def noted(status: str, headers: Any, *more: Any) -> Any:
            self.log.append(f"{note} {status.split(maxsplit=1)[0]}")
            return start_response(status, headers, *more)

        body = super().__call__(environ, noted)
        try:
            yield from body
        finally:
            body.close()
            connections.close_all()


@contextmanager
def live_service() -> Iterator[tuple[str, list[str]]]:
    """Give the origin of a running service and the list of what it is asked."""
    log: list[str] = []
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(_Handler(log))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", log
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
