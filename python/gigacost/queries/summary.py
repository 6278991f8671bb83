"""A space summed up: counts, extremes, exact sums and means, exact quantiles, states."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from gigacost._record import Record, plain
from gigacost.charts.charted import Charted
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, SpecError, show
from gigacost.expressions.constraints import constraints, joined
from gigacost.queries import arguments, doubts
from gigacost.queries.askers import Asker
from gigacost.queries.asks import AskCount
from gigacost.queries.results import Effort, answered
from gigacost.spec.axes import Axis, Zipped

MOST_GROUPS = 1_000
"""How many groups of combinations are summed up apart."""


@dataclass(frozen=True, slots=True)
class Statistics(Record):
    """One column over the combinations that count and in which it is not null."""

    count: int
    nulls: int
    """Combinations that count, but in which the column is null."""
    min: float
    max: float
    sum: float
    """Correctly rounded."""
    mean: float
    """``sum / count``."""
    std: float
    """The population's standard deviation, from exact sums; NaN where it is not asked for."""
    quantiles: Mapping[float, float]
    """Element ⌊q·(n−1)⌋ of the sorted values, without interpolation."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data; NaN (of no values, or not asked for) as None."""
        figures = {name: plain(getattr(self, name)) for name in ("min", "max", "sum", "mean", "std")}
        quantiles = {str(q): plain(value) for q, value in self.quantiles.items()}
        return {"count": self.count, "nulls": self.nulls, **figures, "quantiles": quantiles}


@dataclass(frozen=True, slots=True)
class Rejected(Record):
    """How many combinations one of the conditions rejects that ``and`` joins."""

    condition: str
    """As it was written; a chain ``a <= b <= c`` is two."""
    rejects: int
    """Combinations in which it does not hold, or lacks something that it reads."""
    alone: int
    """Those of them in which all the others hold: what would be feasible without it."""


@dataclass(frozen=True, slots=True)
class Group(Record):
    """The combinations that have some values of the axes grouped by, summed up."""

    at: Mapping[str, Any]
    """The values of these axes."""
    combinations: int
    feasible: int
    states: Mapping[str, int]
    columns: Mapping[str, Statistics]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {"at": dict(self.at), **_plain(self)}


@dataclass(frozen=True, slots=True)
class Summary(Charted, Record):
    """A sweep summed up."""

    _kind = "summary"

    combinations: int
    feasible: int
    """How many combinations meet the condition (and have what it reads)."""
    states: Mapping[str, int]
    """How many combinations are in each state; ``ok`` first."""
    columns: Mapping[str, Statistics]
    conditions: tuple[Rejected, ...]
    """What each part of the condition rejects, alone and together with others."""
    groups: tuple[Group, ...]
    """The same for each combination of the values of the axes grouped by, in the order of the space."""
    meta: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        conditions = [one.to_dict() for one in self.conditions]
        groups = [one.to_dict() for one in self.groups]
        return {**_plain(self), "conditions": conditions, "groups": groups, "meta": dict(self.meta)}


def _plain(summed: Summary | Group) -> dict[str, Any]:
    return {
        "combinations": summed.combinations,
        "feasible": summed.feasible,
        "status": dict(summed.states),
        "columns": {name: column.to_dict() for name, column in summed.columns.items()},
    }


def summary(
    bound: Bound,
    columns: Sequence[str],
    *,
    quantiles: Iterable[float] | float,
    per: Sequence[str] = (),
    std: bool = True,
    asker: Asker,
) -> Summary:
    """The space summed up, as ``Sweep.summary`` describes it. Raises SpecError."""
    shares = arguments.quantiles(quantiles)
    names = arguments.listed("columns", columns)
    for name in names:
        arguments.number(bound, "columns", name)
    parts = list(_groups(bound, arguments.listed("per", per)))
    measured, effort = _measured(bound, names, shares, asker, std=std)
    summed = (_measured(part, names, shares, asker, std=std, watched=False)[0] for _, part in parts)
    groups = tuple(Group(at, part.size, *one) for (at, part), one in zip(parts, summed, strict=True))
    feasible, states, measures = measured
    rejected = tuple(_rejected(bound, feasible, asker))
    meta = answered(bound, effort, doubts.about_space(bound, names, asker))
    return Summary(bound.size, feasible, states, measures, rejected, groups, meta)


def _measured(
    bound: Bound, names: Sequence[str], shares: Sequence[float], asker: Asker, *, std: bool, watched: bool = True
) -> tuple[tuple[int, dict[str, int], dict[str, Statistics]], Effort]:
    """How many combinations meet the condition, how many are in each state, the statistics of columns."""
    query = Query(tuple(names), bound.spec.where)
    found, effort = asker.statistics(bound, query, shares, std=std, watched=watched)
    measures = {
        name: statistics(column, found["kept"], shares) for name, column in zip(names, found["columns"], strict=True)
    }
    states = lower.compiled(bound, query).plan.states
    counts = dict.fromkeys(states, 0)
    for state, count in zip(states, found["states"], strict=True):
        counts[state] += count
    return (found["kept"], counts, measures), effort


def _rejected(bound: Bound, feasible: int, asker: Asker) -> Iterator[Rejected]:
    """What each part of the condition rejects, where ``feasible`` combinations meet all of them."""
    parts = constraints(bound.spec.where)
    known: dict[tuple[int, ...], int] = {(): bound.size, tuple(range(len(parts))): feasible}

    def met(*which: int) -> int:
        if which not in known:
            query = Query((), joined(parts[i].node for i in which))
            known[which], _ = asker.ask(bound, AskCount(query), watched=False)
        return known[which]

    for i, part in enumerate(parts):
        others = [other for other in range(len(parts)) if other != i]
        yield Rejected(part.text, bound.size - met(i), met(*others) - feasible)


def _groups(bound: Bound, per: Sequence[str]) -> Iterator[tuple[dict[str, Any], Bound]]:
    """The values of the axes grouped by, each with the combinations that have them. Raises SpecError."""
    if not per:
        return
    choices = [_choices(axis, numbers) for axis, numbers in zip(*_numbered(bound, per), strict=True)]
    count = math.prod(map(len, choices))
    if count > MOST_GROUPS:
        what = f"makes {count:,} groups, each of which is summed up by itself"
        raise SpecError(Fault("per", show(", ".join(per)), what, f"<= {MOST_GROUPS:,}"))
    for axes in itertools.product(*choices):
        part = Bound(replace(bound.own, axes=axes), bound.model, bound.catalog)
        yield {name: part.digits[name].values[0] for name in per}, part


def _numbered(bound: Bound, per: Sequence[str]) -> tuple[list[Axis | Zipped], list[list[int] | None]]:
    """The axes of the space, each with the numbers of its rows' groups, or None where it is not grouped by."""
    numbers = dict(arguments.groups(bound, per))
    axes = list(bound.own.axes)
    return axes, [numbers.get(group) for group in range(len(axes))]


def _choices(axis: Axis | Zipped, numbers: list[int] | None) -> list[Axis | Zipped]:
    """An axis, or each of the parts of it that have one value of what is grouped by."""
    if numbers is None:
        return [axis]
    rows: dict[int, list[int]] = {}
    for row, number in enumerate(numbers):
        rows.setdefault(number, []).append(row)
    return [axis.taking(some) for some in rows.values()]


def statistics(found: Mapping[str, Any], kept: int, quantiles: Sequence[float]) -> Statistics:
    """The statistics of a column from what the engine found; ``kept`` combinations count."""
    count: int = found["count"]
    if count == 0:
        nan = math.nan
        return Statistics(0, kept, nan, nan, 0.0, nan, nan, dict.fromkeys(quantiles, nan))
    total, std = _exact(*found["sum"]), math.nan
    if found["squares"] is not None:
        std = math.sqrt(rounded((_exact(*found["squares"]) - total * total / count) / count))
    return Statistics(
        count=count,
        nulls=kept - count,
        min=found["min"],
        max=found["max"],
        sum=rounded(total),
        mean=rounded(total) / count,
        std=std,
        quantiles=dict(zip(quantiles, found["quantiles"], strict=True)),
    )


def _exact(digits: bytes, exponent: int) -> Fraction:
    """The number that an accumulator of the engine holds, without rounding."""
    return Fraction(int.from_bytes(digits, "little", signed=True), 2**-exponent)


def rounded(exact: Fraction) -> float:
    """The nearest float; infinite beyond the largest."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf
