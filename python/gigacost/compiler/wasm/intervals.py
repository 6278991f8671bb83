"""Intervals that enclose computed numbers (as ``rust/engine/src/numeric/interval.rs``).

Statements are about computed numbers: rounding is monotone, so end points that are computed like the values enclose
them; ``exp``, ``log`` and ``power`` are off by less than one unit in the last place, so theirs are widened by more.
Zeros are told apart by their signs, −0 below 0: only so it is known what is divided by them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gigacost._engine import apply

_WIDER = 4
"""By how many units in the last place the end points of what is not computed exactly are widened."""


class Interval(NamedTuple):
    """All numbers from one to another, and perhaps NaN; no number where ``low`` is above ``high``."""

    low: float
    high: float
    nan: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether every value is NaN."""
        return self.low > self.high

    @property
    def is_unsigned(self) -> bool:
        """Whether no number in it is negative."""
        return self.low >= 0.0

    @property
    def holds(self) -> bool:
        """Whether a truth value holds everywhere. One that is NaN does."""
        return not self.has_zero

    @property
    def may_hold(self) -> bool:
        """Whether a truth value may hold somewhere."""
        return self.nan or self.low != 0.0 or self.high != 0.0

    @property
    def has_zero(self) -> bool:
        """Whether a zero may be in it."""
        return self.low <= 0.0 <= self.high

    @property
    def has_infinity(self) -> bool:
        """Whether an infinity may be in it."""
        return not self.is_empty and (math.isinf(self.low) or math.isinf(self.high))


ALL = Interval(-math.inf, math.inf, nan=True)
NAN = Interval(math.inf, -math.inf, nan=True)
TRUE, FALSE, TRUTHS = Interval(1.0, 1.0), Interval(0.0, 0.0), Interval(0.0, 1.0)


def hull(values: Iterable[float]) -> Interval:
    """What encloses some values."""
    found = list(values)
    numbers = [value for value in found if not math.isnan(value)]
    nan = len(numbers) < len(found)
    return Interval(min(numbers, key=_place), max(numbers, key=_place), nan) if numbers else NAN


def operation(name: str, operands: Sequence[Interval]) -> Interval:
    """What an operation on enclosed values is enclosed by."""
    if name in _TRUTHS:
        return _TRUTHS[name](*operands)
    if any(operand.is_empty for operand in operands):
        return ALL if name == "power" else NAN
    if name in _UNARY:
        return _UNARY[name](operands[0])
    a, b = operands
    nan = a.nan or b.nan or _MAKES_NAN.get(name, _never)(a, b)
    return _BINARY[name](a, b)._replace(nan=nan)


def selected(condition: Interval, a: Interval, b: Interval) -> Interval:
    """What is chosen by a condition, which holds where it is NaN."""
    if condition.holds:
        return a
    return joined(a, b) if condition.may_hold else b


def joined(a: Interval, b: Interval) -> Interval:
    """What is in one or the other."""
    return Interval(_least(a.low, b.low), _greatest(a.high, b.high), a.nan or b.nan)


def _place(value: float) -> tuple[float, float]:
    """The order in which −0 is below 0."""
    return (value, math.copysign(1.0, value))


def _least(*values: float) -> float:
    return min(values, key=_place)


def _greatest(*values: float) -> float:
    return max(values, key=_place)


def _signed(value: float) -> bool:
    return math.copysign(1.0, value) < 0.0


def _mapped(a: Interval, function: Callable[[float], float]) -> Interval:
    """The end points through a function that never falls; those that are no number then are as far out as can be."""
    low, high = function(a.low), function(a.high)
    return Interval(-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high, a.nan)


def _corners(a: Interval, b: Interval, function: Callable[[float, float], float]) -> Interval:
    """The end points through a function that rises or falls in each operand as long as the other one stays."""
    values = list(itertools.starmap(function, itertools.product(a[:2], b[:2])))
    return Interval(_least(*values), _greatest(*values))


def _widened(a: Interval, least: float) -> Interval:
    """Wider by what a function that is not computed exactly may be off, but not below a least value."""
    low, high = a.low, a.high
    for _ in range(_WIDER):
        low, high = math.nextafter(low, -math.inf), math.nextafter(high, math.inf)
    return Interval(_greatest(low, least), high, a.nan)


def _not_below(a: Interval, bound: float) -> Interval:
    """What is not below a number; of the rest is made NaN."""
    return Interval(_greatest(a.low, bound), _greatest(a.high, bound), a.nan or a.low < bound)


def _sqrt(a: Interval) -> Interval:
    return NAN if a.high < 0.0 else _mapped(_not_below(a, -0.0), lambda x: apply("sqrt", x))


def _log(a: Interval) -> Interval:
    return NAN if a.high < 0.0 else _widened(_mapped(_not_below(a, -0.0), lambda x: apply("log", x)), -math.inf)


def _added(a: Interval, b: Interval) -> Interval:
    low, high = a.low + b.low, a.high + b.high
    return Interval(-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high)


def _negative(a: Interval) -> Interval:
    return Interval(-a.high, -a.low, a.nan)


def _defined(name: str) -> Callable[[float, float], float]:
    """A product or quotient of end points.

    Next to 0 · ∞, 0 ÷ 0 and ∞ ÷ ∞, which are no numbers, are zeros of their sign; what else is next to them is so to
    other end points.
    """

    def found(a: float, b: float) -> float:
        value = apply(name, a, b)
        return math.copysign(0.0, math.copysign(1.0, a) * math.copysign(1.0, b)) if math.isnan(value) else value

    return found


def _divided(a: Interval, b: Interval) -> Interval:
    return _corners(a, b, _defined("divide")) if _signed(b.low) == _signed(b.high) else ALL


def _power(a: Interval, b: Interval) -> Interval:
    return ALL if _signed(a.low) else _widened(_corners(a, b, lambda x, y: apply("power", x, y)), 0.0)


def _minimum(a: Interval, b: Interval) -> Interval:
    high = _least(a.high, b.high)
    # Of zeros either one may be chosen.
    high = _least(_greatest(a.high, b.high), 0.0) if high == 0.0 else high
    return Interval(_least(a.low, b.low), high)


def _maximum(a: Interval, b: Interval) -> Interval:
    return _negative(_minimum(_negative(a), _negative(b)))


def _never(*_: Interval) -> bool:
    return False


def _opposite(a: Interval, b: Interval) -> bool:
    return (a.low == -math.inf and b.high == math.inf) or (b.low == -math.inf and a.high == math.inf)


def _compared(name: str) -> Callable[[Interval, Interval], Interval]:
    """What a comparison makes of both: with NaN only ``not_equal`` holds."""

    def found(a: Interval, b: Interval) -> Interval:
        nan = a.nan or b.nan
        apart = a.high < b.low or b.high < a.low or a.is_empty or b.is_empty
        equal = a.low == b.high and a.high == b.low
        always, never = {
            "less": (a.high < b.low, a.low >= b.high),
            "less_equal": (a.high <= b.low, a.low > b.high),
            "equal": (equal, apart),
            "not_equal": (apart, equal and not nan),
        }[name]
        if never:
            return FALSE
        return TRUE if always and (not nan or name == "not_equal") else TRUTHS

    return found


def _both(a: Interval, b: Interval) -> Interval:
    if a.holds and b.holds:
        return TRUE
    return TRUTHS if a.may_hold and b.may_hold else FALSE


def _either(a: Interval, b: Interval) -> Interval:
    if a.holds or b.holds:
        return TRUE
    return TRUTHS if a.may_hold or b.may_hold else FALSE


def _negate(a: Interval) -> Interval:
    return FALSE if a.holds else TRUTHS if a.may_hold else TRUE


def _missing(a: Interval) -> Interval:
    return FALSE if not a.nan else TRUE if a.is_empty else TRUTHS


_TRUTHS: dict[str, Callable[..., Interval]] = {
    **{name: _compared(name) for name in ("less", "less_equal", "equal", "not_equal")},
    "both": _both,
    "either": _either,
    "negate": _negate,
    "missing": _missing,
}
_UNARY: dict[str, Callable[[Interval], Interval]] = {
    "negative": _negative,
    "sqrt": _sqrt,
    "log": _log,
    "exp": lambda a: _widened(_mapped(a, lambda x: apply("exp", x)), 0.0),
    "floor": lambda a: _mapped(a, lambda x: apply("floor", x)),
    "ceil": lambda a: _mapped(a, lambda x: apply("ceil", x)),
    "round_half_even": lambda a: _mapped(a, lambda x: apply("round_half_even", x)),
}
_BINARY: dict[str, Callable[[Interval, Interval], Interval]] = {
    "add": _added,
    "subtract": lambda a, b: _added(a, _negative(b)),
    "multiply": lambda a, b: _corners(a, b, _defined("multiply")),
    "divide": _divided,
    "power": _power,
    "minimum": _minimum,
    "maximum": _maximum,
}
_MAKES_NAN: dict[str, Callable[[Interval, Interval], bool]] = {
    "add": _opposite,
    "subtract": lambda a, b: a.has_infinity and b.has_infinity,
    "multiply": lambda a, b: (a.has_zero and b.has_infinity) or (a.has_infinity and b.has_zero),
    "divide": lambda a, b: (a.has_infinity and b.has_infinity) or (a.has_zero and b.has_zero),
    "power": lambda a, _: a.low < 0.0,
}
