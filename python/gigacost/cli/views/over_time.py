"""Costs in several years, as tables and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gigacost.analysis.cheapest_of_year import TOO_LONG
from gigacost.cli.terminal import grid, literal, out, shortened, show, show_more, table
from gigacost.cli.views.estimate import fitting
from gigacost.cli.views.intervals import PERCENTILES
from gigacost.units.numbers import amount, grouped, usd

if TYPE_CHECKING:
    from gigacost.analysis.cheapest_of_year import Interval, Year
    from gigacost.analysis.over_time import OverTime
    from gigacost.queries.assumptions import Assumption

_TEXTS = ("prices of", "design")
_DISPENSABLE = ("$/chip-hour", "FLOP")
_GAP, _ROOM = 2, 40
"""Columns between two of a list's, and those that the beginning of a source takes at least."""
_SAME = {"capability": "the same capability", "flop": "the same FLOP"}


def show_years(found: OverTime, *, sources: bool = False) -> None:
    """The years with their designs; then what their costs are made of and the trends, or all prices and sources."""
    show(literal(_title(found), "bold"))
    _show_fitting(*year_rows(found))
    if sources:
        _show_sources(found)
        show_more("--json (the sources in full, percentiles of each driver)")
        return
    heads, rows = driver_rows(found)
    if rows:
        show(literal("Of that", "bold"))
        _show_fitting(heads, rows, [[cell.split(" (")[0] for cell in row] for row in rows])
    for name, one in found.trends.items():
        show(literal(f"{name}: {one['distribution']} ({one['source']}, {one['date']})", "dim"))
    show_more("--sources (every price used)", "-o FILE.csv")


def _show_fitting(heads: list[str], rows: list[list[str]], shorter: list[list[str]] | None = None) -> None:
    """A table; where it is too wide ``shorter`` rows in as many tables as it takes, else without its dispensable."""
    right = [head for head in heads[1:] if head not in _TEXTS]
    if shorter is not None:
        if len([*fitting(heads[1:], rows)]) > 1:
            rows = shorter
        for start, stop in fitting(heads[1:], rows):
            cut = [[row[0], *row[start + 1 : stop + 1]] for row in rows]
            show(table([heads[0], *heads[start + 1 : stop + 1]], cut, right))
        return
    for name in _DISPENSABLE:
        if name in heads and len([*fitting(heads[1:], rows)]) > 1:
            at = heads.index(name)
            heads, rows = [*heads[:at], *heads[at + 1 :]], [[*row[:at], *row[at + 1 :]] for row in rows]
    show(table(heads, rows, right))


def _title(found: OverTime) -> str:
    dollars = f" in dollars of {found.base_year}" if found.base_year else ""
    algorithms = f", algorithms of {found.algorithms_of}" if found.same == "capability" else ""
    return f"{found.by} of {_SAME[found.same]}{dollars}{algorithms}, runs of at most {grouped(found.within_days)} days"


def year_rows(found: OverTime) -> tuple[list[str], list[list[str]]]:
    """The years as a table: its heads and its rows."""
    heads = ["year", "prices of", "design", "days", "FLOP", "$/chip-hour", "cost", *PERCENTILES]
    return heads, [_row(one) for one in found.years]


def driver_rows(found: OverTime) -> tuple[list[str], list[list[str]]]:
    """The drivers of each year that has a design as a table: its heads and its rows."""
    years = [one for one in found.years if one.cost]
    names = dict.fromkeys(name for one in years for name in one.drivers)
    heads = ["driver", *(" ".join(map(str, (one.year, *one.of.values()))) for one in years)]
    return heads, [[name, *(_interval(one.drivers.get(name)) for one in years)] for name in names]


def _show_sources(found: OverTime) -> None:
    """Every price of every year, those of several years once, with date and the beginning of its source."""
    years: dict[Assumption, dict[str, None]] = {}
    for one in found.years:
        for price in one.prices:
            years.setdefault(price, {})[str(one.year)] = None
    ordered = sorted(years.items(), key=lambda item: (item[0].name, *item[1]))
    told = [(one.name, amount(float(one.value or 0.0), one.unit), " ".join(of), _source(one)) for one, of in ordered]
    beside = sum(max((len(row[i]) for row in told), default=0) + _GAP for i in range(3))
    room = out().width - beside
    made = grid("left", "right", "left", "left")
    for name, value, of, source in told:
        at_side = literal(shortened(source, room), "dim") if room >= _ROOM else ""
        made.add_row(literal(name), literal(value, "bold"), literal(of, "dim"), at_side)
    show(literal("Prices, each with the years that it is of and its source", "bold"), made)
    if room < _ROOM:
        for source in dict.fromkeys(source for *_, source in told):
            names = dict.fromkeys(name for name, _, _, other in told if other == source)
            show(literal(shortened(f"{', '.join(names)}: {source}", out().width), "dim"))


def _source(price: Assumption) -> str:
    return f"{price.date}, {price.source}" if price.date else price.source


def as_csv(found: OverTime) -> str:
    """A row for each year: what it is about, the design, the cost with its interval, the drivers, the prices."""
    rows = [dict(_cells(one)) for one in found.years]
    sink = io.StringIO()
    writer = csv.DictWriter(sink, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def _cells(one: Year) -> Iterator[tuple[str, Any]]:
    yield from (("year", one.year), ("state", one.state), ("as_of", one.as_of))
    yield from (("years_ahead", one.years_ahead), ("algorithm_years", one.algorithm_years))
    yield from {**one.of, **one.design}.items()
    yield from (
        ("train_days", one.train_days),
        ("run_flop", one.run_flop),
        ("usd_per_chip_hour", one.usd_per_chip_hour),
    )
    for name, spread in (("cost_usd", one.cost), *one.drivers.items()):
        if spread:
            yield from ((name, spread.central), (f"p5({name})", spread.low), (f"p95({name})", spread.high))
            yield from ((f"{one}({name})", getattr(spread, one)) for one in PERCENTILES.values())
    for price in one.prices:
        yield from (
            (price.name, price.value),
            (f"{price.name} date", price.date),
            (f"{price.name} source", price.source),
        )


def _row(one: Year) -> list[str]:
    dated = one.as_of[: len("2026-07")] + (f" +{one.years_ahead:.1f} y" if one.years_ahead else "")
    days = "—" if one.train_days is None else grouped(one.train_days)
    if one.cost is None:
        why = "too long" if one.state == TOO_LONG else one.state
        of = ", ".join(map(str, one.of.values()))
        return [str(one.year), dated, f"{of}: {why}" if of else why, days, *["—"] * 6]
    design = ", ".join(f"{value:,.10g}" if isinstance(value, float) else str(value) for value in one.design.values())
    figures = [f"{one.run_flop:.2g}", f"{one.usd_per_chip_hour:.2f}"]
    costs = [usd(value) for value in (one.cost.central, one.cost.p10, one.cost.p50, one.cost.p90)]
    return [str(one.year), dated, design, days, *figures, *costs]


def _interval(one: Interval | None) -> str:
    return "—" if one is None else f"{usd(one.central)} ({usd(one.p10)} to {usd(one.p90)})"
