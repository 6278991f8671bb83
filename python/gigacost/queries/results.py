"""What queries answer with: the best combinations, statistics of columns, a sweep summed up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray

    from gigacost.chosen import Chosen


@dataclass(frozen=True, slots=True)
class Statistics:
    """One column over the combinations that count and in which it is not null."""

    count: int
    nulls: int
    """Combinations that count, but in which the column is null."""
    min: float
    max: float
    sum: float
    """Correctly rounded."""
    mean: float
    """``sum / count``."""
    std: float
    """The population's standard deviation, from exact sums."""
    quantiles: Mapping[float, float]
    """Element ⌊q·(n−1)⌋ of the sorted values, without interpolation."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data; NaN (of no values) as None."""
        figures = {name: plain(getattr(self, name)) for name in ("min", "max", "sum", "mean", "std")}
        quantiles = {str(q): plain(value) for q, value in self.quantiles.items()}
        return {"count": self.count, "nulls": self.nulls, **figures, "quantiles": quantiles}


@dataclass(frozen=True, slots=True)
class Summary:
    """A sweep summed up."""

    combinations: int
    feasible: int
    """How many combinations meet the condition (and have what it reads)."""
    states: Mapping[str, int]
    """How many combinations are in each state; ``ok`` first."""
    columns: Mapping[str, Statistics]
    meta: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "combinations": self.combinations,
            "feasible": self.feasible,
            "status": dict(self.states),
            "columns": {name: column.to_dict() for name, column in self.columns.items()},
            "meta": dict(self.meta),
        }


class Effort(NamedTuple):
    """What an answer took."""

    evaluated: int = 0
    """Combinations that were evaluated one by one."""
    boxes: int = 0
    """Boxes of combinations that were bounded, of which most need no further look."""
    bound: float | None = None
    """What no combination is better than that was not looked at; None where all was decided."""

    def and_(self, other: Effort) -> Effort:
        """What two answers took."""
        return Effort(self.evaluated + other.evaluated, self.boxes + other.boxes)

    def to_dict(self, combinations: int) -> dict[str, Any]:
        """Plain data, as the ``meta`` of an answer about so many combinations has it."""
        found: dict[str, Any] = {"combinations": combinations, "evaluated": self.evaluated, "boxes": self.boxes}
        return found | ({"exact": True} if self.bound is None else {"exact": False, "bound": self.bound})


@dataclass(frozen=True, slots=True)
class Counted:
    """How many combinations of a sweep meet its condition."""

    combinations: int
    count: int
    meta: Mapping[str, Any]

    @property
    def share(self) -> float:
        """Of all combinations."""
        return self.count / self.combinations

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        found = {"combinations": self.combinations, "count": self.count, "share": self.share}
        return {**found, "meta": dict(self.meta)}


@dataclass(frozen=True, slots=True)
class Best:
    """The best combinations of a sweep, best first; of each group, in the order of the groups."""

    rows: tuple[Mapping[str, Any], ...]
    """Axes, status and columns of each; ``index`` is its place in the space."""
    meta: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {"rows": [dict(row) for row in self.rows], "meta": dict(self.meta)}


@dataclass(frozen=True, slots=True)
class Front:
    """The combinations of a sweep that no other beats, best first by the objectives one after the other.

    Of a million rows only those are computed that are looked at. Whatever reads Arrow reads a front as a table.
    """

    rows: Chosen
    """A sequence of rows, whose slices are too: ``index``, axes, status, columns and objectives of each."""
    meta: Mapping[str, Any]

    @property
    def indices(self) -> NDArray[np.int64]:
        """The combinations' places in the space."""
        return self.rows.indices

    def to_numpy(self, columns: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
        """The columns of all rows (or those with these names) as arrays: null as NaN, labels as strings."""
        return self.rows.to_numpy(columns)

    def write(self, path: str | os.PathLike[str], *, csv_safe: bool = True) -> int:
        """Write the rows to a .parquet, .csv, .csv.gz or .arrow file, whole or not at all; how many there were."""
        return self.rows.write(path, csv_safe=csv_safe)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, pandas, duckdb and pyarrow read a front as a table."""
        return self.rows.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""
        return self.rows.__arrow_c_schema__()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {"rows": list(self.rows), "meta": dict(self.meta)}


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which values a quantity lies in the combinations that count."""

    of: str
    """The quantity."""
    least: Mapping[str, Any] | None
    """The first combination with the least value, as a row; None when no combination counts."""
    greatest: Mapping[str, Any] | None
    """The first combination with the greatest value."""
    meta: Mapping[str, Any]

    @property
    def min(self) -> float | None:
        """The least value."""
        return None if self.least is None else self.least[self.of]

    @property
    def max(self) -> float | None:
        """The greatest value."""
        return None if self.greatest is None else self.greatest[self.of]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        rows = {"least": _plain_row(self.least), "greatest": _plain_row(self.greatest)}
        return {"of": self.of, "min": self.min, "max": self.max, **rows, "meta": dict(self.meta)}


def statistics(found: Mapping[str, Any], kept: int, quantiles: Sequence[float]) -> Statistics:
    """What the engine found of a column, of which so many combinations count."""
    count: int = found["count"]
    if count == 0:
        nan = math.nan
        return Statistics(0, kept, nan, nan, 0.0, nan, nan, dict.fromkeys(quantiles, nan))
    total, squares = _exact(*found["sum"]), _exact(*found["squares"])
    variance = (squares - total * total / count) / count
    return Statistics(
        count=count,
        nulls=kept - count,
        min=found["min"],
        max=found["max"],
        sum=rounded(total),
        mean=rounded(total) / count,
        std=math.sqrt(rounded(variance)),
        quantiles=dict(zip(quantiles, found["quantiles"], strict=True)),
    )


def _exact(digits: bytes, exponent: int) -> Fraction:
    """The number that an accumulator of the engine holds, without rounding."""
    return Fraction(int.from_bytes(digits, "little", signed=True), 2**-exponent)


def rounded(exact: Fraction) -> float:
    """The nearest float; infinite beyond the largest."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def plain(value: Any) -> Any:  # noqa: ANN401 - a number of a column
    """NaN as None: a null."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _plain_row(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if row is None else dict(row)
