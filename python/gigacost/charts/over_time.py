"""A cost in several years: the middle as a line, P10 to P90 and P5 to P95 as bands, by option where there are some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.theme import INK, MUTED, WIDTH, aria, colours, described, figure, named, shapes
from gigacost.charts.units import axis, capitalised, is_log, scale, title, words
from gigacost.units.numbers import grouped, usd

_HEIGHT = 340
_SAME = {"capability": "the same capability", "flop": "the same FLOP"}
_FIELDS = {"central": "central", "p5": "low", "p10": "p10", "p50": "p50", "p90": "p90", "p95": "high"}


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.LayerChart:
    """The cost of each year's cheapest design. Raises SpecError where no year has one."""
    rows = [_row(year) for year in document["years"] if year["cost"]]
    if not rows:
        raise undrawable("over-time", "no year has a possible design", "years, or designs, that are possible")
    series = [*dict.fromkeys(row["series"] for row in rows)]
    several = len(series) > 1
    values = [row[name] for row in rows for name in (("p10", "p90") if several else ("p5", "p95"))]
    years = [year["year"] for year in document["years"]]
    across = alt.X(
        "year:Q",
        title="year",
        scale=alt.Scale(domain=[min(years) - 0.3, max(years) + 0.3], nice=False),
        axis=alt.Axis(values=sorted(set(years)), format="d", grid=False, labelOverlap="greedy"),
    )
    money = axis(document["by"], values, title=title(document["by"]))
    up = alt.Y("central:Q", axis=money, scale=scale(values, zero=True))
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1) if several else None
    colour = alt.Color("series:N", scale=colours(series), legend=legend)
    base = alt.Chart(named("rows")).encode(x=across, color=colour)
    shape = alt.Shape("series:N", scale=shapes(series), legend=legend)
    outer = base.mark_area(opacity=0.13).encode(y=alt.Y("p5:Q", axis=money, scale=scale(values, zero=True)), y2="p95:Q")
    layers: list[Any] = [
        *([] if several else [outer]),
        base.mark_area(opacity=0.2 if several else 0.25).encode(
            y=alt.Y("p10:Q", axis=money, scale=scale(values, zero=True)), y2="p90:Q"
        ),
        base.mark_line(strokeWidth=2).encode(y="p50:Q"),
        base.mark_point(filled=True, size=70, opacity=1).encode(y=up, shape=shape, description=aria()),
    ]
    layers += _labels(several=several)
    ahead = _first_ahead(document)
    if ahead:
        begin = alt.Chart(named("ahead")).encode(x="year:Q")
        layers += [
            begin.mark_rule(color=MUTED, strokeDash=[4, 3]).encode(y=alt.value(0), y2=alt.value(_HEIGHT)),
            begin.mark_text(color=MUTED, align="left", dx=5, dy=8).encode(y=alt.value(0), text="text:N"),
        ]
    made: alt.LayerChart = figure(
        alt.LayerChart(layer=layers),
        {"rows": rows, "ahead": ahead},
        title=f"{capitalised(words(document['by']))} of {_SAME[document['same']]}, {min(years)} to {max(years)}",
        subtitle=_subtitle(document, log=is_log(values), several=several),
        width=width,
        height=_HEIGHT,
    )
    return made


def _labels(*, several: bool) -> list[Any]:
    """The money of each point; none where the options' would lie on each other."""
    if several:
        return []
    text = alt.Chart(named("rows")).mark_text(align="left", dx=9, dy=-9, color=INK)
    return [text.encode(x="year:Q", y="central:Q", text="label:N")]


def _row(year: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of one year."""
    cost = {name: year["cost"][field] for name, field in _FIELDS.items()}
    series = ", ".join(map(str, year["of"].values())) or "cheapest design"
    what = f"{year['year']} {series}"
    return {
        "year": year["year"], "series": series, **cost, "label": usd(cost["central"]),
        "aria": described(what, **cost),
    }  # fmt: skip


def _first_ahead(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where quoted prices end and trends begin, among the years that are shown at their middle."""
    for year in document["years"]:
        if year["years_ahead"]:
            return [{"year": year["year"] - year["years_ahead"], "text": f"trends from {year['as_of'][:7]} on"}]
    return []


def _subtitle(document: Mapping[str, Any], *, log: bool, several: bool) -> Sequence[str]:
    dollars = f"In dollars of {document['base_year']}. " if document["base_year"] else ""
    algorithms = f", algorithms of {document['algorithms_of']}" if document["same"] == "capability" else ""
    days = grouped(document["within_days"])
    bands = "Band: P10 to P90." if several else "Bands: P10 to P90, P5 to P95."
    told = [
        f"{dollars}The cheapest design of each year, of runs of at most {days} days{algorithms}.",
        f"Points: central values. Line: P50. {bands}{' Logarithmic.' if log else ''}",
    ]
    missing: dict[str, list[str]] = {}
    for year in document["years"]:
        if not year["cost"]:
            missing.setdefault(year["state"], []).append(str(year["year"]))
    told += [
        f"No design in {', '.join(dict.fromkeys(of))}: {state.replace('_', ' ')}." for state, of in missing.items()
    ]
    return told
