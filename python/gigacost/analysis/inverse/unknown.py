"""An unknown: an input or axis whose value is looked for, at first on a grid and then ever finer between its values."""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph.declarations import SMALLEST, Contribution, Subtotal
from gigacost.queries.space import Space
from gigacost.spec.axes import Axis, Zipped, as_list, read_axis
from gigacost.spec.fields import Field, Scalar, refused
from gigacost.spec.namespace import field_of
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import Spec

STEPS = 65
"""Values of the first grid, where nobody says how many."""
CLOSE = 1e-12
"""Neighbouring values that differ by no more than this share of the larger one are not told apart any further."""
_SECTIONS = 8
"""Into how many parts each next grid cuts the gap between two values."""
_WIDE = 100.0
"""A range above 0 whose ends are further apart than this factor is gone through by equal factors."""

Over = Mapping[str, Any] | Sequence[Any]
"""Where to look: ``(low, high)``, or a range as an axis has it."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is looked for, and where."""

    field: Field
    """Its name and unit, and how its values are read."""
    values: tuple[float, ...]
    """Those of the first grid, ascending."""
    gridded: bool
    """Whether no other values count: they are those of an axis."""
    multiple: int | None
    """What all values are multiples of."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.field.name

    def between(self, low: float, high: float) -> list[float]:
        """Some values between two others, ascending; none where there are no more, or these are as close as matters."""
        if self.gridded:
            return []
        if self.multiple:
            return self._multiples(low, high)
        return numbers_between(low, high)

    def _multiples(self, low: float, high: float) -> list[float]:
        multiple = self.multiple or 1
        first, gap = round(low / multiple), round((high - low) / multiple)
        places = dict.fromkeys(first + gap * part // _SECTIONS for part in range(1, _SECTIONS))
        number = int if self.field.kind == "integer" else float
        return [number(place * multiple) for place in places if first < place < first + gap]

    def beyond(self, value: float, *, upwards: bool) -> float | None:
        """The next value of the first grid; None at its end."""
        after = [other for other in self.values if (other > value if upwards else other < value)]
        return (min(after) if upwards else max(after)) if after else None


def numbers_between(low: float, high: float) -> list[float]:
    """Some numbers between two others, ascending; none where these are as close as matters."""
    if high - low <= CLOSE * max(abs(low), abs(high)):
        return []
    # Even in the order of floats: about by equal factors where the gap is wide, by equal steps where it is not.
    first, gap = _place(low), _place(high) - _place(low)
    places = dict.fromkeys(first + gap * part // _SECTIONS for part in range(1, _SECTIONS))
    return [_at(place) for place in places if first < place < first + gap]


def looked_for(sweep: Space, name: str, over: Over | None) -> tuple[Space, Unknown]:
    """The sweep with the unknown as an axis, and the unknown. Raises SpecError.

    Without ``over`` it is an axis of the sweep, on the values it has there; or an input, over its plausible range. With
    it, it becomes the outermost axis, whatever the sweep has given it.
    """
    field = _field(sweep, name)
    _refuse_answer(sweep, name, ranged=over is not None)
    digit = sweep.bound.digits.get(name)
    if over is None and digit:
        values = tuple(sorted(set(_numbers(digit.values))))
        return sweep, Unknown(field, values, gridded=True, multiple=None)
    table = _range(field, over)
    axis = read_axis(field, table, "over")
    unknown = Unknown(field, _numbers(axis.values), gridded=False, multiple=_multiple(field, table))
    return _with_axis(sweep, axis), unknown


def at_values(spec: Spec, unknown: Unknown, values: Sequence[float]) -> Spec:
    """The specification with only some values of the unknown; of a table only the rows that have them."""
    if not unknown.gridded:
        axis = Axis(unknown.name, tuple(values), unknown.field.kind)
        return replace(spec, axes=(axis, *spec.axes[1:]))  # it was made the outermost
    wanted = set(values)
    return replace(spec, axes=tuple(_narrowed(axis, unknown.name, wanted) for axis in spec.axes))


def _narrowed(axis: Axis | Zipped, name: str, wanted: Collection[Scalar]) -> Axis | Zipped:
    """The axis, with only those of its values at which the unknown is among some."""
    if name not in axis.names:
        return axis
    column = next(part.values for part in axis.parts if part.name == name)
    return axis.taking([row for row, value in enumerate(column) if value in wanted])


def _field(sweep: Space, name: str) -> Field:
    """How values of the unknown are read. Raises SpecError when it cannot be one."""
    names = namespace(sweep.model, sweep.bound.catalog)
    field = field_of(names, name)
    if field and field.kind != "label":
        return field
    if field:
        raise SpecError(Fault("unknown", show(name), "has labels, where a number is looked for"))
    if name in names.quantities:
        raise SpecError(Fault("unknown", show(name), "a condition of the model, not a number"))
    known = [*names.inputs, *names.quantities]
    raise SpecError(Fault("unknown", show(name), "unknown name", hint=nearest(name, known)))


def _refuse_answer(sweep: Space, name: str, *, ranged: bool) -> None:
    """Raise SpecError for a quantity that is computed: an answer of the model, and no figure that goes into it.

    One that has a legal range of its own (``mfu``) or is given a value counts as an input; so does any but money of
    which it is said where to look.
    """
    quantity = sweep.model.quantities.get(name)
    if quantity is None or name in sweep.bound.user_given:
        return
    is_money = isinstance(quantity.mark, Contribution | Subtotal)
    if is_money or not (ranged or name in sweep.model.inputs):
        what = "computed by the model; what should become of it goes into the condition, and the unknown is an input"
        allowed = f'solve tokens ... --where "{name} <= {"50e6" if is_money else "VALUE"}"'
        raise SpecError(Fault("unknown", show(name), what, allowed))


def _range(field: Field, over: Over | None) -> dict[str, Any]:
    """The range to look in, with all that it leaves open."""
    if over is None:
        low, high = _usual(field)
        table: dict[str, Any] = {"from": low, "to": high}
    elif isinstance(over, Mapping):
        table = dict(over)
    else:
        ends = as_list(over)
        if ends is None or len(ends) != 2:  # noqa: PLR2004 - a pair
            raise refused("over", over, "not a range", allowed="(low, high), or a range as of an axis")
        table = {"from": ends[0], "to": ends[1]}
    if "step" in table or not table.keys() >= {"from", "to"}:
        return table
    low, high = (float(field.read(table[key], f"over.{key}")) for key in ("from", "to"))
    scale = "log" if low > 0.0 and high > _WIDE * low else "linear"
    return {"steps": STEPS, "scale": scale, **table}


def _usual(field: Field) -> tuple[float, float]:
    """The range of an input where nobody says: the plausible one, else the legal one."""
    limits = field.limits
    if limits and limits.plausible:
        return limits.plausible
    if limits and math.isfinite(limits.high) and not limits.low_open and not limits.high_open:
        return limits.low, limits.high
    what = f"nothing says where to look for {field.name}"
    raise SpecError(Fault("over", "", what, f"(low, high) within {limits.allowed if limits else 'finite'}"))


def _with_axis(sweep: Space, axis: Axis) -> Space:
    """The sweep with another outermost axis, which replaces whatever it said of that name."""
    tree = sweep.spec.to_dict()
    for other in sweep.spec.axes:
        if isinstance(other, Zipped) and axis.name in other.names:
            raise SpecError(Fault("over", "", f"{axis.name} is a column of a table, which walks with the others"))
    for table in ("axes", "fixed"):
        tree[table] = {name: given for name, given in tree.get(table, {}).items() if name != axis.name}
    tree["axes"] = {axis.name: axis, **tree["axes"]}
    names = namespace(sweep.model, sweep.bound.catalog)
    spec = replace(read_mapping(tree, names), strict=sweep.spec.strict)
    return Space(spec, sweep.model, sweep.bound.catalog)


def _numbers(values: Sequence[Scalar]) -> tuple[float, ...]:
    return tuple(value for value in values if not isinstance(value, str))


def _multiple(field: Field, table: Mapping[str, Any]) -> int | None:
    if "multiple_of" in table:
        return int(Field("multiple_of", "integer", field.unit).read(table["multiple_of"], "over.multiple_of"))
    return 1 if field.kind == "integer" else None


_TINY = struct.unpack("<q", struct.pack("<d", SMALLEST))[0] - 1


def _place(value: float) -> int:
    """The place of a number among all floats in their order; amounts too small to compute with are at that of 0."""
    (bits,) = struct.unpack("<q", struct.pack("<d", abs(value)))
    place: int = max(bits - _TINY, 0)
    return place if value > 0.0 else -place


def _at(place: int) -> float:
    """The number at a place."""
    if not place:
        return 0.0
    (value,) = struct.unpack("<d", struct.pack("<q", abs(place) + _TINY))
    return math.copysign(value, place)
