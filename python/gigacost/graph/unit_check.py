"""The check of the units of quantities: each is called once with numbers that carry their units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gigacost.errors import Fault, UnitError, nearest
from gigacost.graph.declarations import Contribution, Doubt, Status, Subtotal
from gigacost.graph.wiring import Quantity
from gigacost.ops import total
from gigacost.units.algebra import Unit
from gigacost.units.dimension_check import TRUTH, UnitValue, fits_any

_CONSTANT = 'numbers with units, as Constant(24.0, "h/d")'
_WAY_OUT = "check_units=False takes docstrings at their word"


def unit_faults(added: Iterable[Quantity], units: Mapping[str, str]) -> Iterator[Fault]:
    """What is wrong with the units of quantities, of which the model has others by name with their ``units``.

    A name without a unit has an empty one.
    """
    for quantity in added:
        if not (isinstance(quantity.mark, Subtotal) and quantity.function is total):
            yield from _faults(quantity, units)


def _faults(quantity: Quantity, units: Mapping[str, str]) -> Iterator[Fault]:
    said = f"[{quantity.unit}]" if quantity.unit else ""
    is_condition = isinstance(quantity.mark, Status | Doubt)
    if not quantity.unit and not is_condition:
        what = "says no unit: the first sentence of a docstring ends with it in brackets"
        yield Fault(quantity.name, "", what, f"[$], [MW], [1] and the like; {_WAY_OUT}")
        return
    try:
        expected = TRUTH if is_condition else Unit.parse(quantity.unit)
    except UnitError:
        yield Fault(quantity.name, said, "not a unit", f"symbols joined by ·, one /, as in $/(chip·h); {_WAY_OUT}")
        return
    if isinstance(quantity.mark, Contribution) and expected != Unit.parse(units[quantity.mark.to]):
        yield Fault(quantity.name, said, f"counted in {quantity.mark.to}", f"[{units[quantity.mark.to]}]")
        return
    unknown = [name for name in quantity.parameters if not units[name]]
    if unknown:
        hint = nearest(unknown[0], [name for name, unit in units.items() if unit])
        for name in unknown:
            what = f"the model knows no unit of its parameter {name}"
            yield Fault(quantity.name, said, what, f'Input("{name}", UNIT, ...); {_WAY_OUT}', hint)
        return
    yield from _computed(quantity, units, expected)


def _computed(quantity: Quantity, units: Mapping[str, str], expected: Unit) -> Iterator[Fault]:
    """Whether the function computes what its docstring says."""
    said = "" if expected == TRUTH else f"[{expected}]"
    made_of = ", ".join(f"{name} [{units[name]}]" for name in quantity.parameters) or "bare numbers"
    try:
        value: Any = quantity.function(
            *(_measured(units[name], place) for place, name in enumerate(quantity.parameters))
        )
    except UnitError as error:
        yield Fault(quantity.name, said, f"{error}; it is made of {made_of}", f"{_CONSTANT}; {_WAY_OUT}")
        return
    except (TypeError, ValueError, ArithmeticError):  # no unit is to blame, and who traces it tells
        return
    if fits_any(value) and expected != TRUTH:
        return
    found = TRUTH if isinstance(value, bool) else Unit.parse(str(getattr(value, "unit", "1")))
    if found != expected:
        what = f"computes [{found}] of {made_of}"
        allowed = "a condition" if expected == TRUTH else f"[{found}], or {_CONSTANT}"
        yield Fault(quantity.name, said, what, f"{allowed}; {_WAY_OUT}")


def _measured(unit: str, place: int) -> UnitValue:
    """Some value with its unit, another one for each parameter: differences are not 0."""
    parsed = Unit.parse(unit)
    return UnitValue(parsed == TRUTH or 2.0 + place / 4, parsed)
