"""How many rows a file will have, and how far into the space they reach."""

from __future__ import annotations

from dataclasses import dataclass

from gigacost.queries.forecast.kept import Kept, kept, sample
from gigacost.queries.space import Space

_COUNTING = 0.7
"""How long rows may be counted, and again be sampled [s]."""
_FURTHER = 8
_EXACT = 16
"""To which share of it the reach of a limit is known."""


@dataclass(frozen=True)
class Reach:
    """The combinations, from the first on, that hold the rows of a file."""

    length: int
    rows: Kept

    @property
    def share(self) -> float:
        """Of the combinations, that is kept."""
        return self.rows.share


def reach_of(space: Space, limit: int | None, threads: int | None) -> Reach:
    """The combinations that hold the rows, or the first ``limit`` of them."""
    size = space.size
    if space.spec.where is None:
        rows, length = (size, size) if limit is None else (min(limit, size), min(max(limit, 1), size))
        return Reach(length, Kept(rows, rows, rows / length, 0))
    found = kept(space.bound, seconds=_COUNTING, threads=threads)
    if limit is None or found.high <= limit:
        return Reach(size, found)
    length, found = _held(space, limit, found, threads)
    return Reach(length, found)


def _held(space: Space, limit: int, found: Kept, threads: int | None) -> tuple[int, Kept]:
    """How many combinations hold the first ``limit`` rows, of ``found`` in all; what is known of these."""
    looked = [found]

    def enough(length: int) -> bool:
        looked.append(sample(space.bound, length, 0.0, threads))
        return length * looked[-1].share >= limit

    few, many = 0, min(max(limit, 1), space.size)
    while not enough(many) and many < space.size:
        few, many = many, min(many * _FURTHER, space.size)
    inside = looked[-1]
    while many - few > many / _EXACT + 1:
        middle = (few + many) // 2
        if enough(middle):
            many, inside = middle, looked[-1]
        else:
            few = middle
    sampled = sum(one.sampled for one in looked)
    return many, inside._replace(low=min(limit, found.low), high=limit, share=min(limit / many, 1.0), sampled=sampled)
