"""Which rows of a file an import rejects and why, however many they are."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

ANOTHER_KIND = "type_not_allowed"


class Rejections:
    """Row, by the number that people give it in the file, → code of the reason why it is rejected.

    A byte is kept for each row up to the last one that is rejected: a file may hold a million rows
    of which a layer takes none. `len` is the number of rejected rows.
    """

    def __init__(self) -> None:
        self._codes = [""]
        self._by_row: npt.NDArray[np.uint8] = np.zeros(1, np.uint8)

    def __len__(self) -> int:
        return int(np.count_nonzero(self._by_row))

    def add(self, code: str, rows: Iterable[int]) -> None:
        """Note that rows are rejected; a reason that was noted before stays."""
        numbers = np.fromiter(rows, np.int64)
        if not len(numbers):
            return
        self._make_room(int(numbers.max()))
        fresh = numbers[self._by_row[numbers] == 0]
        self._by_row[fresh] = self._number(code)

    def reasons(self, first: int, count: int) -> npt.NDArray[np.object_]:
        """Return the codes of `count` rows, the first of them `first`; "" where not rejected."""
        found = np.zeros(count, np.uint8)
        known = self._by_row[first : first + count]
        found[: len(known)] = known
        return np.array(self._codes, dtype=object)[found]

    def of_both(self, other: "Rejections") -> "Rejections":
        """Return the rows that both reject; that a shape is of another kind is the weakest reason.

        Of two other reasons that of `self` counts.
        """
        both = Rejections()
        rows = min(len(self._by_row), len(other._by_row))
        mine = both._translated(self)[:rows]
        others = both._translated(other)[:rows]
        both._by_row = np.where(mine == both._number(ANOTHER_KIND), others, mine)
        both._by_row[(mine == 0) | (others == 0)] = 0
        return both

    def _translated(self, other: "Rejections") -> npt.NDArray[np.uint8]:
        """Return the reasons of `other` as numbers of the codes here."""
        numbers = bytes(self._number(code) for code in other._codes)
        # Not numbers[rows]: an index takes eight bytes a row.
        translated = other._by_row.tobytes().translate(numbers.ljust(256, b"\0"))
        return np.frombuffer(translated, np.uint8)

    def _number(self, code: str) -> int:
        if code not in self._codes:
            self._codes.append(code)
        return self._codes.index(code)

    def _make_room(self, row: int) -> None:
        if row >= len(self._by_row):
            grown = np.zeros(max(row + 1, 2 * len(self._by_row)), np.uint8)
            grown[: len(self._by_row)] = self._by_row
            self._by_row = grown
