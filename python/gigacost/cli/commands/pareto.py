"""``gigacost pareto``: the combinations that no other dominates in several objectives."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from gigacost.cli import options
from gigacost.cli.asking import Asking, askable
from gigacost.cli.query import QueryOptions, querying, timed, warn_of

if TYPE_CHECKING:
    from gigacost.queries.rows import RowView
    from gigacost.queries.space import Space

_MINIMISE = ["cost_total_usd", "train_days"]


@options.command("pareto")
@querying("Quantities to show in each row, beside the objectives.", "the columns of each row")
@options.quantity_names(
    "--minimise",
    "--minimize",
    help=f"Quantities to minimise; '' for none [default: {','.join(_MINIMISE)}].",
    may_be_empty=True,
)
@options.quantity_names("--maximise", "--maximize", help="Quantities to maximise [default: none].")
@options.once(
    "-o", "--output", metavar="FILE", help="Write all rows: .parquet, .csv, .csv.gz, .arrow, .xlsx; - for CSV."
)
@options.once("--limit", type=options.Whole(0), metavar="N", help="Print or write only the first N rows.")
@options.explaining
@askable
def command(
    query: QueryOptions,
    minimise: str | None,
    maximise: str | None,
    output: str | None,
    limit: int | None,
    *,
    asking: Asking,
) -> int:
    r"""The Pareto front of SPEC: the combinations that no other dominates in all objectives.

    Rows are sorted by the objectives, one after the other; combinations equal in all of them count once. A screenful is
    printed, spread over the front; --json and -o give all rows.

    \b
    gigacost pareto SPEC --minimise cost_total_usd,train_days
    gigacost pareto SPEC --minimise cost_total_usd --maximise params,tokens -o front.parquet
    """
    from gigacost.cli import hosted
    from gigacost.cli.dry_run import refuse_bad_output
    from gigacost.cli.output import report, write
    from gigacost.cli.terminal import payload
    from gigacost.cli.views.rows import row_assertions
    from gigacost.cli.workbook_file import is_workbook, refuse_bad_workbook, write_workbook

    asking.refuse_output(output)
    sweep = query.space()
    small = _MINIMISE if minimise is None else options.names(minimise)
    large = options.names(maximise)
    asserted = row_assertions(query, sweep, *small, *large)
    if is_workbook(output):
        refuse_bad_workbook(output, (query.spec, query.design.catalog))
    elif output is not None and output != "-":
        refuse_bad_output(output, (query.spec, query.design.catalog), (".xlsx",))
    start = time.perf_counter()
    with asking.asker("pareto", sweep, query.threads) as asker:
        front = sweep.pareto(small, large, executor=asker)
        rows = front.rows if limit is None else front.rows[:limit]
        if is_workbook(output):
            write_workbook(front if limit is None else replace(front, rows=rows), output)
            count = len(rows)
        else:
            count = write(rows, output, threads=query.threads) if output is not None else 0
    if asking.part:
        return asking.tell("pareto", sweep, asker, {"minimise": small, "maximise": large})
    if run := hosted.current():
        run.take(rows, len(rows))
    warn_of(sweep.spec, front.meta)
    took = time.perf_counter() - start
    meta = {**timed(front.meta, took), "front": len(front.rows)}
    if output is not None:
        report(count, output, meta, as_json=query.as_json)
    elif query.as_json:
        payload({"rows": list(rows), "meta": meta})
    else:
        _print(sweep, rows, [*small, *large], len(front.rows), took, whole=limit is not None)
        query.explained(meta)
    for row in rows if query.assertions else ():
        asserted.check(row, f"index {row['index']}")
    return query.ended(asserted, feasible=len(front.rows) > 0, advice="; gigacost summary says why")


def _print(sweep: Space, rows: RowView, objectives: list[str], front: int, seconds: float, *, whole: bool) -> None:
    """The rows, or as many of them as a screen has room for, spread evenly over the front."""
    from gigacost.cli.terminal import literal, room, show
    from gigacost.cli.views.rows import show_rows
    from gigacost.units.numbers import duration

    shown = len(rows) if whole else min(len(rows), room())
    places = [place * (len(rows) - 1) // max(shown - 1, 1) for place in range(shown)]
    show_rows(sweep, [rows[place] for place in places], objectives)
    spread = ", spread over it," if shown < len(rows) else ""
    said = f"{shown:,} of {front:,} on the front{spread} of {sweep.size:,} combinations"
    show(literal(f"{said}, in {duration(seconds)}", "dim"))
