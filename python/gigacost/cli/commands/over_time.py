"""``gigacost over-time``: what the same capability, or the same FLOP, cost in other years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gigacost.cli import options
from gigacost.cli.query import QueryOptions, querying

if TYPE_CHECKING:
    from gigacost.analysis.over_time import OverTime
    from gigacost.queries.space import Space


@options.command("over-time")
@querying(None, "the cheapest design of each year")
@options.once("--years", metavar="YEARS", help="Years and ranges, as 2023..2026,2030 [default: 2023,2025,2027,2030].")
@options.once("--by", metavar="NAME", help="Subtotal to minimise [default: total_development_usd].")
@options.once(
    "--same",
    metavar="WHAT",
    help="capability: later algorithms take less compute; flop: the same arithmetic every year [default: capability].",
)
@options.once(
    "--algorithms-of",
    metavar="DATE",
    help="Date of the algorithms that params and tokens assume [default: that of the prices].",
)
@options.once("--within", metavar="TIME", help="How long a run may take, as 400d or 2y [default: 1 year].")
@options.once("--per", metavar="AXES", help="Axes each of whose values is asked about apart, as market.")
@click.option("--sources", is_flag=True, help="List every price used, with source and date.")
@options.once("-o", "--output", metavar="FILE", help="Write the years to a .csv or .xlsx file; - for CSV on stdout.")
def command(
    query: QueryOptions,
    years: str | None,
    by: str | None,
    same: str | None,
    algorithms_of: str | None,
    within: str | None,
    per: str | None,
    output: str | None,
    *,
    sources: bool,
) -> int:
    r"""Cost of SPEC's capability in several years: the cheapest design of each, its drivers, P10 to P90.

    Past years use the prices and chips quoted then; later years follow trends with intervals, which can be set like any
    other input (algorithmic_gain, price_performance_gain, rental_level, energy_efficiency_gain).

    \b
    gigacost over-time SPEC --years 2023,2025,2027,2030
    gigacost over-time SPEC --algorithms-of 2024-04-01 --by total_run_usd --json
    gigacost over-time --set training_flop=5e25 --hardware h100-sxm --chips 16384 --market own,on_demand \
      --years 2023,2025,2027 --same flop --per market --base-year 2023 --sources
    """
    from gigacost.analysis.cheapest_of_year import later
    from gigacost.analysis.over_time import BY, WITHIN, YEARS, contributions, over_time
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.text_file import refuse_bad_text_file
    from gigacost.cli.workbook_file import is_workbook, refuse_bad_workbook
    from gigacost.model import default

    if is_workbook(output):
        refuse_bad_workbook(output, (query.spec, query.design.catalog))
    elif output is not None and output != "-":
        refuse_bad_text_file(output, ".csv")
    sweep, by = query.space(later(default())), by or BY
    asserted = Assertions(query.assertions, dict.fromkeys([by, *contributions(sweep.model, by)], "$"))
    found = over_time(
        sweep,
        YEARS if years is None else years,
        by=by,
        same=same or "capability",  # type: ignore[arg-type] # it says what is wrong with another
        algorithms_of=algorithms_of or "",
        within=within or WITHIN,
        per=options.names(per),
        strict=query.design.strict,
        threads=query.threads,
    )
    _tell(query, sweep, found, output, sources=sources)
    for one in found.years:
        spreads = {**one.drivers, **({found.by: one.cost} if one.cost else {})}
        place = ", ".join(map(str, (one.year, *one.of.values())))
        asserted.check({name: spread.central for name, spread in spreads.items()}, place)
    return query.ended(asserted, feasible=any(one.cost for one in found.years), advice="; gigacost summary says why")


def _tell(query: QueryOptions, sweep: Space, found: OverTime, output: str | None, *, sources: bool) -> None:
    """Say what is doubtful and not said yet, and print or write the years."""
    from gigacost.cli.process import warn
    from gigacost.cli.terminal import payload
    from gigacost.cli.text_file import write_text_file
    from gigacost.cli.views.over_time import as_csv, show_years
    from gigacost.cli.workbook_file import is_workbook, write_workbook

    said = [warning.what for warning in sweep.spec.warnings]
    for text in found.warnings:
        if not any(what in text for what in said):
            warn("warning", text)
    if output == "-":
        click.echo(as_csv(found), nl=False)
        return
    if is_workbook(output):
        write_workbook(found, output, sweep.meta)
    elif output is not None:
        write_text_file(output, as_csv(found))
    if query.as_json:
        payload(found.to_dict())
        return
    show_years(found, sources=sources)
