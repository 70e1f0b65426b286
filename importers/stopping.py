"""A wish to stop an import, looked at where its work waits: for a child, and between rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

_wish: ContextVar[Event | None] = ContextVar("stop_import", default=None)


class Stopped(Exception):
    """Somebody asked to stop; the transaction is rolled back."""


@contextmanager
def stoppable_by(wish: Event) -> Iterator[None]:
    """Let the work of this thread be stopped by setting `wish`."""
    token = _wish.set(wish)
    try:
        yield
    finally:
        _wish.reset(token)


def stop_if_asked() -> None:
    """Raise Stopped where somebody asked for it."""
    wish = _wish.get()
    if wish is not None and wish.is_set():
        raise Stopped
