"""A space summed up: counts, extremes, exact sums and means, exact quantiles, states."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gigacost._record import Record, plain
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.queries import arguments, doubts
from gigacost.queries.export import Progress
from gigacost.queries.results import described


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
    """The population's standard deviation, from exact sums."""
    quantiles: Mapping[float, float]
    """Element ⌊q·(n−1)⌋ of the sorted values, without interpolation."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data; NaN (of no values) as None."""
        figures = {name: plain(getattr(self, name)) for name in ("min", "max", "sum", "mean", "std")}
        quantiles = {str(q): plain(value) for q, value in self.quantiles.items()}
        return {"count": self.count, "nulls": self.nulls, **figures, "quantiles": quantiles}


@dataclass(frozen=True, slots=True)
class Summary(Record):
    """A sweep summed up."""

    combinations: int
    feasible: int
    """How many combinations meet the condition (and have what it reads)."""
    states: Mapping[str, int]
    """How many combinations are in each state; ``ok`` first."""
    columns: Mapping[str, Statistics]
    meta: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "combinations": self.combinations,
            "feasible": self.feasible,
            "status": dict(self.states),
            "columns": {name: column.to_dict() for name, column in self.columns.items()},
            "meta": dict(self.meta),
        }


def summary(
    bound: Bound,
    columns: Sequence[str],
    *,
    quantiles: Iterable[float] | float,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Summary:
    """The space summed up, as ``Sweep.summary`` describes it. Raises SpecError."""
    shares = arguments.quantiles(quantiles)
    names = arguments.listed("columns", columns)
    for name in names:
        arguments.number(bound, "columns", name)
    made = lower.compiled(bound, Query(names, bound.spec.where))
    states = made.plan.states
    measured = [(made.nodes[name], made.nulls[name]) for name in names]
    found = lower.ask(
        bound,
        made,
        lambda program: program.summary(
            measured,
            made.keep,
            (made.state, len(states)),
            shares,
            lower.thread_count(threads),
            progress,
        ),
    )
    measures = {
        name: statistics(column, found["kept"], shares) for name, column in zip(names, found["columns"], strict=True)
    }
    counts = dict.fromkeys(states, 0)
    for state, count in zip(states, found["states"], strict=True):
        counts[state] += count
    about = described(bound, doubts.about_space(bound, names, threads))
    return Summary(bound.size, found["kept"], counts, measures, {**about, "evaluated": bound.size})


def statistics(found: Mapping[str, Any], kept: int, quantiles: Sequence[float]) -> Statistics:
    """The statistics of a column from what the engine found; ``kept`` combinations count."""
    count: int = found["count"]
    if count == 0:
        nan = math.nan
        return Statistics(0, kept, nan, nan, 0.0, nan, nan, dict.fromkeys(quantiles, nan))
    total, squares = _exact(*found["sum"]), _exact(*found["squares"])
    variance = (squares - total * total / count) / count
    return Statistics(
        count=count,
        nulls=kept - count,
        min=found["min"],
        max=found["max"],
        sum=rounded(total),
        mean=rounded(total) / count,
        std=math.sqrt(rounded(variance)),
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
