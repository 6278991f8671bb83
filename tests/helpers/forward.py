"""Derivatives by carrying them forward, in exact fractions: what the engine's reverse pass is compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gigacost import _engine, reference
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import QueryPlan
from gigacost.graph.wiring import SearchStep
from gigacost.ops import Carrier, Value


@dataclass(frozen=True)
class Slope:
    """The derivative along one leaf: a sum over paths of the products of what each operation on them contributes."""

    exact: Fraction = Fraction(0)
    size: Fraction = Fraction(0)
    """The sum of the paths' absolute values: floats lose a share of this, not of a sum in which much cancels."""
    orders: float = 0.0
    """How many orders of magnitude the factors of a path come to: where that is too many, floats may overflow."""

    def along(self, partial: float) -> Slope:
        if not math.isfinite(partial):
            return Slope(orders=math.inf)
        factor = Fraction(partial)
        orders = abs(math.log10(abs(partial))) if partial else 0.0
        return Slope(self.exact * factor, self.size * abs(factor), self.orders + orders)

    def __add__(self, other: Slope) -> Slope:
        return Slope(self.exact + other.exact, self.size + other.size, max(self.orders, other.orders))

    def is_met_by(self, found: float, operations: int) -> bool:
        """Whether a float is as near to it as so many operations, each rounded a few times, bring it."""
        if not math.isfinite(found):
            return False
        return abs(Fraction(found) - self.exact) <= self.size * Fraction(8 * operations, 2**53)


class Dual(Carrier):
    """A number (or truth value) with its derivatives."""

    __slots__ = ("slopes", "value")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: float | bool, slopes: Mapping[str, Slope] | None = None) -> None:  # noqa: FBT001
        self.value = value
        self.slopes = slopes or {}

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Dual:
        duals = [operand if isinstance(operand, Dual) else Dual(operand) for operand in operands]
        if op == "where":
            return duals[1] if duals[0].value else duals[2]
        values = [dual.value for dual in duals]
        result = _VALUES.get(op, reference._OPERATIONS.get(op))(*values)
        if op in {"minimum", "maximum"}:
            first = math.isnan(values[0]) or (values[0] < values[1] if op == "minimum" else values[0] > values[1])
            return duals[0] if first else duals[1]
        if op not in _PARTIALS:
            return Dual(result)
        partials = _PARTIALS[op](*values)
        slopes: dict[str, Slope] = {}
        for dual, partial in zip(duals, partials, strict=True):
            for leaf, slope in dual.slopes.items():
                more = slope.along(partial)
                slopes[leaf] = slopes[leaf] + more if leaf in slopes else more
        return Dual(result, slopes)

    def __add__(self, other: Value) -> Dual:
        return self._apply("add", (self, other))

    def __radd__(self, other: Value) -> Dual:
        return self._apply("add", (other, self))

    def __sub__(self, other: Value) -> Dual:
        return self._apply("subtract", (self, other))

    def __rsub__(self, other: Value) -> Dual:
        return self._apply("subtract", (other, self))

    def __mul__(self, other: Value) -> Dual:
        return self._apply("multiply", (self, other))

    def __rmul__(self, other: Value) -> Dual:
        return self._apply("multiply", (other, self))

    def __truediv__(self, other: Value) -> Dual:
        return self._apply("divide", (self, other))

    def __rtruediv__(self, other: Value) -> Dual:
        return self._apply("divide", (other, self))

    def __neg__(self) -> Dual:
        return self._apply("negative", (self,))

    def __lt__(self, other: Value) -> Dual:
        return self._apply("less", (self, other))

    def __le__(self, other: Value) -> Dual:
        return self._apply("less_equal", (self, other))

    def __gt__(self, other: Value) -> Dual:
        return self._apply("less", (other, self))

    def __ge__(self, other: Value) -> Dual:
        return self._apply("less_equal", (other, self))

    def __eq__(self, other: Value) -> Dual:  # type: ignore[override]
        return self._apply("equal", (self, other))

    def __ne__(self, other: Value) -> Dual:  # type: ignore[override]
        return self._apply("not_equal", (self, other))


_VALUES: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: reference._divided(float(a), float(b)),
    "negative": lambda a: -a,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
}


def _quotient(a: float, b: float) -> tuple[float, float]:
    if not b or not math.isfinite(a) or not math.isfinite(b):
        return math.nan, math.nan
    try:
        return float(1 / Fraction(b)), float(-Fraction(a) / Fraction(b) ** 2)
    except OverflowError:
        return math.nan, math.nan


def _powers(a: float, b: float) -> tuple[float, float]:
    along_base = 0.0 if b == 0 else b * _engine.apply("power", a, b - 1.0)
    flat = a == 0.0 and b > 0.0
    return along_base, 0.0 if flat else _engine.apply("power", a, b) * _engine.apply("log", a)


_PARTIALS: dict[str, Any] = {
    "add": lambda *_: (1.0, 1.0),
    "subtract": lambda *_: (1.0, -1.0),
    "multiply": lambda a, b: (b, a),
    "divide": _quotient,
    "power": _powers,
    "negative": lambda _: (-1.0,),
    "sqrt": lambda x: (0.5 / math.sqrt(x) if x > 0.0 else math.nan,),
    "exp": lambda x: (_engine.apply("exp", x),),
    "log": lambda x: (1.0 / x if x else math.nan,),
}


class Forward:
    """Plays a wiring on duals; a search is the reference's, and its winner a constant."""

    def lift(self, value: Value) -> Dual:
        return value if isinstance(value, Dual) else Dual(value)

    def search(self, step: SearchStep, values: Mapping[str, Value]) -> dict[str, Value]:
        calculator = reference.Calculator()
        plain = {name: calculator.lift(value.value) for name, value in values.items()}
        return {axis: Dual(number.value) for axis, number in calculator.search(step, plain).items()}


def carried(bound: Bound, made: QueryPlan, index: int) -> Mapping[str, Dual]:
    """Every value of a plan at one combination, with its derivatives along the leaves that are there."""
    values = bound.leaf_values(made.wiring.leaves, index)
    leaves = {leaf: Dual(value, {leaf: Slope(Fraction(1), Fraction(1))}) for leaf, value in values.items()}
    return made.play(leaves, Forward()).values
