"""Numbers that carry their unit: what the check of units runs a model on."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NoReturn

from gigacost import ops
from gigacost.errors import UnitError, show
from gigacost.units.algebra import ONE, Unit

TRUTH = Unit((("truth", 1),))


class UnitValue(ops.Carrier):
    """A number with its unit, or a truth (unit ``truth``): a carrier that refuses what the units forbid.

    A plain number is dimensionless, but 0, infinite and missing ones fit any unit when added, compared or chosen.
    A ``declarations.Constant`` counts with its unit. Raises UnitError.
    """

    __slots__ = ("number", "unit")
    __hash__ = None  # type: ignore[assignment]  # == gives a truth, not a bool

    def __init__(self, number: float, unit: Unit | str) -> None:
        """``unit`` may be text, as in ``UnitValue(8.0, "chip")``."""
        self.number = number
        self.unit = Unit.parse(unit) if isinstance(unit, str) else unit

    def __repr__(self) -> str:
        """As ``UnitValue(8.0, "chip")``."""
        return f'UnitValue({self.number!r}, "{self.unit}")'

    def __bool__(self) -> NoReturn:
        """A model may not branch on a value."""
        message = (
            "a measured value is no Python condition: instead of if, and, or, not, min, max "
            "use where, both, either, negate, minimum, maximum of gigacost.ops"
        )
        raise UnitError(message)

    def __add__(self, other: object) -> UnitValue:
        """The sum, of equal units."""
        return _like("add", operator.add, self, other)

    def __radd__(self, other: object) -> UnitValue:
        """The sum, of equal units."""
        return _like("add", operator.add, other, self)

    def __sub__(self, other: object) -> UnitValue:
        """The difference, of equal units."""
        return _like("subtract", operator.sub, self, other)

    def __rsub__(self, other: object) -> UnitValue:
        """The difference, of equal units."""
        return _like("subtract", operator.sub, other, self)

    def __mul__(self, other: object) -> UnitValue:
        """The product."""
        a, b = _quantities("multiply", self, other)
        return UnitValue(a.number * b.number, a.unit * b.unit)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> UnitValue:
        """The quotient."""
        return _quotient(self, other)

    def __rtruediv__(self, other: object) -> UnitValue:
        """The quotient."""
        return _quotient(other, self)

    def __neg__(self) -> UnitValue:
        """The negative."""
        (a,) = _quantities("negate", self)
        return UnitValue(-a.number, a.unit)

    def __eq__(self, other: object) -> UnitValue:  # type: ignore[override]
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.eq, self, other, TRUTH)

    def __ne__(self, other: object) -> UnitValue:  # type: ignore[override]
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.ne, self, other, TRUTH)

    def __lt__(self, other: object) -> UnitValue:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.lt, self, other, TRUTH)

    def __le__(self, other: object) -> UnitValue:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.le, self, other, TRUTH)

    def __gt__(self, other: object) -> UnitValue:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.gt, self, other, TRUTH)

    def __ge__(self, other: object) -> UnitValue:
        """The truth of the comparison, of equal units."""
        return _like("compare", operator.ge, self, other, TRUTH)

    @classmethod
    def _apply(cls, op: str, operands: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a plain number may come back
        if op == "where":
            return _where(*operands)
        if op in {"both", "either", "negate"}:
            truths = [_truth(op, operand) for operand in operands]
            return UnitValue(getattr(ops, op)(*truths), TRUTH)
        if op in {"minimum", "maximum"}:
            return _like(f"take the {op} of", getattr(ops, op), *operands)
        values = _quantities(f"take {op} of", *operands)
        result = getattr(ops, op)(*(value.number for value in values))
        return UnitValue(result, _result_unit(op, values))


def _result_unit(op: str, values: list[UnitValue]) -> Unit:
    unit = values[0].unit
    if op == "missing":
        return TRUTH
    if op == "sqrt":
        return unit.sqrt()
    if op in {"floor", "ceil", "round_half_even"}:
        return unit
    if op == "power":
        exponent = values[1]
        if exponent.unit != ONE:
            message = f"the exponent of power has the unit {exponent.unit}: it must be dimensionless"
            raise UnitError(message)
        if unit != ONE and float(exponent.number).is_integer():
            return unit ** int(exponent.number)
    if unit != ONE:
        message = f"{op} of a quantity in {unit}: divide it by a constant of that unit first"
        raise UnitError(message)
    return ONE


def _seen(value: object) -> UnitValue | None:
    """The operand with its unit; None for what is no number."""
    if isinstance(value, UnitValue):
        return value
    if isinstance(value, bool):
        return UnitValue(value, TRUTH)
    if isinstance(value, int | float):
        unit = getattr(value, "unit", "1")  # graph.declarations.Constant, which lies above
        return UnitValue(float(value), unit)
    return None


def _quantities(what: str, *values: object) -> list[UnitValue]:
    seen = []
    for value in values:
        measured = _seen(value)
        if measured is None:
            message = f"cannot {what} {type(value).__name__} {show(value)}: not a number"
            raise UnitError(message)
        if measured.unit == TRUTH:
            message = f"cannot {what} a condition: use where(condition, a, b)"
            raise UnitError(message)
        seen.append(measured)
    return seen


def _truth(what: str, value: object) -> bool:
    measured = _seen(value)
    if measured is None or measured.unit != TRUTH:
        shown = show(value) if measured is None else f"a quantity in {measured.unit}"
        message = f"{what} takes conditions, not {shown}: compare it with something"
        raise UnitError(message)
    return bool(measured.number)


def fits_any(value: object) -> bool:
    """Whether a value is a plain number that has any unit: 0, an infinite or a missing one."""
    plain = isinstance(value, int | float) and not hasattr(value, "unit")
    return plain and (value == 0 or not math.isfinite(value))  # type: ignore[arg-type]


def _common(what: str, *values: object) -> Unit:
    units = {a.unit for a, value in zip(_quantities(what, *values), values, strict=True) if not fits_any(value)}
    if len(units) > 1:
        first, second = sorted(map(str, units))
        message = f"cannot {what} {first} and {second}: convert one of them by a named constant"
        raise UnitError(message)
    return units.pop() if units else ONE


def _like(what: str, function: Callable[..., Any], a: object, b: object, unit: Unit | None = None) -> UnitValue:
    common = _common(what, a, b)
    left, right = _quantities(what, a, b)
    return UnitValue(function(left.number, right.number), unit or common)


def _quotient(a: object, b: object) -> UnitValue:
    above, below = _quantities("divide", a, b)
    try:
        number = above.number / below.number
    except ZeroDivisionError:  # as IEEE has it, so that the check runs where the number does not matter
        number = math.nan if above.number == 0.0 else math.copysign(math.inf, above.number)
    return UnitValue(number, above.unit / below.unit)


def _where(condition: object, a: object, b: object) -> object:
    holds = _truth("where", condition)
    _quantities("choose between", a, b)
    chosen = a if holds else b
    if fits_any(a) and fits_any(b):
        return chosen
    unit = _common("choose between", a, b)
    return UnitValue(_quantities("choose", chosen)[0].number, unit)
