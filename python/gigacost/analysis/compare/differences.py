"""What a difference is made of: by driver, as the sum has its terms, and by assumption, as Shapley values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigacost._record import Record
from gigacost.graph.declarations import Subtotal

if TYPE_CHECKING:
    from gigacost.analysis.compare.designs import Design
    from gigacost.analysis.compare.hybrids import Hybrids
    from gigacost.analysis.compare.shapley import Attribution
    from gigacost.queries.assumptions import Assumption


@dataclass(frozen=True, slots=True)
class Driver(Record):
    """A term of the sum that is compared: a contribution, or a smaller subtotal with its own terms."""

    name: str
    a: float | None
    """None for want of a price."""
    b: float | None
    difference: float | None
    """``b - a``; None where one of them is."""
    share: float | None
    """Of the whole difference; None where that is 0 or not known."""
    parts: tuple[Driver, ...] = ()

    def contributions(self) -> Iterator[Driver]:
        """The terms below it that have no terms of their own; itself, if it has none."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.contributions()


@dataclass(frozen=True, slots=True)
class Change(Record):
    """A choice or a figure that differs between the sides, with what it contributes."""

    name: str
    """Several names, joined by ``+``, where assumptions can only change together."""
    unit: str
    a: Assumption | None
    """What it is on this side, with its source; None where it has no part in this side, or where it is several."""
    b: Assumption | None
    contribution: float | None
    """To the difference; None for a figure that comes with a choice, which contributes as a whole."""
    share: float | None
    """Of the whole difference; None where that is 0."""
    standard_error: float
    """Of the contribution, where orders are sampled; else 0."""
    parts: tuple[Change, ...] = ()
    """The figures that come with a choice and differ; the assumptions that change together."""


def drivers(a: Design, b: Design) -> tuple[Driver, ...]:
    """The terms of a subtotal, each with its own; none for any other quantity, and where a side gives the subtotal."""
    model, given = a.bound.model, a.bound.given | b.bound.given
    whole = minus(b.value, a.value)

    def terms(name: str) -> tuple[str, ...]:
        quantity = model.quantities.get(name)
        is_sum = quantity and isinstance(quantity.mark, Subtotal) and name not in given
        return quantity.parameters if quantity and is_sum else ()

    def below(name: str) -> Iterator[str]:
        for term in terms(name):
            yield term
            yield from below(term)

    names = list(below(a.by))
    before, after = (a.terms(names), b.terms(names)) if names else ({}, {})

    def driver(name: str) -> Driver:
        difference = minus(after[name], before[name])
        parts = tuple(map(driver, terms(name)))
        return Driver(name, before[name], after[name], difference, _share(difference, whole), parts)

    return tuple(map(driver, terms(a.by)))


def assumptions(a: Design, b: Design, hybrids: Hybrids, found: Attribution | None) -> tuple[Change, ...]:
    """All that differs, the largest contribution first; what does not matter contributes 0.

    Where the difference is not known, nobody knows what contributes to it.
    """
    whole = minus(b.value, a.value)
    named = _Changes(a, b, hybrids)
    if found is None:
        return tuple(map(named.change, (*hybrids.changes, *hybrids.idle)))
    changes = []
    for block, contribution, error in zip(found.blocks, found.contributions, found.errors, strict=True):
        names = [hybrids.changes[place] for place in block]
        if len(names) == 1:
            changes.append(named.change(names[0], contribution, _share(contribution, whole), error))
        else:
            parts = tuple(map(named.change, names))
            share = _share(contribution, whole)
            changes.append(Change(" + ".join(names), "", None, None, contribution, share, error, parts))
    changes += [named.change(name, 0.0, _share(0.0, whole)) for name in hybrids.idle]
    return tuple(sorted(changes, key=lambda one: -abs(one.contribution or 0.0)))


class _Changes:
    """Describes what differs by its name."""

    def __init__(self, a: Design, b: Design, hybrids: Hybrids) -> None:
        self.sides = (a, b)
        self.hybrids = hybrids
        self.read = frozenset([*a.made.tape.leaves, *b.made.tape.leaves])

    def change(
        self, name: str, contribution: float | None = None, share: float | None = None, error: float = 0.0
    ) -> Change:
        a, b = (side.assumption(name) for side in self.sides)
        unit = next((one.unit for one in (a, b) if one), "")
        parts = tuple(map(self.change, self._figures(name))) if name in self.hybrids.choices else ()
        return Change(name, unit, a, b, contribution, share, error, parts)

    def _figures(self, axis: str) -> Iterator[str]:
        """The figures that differ because a choice does, and those that stand in for it."""
        hybrids = self.hybrids
        yield from (name for name, choice in hybrids.tied.items() if choice == axis)
        for name, column in self.sides[0].bound.catalog.columns.items():
            if axis in column.axes and name in self.read and name not in hybrids.figures:
                a, b = (side.assumption(name) for side in self.sides)
                if (a and a.value) != (b and b.value):
                    yield name


def minus(after: float | None, before: float | None) -> float | None:
    """The difference; None where one of the two is."""
    return None if after is None or before is None else after - before


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if whole and part is not None else None
