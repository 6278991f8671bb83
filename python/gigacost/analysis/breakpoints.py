"""Break points: where the winner of some options changes along a line of values, found by ever finer grids."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

Winners: TypeAlias = "Callable[[Sequence[float]], Sequence[Hashable]]"
"""The winner at each of some values."""
Between: TypeAlias = "Callable[[float, float], Sequence[float]]"
"""Some values between two others, ascending; none where these are as close as matters."""


def breakpoints(values: Sequence[float], winners: Winners, between: Between) -> list[tuple[float, float]]:
    """The pairs of values, as close as matters, between which the winner changes; ``values`` are the first grid.

    Of several changes within one gap of the grid each option's last lead counts.
    """
    known = dict(zip(values, winners(values), strict=True))
    found: list[tuple[float, float]] = []
    for low, high in pairwise(values):
        points = [low, high]
        while inner := [value for gap in _changes(points, known) for value in between(*gap)]:
            known |= zip(inner, winners(inner), strict=True)
            points = sorted([*points, *inner])
        found += _changes(points, known)
    return found


def _changes(points: Sequence[float], known: dict[float, Hashable]) -> Iterator[tuple[float, float]]:
    """Neighbouring points between which the winner changes, each where it wins for the last time."""
    winners = [known[point] for point in points]
    place = 0
    while winners[place] != winners[-1]:
        last = len(winners) - 1 - winners[::-1].index(winners[place])
        yield points[last], points[last + 1]
        place = last + 1
