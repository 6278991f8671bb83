"""What is asked of a bound specification, as steps that any kind of number can take.

The engine's tape is this plan played once on traced values; the reference plays it on numbers, row by row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from gigacost import ops
from gigacost.compiler import constant_dollars
from gigacost.compiler.aggregates import Wirer
from gigacost.compiler.bound import Bound
from gigacost.compiler.conditions import OK, is_of_status
from gigacost.errors import Fault, SpecError
from gigacost.expressions.ast import Expression
from gigacost.graph.wiring import Player, Wiring
from gigacost.ops import Value

_WHERE = "(where)"
"""The condition's name among the quantities; none of a user's can be called so."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of each combination."""

    columns: tuple[str, ...]
    where: Expression | None = None
    reads: tuple[str, ...] = ()
    """Quantities that a combination must have to be looked at: what a query compares or groups by."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What is known of a combination (or, traced, of all of them)."""

    values: Mapping[str, Value]
    nulls: Mapping[str, Value | None]
    """For each column, the condition in which it is null; None when it never is."""
    keep: Value | None
    """The condition in which the combination counts; None when it always does."""
    state: Value
    """The position of its state in ``QueryPlan.states``."""


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """How a query is answered."""

    query: Query
    wiring: Wiring
    states: tuple[str, ...]
    """The labels of the states that a combination can be in; ``ok`` is the first."""
    conditions: tuple[str, ...]
    """The truth quantities of the other states, in order."""
    central: frozenset[str]
    """Those of the states that central values alone decide."""
    spoiled: Mapping[str, tuple[str, ...]]
    """For each column, the conditions in which it is null."""
    spoiled_reads: tuple[str, ...]
    """The conditions in which the combination is not looked at."""
    absent: frozenset[str]
    """The columns and reads that may be left out: inputs that are null where the user and the catalogue give none."""
    deflator: str
    """The leaf that amounts of dollars are multiplied by before they are told; empty where they are not."""
    amounts: Mapping[str, int]
    """The columns and reads that it is for, each with the power of the dollar in its unit."""

    def play(self, leaves: Mapping[str, Value], player: Player) -> Evaluation:
        """The answer made from the leaves' values."""
        values = self.wiring.replay(leaves, player)
        for name, power in self.amounts.items():
            values[name] = constant_dollars.converted(values[name], power, values[self.deflator])
        nulls = {
            column: _any([*map(values.__getitem__, conditions), *self._missing(values, [column])])
            for column, conditions in self.spoiled.items()
        }
        spoiled = _any([*map(values.__getitem__, self.spoiled_reads), *self._missing(values, self.query.reads)])
        keep = None if spoiled is None else ops.negate(spoiled)
        if self.query.where:
            keep = values[_WHERE] if keep is None else ops.both(keep, values[_WHERE])
        state: Value = player.lift(0.0)
        for position in range(len(self.conditions), 0, -1):
            state = ops.where(values[self.conditions[position - 1]], float(position), state)
        return Evaluation(values, nulls, keep, state)

    def _missing(self, values: Mapping[str, Value], names: Iterable[str]) -> list[Value]:
        return [ops.missing(values[name]) for name in names if name in self.absent]


def query_plan(bound: Bound, query: Query) -> QueryPlan:
    """How to answer a query about a bound specification. Raises SpecError when something it needs is missing."""
    expressions = dict(bound.spec.derive)
    if query.where:
        expressions[_WHERE] = query.where
    shown = status_columns(bound, query)
    names = (*query.columns, *query.reads, *shown)
    expressions |= {name: aggregate for name in names if (aggregate := bound.aggregate(name))}
    where = (_WHERE,) if query.where else ()
    read = tuple(dict.fromkeys([*query.columns, *query.reads, *where]))
    wirer = Wirer(bound, expressions, shown)
    above = wirer.wire(read).upstream()
    states = [*wirer.states(read, above), *wirer.states_in_draws(read, above)]
    deflator = (bound.deflator,) if bound.deflator else ()
    wiring = wirer.wire((*read, *(state.name for state in states), *deflator))
    lacking: dict[str, Fault] = {}  # each name once, whatever is missing with it
    for fault in (bound.lacking(leaf) for leaf in wiring.leaves if not bound.available(leaf)):
        lacking.setdefault(fault.field, fault)
    if lacking:
        raise SpecError(*lacking.values())
    above = wiring.upstream()

    def spoilers(quantities: Iterable[str]) -> tuple[str, ...]:
        made_of = frozenset[str]().union(*(above[name] for name in quantities))
        return tuple(state.name for state in states if made_of.intersection(state.spoils))

    return QueryPlan(
        query,
        wiring,
        states=(OK, *(state.label for state in states)),
        conditions=tuple(state.name for state in states),
        central=frozenset(state.name for state in states if state.central),
        spoiled={column: spoilers([column]) for column in query.columns},
        spoiled_reads=spoilers([*query.reads, *where]),
        absent=frozenset(name for name in (*query.columns, *query.reads) if _may_be_absent(bound, name)),
        deflator=bound.deflator,
        amounts=constant_dollars.amounts(bound, (*query.columns, *query.reads)),
    )


def status_columns(bound: Bound, query: Query) -> tuple[str, ...]:
    """The columns whose status a condition looks at: those of the specification's rows; none where none does."""
    aggregates = [bound.aggregate(name) for name in (*query.columns, *query.reads)]
    expressions = [query.where, *bound.spec.derive.values(), *aggregates]
    tested = any(is_of_status(node) for one in expressions if one for node in one.root.walk())
    return bound.columns if tested else ()


def _may_be_absent(bound: Bound, name: str) -> bool:
    known = bound.model.inputs.get(name)
    return known is not None and known.default is not None and math.isnan(known.default)


def _any(conditions: Sequence[Value]) -> Value | None:
    return reduce(ops.either, conditions) if conditions else None
