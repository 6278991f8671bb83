"""``gigacost solve``: the largest (or smallest) value of an input at which a condition can still be met."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import click

from gigacost.cli import options
from gigacost.cli.inverse import looking
from gigacost.cli.query import QueryOptions

if TYPE_CHECKING:
    from gigacost.analysis.inverse.solve import Solution
    from gigacost.queries.space import Space


_ENDED = {
    "range": "That is the end of the range looked through, {low} to {high}: --over goes on.",
    "states": "Beyond it every combination is infeasible, whatever the condition; gigacost summary says why.",
}


@options.command("solve")
@looking
@click.option("--smallest", is_flag=True, help="Smallest value instead of the largest.")
def command(query: QueryOptions, unknown: str, by: str | None, over: str | None, *, smallest: bool) -> int:
    r"""The largest value of UNKNOWN for which some design of SPEC satisfies the condition.

    An axis of SPEC is searched value by value; any other input is solved for to twelve digits. If nothing is feasible,
    the binding constraints are reported, with the smallest relaxation that makes a design feasible.

    \b
    gigacost solve tokens SPEC --where "cost_total_usd <= 50e6 and train_days <= 90"
    gigacost solve chips SPEC --smallest --where "train_days <= 30" --over 8..65536:60:log:8
    """
    from gigacost.analysis.inverse.solve import solve
    from gigacost.cli.inverse import assertions, range_of, tell
    from gigacost.cli.progress import watched

    sweep = query.space()
    by = by or sweep.spec.by or "cost_total_usd"
    asserted = assertions(query, sweep, unknown, by)
    start = time.perf_counter()
    with watched("solve", 0) as progress:
        found = solve(
            unknown, sweep, over=range_of(over), smallest=smallest, by=by, threads=query.threads, progress=progress
        )
    tell(query, sweep, found, time.perf_counter() - start, partial(_print, sweep, found, smallest=smallest))
    if found.feasible:
        asserted.check(found.design, f"{unknown} = {found.value:.6g}")
    return query.ended(asserted, feasible=found.feasible)


def _print(sweep: Space, found: Solution, *, smallest: bool) -> None:
    from gigacost.cli.inverse import figures, named, show_relaxations, unit_of
    from gigacost.cli.terminal import literal, show, table
    from gigacost.cli.views.rows import said
    from gigacost.units.numbers import cell

    if found.value is None:
        show_relaxations(sweep, found.relaxations, found.meta, found.unknown)
    else:
        what = f"{'smallest' if smallest else 'largest'} {found.unknown} = {said(sweep, found.unknown, found.value)}"
        design = named(sweep, found.design, found.unknown)
        show(literal(f"{what}, with {design}" if design else what, "bold"))
        if found.constraints:
            rows = [
                [held.constraint, cell(held.value, unit_of(sweep, held.quantity)), "binds" if held.binds else ""]
                for held in found.constraints
            ]
            show(table(["constraint", "value", ""], rows, ["value"]))
        shown = {held.quantity for held in found.constraints}
        if more := figures(sweep, found.design, found.meta["by"], shown):
            show(literal(more))
        if ended := _ENDED.get(found.ended_by):
            low, high = (cell(end, found.unit) for end in found.meta["range"])
            show(literal(ended.format(low=low, high=high)))
