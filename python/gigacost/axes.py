"""Axes: what varies, in which order, with which values.

An axis is made once, before any run, and the engine and the reference are given the same values. They are read by a
``Field``, which knows the kind, unit and limits of what the axis sets.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import Any, Literal, NoReturn

from gigacost.declare import Input
from gigacost.errors import CatalogError, Fault, SpecError, nearest, show
from gigacost.quantities import is_bare_number, parse_quantity

LARGEST_SPACE = 2**63 - 1
"""How many combinations a space may have: row counts are signed in Parquet, Arrow and SQL."""
LARGEST_RANGE = 1_000_000
"""How many values a range may make."""
LARGEST_INTEGER = 2**53
"""Above it, not every whole number is a 64-bit float."""

Kind = Literal["integer", "number", "label"]
Scalar = int | float | str
_PERCENT = 5.0
"""From here on a share above 1 is taken for a percentage; 1.0001 and 2 are mistakes of another kind."""
_RANGE_KEYS = ("from", "to", "steps", "step", "scale", "multiple_of")


class Typed(str):
    """Text typed on the command line, where a bare number needs no quotes to be text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be given a value: how its values are read and checked."""

    name: str
    kind: Kind = "number"
    unit: str = "1"
    canonical: Callable[[str], str] | None = None
    """The one spelling of a label. Raises CatalogError for an unknown one."""
    limits: Input | None = None

    def read(self, value: object, at: str) -> Scalar:
        """The value in its one form: int, float (never -0.0) or str. ``at`` names its place in messages.

        Raises SpecError.
        """
        return self._label(value, at) if self.kind == "label" else self._number(value, at)

    def _label(self, value: object, at: str) -> str:
        if not isinstance(value, str):
            what = "missing value" if value is None else f"expected string, got {type_name(value)}"
            _refuse(at, value, what, allowed="a string in quotes")
        text = unicodedata.normalize("NFC", value)
        if not text.strip():
            _refuse(at, value, "missing value")
        hidden = hidden_character(text)
        if hidden:
            _refuse(at, value, f"contains the invisible character {hidden}")
        try:
            return self.canonical(text) if self.canonical else str(text)
        except CatalogError as error:
            known = error.args[0]
            if isinstance(known, Fault):
                raise SpecError(replace(known, field=at, value=show(value))) from None
            # The catalogue's message begins with the axis and the label, which the fault names already.
            _refuse(at, value, str(error).removeprefix(f"{self.name} = {show(text)}: "))

    def _number(self, value: object, at: str) -> int | float:
        expected = "integer" if self.kind == "integer" else "number"
        given, number = show(value), _unboxed(value)
        if isinstance(number, str):
            if not isinstance(value, Typed) and is_bare_number(number):
                _refuse(at, value, f"expected {expected}, got string", f"{number} without quotes")
            number = self._quantity(number, at)
            given += f" (= {number:.15g} {self.unit})" if not is_bare_number(str(value)) else ""
        if number is None:
            _refuse(at, value, "missing value")
        if isinstance(number, bool) or not isinstance(number, int | float):
            _refuse(at, value, f"expected {expected}, got {type_name(value)}")
        fault = self._outside(number)
        if fault:
            raise SpecError(replace(fault, field=at, value=given))
        return int(number) if self.kind == "integer" else float(number) + 0.0  # + 0.0 makes -0.0 0.0

    def _quantity(self, text: str, at: str) -> float:
        try:
            return parse_quantity(text, self.unit)
        except SpecError as error:
            raise SpecError(*(replace(fault, field=at) for fault in error.faults)) from None

    def _outside(self, number: float) -> Fault | None:
        allowed = self.limits.allowed if self.limits else "finite"
        try:
            value = float(number)
        except OverflowError:
            return Fault("", "", "overflows a 64-bit float", allowed)
        if not math.isfinite(value):
            what = "missing (nan is no value)" if math.isnan(value) else "infinite, or overflows a 64-bit float"
            return Fault("", "", what, allowed)
        if self.kind == "integer" and value != math.floor(value):
            return Fault("", "", "not a whole number", allowed)
        if self.kind == "integer" and abs(number) > LARGEST_INTEGER:
            return Fault("", "", "too large for a whole number", f"up to 2^53 = {LARGEST_INTEGER}")
        if self.limits is None or self.limits.accepts(value):
            return None
        share = self.unit == "1" and self.limits.high <= 1.0
        percent = share and value >= _PERCENT and self.limits.accepts(value / 100)
        return Fault("", "", "out of range", allowed, f"{value / 100:.15g}" if percent else "")


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that varies: its name and its values in order."""

    name: str
    values: tuple[Scalar, ...]
    kind: Kind = "number"

    def __len__(self) -> int:
        """How many values it has."""
        return len(self.values)

    @property
    def names(self) -> tuple[str, ...]:
        """What it sets."""
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Zipped:
    """Several things that vary together, as the columns of a table do: one digit of the space."""

    axes: tuple[Axis, ...]
    """All of one length."""

    def __len__(self) -> int:
        """How many rows it has."""
        return len(self.axes[0])

    @property
    def name(self) -> str:
        """The names of its columns, joined by ``+``."""
        return "+".join(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """What it sets."""
        return tuple(axis.name for axis in self.axes)


def space_size(axes: Iterable[Axis | Zipped]) -> int:
    """How many combinations the axes have: the exact product. Raises SpecError above ``LARGEST_SPACE``."""
    axes = tuple(axes)
    size = math.prod(len(axis) for axis in axes)
    if size > LARGEST_SPACE:
        biggest = sorted(axes, key=len, reverse=True)[:3]
        listed = ", ".join(f"{axis.name} ({len(axis)})" for axis in biggest)
        what = f"the product of all axes is too large; the biggest are {listed}"
        raise SpecError(Fault("axes", show(size), what, allowed=f"<= {LARGEST_SPACE} combinations"))
    return size


def read_axis(field: Field, given: object, at: str) -> Axis:
    """The axis of a list of values or of a range ``{from, to, steps | step, scale, multiple_of}``.

    Raises SpecError with every fault found; ``at`` is the place, as ``axes.chips``.
    """
    if isinstance(given, Axis):
        given = given.values
    if isinstance(given, Mapping):
        return _read_range(field, given, at)
    values = as_list(given)
    if values is None:
        _refuse(at, given, f"expected a list or a range, got {type_name(given)}; one value belongs under [fixed]")
    if not values:
        _refuse(at, given, "an axis without values")
    read, faults = _read_values(field, values, at)
    faults += _repeated(read, values, lambda i: f"{at}[{i}]")
    if faults:
        raise SpecError(*sorted(faults, key=lambda fault: int(fault.field[len(at) + 1 : -1])))
    return Axis(field.name, tuple(read.values()), field.kind)


def read_zipped(fields: Mapping[str, Field], given: object, at: str) -> Zipped:
    """The zipped axis of a table (see ``zipped``), each column read by its field.

    Raises SpecError with every fault found.
    """
    table = given if isinstance(given, Zipped) else zipped(given, at)
    faults: list[Fault] = []
    axes: list[Axis] = []
    for axis in table.axes:
        field = fields[axis.name]
        read, wrong = _read_values(field, axis.values, f"{at}.{axis.name}")
        faults += wrong
        axes.append(Axis(axis.name, tuple(read.values()), field.kind))
    if not faults:
        rows = list(zip(*(axis.values for axis in axes), strict=True))
        faults += _repeated(dict(enumerate(rows)), rows, lambda i: f"{at} row {i}")
    if faults:
        raise SpecError(*faults)
    return Zipped(tuple(axes))


def zipped(table: Any, at: str = "zip") -> Zipped:  # noqa: ANN401 - tables of several libraries, none imported
    """Axes that walk together, one step per row of a table.

    The table is a mapping of name to values, a list of mappings, a numpy structured array, or a table of pandas, polars
    or pyarrow. Values are read (units, limits, labels) when a spec or a sweep takes it. Raises SpecError.
    """
    columns = _columns(table, at)
    if not columns:
        _refuse(at, None, "a table without columns")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        _refuse(at, lengths, "columns of different lengths")
    if not min(lengths.values()):
        _refuse(at, None, "a table without rows")
    return Zipped(tuple(Axis(name, tuple(values), "label") for name, values in columns.items()))


def as_list(given: object) -> list[Any] | None:
    """The values of a list, tuple, range, one-dimensional array or column; None for anything else."""
    if isinstance(given, list | tuple | range):
        return list(given)
    for method in ("to_list", "tolist"):  # polars; numpy and pandas
        if getattr(given, "ndim", 1) == 1 and hasattr(given, method):
            return list(getattr(given, method)())
    return None


def type_name(value: object) -> str:
    """The type of a value in a spec's words: ``string``, ``boolean``, ``table``; Python's name for others."""
    names = {str: "string", Typed: "string", bool: "boolean", int: "integer", float: "number", list: "list"}
    names |= {tuple: "list", dict: "table", type(None): "nothing"}
    if type(value) in names:
        return names[type(value)]
    module, name = type(value).__module__, type(value).__name__
    if module == "numpy" and name.startswith("bool"):
        return "boolean"
    if module == "datetime":
        return f"{name} (write dates as strings)"
    return "0-dimensional array" if getattr(value, "shape", None) == () and name == "ndarray" else name


def hidden_character(text: str) -> str:
    """The code point of the first control, format or bidi character, as ``U+202E``; empty if there is none."""
    hidden = (c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
    return next((f"U+{ord(c):04X}" for c in hidden), "")


def _refuse(at: str, value: object, what: str, hint: str = "", allowed: str = "") -> NoReturn:
    raise SpecError(Fault(at, "" if value is None else show(value), what, allowed, hint))


def _unboxed(value: object) -> object:
    """A numpy scalar as the Python number it equals; anything else as it is."""
    if type(value).__module__ == "numpy" and type(value).__name__ != "ndarray" and hasattr(value, "item"):
        return value.item()
    return value


def _read_values(field: Field, values: Sequence[object], at: str) -> tuple[dict[int, Scalar], list[Fault]]:
    """The values that could be read, by position, and the faults of the others."""
    read: dict[int, Scalar] = {}
    faults: list[Fault] = []
    for i, value in enumerate(values):
        try:
            read[i] = field.read(value, f"{at}[{i}]")
        except SpecError as error:
            faults += error.faults
    return read, faults


def _repeated(read: Mapping[int, object], given: Sequence[object], at: Callable[[int], str]) -> list[Fault]:
    first: dict[object, int] = {}
    faults = []
    for i, value in read.items():
        earlier = first.setdefault(value, i)
        if earlier != i:
            faults.append(Fault(at(i), show(given[i]), f"the same as {at(earlier)} = {show(given[earlier])}"))
    return faults


def _columns(table: Any, at: str) -> dict[str, list[Any]]:  # noqa: ANN401 - as zipped
    if isinstance(table, list | tuple):
        return _columns_of_rows(table, at)
    names, column = _names_and_columns(table, at)
    columns: dict[str, list[Any]] = {}
    for name in names:
        if not isinstance(name, str):
            _refuse(at, name, "a column's name must be a string")
        if name in columns:
            _refuse(at, name, "two columns with one name")
        values = as_list(column(name)) if names.count(name) == 1 else []
        if values is None:
            _refuse(f"{at}.{name}", column(name), f"expected a list, got {type_name(column(name))}")
        columns[str(name)] = values
    return columns


def _names_and_columns(table: Any, at: str) -> tuple[list[Any], Callable[[Any], Any]]:  # noqa: ANN401 - as zipped
    """A table's names, as they come, and what gives the column of a name."""
    if isinstance(table, Mapping):
        return list(table), table.__getitem__
    if getattr(getattr(table, "dtype", None), "names", None):  # a numpy structured array
        return list(table.dtype.names), table.__getitem__
    if hasattr(table, "to_pydict"):  # pyarrow
        return list(table.schema.names), lambda name: table[name].to_pylist()
    if hasattr(table, "columns"):  # pandas, polars
        return list(table.columns), table.__getitem__
    _refuse(at, table, f"expected a table, got {type_name(table)}", allowed="a mapping of name to values, or rows")


def _columns_of_rows(rows: Sequence[Any], at: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            _refuse(f"{at}[{i}]", row, f"expected a table, got {type_name(row)}")
        if i == 0:
            columns = {name: [] for name in row}
        if set(row) != set(columns):
            odd = sorted(map(str, set(row) ^ set(columns)))
            _refuse(f"{at}[{i}]", ", ".join(odd), "columns that the other rows do not have, or lacks", "")
        for name, values in columns.items():
            values.append(row[name])
    return columns


def _read_range(field: Field, table: Mapping[str, object], at: str) -> Axis:
    _check_keys(table, at)
    if field.kind == "label":
        _refuse(at, dict(table), "labels have no range; list them")
    start, stop = (field.read(table[key], f"{at}.{key}") for key in ("from", "to"))
    if not (isinstance(start, int | float) and isinstance(stop, int | float)):  # labels were refused above
        raise TypeError
    if start > stop:
        _refuse(f"{at}.from", table["from"], "above the end of the range", allowed=f"<= {stop:.15g}")
    if not math.isfinite(float(stop) - float(start)):
        _refuse(f"{at}.to", table["to"], "the range is too wide for a 64-bit float")
    if "step" in table:
        points = _by_step(field, float(start), float(stop), table, at)
    else:
        points = _by_count(float(start), float(stop), table, at)
    values: list[Scalar] = [*points]
    if "multiple_of" in table:
        values = list(_multiples(field, start, stop, points, table, at))
    elif field.kind == "integer":
        values = [round(point) for point in points]
    elif len(set(points)) < len(points):
        _refuse(at, dict(table), "so fine that neighbouring values are the same 64-bit float")
    return Axis(field.name, tuple(dict.fromkeys(values)), field.kind)


def _check_keys(table: Mapping[str, object], at: str) -> None:
    faults = [
        Fault(f"{at}.{key}", show(table[key]), "unknown key", ", ".join(_RANGE_KEYS), nearest(str(key), _RANGE_KEYS))
        for key in table
        if key not in _RANGE_KEYS
    ]
    faults += [Fault(f"{at}.{key}", "", "missing") for key in ("from", "to") if key not in table]
    ways = "steps (how many values) or step (their distance)"
    if "steps" in table and "step" in table:
        faults.append(Fault(at, "", f"either {ways}, not both"))
    elif "steps" not in table and "step" not in table:
        faults.append(Fault(at, "", f"a range needs either {ways}"))
    if table.get("scale", "linear") not in ("linear", "log"):
        faults.append(Fault(f"{at}.scale", show(table["scale"]), "unknown scale", '"linear" or "log"'))
    elif "step" in table and table.get("scale") == "log":
        faults.append(Fault(f"{at}.step", show(table["step"]), 'scale = "log" goes with steps'))
    if faults:
        raise SpecError(*faults)


def _by_step(field: Field, start: float, stop: float, table: Mapping[str, object], at: str) -> list[float]:
    step = float(Field("step", field.kind, field.unit).read(table["step"], f"{at}.step"))
    if step <= 0.0:
        _refuse(f"{at}.step", table["step"], "a step that never arrives", allowed="> 0")
    count = (stop - start) / step
    if count >= LARGEST_RANGE:
        shown = f"{int(count) + 1}" if math.isfinite(count) else "infinitely many"
        _refuse(f"{at}.step", table["step"], f"makes {shown} values", allowed=f"at most {LARGEST_RANGE}")
    if start + step == start or stop - step == stop:
        _refuse(f"{at}.step", table["step"], "too small to change a 64-bit float of this size")
    whole = round(count)
    if abs(count - whole) > 1e-9 * max(1, whole):  # the end is not on a step: the last value stays below it
        return [start + i * step for i in range(math.floor(count) + 1)]
    return [start + i * step for i in range(whole)] + [stop]


def _by_count(start: float, stop: float, table: Mapping[str, object], at: str) -> list[float]:
    limits = Input("steps", "1", "", low=1, high=LARGEST_RANGE, integer=True)
    steps = int(Field("steps", "integer", limits=limits).read(table["steps"], f"{at}.steps"))
    if steps == 1:
        return [start]
    if start == stop:
        _refuse(f"{at}.steps", table["steps"], "the range begins where it ends", allowed="1")
    if table.get("scale", "linear") == "log":
        if start <= 0.0:
            _refuse(f"{at}.from", table["from"], "a logarithmic range begins above 0", allowed="> 0")
        inner = _log_points(start, stop, steps)
    else:
        step = (stop - start) / (steps - 1)
        inner = [start + i * step for i in range(1, steps - 1)]
    return [start, *inner, stop]


def _log_points(start: float, stop: float, steps: int) -> list[float]:
    """The inner points, correctly rounded: decimal arithmetic gives the same on every machine, libm does not."""
    context = Context(prec=40)
    low, high = context.ln(Decimal(start)), context.ln(Decimal(stop))
    step = context.divide(context.subtract(high, low), Decimal(steps - 1))
    exponents = (context.fma(step, Decimal(i), low) for i in range(1, steps - 1))
    return [float(context.exp(exponent)) for exponent in exponents]


def _multiples(
    field: Field, start: float, stop: float, points: list[float], table: Mapping[str, object], at: str
) -> Iterable[Scalar]:
    limits = Input("multiple_of", field.unit, "", low=1, integer=True)
    multiple = int(
        Field("multiple_of", "integer", field.unit, limits=limits).read(table["multiple_of"], f"{at}.multiple_of")
    )
    for key, end in (("from", start), ("to", stop)):
        if end % multiple:
            _refuse(f"{at}.{key}", table[key], "not a multiple of multiple_of", allowed=f"multiples of {multiple}")
    number = int if field.kind == "integer" else float
    return (number(round(point / multiple) * multiple) for point in points)
