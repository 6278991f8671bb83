"""Rows that a service found: those of ``top`` and ``pareto``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from gigacost._record import Record
from gigacost.charts.charted import Charted
from gigacost.display.shown import ROWS
from gigacost.errors import Fault, SpecError, nearest, not_installed, show

if TYPE_CHECKING:
    import altair as alt
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, repr=False)
class Table(Charted, Record):
    """Combinations, best first: a sequence of rows, and a table for whatever reads Arrow."""

    rows: tuple[dict[str, Any], ...]
    """``index``, axes, status and columns of each."""
    meta: Mapping[str, Any]
    kind: str
    """How it is drawn: ``best`` or ``front``."""

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, one after the other."""
        return map(dict, self.rows)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[dict[str, Any], ...]: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | tuple[dict[str, Any], ...]:
        """A row by its place in the answer, or some of them."""
        return self.rows[place]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} of {self.meta['combinations']:,} combinations>"

    def chart(self, kind: str = "", **options: Any) -> alt.TopLevelMixin:  # noqa: ANN401 - those of the kind
        """A chart of the rows, by altair; ``"map"`` of the best of each pair of values. Raises SpecError."""
        from gigacost.charts.kinds import drawn, of_such_answers

        return drawn(of_such_answers(kind or self.kind, self.kind), self.to_dict(), **options)

    @property
    def indices(self) -> NDArray[Any]:
        """The combinations' places in the space."""
        return self.to_numpy(["index"])["index"]

    def to_numpy(self, columns: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
        """The columns of all rows (or those with these names) as arrays: null as NaN, labels as strings."""
        import numpy as np

        known = [*self.rows[0]] if self.rows else []
        for name in columns:
            if name not in known:
                raise SpecError(Fault("columns", show(name), "unknown column", ", ".join(known), nearest(name, known)))
        found = {name: [row[name] for row in self.rows] for name in columns or known}
        return {
            name: np.array([math.nan if value is None else value for value in values]) for name, values in found.items()
        }

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, duckdb and pyarrow read it as a table. Needs pyarrow."""
        try:
            import pyarrow as pa
        except ImportError:
            raise not_installed("table", "pyarrow", "pyarrow") from None
        return pa.Table.from_pylist(list(self)).__arrow_c_stream__(requested_schema)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the package's answer."""
        return {"rows": list(self), "meta": dict(self.meta)}

    def _shown(self) -> dict[str, Any]:
        combinations = self.meta["combinations"]
        about = {"what": type(self).__name__, "combinations": combinations, "meta": dict(self.meta)}
        return {**about, "rows": [dict(row) for row in self.rows[:ROWS]], "count": len(self)}


def best(document: Mapping[str, Any]) -> Table:
    """The answer to ``top``."""
    return Table(tuple(document["rows"]), document["meta"], "best")


def front(document: Mapping[str, Any]) -> Table:
    """The answer to ``pareto``."""
    meta = {name: value for name, value in document["meta"].items() if name != "front"}  # how many rows there are
    return Table(tuple(document["rows"]), meta, "front")
