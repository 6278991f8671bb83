"""How many combinations of a space meet its condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gigacost._record import Record
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.queries import doubts
from gigacost.queries.export import Progress
from gigacost.queries.results import Effort, answered


@dataclass(frozen=True, slots=True)
class Counted(Record):
    """How many combinations of a sweep meet its condition."""

    _also = ("share",)

    combinations: int
    count: int
    meta: Mapping[str, Any]

    @property
    def share(self) -> float:
        """Of all combinations."""
        return self.count / self.combinations


def count(bound: Bound, *, threads: int | None = None, progress: Progress | None = None) -> Counted:
    """How many combinations meet the condition (and have what it reads); without one, all of them."""
    made = lower.compiled(bound, Query((), bound.spec.where))
    found, effort = lower.ask(
        bound, made, lambda program: program.count(made.keep, lower.thread_count(threads), progress)
    )
    return Counted(bound.size, found, answered(bound, Effort(*effort), doubts.about_space(bound, (), threads)))
