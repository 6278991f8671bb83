"""The operations a model is written in, beside + − × ÷ and comparisons.

Each works on plain floats (to read a formula, to check it by hand) and on every *carrier*: a type that gives the
operations another meaning. Carriers are the reference's ``Number``, the tracer's ``Traced`` and the unit check's
``UnitValue``; a carrier implements ``_apply(op, operands)``.

A truth value (of a comparison, of ``both``, ``either``, ``negate``, ``missing``) can only be used as a condition.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias


class Carrier:
    """A value that knows what an operation means for it."""

    __slots__ = ()

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Any:  # noqa: ANN401 - the carrier's own type
        """The operation on operands of which at least one is this carrier, the others plain floats or truths."""
        raise NotImplementedError


Value: TypeAlias = Any
"""A float or a carrier of one."""


def power(base: Value, exponent: Value) -> Value:
    """``base`` raised to ``exponent``, as C's ``pow``; NaN for a negative base and a fractional exponent."""
    return _apply("power", base, exponent)


def exp(x: Value) -> Value:
    """E to the power of ``x`` (dimensionless)."""
    return _apply("exp", x)


def log(x: Value) -> Value:
    """The natural logarithm of ``x`` (dimensionless)."""
    return _apply("log", x)


def sqrt(x: Value) -> Value:
    """The square root of ``x``."""
    return _apply("sqrt", x)


def floor(x: Value) -> Value:
    """The largest whole number not above ``x``."""
    return _apply("floor", x)


def ceil(x: Value) -> Value:
    """The smallest whole number not below ``x``."""
    return _apply("ceil", x)


def round_half_even(x: Value) -> Value:
    """The nearest whole number; of two equally near, the even one."""
    return _apply("round_half_even", x)


def minimum(a: Value, b: Value) -> Value:
    """``a`` if a < b or a is missing, else ``b``."""
    return _apply("minimum", a, b)


def maximum(a: Value, b: Value) -> Value:
    """``a`` if a > b or a is missing, else ``b``."""
    return _apply("maximum", a, b)


def where(condition: Value, a: Value, b: Value) -> Value:
    """``a`` where the condition holds, else ``b``. Both are evaluated."""
    return _apply("where", condition, a, b)


def both(a: Value, b: Value) -> Value:
    """Whether both conditions hold."""
    return _apply("both", a, b)


def either(a: Value, b: Value) -> Value:
    """Whether at least one of the conditions holds."""
    return _apply("either", a, b)


def negate(a: Value) -> Value:
    """Whether the condition does not hold."""
    return _apply("negate", a)


def missing(x: Value) -> Value:
    """Whether the figure is missing."""
    return _apply("missing", x)


def total(*terms: Value) -> Value:
    """The terms added from left to right; 0 without terms."""
    if not terms:
        return 0.0
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def _apply(op: str, *operands: Value) -> Value:
    for operand in operands:
        if isinstance(operand, Carrier):
            return operand._apply(op, operands)  # noqa: SLF001 - carriers are this module's protocol
    return _PLAIN[op](*operands)


def _plain_power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if base == 0.0 else math.nan


def _plain_exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _plain_log(x: float) -> float:
    if x == 0.0:
        return -math.inf
    return math.log(x) if x > 0.0 else math.nan


_PLAIN: dict[str, Callable[..., Value]] = {
    "power": _plain_power,
    "exp": _plain_exp,
    "log": _plain_log,
    "sqrt": lambda x: math.sqrt(x) if x >= 0.0 else math.nan,
    "floor": lambda x: float(math.floor(x)) if math.isfinite(x) else x,
    "ceil": lambda x: float(math.ceil(x)) if math.isfinite(x) else x,
    "round_half_even": lambda x: float(round(x)) if math.isfinite(x) else x,
    "minimum": lambda a, b: a if a < b or math.isnan(a) else b,
    "maximum": lambda a, b: a if a > b or math.isnan(a) else b,
    "where": lambda condition, a, b: a if condition else b,
    "both": lambda a, b: a and b,
    "either": lambda a, b: a or b,
    "negate": lambda a: not a,
    "missing": math.isnan,
}
