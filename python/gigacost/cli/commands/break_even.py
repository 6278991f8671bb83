"""``gigacost break-even``: where one option becomes cheaper than another, along one input."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from gigacost.cli import options
from gigacost.cli.inverse import looking
from gigacost.cli.query import QueryOptions

if TYPE_CHECKING:
    from gigacost.analysis.inverse.break_even import BreakEven
    from gigacost.queries.space import Space

_SHOWN = 9
"""Values of the first grid that the table has; crossings come on top."""


@options.command("break-even")
@looking
@options.once(
    "--between",
    metavar="AXIS[=OPTIONS]",
    help="Options to compare, as market=own,on_demand [default: all values of SPEC's axis].",
)
def command(query: QueryOptions, unknown: str, by: str | None, over: str | None, between: str | None) -> int:
    r"""Where the cheapest of several options changes along UNKNOWN, each option at its best design of SPEC.

    \b
    gigacost break-even electricity_usd_per_kwh SPEC --between market=own,on_demand
    gigacost break-even runs_per_year SPEC --between market --over 1..50:50:linear:1
    """
    from gigacost.analysis.inverse.break_even import break_even
    from gigacost.cli.inverse import assertions, range_of, tell
    from gigacost.cli.progress import watched

    options_ = _between(between)
    sweep = query.space()
    by = by or sweep.spec.by or "cost_total_usd"
    asserted = assertions(query, sweep, unknown, by)
    start = time.perf_counter()
    with watched("break-even", 0) as progress:
        found = break_even(
            unknown, sweep, between=options_, over=range_of(over), by=by, threads=query.threads, progress=progress
        )
    tell(query, sweep, found, time.perf_counter() - start, partial(_print, sweep, found))
    for crossing in found.crossings:
        asserted.check(crossing.above or crossing.below or {}, f"crossing at {unknown} = {crossing.value:.6g}")
    return query.ended(asserted, feasible=found.feasible)


def _between(text: str | None) -> str | dict[str, Any]:
    """The axis that is meant, or its options. Raises SpecError."""
    from gigacost.errors import Fault, SpecError, Typed

    if not text:
        raise SpecError(
            Fault("--between", "", "missing: the options to compare", "AXIS=OPTION,OPTION or an AXIS of SPEC")
        )
    axis, given, listed = text.partition("=")
    return {axis: [Typed(option) for option in options.names(listed)]} if given else axis


def _print(sweep: Space, found: BreakEven) -> None:
    from gigacost.cli.inverse import show_relaxations
    from gigacost.cli.terminal import literal, show, table
    from gigacost.units.numbers import cell

    if found.feasible:
        parts = [f"{_option(one.option)} to {cell(one.high, found.unit)}" for one in found.intervals]
        show(literal(f"best {found.axis} along {found.unknown}: {', '.join(parts)}", "bold"))
        heads, rows = [found.unknown, *map(str, found.options)], list(_curve(sweep, found))
        same = {row[-1] for row in rows}
        if len(same) > 1:
            show(table([*heads, "best", "with"], rows, heads))
        else:
            show(table([*heads, "best"], [row[:-1] for row in rows], heads))
        everywhere = f", all with {same.pop()}" if len(same) == 1 and any(same) else ""
        show(literal(f"{found.meta['by']} of the best design of each {found.axis}{everywhere}", "dim"))
    else:
        show_relaxations(sweep, found.relaxations, found.meta, found.unknown)


def _curve(sweep: Space, found: BreakEven) -> Iterator[list[str]]:
    """A few values of the unknown and all crossings, with what each option comes to there."""
    from gigacost.cli.inverse import named, unit_of
    from gigacost.units.numbers import cell

    by: str = found.meta["by"]
    rows: dict[float, dict[Any, Mapping[str, Any]]] = {}
    for row in found.curve:
        rows.setdefault(row[found.unknown], {})[row[found.axis]] = row
    changes = dict(zip((crossing.value for crossing in found.crossings), pairwise(found.intervals), strict=True))
    beside = {end for interval in found.intervals for end in (interval.low, interval.high)}
    grid = [value for value in rows if value not in beside]
    shown = {value for i, value in enumerate(grid) if i * _SHOWN // len(grid) != (i - 1) * _SHOWN // len(grid)}
    for value in sorted({*shown, *changes, min(rows), max(rows)}):
        at, before = rows.get(value, {}), changes.get(value)
        best = min(at, key=lambda option: at[option][by], default=None)
        costs = [cell(at[option][by] if option in at else None, unit_of(sweep, by)) for option in found.options]
        told = _option(best) if before is None else f"{_option(before[0].option)} → {_option(best)}"
        with_ = named(sweep, at[best], found.unknown, found.axis) if best is not None else ""
        yield [cell(value, found.unit), *costs, told, with_]


def _option(option: object) -> str:
    return "none" if option is None else str(option)
