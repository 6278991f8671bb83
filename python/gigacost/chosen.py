"""Some combinations of a sweep, in an order of their own, as rows that are computed when they are looked at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from gigacost import _engine, arguments, compiler
from gigacost.bind import Picked
from gigacost.errors import InternalError
from gigacost.recipe import Question
from gigacost.results import plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gigacost.sweep import Sweep

T = TypeVar("T")

_AT_ONCE = 1 << 14
"""Rows that are computed together when all are looked at one after the other."""


class Chosen(Sequence[dict[str, Any]]):
    """The rows at some indices: ``index``, axes, status, columns of each.

    A sequence, whose slices are too; the whole of it as a file, as arrays, or for whatever reads Arrow.
    """

    def __init__(self, sweep: Sweep, indices: Sequence[int] | NDArray[np.integer], reads: Sequence[str] = ()) -> None:
        """``reads``: quantities that are shown beside the columns of the sweep."""
        import numpy as np  # noqa: PLC0415 - importing the package stays light

        self._sweep = sweep
        self._reads = tuple(reads)
        self.indices: NDArray[np.int64] = np.asarray(indices, dtype=np.int64)
        """The combinations' places in the space."""

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        return f"<{len(self):,} of {self._sweep.size:,} combinations>"

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> Chosen: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | Chosen:
        if isinstance(place, slice):
            return Chosen(self._sweep, self.indices[place], self._reads)
        return next(iter(Chosen(self._sweep, [self.indices[place]], self._reads)))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for start in range(0, len(self), _AT_ONCE):
            for batch in self[start : start + _AT_ONCE].batches():
                columns = {name: _values(batch, name) for name in batch.column_names}
                for values in zip(*columns.values(), strict=True):
                    yield dict(zip(columns, values, strict=True))

    @property
    def columns(self) -> tuple[str, ...]:
        """The quantities of each row, beside its index, its axes and its status."""
        reads = (name for name in self._reads if name not in self._sweep.bound.digits)
        return tuple(dict.fromkeys([*self._sweep.columns, *reads]))

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns: index, axes, status, quantities."""
        return ("index", *self._sweep.leading_columns, *self.columns)

    def batches(self, *, threads: int | None = None) -> _engine.Batches:
        """The rows in Arrow batches, each computed when it is asked for."""
        workers = compiler.thread_count(threads)
        return self._ask(
            lambda program, columns, rows: program.batches(columns, None, rows, workers, self._of_the_space)
        )

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, pandas, duckdb and pyarrow read the rows as a table."""
        return self.batches().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""
        return self.batches().__arrow_c_schema__()

    def to_numpy(self, columns: Sequence[str] = (), *, threads: int | None = None) -> dict[str, NDArray[Any]]:
        """The columns (or those with these names) as arrays: null as NaN, labels as an array of strings."""
        from gigacost import arrays  # noqa: PLC0415 - importing the package stays light

        names = arguments.columns(columns, self.column_names)
        return arrays.gathered(self.batches(threads=threads), {name: self._sweep.bound.kind(name) for name in names})

    def write(
        self, path: str | os.PathLike[str], *, threads: int | None = None, csv_safe: bool = True
    ) -> int:
        """Write the rows to a file, whole or not at all, as ``Sweep.write`` does, and say how many there were."""
        workers, about = compiler.thread_count(threads), self._sweep.file_metadata
        return self._ask(
            lambda program, columns, rows: program.write(
                os.fspath(path), columns, None, rows, workers, about, csv_safe
            )
        )

    def write_csv(self, sink: Any, *, threads: int | None = None, csv_safe: bool = True) -> int:  # noqa: ANN401 - any binary file
        """Write the rows as CSV to a binary file object, and say how many there were."""
        workers = compiler.thread_count(threads)
        return self._ask(
            lambda program, columns, rows: program.write_csv(sink, columns, None, rows, workers, csv_safe)
        )

    def _ask(self, question: Callable[[_engine.Program, list[Any], tuple[int, int]], T]) -> T:
        """Ask the engine about a space of these combinations alone, its columns and the range of its rows."""
        import numpy as np  # noqa: PLC0415 - importing the package stays light

        picked = Picked(self._sweep.bound, self.indices if len(self) else np.zeros(1, np.int64))  # no space is empty
        made = self._compiled()
        index = ("index", 0, picked.indices)
        try:
            return question(compiler.program(picked, made), [index, *compiler.columns(picked, made)], (0, len(self)))
        except InternalError as error:
            raise self._of_the_space(error) from None

    def _compiled(self) -> compiler.Compiled:
        return compiler.compiled(self._sweep.bound, Question(self.columns))

    def _of_the_space(self, error: InternalError) -> InternalError:
        """An error about a place among these combinations, as the whole space tells it."""
        if error.row is None:
            return error
        bound, made, row = self._sweep.bound, self._compiled(), int(self.indices[error.row])
        try:
            compiler.ask(bound, made, lambda program: program.pick(compiler.columns(bound, made), [row]))
        except InternalError as told:
            return told
        return error


def _values(batch: _engine.Batch, name: str) -> list[Any]:
    """A column's values as plain data: null as None, labels as text."""
    labels, values = batch.labels(name), batch.column(name).tolist()
    return [labels[value] for value in values] if labels is not None else [plain(value) for value in values]
