"""Things made by a thread of their own while the one before them is used."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.utils import translation

Thing = TypeVar("Thing")


def prefetched(things: Iterable[Thing], *, ahead: int = 2) -> Iterator[Thing]:
    """The same things in the same order, made up to `ahead` before they are asked for.

    Their maker sees the language and the context variables (a wish to stop) of whoever asks first;
    its errors arrive here.
    """
    maker = iter(things)
    context, language = copy_context(), translation.get_language()

    def make() -> tuple[Thing, ...]:
        # Django keeps the language by thread, even within a copied context.
        with translation.override(language):
            return next(((thing,) for thing in maker), ())

    with ThreadPoolExecutor(1, thread_name_prefix="prefetch") as pool:
        waiting = deque(pool.submit(context.run, make) for _ in range(ahead))
        while made := waiting.popleft().result():
            waiting.append(pool.submit(context.run, make))
            yield made[0]
