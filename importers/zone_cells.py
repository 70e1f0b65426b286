"""Positions of a zone in degrees, by polynomials that stand in for PROJ within squares of a grid.

PROJ needs most of a microsecond for a position, and a million parcels have seven million of them.
Within a square of 65 km the transformation is so smooth that polynomials of the fifth degree give
what PROJ gives, to the last digits of a double. Each square's are fitted to PROJ when a position in
it is first asked for, and held against PROJ at other places; where they fail PROJ is asked each
time. Squares are fixed, so equal positions always give equal degrees, bit by bit.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.float64]
Coefficients = npt.NDArray[np.float64]

# Rounding alone moves a longitude of Vietnam by 1.4e-14 degrees; this is a tenth of a micrometre.
TOLERANCE_DEG = 1e-12
_SIDE_M = 65_536.0
_DEGREE = 5
_FARTHEST = 48  # squares from the origin of a zone: all of Vietnam and its sea, in any zone
_AT_ONCE = 8_192  # positions whose intermediate results stay in a processor's cache


def _grid(ticks: npt.NDArray[np.float64]) -> Positions:
    return np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)


# The powers of x and y with a sum of at most _DEGREE; where PROJ is asked (Chebyshev's nodes), and
# where its answers are compared, edges and corners included.
_POWERS = np.nonzero(np.add.outer(np.arange(_DEGREE + 1), np.arange(_DEGREE + 1)) <= _DEGREE)
_NODES = _grid(np.cos(np.pi * (np.arange(_DEGREE + 3) + 0.5) / (_DEGREE + 3)))
_HELD_AT = _grid(np.linspace(-1, 1, 2 * _DEGREE + 1))
_SOLUTION = np.linalg.pinv(np.prod(_NODES[:, :, np.newaxis] ** np.stack(_POWERS), axis=1))


class ZoneCells:
    """Does what `exact` does: n × 2 eastings and northings, m, to n × 2 degrees (inf for none)."""

    def __init__(self, exact: Callable[[Positions], Positions]) -> None:
        self._exact = exact
        self._fitted: dict[tuple[int, int], Coefficients | None] = {}

    def to_degrees(self, positions: Positions) -> Positions:
        """Return degrees of positions, within TOLERANCE_DEG of `exact`."""
        by_axis = np.ascontiguousarray(positions.T)
        squares = np.floor(by_axis / _SIDE_M)
        degrees = np.empty_like(positions)
        if len(positions) and (squares.min(axis=1) == squares.max(axis=1)).all():
            self._fill(degrees, by_axis, squares[:, 0])
            return degrees
        near = (np.abs(squares) <= _FARTHEST).all(axis=0)
        numbers = np.where(near, squares[0] * (4 * _FARTHEST) + squares[1], np.nan)
        for number in np.unique(numbers):
            here = np.flatnonzero(~near if np.isnan(number) else numbers == number)
            answers = np.empty((len(here), 2))
            self._fill(answers, by_axis[:, here], squares[:, here[0]])
            degrees[here] = answers
        return degrees

    def _fill(self, degrees: Positions, by_axis: Positions, square: Positions) -> None:
        """Write the degrees of positions (2 × n) of one square, or of those that are in none."""
        fitted = self._cell(square)
        if fitted is None:
            degrees[:] = self._exact(by_axis.T)
            return
        for start in range(0, len(degrees), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            _evaluate(fitted, _scaled(by_axis[:, some], square), degrees[some])

    def _cell(self, square: Positions) -> Coefficients | None:
        if not (np.abs(square) <= _FARTHEST).all():
            return None
        place = (int(square[0]), int(square[1]))
        if place not in self._fitted:
            self._fitted[place] = _fit(self._exact, square)
        return self._fitted[place]


def _scaled(by_axis: Positions, square: Positions) -> Positions:
    """Return positions (2 × n) as −1…1 within their square."""
    scaled: Positions = by_axis * (2 / _SIDE_M) - (2 * square[:, np.newaxis] + 1)
    return scaled


def _fit(exact: Callable[[Positions], Positions], square: Positions) -> Coefficients | None:
    """Return polynomials (power of x, power of y, axis), or None where they miss `exact`."""
    truth = exact(((_NODES + 1) / 2 + square) * _SIDE_M)
    against = ((_HELD_AT + 1) / 2 + square) * _SIDE_M
    expected = exact(against)
    if not (np.isfinite(truth).all() and np.isfinite(expected).all()):
        return None
    middle = truth.mean(axis=0)
    coefficients = np.zeros((_DEGREE + 1, _DEGREE + 1, 2))
    coefficients[_POWERS] = _SOLUTION @ (truth - middle)
    coefficients[0, 0] += middle
    answers = np.empty_like(expected)
    _evaluate(coefficients, _scaled(against.T, square), answers)
    return coefficients if np.abs(answers - expected).max() <= TOLERANCE_DEG else None


def _evaluate(coefficients: Coefficients, scaled: Positions, degrees: Positions) -> None:
    """Write both polynomials at `scaled` (2 × n) into `degrees` (n × 2), by Horner's rule.

    Each step is rounded by itself: a matrix product would not give equal positions equal degrees.
    """
    x, y = scaled
    for axis in range(2):
        total = np.full_like(x, coefficients[_DEGREE, 0, axis])
        for i in range(_DEGREE - 1, -1, -1):
            inner = np.full_like(y, coefficients[i, _DEGREE - i, axis])
            for j in range(_DEGREE - i - 1, -1, -1):
                inner *= y
                inner += coefficients[i, j, axis]
            total *= x
            total += inner
        degrees[:, axis] = total
