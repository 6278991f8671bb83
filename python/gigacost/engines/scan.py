"""A sweep as a lazy table of polars."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigacost.compiler import lower
from gigacost.engines.pushdown import EVERYWHERE, Columns, pieces
from gigacost.errors import Fault, SpecError, not_installed, type_name
from gigacost.queries.export import Part
from gigacost.queries.selection import selected
from gigacost.queries.space import Space

if TYPE_CHECKING:
    import polars as pl

_LOG = logging.getLogger("gigacost.scan")


def scan(sweep: Space, *, threads: int | None = None) -> pl.LazyFrame:
    """A sweep as a lazy table of polars, which computes what a query of it needs.

    Parameters
    ----------
    sweep : Sweep
        Its columns are those of the table: axes, ``status``, quantities. Its condition holds.
    threads : int, optional
        Number of threads; by default all CPUs.

    Returns
    -------
    polars.LazyFrame
        Columns that a query does not use are not computed. Filters that compare a column with a value, test it for
        null or for being one of some values, joined by and, or, not, become part of the condition; polars does others.
        ``head`` ends the computing. The logger ``gigacost.scan`` tells at level DEBUG what was asked and computed.

    Raises
    ------
    SpecError
        For what is no sweep, for a fault of it, or where polars is not installed.
    """
    try:
        import polars as pl
        from polars.io.plugins import register_io_source
    except ImportError:
        raise not_installed("scan", "polars", "polars") from None
    if not isinstance(sweep, Space):
        raise SpecError(Fault("sweep", "", f"expected a Sweep, got {type_name(sweep)}"))
    sweep.batches(threads=threads)  # raises what is wrong now, and computes nothing
    kinds = {"integer": pl.Int64(), "number": pl.Float64(), "label": pl.Categorical()}
    schema = {name: kinds[sweep.bound.kind(name)] for name in sweep.column_names}

    def source(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        columns = with_columns or list(schema)
        yield pl.DataFrame(schema={name: schema[name] for name in columns})
        yield from _frames(sweep, threads, columns, predicate, n_rows, batch_size)

    return register_io_source(source, schema=schema, is_pure=True)


def _frames(
    sweep: Space,
    threads: int | None,
    columns: list[str],
    predicate: pl.Expr | None,
    n_rows: int | None,
    batch_size: int | None,
) -> Iterator[pl.DataFrame]:
    import polars as pl

    from gigacost.engines import polars_predicates

    tests = Columns(sweep.bound)
    pushed, whole = (EVERYWHERE, True) if predicate is None else polars_predicates.read(tests, predicate)
    asked = {"columns": columns, "where": pushed.text, "left": None if whole else str(predicate)}
    _LOG.debug("columns %(columns)s; where %(where)s; left to polars: %(left)s", asked)
    table = selected(sweep.bound, columns, tests.settled(pushed))
    ranges = pieces(tests.ranges(pushed), lower.thread_count(threads))
    if not table.source.conditional and whole and n_rows is not None:
        ranges = iter([(0, min(n_rows, sweep.size))])
    counts = {"rows": 0, "computed": 0, "combinations": sweep.size}
    for begin, end in ranges:
        frame = pl.DataFrame(Part(table._replace(range=(begin, end))).batches(threads=threads))
        if predicate is not None and not whole:
            frame = frame.filter(predicate)
        if n_rows is not None:
            frame = frame.head(n_rows - counts["rows"])
        counts["rows"] += len(frame)
        counts["computed"] += end - begin
        _LOG.debug("%(rows)d rows so far; %(computed)d of %(combinations)d combinations computed", dict(counts))
        yield from frame.rechunk().iter_slices(batch_size or max(len(frame), 1))
        if counts["rows"] == n_rows:
            return
