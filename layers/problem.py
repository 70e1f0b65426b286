"""What the checks find in a change set: a value, never an exception."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Problem:
    """One finding. `field` is "" where none is to blame, "geom" for the shape.

    `place` is longitude and latitude (WGS 84) of the spot. An ERROR blocks,
    a WARNING wants a reason.
    """

    key: str
    code: str
    detail: str
    field: str = ""
    level: str = ERROR
    place: tuple[float, float] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**vars(self), "place": None if self.place is None else list(self.place)}


def errors(problems: Sequence[Problem]) -> list[Problem]:
    """Return the findings that block."""
    return [problem for problem in problems if problem.level == ERROR]
