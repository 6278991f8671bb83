"""``gigacost over-time``: what the same capability costs in other years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gigacost.cli import options
from gigacost.cli.query import QueryOptions, querying

if TYPE_CHECKING:
    from gigacost.analysis.over_time import Interval, OverTime, Year


@options.command("over-time")
@querying(None, "the cheapest design of each year")
@options.once("--years", metavar="YEARS", help="Years [default: 2023,2025,2027,2030].")
@options.once("--by", metavar="NAME", help="Subtotal to minimise [default: total_development_usd].")
@options.once(
    "--algorithms-of",
    metavar="DATE",
    help="Date of the algorithms that params and tokens assume [default: that of the prices].",
)
def command(query: QueryOptions, years: str | None, by: str | None, algorithms_of: str | None) -> int:
    r"""Cost of SPEC's capability in several years: the cheapest design of each, its drivers, P10 to P90.

    Past years use the prices and chips quoted then; later years follow trends with intervals, which can be set like any
    other input (algorithmic_gain, price_performance_gain, rental_level, energy_efficiency_gain).

    \b
    gigacost over-time SPEC --years 2023,2025,2027,2030
    gigacost over-time SPEC --algorithms-of 2024-04-01 --by total_run_usd --json
    """
    from gigacost.analysis.over_time import BY, YEARS, contributions, later, over_time
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.terminal import payload
    from gigacost.model import default

    sweep, by = query.space(later(default())), by or BY
    asserted = Assertions(query.assertions, dict.fromkeys([by, *contributions(sweep.model, by)], "$"))
    found = over_time(
        sweep,
        [_year(text) for text in options.names(years)] or YEARS,
        by=by,
        algorithms_of=algorithms_of or "",
        threads=query.threads,
    )
    if query.as_json:
        payload(found.to_dict())
    else:
        _show(found)
    for one in found.years:
        spreads = {**one.drivers, **({found.by: one.cost} if one.cost else {})}
        asserted.check({name: spread.central for name, spread in spreads.items()}, str(one.year))
    return query.ended(asserted, feasible=any(one.cost for one in found.years), advice="; gigacost summary says why")


def _year(text: str) -> int:
    from gigacost.errors import Fault, SpecError, show

    if not text.isascii() or not text.isdigit():
        raise SpecError(Fault("years", show(text), "not a year", "as 2023,2025,2027,2030"))
    return int(text)


def _show(found: OverTime) -> None:
    from gigacost.cli.terminal import literal, show, table

    heads, rows = year_rows(found)
    show(literal(f"{found.by} of the same capability, algorithms of {found.algorithms_of}", "bold"))
    cost = heads.index("cost")  # the design and what it costs, beside each other, would not fit on 80 columns
    show(table(heads[:cost], [row[:cost] for row in rows], heads[3:]))
    show(table([heads[0], *heads[cost:]], [[row[0], *row[cost:]] for row in rows], heads[cost:]))
    heads, rows = driver_rows(found)
    show(literal("Of that, with P10 to P90", "bold"), table(heads, rows, heads[1:]))
    for name, one in found.trends.items():
        show(literal(f"{name}: {one['distribution']} ({one['source']}, {one['date']})", "dim"))


def year_rows(found: OverTime) -> tuple[list[str], list[list[str]]]:
    """The years as a table: its heads and its rows."""
    from gigacost.cli.views.intervals import PERCENTILES

    heads = ["year", "prices of", "design", "FLOP", "$/chip-hour", "cost", *PERCENTILES]
    return heads, [_row(one) for one in found.years]


def driver_rows(found: OverTime) -> tuple[list[str], list[list[str]]]:
    """The drivers of each year as a table: its heads and its rows."""
    names = dict.fromkeys(name for one in found.years for name in one.drivers)
    heads = ["driver", *(str(one.year) for one in found.years)]
    return heads, [[name, *(_interval(one.drivers.get(name)) for one in found.years)] for name in names]


def _row(one: Year) -> list[str]:
    from gigacost.cli.views.numbers import usd

    dated = one.as_of + (f" + {one.years_ahead:.1f} years" if one.years_ahead else "")
    if one.cost is None:
        return [str(one.year), dated, one.state, *["—"] * 6]
    design = ", ".join(f"{value:,.10g}" if isinstance(value, float) else str(value) for value in one.design.values())
    figures = [f"{one.run_flop:.2g}", f"{one.usd_per_chip_hour:.2f}"]
    return [
        str(one.year),
        dated,
        design,
        *figures,
        *(usd(value) for value in (one.cost.central, one.cost.p10, one.cost.p50, one.cost.p90)),
    ]


def _interval(one: Interval | None) -> Any:  # noqa: ANN401 - a cell
    from gigacost.cli.views.numbers import usd

    return "—" if one is None else f"{usd(one.central)} ({usd(one.p10)} to {usd(one.p90)})"
