"""Lines along which the values on a grid are equal, by marching squares: straight in each square between neighbours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Grid: TypeAlias = Sequence[Sequence[float | None]]
"""``grid[i][j]`` at the i-th x and the j-th y; None where there is no value."""
_SPAN = 3.0
"""Levels of a smaller ratio of the largest to the smallest value are apart by a number, not by a factor."""
_Edge: TypeAlias = tuple[int, int, int]
"""From a point of the grid to the next along an axis."""


def lines(
    xs: Sequence[float], ys: Sequence[float], grid: Grid, level: float, between: Callable[[float, float, float], float]
) -> list[list[Point]]:
    """The lines at a level. ``between(low, high, level)`` is how far a level lies from one value to another, 0 to 1.

    ``xs`` and ``ys`` are those of the picture (logarithms where an axis is logarithmic).
    """
    links: dict[_Edge, list[_Edge]] = {}
    for one, other in _segments(grid, level):
        links.setdefault(one, []).append(other)
        links.setdefault(other, []).append(one)
    return [[_place(edge, xs, ys, grid, level, between) for edge in walk] for walk in _walks(links)]


def _segments(grid: Grid, level: float) -> Iterator[tuple[_Edge, _Edge]]:
    """Pairs of edges that a line joins within one square."""
    for i in range(len(grid) - 1):
        for j in range(len(grid[i]) - 1):
            corners = [grid[i][j], grid[i + 1][j], grid[i + 1][j + 1], grid[i][j + 1]]
            known = [value for value in corners if value is not None]
            if len(known) < len(corners):
                continue
            edges: list[_Edge] = [(i, j, 0), (i + 1, j, 1), (i, j + 1, 0), (i, j, 1)]
            above = [value >= level for value in known]
            crossed = [edge for k, edge in enumerate(edges) if above[k] != above[(k + 1) % 4]]
            if len(crossed) == 2:  # noqa: PLR2004 - the two ends of a segment
                yield crossed[0], crossed[1]
            elif crossed:
                # A saddle: its middle says which corners belong together.
                turn = (sum(known) / 4 >= level) == above[0]
                first, second, third, fourth = crossed
                yield from ((first, second), (third, fourth)) if turn else ((fourth, first), (second, third))


def _walks(links: dict[_Edge, list[_Edge]]) -> Iterator[list[_Edge]]:
    """The edges of each line, one after the other; those of a ring end where they began."""
    left = dict(links)
    for start in [*(edge for edge, others in links.items() if len(others) == 1), *links]:
        if start not in left:
            continue
        walk = [start]
        del left[start]
        while step := next((edge for edge in links[walk[-1]] if edge in left), None):
            walk.append(step)
            del left[step]
        if len(walk) > 2 and start in links[walk[-1]]:  # noqa: PLR2004 - a ring
            walk.append(start)
        yield walk


def _place(
    edge: _Edge, xs: Sequence[float], ys: Sequence[float], grid: Grid, level: float,
    between: Callable[[float, float, float], float],
) -> Point:  # fmt: skip
    i, j, upward = edge
    k, n = (i, j + 1) if upward else (i + 1, j)
    low, high = grid[i][j], grid[k][n]
    at = 0.5 if low is None or high is None else between(low, high, level)
    return xs[i] + at * (xs[k] - xs[i]), ys[j] + at * (ys[n] - ys[j])


def linear(low: float, high: float, level: float) -> float:
    """How far a level lies from one value to another."""
    return (level - low) / (high - low)


def logarithmic(low: float, high: float, level: float) -> float:
    """The same of logarithms."""
    return math.log(level / low) / math.log(high / low)


def levels(values: Iterable[float], *, log: bool, most: int = 9) -> list[float]:
    """Round numbers between the smallest and the largest value, at most so many."""
    known = [*values]
    low, high = min(known), max(known)
    if not low < high:
        return []
    if log and high / low >= _SPAN:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
            found = [float(f"{step}e{power}") for power in powers for step in steps]
            inside = [level for level in found if low < level < high]
            if len(inside) <= most:
                return inside
        return inside[:: math.ceil(len(inside) / most)]
    size = 10.0 ** math.floor(math.log10(high - low))
    for step in (size / 10, size / 5, size / 2, size, size * 2):
        inside = [
            level for k in range(math.ceil(low / step), math.floor(high / step) + 1) if low < (level := k * step) < high
        ]
        if len(inside) <= most:
            return inside
    return []
