"""A lazy view of selected rows of a space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from gigacost._record import Record
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.picked import Picked
from gigacost.compiler.plan import Query
from gigacost.compiler.provenance import provenance
from gigacost.display.shown import ROWS, Shown
from gigacost.errors import InternalError
from gigacost.queries import arguments
from gigacost.queries.export import Table, Tabular

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray

_AT_ONCE = 1 << 14
"""Rows that are computed together when all are looked at one after the other."""


class RowView(Shown, Tabular, Sequence[dict[str, Any]]):
    """The rows at some indices: ``index``, axes, status, columns of each.

    A sequence, whose slices are too; the whole of it as a file, as arrays, or for whatever reads Arrow.
    """

    def __init__(self, bound: Bound, indices: Sequence[int] | NDArray[np.integer], reads: Sequence[str] = ()) -> None:
        """``reads``: quantities that are shown beside the columns of the space."""
        import numpy as np

        self.bound = bound
        """What the space is."""
        self._reads = tuple(reads)
        self.indices: NDArray[np.int64] = np.asarray(indices, dtype=np.int64)
        """The combinations' places in the space."""

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        return f"<{len(self):,} of {self.bound.size:,} combinations>"

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> RowView: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | RowView:
        if isinstance(place, slice):
            return RowView(self.bound, self.indices[place], self._reads)
        return next(iter(RowView(self.bound, [self.indices[place]], self._reads)))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for start in range(0, len(self), _AT_ONCE):
            yield from Tabular.__iter__(self[start : start + _AT_ONCE])

    def _shown(self) -> dict[str, Any]:
        return {
            "what": "Rows", "rows": list(self[:ROWS]), "count": len(self), "combinations": self.bound.size, "meta": {}
        }  # fmt: skip

    @property
    def columns(self) -> tuple[str, ...]:
        """The quantities of each row, beside its index, its axes and its status."""
        reads = (name for name in self._reads if name not in self.bound.digits)
        return tuple(dict.fromkeys([*self.bound.columns, *reads]))

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns: index, axes, status, quantities."""
        return ("index", *self.bound.leading_columns, *self.columns)

    def to_numpy(self, columns: Sequence[str] = (), *, threads: int | None = None) -> dict[str, NDArray[Any]]:
        """The columns (or those with these names) as arrays: null as NaN, labels as an array of strings."""
        from gigacost.queries import arrays

        names = arguments.columns(columns, self.column_names)
        return arrays.gathered(self.batches(threads=threads), {name: self.bound.kind(name) for name in names})

    def _table(self) -> Table:
        import numpy as np

        made = self._compiled()
        picked = Picked(self.bound, self.indices if len(self) else np.zeros(1, np.int64))  # no space is empty
        columns = [("index", 0, picked.indices), *lower.columns(picked, made)]
        rows = lower.program(picked, made).rows(columns)
        return Table(rows, (0, len(self)), provenance(self.bound), self._of_the_space)

    def _compiled(self) -> lower.Compiled:
        return lower.compiled(self.bound, Query(self.columns))

    def _of_the_space(self, error: InternalError) -> InternalError:
        """An error about a place among these combinations, as the whole space tells it."""
        if error.row is None:
            return error
        bound, made, row = self.bound, self._compiled(), int(self.indices[error.row])
        try:
            lower.ask(bound, made, lambda program: program.rows(lower.columns(bound, made)).pick([row]))
        except InternalError as told:
            return told
        return error


class Rows(Shown, Record):
    """An answer that is rows: a sequence of them, and a table for whatever reads Arrow or arrays."""

    __slots__ = ()
    _view: RowView
    meta: Mapping[str, Any]

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._view)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, one after the other."""
        return iter(self._view)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> RowView: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | RowView:
        """A row by its place in the answer, or some of them."""
        return self._view[place]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self):,} of {self.meta['combinations']:,} combinations>"

    def _shown(self) -> dict[str, Any]:
        """Of a million rows those are computed that are shown."""
        combinations = self.meta["combinations"]
        about = {"what": type(self).__name__, "combinations": combinations, "meta": dict(self.meta)}
        return {**about, "rows": list(self._view[:ROWS]), "count": len(self)}

    @property
    def indices(self) -> NDArray[np.int64]:
        """The combinations' places in the space."""
        return self._view.indices

    def to_numpy(self, columns: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
        """The columns of all rows (or those with these names) as arrays: null as NaN, labels as strings."""
        return self._view.to_numpy(columns)

    def write(self, path: str | os.PathLike[str], *, csv_safe: bool = True) -> int:
        """Write the rows to a .parquet, .csv, .csv.gz or .arrow file, whole or not at all; how many there were."""
        return self._view.write(path, csv_safe=csv_safe)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, duckdb and pyarrow read it as a table."""
        return self._view.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""
        return self._view.__arrow_c_schema__()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {"rows": list(self), "meta": dict(self.meta)}
