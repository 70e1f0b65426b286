"""Prepares the next pieces in a thread while the database takes the last one."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

_AHEAD = 2


def prefetched(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces in the same order, made up to two ahead; the maker's errors arrive here."""
    maker = iter(pieces)
    with ThreadPoolExecutor(1, thread_name_prefix="import") as pool:
        waiting = deque(pool.submit(next, maker, None) for _ in range(_AHEAD))
        while (piece := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, maker, None))
            yield piece
