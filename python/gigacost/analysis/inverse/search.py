"""Inverse search: a space queried at ever other values of one unknown."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gigacost.analysis.inverse.unknown import Over, at_values, looked_for
from gigacost.compiler import lower
from gigacost.compiler.checks import namespace
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, SpecError, show
from gigacost.expressions.ast import Expression, Node
from gigacost.expressions.constraints import LARGEST, Constraint, constraints, finite, joined
from gigacost.queries import arguments, doubts
from gigacost.queries.export import Progress
from gigacost.queries.space import Space

_NEAR = "_near"


@dataclass(frozen=True, slots=True)
class Found:
    """A combination that was looked for."""

    design: Mapping[str, Any]
    """Its axes, status and columns, as ``Sweep.top`` gives them."""
    doubts: tuple[Fault, ...]
    """What is doubtful about it."""
    sides: tuple[float | None, ...]
    """For each constraint, the value of what it limits; None where it limits nothing, or that is not finite."""


class InverseSearch:
    """A sweep and an unknown of it. Only combinations that have ``by``, which tells which is best, count.

    Raises SpecError, also when neither the condition nor ``by`` depends on the unknown.
    """

    def __init__(
        self,
        sweep: Space,
        unknown: str,
        by: str,
        over: Over | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.sweep, self.unknown = looked_for(sweep, unknown, over)
        self.by = by
        self.constraints = constraints(sweep.spec.where)
        self.combinations = 0
        self.doubts: Sequence[Fault] = ()
        """What is doubtful about the answer, beside what is about the specification."""
        self._threads = lower.thread_count(threads)
        self._progress = progress
        arguments.number(self.sweep.bound, "by", by)
        made = lower.compiled(self.sweep.bound, Query((), self.sweep.spec.where, (by,)))
        if unknown not in made.plan.wiring.leaves:
            raise SpecError(Fault("unknown", show(unknown), f"neither the condition nor {by} depends on it"))

    @property
    def meta(self) -> dict[str, Any]:
        """What the answer rests on, and of how many combinations, all questions together."""
        values = self.unknown.values
        warnings = [str(warning) for warning in (*self.sweep.spec.warnings, *self.doubts)]
        said = {"by": self.by, "range": [values[0], values[-1]], "grid": len(values), "combinations": self.combinations}
        return {**self.sweep.meta, "warnings": warnings, **said}

    def at(
        self,
        values: Sequence[float],
        kept: Iterable[Constraint] | None = None,
        *,
        more: Iterable[Node] = (),
        derive: Mapping[str, Expression] | None = None,
        columns: Sequence[str] = (),
    ) -> Space:
        """The sweep at some values of the unknown, under all constraints or those that are kept, and more of them."""
        known = Node("not", "truth", (Node("missing", "truth", (Node("name", "number", name=self.by),)),))
        parts = [constraint.node for constraint in (self.constraints if kept is None else kept)]
        spec = replace(
            at_values(self.sweep.spec, self.unknown, values),
            where=joined([*parts, known, *more]),
            derive={**self.sweep.spec.derive, **(derive or {})},
            columns=tuple(dict.fromkeys([*self.sweep.columns, *columns])),
            strict=False,  # what is looked at on the way is no answer
        )
        catalog = self.sweep.bound.catalog
        faults = list(namespace(self.sweep.model, catalog).check(spec))
        if faults:
            raise SpecError(*faults)
        return Space(spec, self.sweep.model, catalog)

    def extreme(self, values: Sequence[float], *, smallest: bool) -> float | None:
        """The largest (or smallest) of some values of the unknown at which anything is feasible."""
        sweep, name = self.at(values), self.unknown.name
        found = sweep.find(1, name, largest=not smallest, threads=self._threads, progress=self._watched())
        self.combinations += sweep.size
        return sweep.bound.axis_values(found[0])[name] if found else None

    def doubted(self, doubts_: Sequence[Fault]) -> None:
        """Take note of what is doubtful about the answer. Raises SpecError with it where warnings are errors."""
        self.doubts = doubts.refused(self.sweep.bound, [*doubts_])

    def rows(self, sweep: Space, by: str, per: Sequence[str] = ()) -> tuple[Mapping[str, Any], ...]:
        """The best combination of a sweep that ``at`` gave, or of each of its groups."""
        best = sweep.top(1, by, per=per, threads=self._threads, progress=self._watched())
        self.combinations += sweep.size
        return best.rows

    def found(
        self, values: Sequence[float], kept: Iterable[Constraint] | None = None, *, near: Expression | None = None
    ) -> Found | None:
        """The best combination at some values of the unknown, or that with the smallest ``near``, if that is finite."""
        limits = [constraint.limit for constraint in self.constraints]
        derive = {f"_side{i}": Expression(str(limit.shown), limit.shown) for i, limit in enumerate(limits) if limit}
        columns = (self.by, *derive)
        if near is not None:
            derive[_NEAR] = near
        sweep = self.at(values, kept, more=[finite(near)] if near else [], derive=derive, columns=columns)
        for row in self.rows(sweep, _NEAR if near else self.by):
            design = {name: value for name, value in row.items() if name != "index" and name not in derive}
            sides = (row.get(f"_side{i}") for i in range(len(limits)))
            odd = doubts.about_rows(sweep.bound, [row["index"]], (*self.sweep.columns, self.by))
            return Found(design, tuple(odd), tuple(None if side == LARGEST else side for side in sides))
        return None

    def along(self, values: Sequence[float], kept: Iterable[Constraint] | None = None) -> tuple[Mapping[str, Any], ...]:
        """The best combination at each of some values of the unknown, in their order, where there is one."""
        if not values:
            return ()
        rows = self.rows(self.at(values, kept, columns=(self.by,)), self.by, per=(self.unknown.name,))
        return tuple({name: value for name, value in row.items() if name != "index"} for row in rows)

    def untold(self) -> InverseSearch:
        """The search, for later questions, whose progress nobody is told."""
        later = copy.copy(self)
        later._progress = None  # noqa: SLF001 - of its own kind
        return later

    def states(self) -> dict[str, int]:
        """How many combinations are in which state, whatever the condition says."""
        spec = replace(self.sweep.spec, where=None)
        sweep = Space(spec, self.sweep.model, self.sweep.bound.catalog)
        summed = sweep.summary((self.by,), quantiles=(), std=False, threads=self._threads, progress=self._watched())
        self.combinations += sweep.size
        return {state: count for state, count in summed.states.items() if count}

    def _watched(self) -> Progress | None:
        """What tells the progress of one question as that of all so far."""
        told, before = self._progress, self.combinations
        return None if told is None else lambda done: told(before + done)
