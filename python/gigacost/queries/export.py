"""Rows of the engine as other libraries and files take them."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

from gigacost._engine import Batch, Batches, Rows
from gigacost._record import plain
from gigacost.compiler import lower
from gigacost.errors import InternalError
from gigacost.queries import arguments

Progress = Callable[[int], None]
"""Called now and then with the number of combinations evaluated so far."""


class Table(NamedTuple):
    """Rows of a range, and what is told of them."""

    source: Rows
    range: tuple[int, int]
    """The first row, and the one before which to end."""
    about: dict[str, str]
    """What stands in files beside the rows."""
    explained: Callable[[InternalError], InternalError]
    """What tells more of an error about a row."""


class Tabular(ABC):
    """Rows that are computed when they are asked for: in Arrow batches, as a file, for whatever reads Arrow."""

    @abstractmethod
    def _table(self) -> Table: ...

    def batches(self, *, threads: int | None = None) -> Batches:
        """The rows in their order, in Arrow batches, each computed when it is asked for."""
        return batches(self._table(), threads)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows one after the other, null as None: what pandas makes a DataFrame of."""
        for batch in self.batches():
            columns = {name: values_of(batch, name) for name in batch.column_names}
            for values in zip(*columns.values(), strict=True):
                yield dict(zip(columns, values, strict=True))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, duckdb and pyarrow read it as a table."""
        return self.batches().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""
        return self.batches().__arrow_c_schema__()

    def write(
        self,
        path: str | os.PathLike[str],
        *,
        threads: int | None = None,
        limit: int | None = None,
        csv_safe: bool = True,
        progress: Progress | None = None,
    ) -> int:
        """Write the rows to a file, whole or not at all, and say how many there were.

        The name's ending decides the form: .parquet, .csv, .csv.gz, .arrow. An older file is replaced only when the new
        one is complete. Raises OutputError, or SpecError for an ending that says nothing.
        """
        table, most, workers = self._table(), arguments.limit(limit), lower.thread_count(threads)
        name, metadata = os.fspath(path), _metadata(table)
        try:
            return table.source.write(table.range, name, workers, metadata, csv_safe, most, progress)
        except InternalError as error:
            raise table.explained(error) from None

    def write_csv(
        self,
        sink: Any,  # noqa: ANN401 - any binary file
        *,
        threads: int | None = None,
        limit: int | None = None,
        csv_safe: bool = True,
        progress: Progress | None = None,
    ) -> int:
        """Write the rows as CSV to a binary file object, and say how many there were."""
        table, most, workers = self._table(), arguments.limit(limit), lower.thread_count(threads)
        try:
            return table.source.write_csv(table.range, sink, workers, csv_safe, most, progress)
        except InternalError as error:
            raise table.explained(error) from None

    def write_stream(
        self,
        sink: Any,  # noqa: ANN401 - any binary file
        *,
        threads: int | None = None,
        limit: int | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Write the rows as an Arrow IPC stream to a binary file object, and say how many there were."""
        table, most, workers = self._table(), arguments.limit(limit), lower.thread_count(threads)
        try:
            return table.source.write_stream(table.range, sink, workers, _metadata(table), most, progress)
        except InternalError as error:
            raise table.explained(error) from None


class Part(Tabular):
    """Rows that are one table of their own."""

    def __init__(self, table: Table) -> None:
        self._rows = table

    def without(self, names: Collection[str]) -> Part:
        """The same rows without some of their columns."""
        return Part(self._rows._replace(source=self._rows.source.without(list(names)))) if names else self

    def _table(self) -> Table:
        return self._rows


def _metadata(table: Table) -> list[tuple[str, str]]:
    """What stands in a file's own metadata."""
    return [(f"gigacost:{key}", value) for key, value in table.about.items()]


def batches(table: Table, threads: int | None) -> Batches:
    """The rows in Arrow batches."""
    workers = lower.thread_count(threads)
    return table.source.batches(table.range, workers, table.explained)


def values_of(batch: Batch, name: str) -> list[Any]:
    """A column's values as plain data: null as None, labels as text."""
    labels, values = batch.labels(name), batch.column(name).tolist()
    return [labels[value] for value in values] if labels is not None else [plain(value) for value in values]
