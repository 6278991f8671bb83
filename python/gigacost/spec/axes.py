"""Axes: what varies, in which order, with which values.

An axis is made once, before any run, and the engine and the reference are given the same values.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gigacost._record import unboxed, without_days
from gigacost.errors import Fault, SpecError, show, type_name
from gigacost.spec.fields import Field, Kind, Scalar, hidden_character, refused
from gigacost.spec.ranges import range_values

LARGEST_SPACE = 2**63 - 1
"""How many combinations a space may have: row counts are signed in Parquet, Arrow and SQL."""


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

    @property
    def parts(self) -> tuple[Axis, ...]:
        """Itself: the only one of what varies together."""
        return (self,)

    def taking(self, rows: Iterable[int]) -> Axis:
        """It with the values at some places alone."""
        return replace(self, values=tuple(self.values[row] for row in rows))


@dataclass(frozen=True, slots=True)
class Zipped:
    """Several things that vary together, as the columns of a table do: one digit of the space."""

    axes: tuple[Axis, ...]
    """All of one length."""
    carried: tuple[Axis, ...] = ()
    """Columns of that length that set nothing, and stand in the rows of every answer."""

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

    @property
    def parts(self) -> tuple[Axis, ...]:
        """The columns that set something."""
        return self.axes

    def taking(self, rows: Sequence[int]) -> Zipped:
        """It with some rows alone."""
        return Zipped(*(tuple(part.taking(rows) for part in parts) for parts in (self.axes, self.carried)))


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
        return Axis(field.name, range_values(field, given, at), field.kind)
    values = as_list(given)
    if values is None:
        raise refused(at, given, f"expected a list or a range, got {type_name(given)}; one value belongs under [fixed]")
    if not values:
        raise refused(at, given, "an axis without values")
    together = field.read_together(values)
    if together and _all_different(together):
        return Axis(field.name, together, field.kind)
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
        values = field.read_together(axis.values)
        if values is None:
            read, wrong = _read_values(field, axis.values, f"{at}.{axis.name}")
            faults += wrong
            values = tuple(read.values())
        axes.append(Axis(axis.name, values, field.kind))
    if faults:
        raise SpecError(*faults)
    return Zipped(tuple(axes), table.carried)


def zipped(table: Any, at: str = "zip", *, carry: str | Sequence[str] = ()) -> Zipped:  # noqa: ANN401 - any table
    """Make axes that walk together, one step per row of a table: candidates, say. Rows may repeat.

    Parameters
    ----------
    table : mapping, list of mappings, structured array, table of pandas, polars or pyarrow, or path
        The columns, all of one length; a path is that of a .csv, or of a .parquet where pyarrow or polars is installed.
        Values are read (units, limits, labels) when a specification takes them.
    at : str
        What the table is called in messages.
    carry : str or sequence of str
        Columns that the model does not know, of text or of numbers: they are carried through, and stand in the rows of
        every answer, in files and arrays too. Of a CSV they are text.

    Returns
    -------
    Zipped
        An axis for `Sweep`.

    Raises
    ------
    SpecError
        For a table without rows or columns, with columns of different lengths, or without one that is to be carried.

    Examples
    --------
    >>> import gigacost
    >>> pairs = gigacost.zipped({"params": ["7B", "70B"], "tokens": ["2T", "15T"]})
    >>> gigacost.Sweep({"models": pairs, "chips": [512, 1024]}, fixed={"hardware": "h100-sxm"}).size
    4
    >>> candidates = [{"id": "a", "chips": 512}, {"id": "b", "chips": 1024}, {"id": "c", "chips": 512}]
    >>> run = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm"}
    >>> sweep = gigacost.Sweep({"candidates": gigacost.zipped(candidates, carry="id")}, fixed=run)
    >>> [row["id"] for row in sweep.top(3, "train_days").rows]
    ['b', 'a', 'c']
    """
    columns = _columns(table, at)
    if not columns:
        raise refused(at, None, "a table without columns")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise refused(at, lengths, "columns of different lengths")
    if not min(lengths.values()):
        raise refused(at, None, "a table without rows")
    wanted = as_names(carry, "carry")
    for name in wanted:
        if name not in columns:
            raise refused("carry", name, f"{at} has no such column", allowed=", ".join(columns))
    set_ = ((name, tuple(without_days(values))) for name, values in columns.items() if name not in wanted)
    axes = tuple(Axis(name, values, "label") for name, values in set_)
    if not axes:
        raise refused(at, None, "a table that sets nothing: all of its columns are carried")
    return Zipped(axes, tuple(_carried(name, columns[name], f"{at}.{name}") for name in wanted))


def carrying(table: Zipped, names: Iterable[str], at: str) -> Zipped:
    """The table with more of its columns carried, those of these names. Raises SpecError."""
    columns = {axis.name: axis for axis in table.axes}
    moved = [columns[name] for name in names if name in columns]
    kept = tuple(axis for axis in table.axes if axis not in moved)
    if moved and not kept:
        raise refused(at, None, "a table that sets nothing: all of its columns are carried")
    return Zipped(kept, (*table.carried, *(_carried(axis.name, axis.values, f"{at}.{axis.name}") for axis in moved)))


def as_names(given: object, at: str) -> tuple[str, ...]:
    """The names of a list, each once; a text is one name. Raises SpecError."""
    names = [given] if isinstance(given, str) else as_list(given)
    if names is None or not all(isinstance(name, str) for name in names):
        raise refused(at, given, "expected a name, or a list of names")
    return tuple(dict.fromkeys(names))


_TOO_LONG = "more digits than a number of 64 bits has; carry it as text"


def _carried(name: str, values: Sequence[object], at: str) -> Axis:
    """A column that is carried: texts, whole numbers, or numbers. Raises SpecError with every fault found."""
    plain: list[Any] = [_plain(unboxed(without_days(value))) for value in values]
    text = isinstance(next((value for value in plain if not _is_absent(value)), None), str)
    wrong = ((i, _not_carried(value, text=text)) for i, value in enumerate(plain))
    faults = [Fault(f"{at}[{i}]", show(values[i]), what) for i, what in wrong if what]
    if faults:
        raise SpecError(*faults)
    if text:
        return Axis(name, tuple(plain), "label")
    if all(isinstance(value, int) for value in plain):
        return Axis(name, tuple(plain), "integer")
    exact = [Fault(f"{at}[{i}]", show(values[i]), _TOO_LONG) for i, value in enumerate(plain) if float(value) != value]
    if exact:
        raise SpecError(*exact)
    return Axis(name, tuple(map(float, plain)), "number")


def _is_absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _plain(value: object) -> object:
    """A text of a kind of its own as a plain one."""
    return str(value) if isinstance(value, str) else value


def _not_carried(value: object, *, text: bool) -> str:
    """What is wrong with a value of a column of texts, or of numbers, that is carried; empty if nothing."""
    if _is_absent(value):
        return "missing value; a column that is carried has one everywhere"
    if text and isinstance(value, str):
        hidden = hidden_character(value)
        return f"contains the invisible character {hidden}" if hidden else ""
    if text or isinstance(value, bool) or not isinstance(value, int | float):
        return f"expected a {'string' if text else 'number'}, as in other rows, got {type_name(value)}"
    if isinstance(value, int):
        return "" if -(2**63) <= value < 2**63 else _TOO_LONG
    return "" if math.isfinite(value) else "infinite"


def as_list(given: object) -> list[Any] | None:
    """The values of a list, tuple, range, one-dimensional array or column; None for anything else."""
    if isinstance(given, list | tuple | range):
        return list(given)
    for method in ("to_list", "tolist"):  # polars; numpy and pandas
        if getattr(given, "ndim", 1) == 1 and hasattr(given, method):
            return list(getattr(given, method)())
    return None


def _read_values(field: Field, values: Sequence[object], at: str) -> tuple[dict[int, Scalar], list[Fault]]:
    """The values that could be read, by position, and the faults of the others."""
    read: dict[int, Scalar] = {}
    faults: list[Fault] = []
    known: dict[str, Scalar] = {}  # a text is read once, however often it stands there
    for i, value in enumerate(values):
        try:
            if isinstance(value, str):
                read[i] = known[value] if value in known else known.setdefault(value, field.read(value, f"{at}[{i}]"))
            else:
                read[i] = field.read(value, f"{at}[{i}]")
        except SpecError as error:
            faults += error.faults
    return read, faults


def _all_different(values: Sequence[object]) -> bool:
    return len(set(values)) == len(values)


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
    if isinstance(table, str | os.PathLike):
        from gigacost.spec.table_files import read_table

        table = read_table(table, at)
    names, column = _names_and_columns(table, at)
    columns: dict[str, list[Any]] = {}
    for name in names:
        if not isinstance(name, str):
            raise refused(at, name, "a column's name must be a string")
        if name in columns:
            raise refused(at, name, "two columns with one name")
        values = as_list(column(name)) if names.count(name) == 1 else []
        if values is None:
            raise refused(f"{at}.{name}", column(name), f"expected a list, got {type_name(column(name))}")
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
    raise refused(
        at,
        table,
        f"expected a table, got {type_name(table)}",
        allowed="a mapping of name to values, rows, or the path of a table",
    )


def _columns_of_rows(rows: Sequence[Any], at: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for i, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise refused(f"{at}[{i}]", row, f"expected a table, got {type_name(row)}")
        if i == 0:
            columns = {name: [] for name in row}
        if set(row) != set(columns):
            odd = sorted(map(str, set(row) ^ set(columns)))
            raise refused(f"{at}[{i}]", ", ".join(odd), "columns that the other rows do not have, or lacks", "")
        for name, values in columns.items():
            values.append(row[name])
    return columns
