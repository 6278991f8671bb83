"""Random inverse questions, and what every combination says of them: the brute force that answers are held against."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from strategies import Tree, axis_values, function, settled, trees, truths

from gigacost import Input, Model, Sweep, reference, status
from gigacost.compiler.plan import Query, query_plan
from gigacost.expressions.ast import Expression
from gigacost.expressions.constraints import Constraint, constraints
from gigacost.reference import Number, Truth

often = settings(
    max_examples=int(os.environ.get("GIGACOST_INVERSE_EXAMPLES", "80")),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking whole models takes minutes
)
BY = "settled0"
UNKNOWN = "x0"
AXES = (UNKNOWN, "x1", "x2")


@dataclass(frozen=True)
class Row:
    """What is known of one combination."""

    index: int
    axes: dict[str, float]
    numbers: dict[str, Number]

    @property
    def by(self) -> float:
        return self.numbers[BY].value

    def holds(self, constraint: Constraint) -> bool:
        outcome = Expression("", constraint.node).evaluate(self.numbers, None)
        assert isinstance(outcome, Truth)
        return outcome.holds

    def side(self, constraint: Constraint) -> float:
        assert constraint.limit is not None
        value = Expression("", constraint.limit.side).evaluate(self.numbers, None)
        assert isinstance(value, Number)
        return value.value


@dataclass(frozen=True)
class Inverse:
    """A sweep whose axes include the unknown."""

    sweep: Sweep

    @cached_property
    def parts(self) -> tuple[Constraint, ...]:
        return constraints(self.sweep.spec.where)

    def rows(self, needed: Iterable[str] = ()) -> list[Row]:
        """The combinations that have what is compared and what is needed; what is null of the others is missing."""
        where = self.sweep.spec.where
        names = tuple(dict.fromkeys([BY, *(where.names if where else ())]))
        made = query_plan(self.sweep.bound, Query(names, None, (BY, *needed)))
        found = []
        for index in range(self.sweep.size):
            answer = reference.answer(self.sweep.bound, made, index)
            if answer.keep is None or reference._plain(answer.keep):
                nulls = {name for name in names if (null := answer.nulls[name]) is not None and reference._plain(null)}
                known = {name: math.nan if name in nulls else reference._number(answer.values[name]) for name in names}
                numbers = {name: Number(value) for name, value in known.items()}
                found.append(Row(index, self.sweep.bound.axis_values(index), numbers))
        return found

    def feasible(self, without: Iterable[int] = (), *, gone: bool = False) -> list[Row]:
        """Those that meet all constraints but some, of which they have the quantity at least, or not even that."""
        kept = [part for i, part in enumerate(self.parts) if i not in without]
        read = [part.node for part in kept]
        read += [limit.side for i in without if not gone and (limit := self.parts[i].limit)]
        rows = self.rows(node.name for root in read for node in root.walk() if node.op == "name")
        return [row for row in rows if all(row.holds(part) for part in kept)]

    def blamed(self, value: float | None = None) -> dict[tuple[int, ...], Row]:
        """For each choice of the fewest constraints to give up, the nearest combination (at a value of the unknown)."""
        for count in dict.fromkeys((1, 2, len(self.parts))):
            found = {}
            for chosen in combinations(range(len(self.parts)), count):
                there = [row for row in self.feasible(chosen) if value in {None, row.axes[UNKNOWN]}]
                near = [row for row in there if math.isfinite(self.distance(row, chosen))]
                if near:
                    found[chosen] = min(near, key=lambda row: (self.distance(row, chosen), row.index))
                elif gone := [row for row in self.feasible(chosen, gone=True) if value in {None, row.axes[UNKNOWN]}]:
                    found[chosen] = min(gone, key=lambda row: (row.by, row.index))
            if found:
                return found
        return {}

    def distance(self, row: Row, chosen: tuple[int, ...]) -> float:
        shares = []
        for part in (self.parts[i] for i in chosen):
            if limit := part.limit:
                beyond = row.side(part) - limit.number
                shares.append((beyond if limit.at_most else -beyond) / (abs(limit.number) or 1.0))
        if len(shares) == 1:  # in the quantity itself, which is not rounded
            (part,) = (self.parts[i] for i in chosen if self.parts[i].limit)
            assert part.limit is not None
            return row.side(part) if part.limit.at_most else -row.side(part)
        return math.nan if any(map(math.isnan, shares)) else max(shares, default=row.by)


@st.composite
def constrained(draw: st.DrawFn, names: list[str]) -> str:
    """A condition that joins some constraints."""
    limit = st.integers(-4, 4)
    kinds = [
        lambda: f"{draw(st.sampled_from(names))} {draw(st.sampled_from(['<', '<=', '>', '>=']))} {draw(limit)}",
        lambda: f"{draw(limit)} >= {draw(st.sampled_from(names))}",
        lambda: f"{draw(st.sampled_from(names))} + {draw(st.sampled_from(names))} >= {draw(limit)} / 3",
        lambda: f"{draw(limit)} <= {draw(st.sampled_from(names))} < {draw(limit)}",
        lambda: f"not ({draw(st.sampled_from(names))} > {draw(limit)})",
        lambda: f"({draw(st.sampled_from(names))} > {draw(limit)} or {draw(st.sampled_from(names))} == 1)",
    ]
    parts = [draw(st.sampled_from(kinds))() for _ in range(draw(st.integers(1, 4)))]
    return " and ".join(parts)


@st.composite
def inverses(draw: st.DrawFn) -> Inverse:
    """Random models over up to three axes, with a condition of several constraints and perhaps a state."""
    axes = {name: draw(axis_values) for name in AXES[: draw(st.integers(1, 3))]}
    inputs = [Input(name, "1", "", default=0.0, low=-math.inf) for name in axes]
    parts: list[Any] = []
    # The first depends on the unknown, so that something does.
    for i in range(draw(st.integers(1, 3))):
        tree = draw(trees(list(axes)))
        first = Tree("add", (Tree("name", name=UNKNOWN), tree)) if i == 0 else tree
        parts += [function(f"raw{i}", list(axes), first), settled(f"settled{i}", f"raw{i}", 1e6)]
    names = [part.__name__ for part in parts]
    if draw(st.booleans()):
        condition = function("is_bad", list(axes), draw(truths(list(axes))))
        parts.append(status("bad", spoils=draw(st.sampled_from(names)))(condition))
    model = Model(*inputs, *parts)
    return Inverse(Sweep(axes, where=draw(constrained([*names, *axes])), columns=[BY], model=model))
