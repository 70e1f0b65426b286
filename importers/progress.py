"""Shows how far an import is: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable
from typing import TextIO

from django.utils.translation import gettext

from layers.display import number

_WIDTH = 30
_BAR_PAUSE_S = 0.1
_LINE_PAUSE_S = 10.0


def progress_on(stream: TextIO) -> Callable[[int, int | None], None]:
    """A function that shows (rows done, rows claimed or None) on `stream`."""
    on_terminal = stream.isatty()
    pause = _BAR_PAUSE_S if on_terminal else _LINE_PAUSE_S
    shown_at = time.monotonic()

    def show(done: int, total: int | None) -> None:
        nonlocal shown_at
        finished = total is not None and done >= total
        now = time.monotonic()
        if now - shown_at < pause and not (on_terminal and finished):
            return
        shown_at = now
        shown = {"done": number(done, 0), "total": number(total or 0, 0)}
        words = gettext("%(done)s of %(total)s rows") if total else gettext("%(done)s rows")
        text = words % shown
        if on_terminal:
            filled = min(_WIDTH, _WIDTH * done // total) if total else 0
            bar = "█" * filled + "·" * (_WIDTH - filled)
            stream.write(f"\r{bar} {text}" + ("\n" if finished else ""))
        else:
            stream.write(f"{text}\n")
        stream.flush()

    return show
