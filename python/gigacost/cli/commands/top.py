"""``gigacost top``: the best combinations, of all or of each group."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options
from gigacost.cli.asking import Asking, askable
from gigacost.cli.query import QueryOptions, querying, timed, warn_of

if TYPE_CHECKING:
    from gigacost.queries.space import Space
    from gigacost.queries.top import Best

_K = 10


@options.command("top")
@querying("Quantities to show in each row.", "the columns of each row")
@options.once(
    "--by", metavar="NAME", shell_complete=options.quantities, help="Quantity to minimise [default: cost_total_usd]."
)
@options.once(
    "-k", "--k", type=options.Whole(1), metavar="N", help="Number of rows [default: 10; with --per, 1 per group]."
)
@options.once("--per", metavar="AXES", help="Axes to group by, as params,tokens: the best of each group.")
@options.once("--distinct", metavar="NAMES", help="Columns by which equal rows count once.")
@click.option("--largest", is_flag=True, help="Maximise instead of minimise.")
@options.once("-o", "--output", metavar="FILE.xlsx", help="Write a workbook: all rows, differences, sources.")
@options.once("--limit", type=options.Whole(0), metavar="N", help="Print at most N rows.")
@options.once(
    "--seconds",
    type=options.Whole(1),
    metavar="N",
    help="Time limit in seconds; if reached, the best found and a proven bound are reported.",
)
@options.once(
    "--boxes",
    type=options.Whole(1),
    metavar="N",
    help="Limit on boxes bounded (nodes of branch and bound), reported in the same way.",
)
@options.explaining
@askable
def command(
    query: QueryOptions,
    by: str | None,
    k: int | None,
    per: str | None,
    distinct: str | None,
    output: str | None,
    limit: int | None,
    seconds: int | None,
    boxes: int | None,
    *,
    largest: bool,
    asking: Asking,
) -> int:
    r"""The combinations of SPEC with the smallest (or largest) value of a quantity; ties go to the first.

    \b
    gigacost top SPEC --by cost_total_usd -k 20
    gigacost top SPEC --by cost_total_usd --per params,tokens --json
    """
    from gigacost.cli import hosted
    from gigacost.cli.terminal import payload
    from gigacost.cli.views.rows import row_assertions
    from gigacost.cli.workbook_file import refuse_bad_workbook, write_workbook

    asking.refuse_output(output)
    refuse_bad_workbook(output, (query.spec, query.design.catalog))
    sweep = query.space()
    groups = options.names(per) or list(sweep.spec.per)
    asserted = row_assertions(query, sweep, *([by] if by else []))
    start = time.perf_counter()
    asked: dict[str, Any] = {
        "k": k or sweep.spec.k or (1 if groups else _K),
        "by": by or sweep.spec.by or "cost_total_usd",
        "per": groups,
        "distinct": options.names(distinct) or sweep.spec.distinct,
        "largest": largest,
    }
    boxes = boxes if groups else hosted.granted_boxes(boxes)
    with asking.asker("top", sweep, query.threads) as asker:
        best = sweep.top(**asked, seconds=seconds, boxes=boxes, executor=asker)
    if asking.part:
        return asking.tell("top", sweep, asker, asked)
    took = time.perf_counter() - start
    warn_of(sweep.spec, best.meta)
    write_workbook(best, output)
    rows = best.rows if limit is None else best.rows[:limit]
    if run := hosted.current():
        run.take(best[: len(rows)], len(rows))
    if query.as_json:
        payload({"rows": [dict(row) for row in rows], "meta": timed(best.meta, took)})
    else:
        _print(sweep, best, limit, took, largest=largest)
        query.explained(best.meta)
    for row in rows:
        asserted.check(row, f"index {row['index']}")
    return query.ended(
        asserted, feasible=bool(best.rows) or not best.meta["exact"], advice="; gigacost summary says why"
    )


def _print(sweep: Space, best: Best, limit: int | None, seconds: float, *, largest: bool) -> None:
    from gigacost.cli.terminal import literal, show
    from gigacost.cli.views.rows import show_rows
    from gigacost.units.numbers import cell, duration

    rows = best.rows if limit is None else best.rows[:limit]
    show_rows(sweep, rows, [] if sweep.spec.columns else [best.meta["by"]])
    left = f", {len(best.rows) - len(rows)} more not printed" if len(best.rows) > len(rows) else ""
    said = f"{len(rows)} of {sweep.size:,} combinations by {best.meta['by']}{left}, in {duration(seconds)}"
    show(literal(said, "dim"))
    if not best.meta["exact"]:
        unit = sweep.unit(best.meta["by"]) or "1"
        side = "above" if largest else "below"
        said = f"not proven optimal: no combination left unexplored is {side} {cell(best.meta['bound'], unit)}"
        show(literal(said, "bold"))
