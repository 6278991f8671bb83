"""The readable twin of the engine: the model's functions called on plain numbers, one combination at a time.

Nothing here is clever: that is its use. Whatever the engine answers must equal what this answers, with ``==``.

It is independent of the engine from the tape down: arithmetic, searches, draws, aggregates, reductions, ties. Above it,
both start from the same things: the bound specification with its tables and draws, the resolved wiring, and the plan,
which decides what a state spoils, what a condition reads, and in which dollars a quantity is told. A mistake there is
the same on both sides. ``tests/laws/test_semantics.py`` guards that, by an evaluator of these rules that uses none of
the three.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn

from gigacost._engine import apply
from gigacost.compiler.plan import Evaluation, Query, QueryPlan, query_plan
from gigacost.errors import InternalError
from gigacost.graph.wiring import AggregateStep, SearchStep
from gigacost.ops import Carrier, Value
from gigacost.queries import arguments
from gigacost.queries.summary import rounded

if TYPE_CHECKING:
    from gigacost.compiler.bound import Bound
    from gigacost.queries.space import Space


class Number(Carrier):
    """A float with the rules of IEEE 754: nothing raises, division by zero is infinite, NaN is never equal."""

    __slots__ = ("value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: float) -> None:
        self.value = float(value)

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Number | Truth:
        values = [_plain(operand) for operand in operands]
        if op == "where":
            return cls(values[1] if values[0] else values[2])
        result = _OPERATIONS[op](*values)
        return Truth(result) if isinstance(result, bool) else cls(result)

    def __add__(self, other: Value) -> Number:
        return Number(self.value + _plain(other))

    def __radd__(self, other: Value) -> Number:
        return Number(_plain(other) + self.value)

    def __sub__(self, other: Value) -> Number:
        return Number(self.value - _plain(other))

    def __rsub__(self, other: Value) -> Number:
        return Number(_plain(other) - self.value)

    def __mul__(self, other: Value) -> Number:
        return Number(self.value * _plain(other))

    def __rmul__(self, other: Value) -> Number:
        return Number(_plain(other) * self.value)

    def __truediv__(self, other: Value) -> Number:
        return Number(_divided(self.value, _plain(other)))

    def __rtruediv__(self, other: Value) -> Number:
        return Number(_divided(_plain(other), self.value))

    def __neg__(self) -> Number:
        return Number(-self.value)

    def __lt__(self, other: Value) -> Truth:
        return Truth(self.value < _plain(other))

    def __le__(self, other: Value) -> Truth:
        return Truth(self.value <= _plain(other))

    def __gt__(self, other: Value) -> Truth:
        return Truth(self.value > _plain(other))

    def __ge__(self, other: Value) -> Truth:
        return Truth(self.value >= _plain(other))

    def __eq__(self, other: Value) -> Truth:  # type: ignore[override]
        return Truth(self.value == _plain(other))

    def __ne__(self, other: Value) -> Truth:  # type: ignore[override]
        return Truth(self.value != _plain(other))

    def __bool__(self) -> NoReturn:
        raise TypeError("branching on a number of the reference: a model has no branches; use where")

    def __repr__(self) -> str:
        return f"Number({self.value!r})"


class Truth(Carrier):
    """What a comparison of ``Number`` gives: only ``where``, ``both``, ``either`` and ``negate`` can look at it."""

    __slots__ = ("holds",)

    def __init__(self, holds: bool) -> None:  # noqa: FBT001 - it is what it holds
        self.holds = holds

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Number | Truth:
        return Number._apply(op, operands)  # noqa: SLF001 - the other half of this carrier

    def __bool__(self) -> NoReturn:
        raise TypeError("branching on a truth value of the reference: a model has no branches; use where")

    def __repr__(self) -> str:
        return f"Truth({self.holds!r})"


def _plain(value: object) -> Any:  # noqa: ANN401 - a float or a bool
    if isinstance(value, Number):
        return value.value
    if isinstance(value, Truth):
        return value.holds
    if isinstance(value, (bool, int, float)):
        return value if isinstance(value, bool) else float(value)
    raise TypeError(f"a model calculates with numbers, not with {type(value).__name__}")


def _divided(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a) or math.isnan(b):
        return math.nan
    return math.copysign(math.inf, math.copysign(1.0, a) * math.copysign(1.0, b))


def _rounded(x: float, whole: Any) -> float:  # noqa: ANN401 - math.floor, math.ceil or round
    return math.copysign(float(whole(x)), x) if math.isfinite(x) else x


def _floor(x: float) -> float:
    return float(math.floor(x)) if math.isfinite(x) and x != 0.0 else x


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "power": lambda a, b: apply("power", a, b),
    "exp": lambda x: apply("exp", x),
    "log": lambda x: apply("log", x),
    "sqrt": lambda x: math.sqrt(x) if x >= 0.0 else math.nan,
    "floor": _floor,
    "ceil": lambda x: _rounded(x, math.ceil),
    "round_half_even": lambda x: _rounded(x, round),
    "minimum": lambda a, b: a if a < b or math.isnan(a) else b,
    "maximum": lambda a, b: a if a > b or math.isnan(a) else b,
    "both": lambda a, b: a and b,
    "either": lambda a, b: a or b,
    "negate": lambda a: not a,
    "missing": math.isnan,
}


class Calculator:
    """Plays a wiring on numbers; ``draws`` has the columns of what is drawn."""

    def __init__(self, draws: Mapping[str, Sequence[float]] | None = None) -> None:
        self.draws = draws or {}

    def lift(self, value: Value) -> Number | Truth:
        """A result as a number, even when a function returned a plain one."""
        if isinstance(value, (Number, Truth)):
            return value
        return Truth(value) if isinstance(value, bool) else Number(value)

    def search(self, step: SearchStep, values: Mapping[str, Value]) -> dict[str, Value]:
        """The axes' values at the legal candidate with the smallest objective, the first of equals; else missing."""
        search = step.search
        best: float | None = None
        found: tuple[float, ...] = (math.nan,) * len(search.over)
        for candidate in itertools.product(*(axis for _, axis in search.over)):
            inside = dict(values)
            inside.update({axis: Number(value) for (axis, _), value in zip(search.over, candidate, strict=True)})
            step.replay(inside, self)
            if not _plain(inside[search.among]) or any(_plain(inside[condition]) for condition in search.unless):
                continue
            objective = _plain(inside[search.minimise])
            if not math.isnan(objective) and (best is None or objective < best):
                best, found = objective, candidate
        return {axis: Number(value) for (axis, _), value in zip(search.over, found, strict=True)}

    def aggregate(self, step: AggregateStep, values: Mapping[str, Value]) -> Number:
        """A quantity aggregated over draws: its mean, or element ⌊q·(n−1)⌋ in order; NaN unless it is finite in all."""
        columns = [self.draws[name] for name in step.drawn]
        known = []
        for numbers in zip(*columns, strict=True):
            draw: dict[str, Value] = {name: Number(value) for name, value in zip(step.drawn, numbers, strict=True)}
            known.append(_plain(step.replay(values, draw, self)))
        if not all(map(math.isfinite, known)):
            return Number(math.nan)
        if step.aggregate.q is None:
            if min(known) == max(known):
                return Number(known[0] + 0.0)
            return Number(rounded(sum(map(Fraction, known), Fraction(0))) / len(known))
        return Number(sorted(known)[math.floor(step.aggregate.q * (len(known) - 1))] + 0.0)


def answer(bound: Bound, made: QueryPlan, index: int) -> Evaluation:
    """What a plan answers about one combination."""
    values = bound.leaf_values(made.wiring.leaves, index)
    leaves = {leaf: Number(value) for leaf, value in values.items()}
    return made.play(leaves, Calculator(bound.drawn))


def rows(sweep: Space, start: int = 0, stop: int | None = None) -> list[dict[str, Any]]:
    """The rows that ``sweep.rows`` gives: axes, status, quantities, null as None. Raises InternalError as it does."""
    made = query_plan(sweep.bound, Query(sweep.columns, sweep.spec.where))
    return [_row(sweep, made, known, index) for index, known in _kept(sweep, made, start, stop)]


def top(
    sweep: Space,
    k: int,
    by: str,
    *,
    per: Sequence[str] = (),
    distinct: Sequence[str] = (),
    largest: bool = False,
) -> list[int]:
    """The indices of the combinations that ``sweep.top`` finds, in its order."""
    compared = arguments.comparable(sweep.bound, distinct)
    groups: dict[tuple[Any, ...], list[tuple[float, int, tuple[Any, ...]]]] = {}
    for index, known in _kept(sweep, _asking(sweep, by, *compared)):
        value = _finite(_plain(known.values[by]), by, index)
        group = _group(sweep, index, per)
        same = tuple(_finite(_number(known.values[name]), name, index) for name in compared)
        groups.setdefault(group, []).append((-value if largest else value, index, same))
    found: list[int] = []
    for group in sorted(groups):
        seen: set[tuple[Any, ...]] = set()
        best: list[int] = []
        for _, index, same in sorted(groups[group], key=lambda entry: entry[:2]):
            if (not distinct or same not in seen) and len(best) < k:
                best.append(index)
                seen.add(same)
        found += best
    return found


def pareto(sweep: Space, minimise: Sequence[str], maximise: Sequence[str] = ()) -> list[int]:
    """The indices of the combinations that ``sweep.pareto`` finds, in its order."""
    points: list[tuple[tuple[float, ...], int]] = []
    for index, known in _kept(sweep, _asking(sweep, *minimise, *maximise)):
        value = {name: _finite(_number(known.values[name]), name, index) for name in (*minimise, *maximise)}
        points.append((tuple([value[name] for name in minimise] + [-value[name] for name in maximise]), index))
    return [index for point, index in sorted(points) if not any(_beats(other, (point, index)) for other in points)]


def _beats(other: tuple[tuple[float, ...], int], one: tuple[tuple[float, ...], int]) -> bool:
    """Whether another combination keeps this one off the front: as good in everything, and better or first."""
    as_good = all(a <= b for a, b in zip(other[0], one[0], strict=True))
    return as_good and (other[0] != one[0] or other[1] < one[1])


def count(sweep: Space) -> int:
    """What ``sweep.count`` gives."""
    return sum(1 for _ in _kept(sweep, _asking(sweep)))


def bounds(sweep: Space, of: str) -> list[int]:
    """The indices of the first combinations with the least and with the greatest value; none when none counts."""
    values = [
        (_finite(_plain(known.values[of]), of, index), index) for index, known in _kept(sweep, _asking(sweep, of))
    ]
    least = sorted(values, key=lambda entry: entry[0])[:1]
    greatest = sorted(values, key=lambda entry: -entry[0])[:1]
    return [index for _, index in least + greatest]


def described(sweep: Space, indices: Sequence[int], reads: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The rows at some indices, as questions describe the combinations they find: ``reads`` are shown too."""
    quantities = tuple(dict.fromkeys([*sweep.columns, *(name for name in reads if name not in sweep.bound.digits)]))
    made = query_plan(sweep.bound, Query(quantities))
    return [{"index": index, **_row(sweep, made, answer(sweep.bound, made, index), index)} for index in indices]


def summary(
    sweep: Space, columns: Sequence[str], quantiles: Sequence[float], among: Iterable[int] | None = None
) -> dict[str, Any]:
    """What ``sweep.summary`` finds of all combinations, or ``among`` some with these indices.

    ``feasible``, ``status`` and for each column its statistics by name.
    """
    made = query_plan(sweep.bound, Query(tuple(columns), sweep.spec.where))
    values: dict[str, list[float]] = {name: [] for name in columns}
    feasible = 0
    states = dict.fromkeys(made.states, 0)
    for index in range(sweep.size) if among is None else among:
        known = answer(sweep.bound, made, index)
        states[made.states[int(_plain(known.state))]] += 1
        if known.keep is not None and not _plain(known.keep):
            continue
        feasible += 1
        for name in columns:
            value = _value(known, name, index)
            if value is not None:
                values[name].append(value)
    return {
        "feasible": feasible,
        "status": states,
        "columns": {name: _statistics(values[name], feasible, quantiles) for name in columns},
    }


def _asking(sweep: Space, *names: str) -> QueryPlan:
    """How to know these quantities of the combinations that have them and meet the condition."""
    return query_plan(sweep.bound, Query((), sweep.spec.where, tuple(dict.fromkeys(names))))


def _kept(sweep: Space, made: QueryPlan, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Evaluation]]:
    """The combinations that count, with what is known of them."""
    for index in range(start, sweep.size if stop is None else stop):
        known = answer(sweep.bound, made, index)
        if known.keep is None or _plain(known.keep):
            yield index, known


def _row(sweep: Space, made: QueryPlan, known: Evaluation, index: int) -> dict[str, Any]:
    row = sweep.bound.axis_values(index)
    if sweep.model.states:
        row["status"] = made.states[int(_plain(known.state))]
    for name in made.query.columns:
        row[name] = _value(known, name, index)
    return row


def _statistics(values: list[float], feasible: int, quantiles: Sequence[float]) -> dict[str, Any]:
    count = len(values)
    found: dict[str, Any] = {"count": count, "nulls": feasible - count}
    if count:
        ordered = sorted(values)
        exact = sum(map(Fraction, values), Fraction(0))
        total = rounded(exact)
        variance = sum(((Fraction(value) - exact / count) ** 2 for value in values), Fraction(0)) / count
        found |= {"min": ordered[0], "max": ordered[-1], "sum": total, "mean": total / count}
        found["std"] = math.sqrt(rounded(variance))
        found["quantiles"] = {q: ordered[math.floor(q * (count - 1))] for q in quantiles}
    return found


def _group(sweep: Space, index: int, per: Sequence[str]) -> tuple[int, ...]:
    """For each group of the space with axes to group by, where the values of these axes come up first."""
    digits, places = sweep.bound.axis_digits(index), []
    for group in sorted({sweep.bound.digits[name].group for name in per}):
        columns = [sweep.bound.digits[name] for name in dict.fromkeys(per) if sweep.bound.digits[name].group == group]
        rows = list(zip(*(column.values for column in columns), strict=True))
        places.append(rows.index(rows[digits[columns[0].name]]))
    return tuple(places)


def _value(known: Evaluation, name: str, index: int) -> float | None:
    null = known.nulls[name]
    if null is not None and _plain(null):
        return None
    return _finite(_number(known.values[name]), name, index)


def _number(value: Value) -> float:
    return float(_plain(value)) + 0.0


def _finite(value: float, name: str, index: int) -> float:
    if not math.isfinite(value):
        raise InternalError(f"{name} is {value} at combination {index}", index)
    return value
