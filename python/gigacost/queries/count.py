"""How many combinations of a space meet its condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gigacost._record import Record
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.display.shown import Shown
from gigacost.queries import doubts
from gigacost.queries.askers import Asker
from gigacost.queries.asks import AskCount
from gigacost.queries.results import answered


@dataclass(frozen=True, slots=True)
class Counted(Shown, Record):
    """How many combinations of a sweep meet its condition."""

    _also = ("share",)

    combinations: int
    count: int
    meta: Mapping[str, Any]

    @property
    def share(self) -> float:
        """Of all combinations."""
        return self.count / self.combinations


def count(bound: Bound, asker: Asker) -> Counted:
    """How many combinations meet the condition (and have what it reads); without one, all of them."""
    found, effort = asker.ask(bound, AskCount(Query((), bound.spec.where)))
    return Counted(bound.size, found, answered(bound, effort, doubts.about_space(bound, (), asker)))
