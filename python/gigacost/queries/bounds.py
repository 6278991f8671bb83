"""Between which values a quantity lies in a space, and where it attains them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gigacost._record import Record
from gigacost.compiler.bound import Bound
from gigacost.display.shown import Shown
from gigacost.queries import arguments, doubts
from gigacost.queries.askers import Asker
from gigacost.queries.results import answered
from gigacost.queries.rows import RowView
from gigacost.queries.top import find


@dataclass(frozen=True, slots=True)
class Bounds(Shown, Record):
    """Between which values a quantity lies in the combinations that count."""

    _also = ("min", "max")

    of: str
    """The quantity."""
    least: Mapping[str, Any] | None
    """The first combination with the least value, as a row; None when no combination counts."""
    greatest: Mapping[str, Any] | None
    """The first combination with the greatest value."""
    meta: Mapping[str, Any]

    @property
    def min(self) -> float | None:
        """The least value."""
        return None if self.least is None else self.least[self.of]

    @property
    def max(self) -> float | None:
        """The greatest value."""
        return None if self.greatest is None else self.greatest[self.of]


def bounds(bound: Bound, of: str, asker: Asker) -> Bounds:
    """The least and the greatest value of a quantity, each with the first combination that attains it."""
    arguments.number(bound, "of", of)
    least, effort = find(bound, 1, of, asker=asker)
    greatest, more = find(bound, 1, of, largest=True, asker=asker)
    told = [asker.told(found) for found in (least, greatest)]
    first, last = (next(iter(RowView(bound, found, (of,))), None) for found in told)
    odd = doubts.about_rows(bound, [*told[0], *told[1]], (*bound.columns, of))
    odd += [] if least else doubts.about_nothing(bound, [of], asker)
    return Bounds(of, first, last, answered(bound, effort.and_(more), odd))
