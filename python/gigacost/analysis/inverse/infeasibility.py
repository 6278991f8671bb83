"""Which constraints are to blame when nothing is feasible, and by how much they would have to give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from typing import Any

from gigacost._record import Record
from gigacost.analysis.inverse.search import Found, InverseSearch
from gigacost.expressions.constraints import Constraint, distance


@dataclass(frozen=True, slots=True)
class Yielding(Record):
    """A constraint that is relaxed."""

    constraint: str
    """As it was written."""
    quantity: str
    """What it keeps on one side of a number, as a name or an expression; empty where it is of another form."""
    needed: float | None
    """What of the quantity it would have to allow; None where no number is enough: then it would have to go."""
    change: float | None
    """How far that is beyond what it allows, as a share of it: 0.48 for 48 % more, -0.2 for 20 % less."""


@dataclass(frozen=True, slots=True)
class Relaxation(Record):
    """Constraints relaxed together, by the smallest change that makes a design feasible; all others hold."""

    yielding: tuple[Yielding, ...]
    design: Mapping[str, Any]
    """A combination that would then be feasible: its axes, status and columns."""


def relaxations(search: InverseSearch, values: Sequence[float]) -> tuple[Relaxation, ...]:
    """Every smallest set of constraints whose relaxation makes a design feasible at some values of the unknown.

    Of one each, else of two, else of all; none where it is not the constraints. For one constraint the smallest change
    is reported, for several the one whose largest share is smallest; between values of the first grid as in ``solve``.
    """
    parts = search.constraints
    for count in dict.fromkeys((1, 2, len(parts))):
        found = [_relaxed(search, values, chosen) for chosen in combinations(range(len(parts)), count)]
        if any(found):
            return tuple(one for one in found if one is not None)
    return ()


def _relaxed(search: InverseSearch, values: Sequence[float], chosen: Sequence[int]) -> Relaxation | None:
    """What is needed of the chosen constraints; None when that they give is not enough."""
    parts = search.constraints
    kept = [part for i, part in enumerate(parts) if i not in chosen]
    limits = [limit for i in chosen if (limit := parts[i].limit)]
    found = None
    if limits:
        found = _nearest(search, values, partial(search.found, kept=kept, near=distance(limits)))
    found = found or search.found(values, kept)
    if found is None:
        return None
    return Relaxation(tuple(_yielding(parts[i], found.sides[i]) for i in chosen), found.design)


def _nearest(
    search: InverseSearch, values: Sequence[float], ask: Callable[[Sequence[float]], Found | None]
) -> Found | None:
    """The best combination over some values of the unknown, and then over ever finer grids around the best of these."""
    unknown, points = search.unknown, sorted(values)
    found = ask(points)
    while found:
        best = found.design[unknown.name]
        place = points.index(best)
        around = points[max(place - 1, 0) : place + 2]
        inner = [value for gap in pairwise(around) for value in unknown.between(*gap)]
        if not inner:
            break
        points = sorted({*around, *inner})
        found = ask(sorted({best, *inner}))
    return found


def _yielding(constraint: Constraint, needed: float | None) -> Yielding:
    limit = constraint.limit
    change = None if limit is None or needed is None else limit.change(needed)
    return Yielding(constraint.text, constraint.quantity, needed, change)
