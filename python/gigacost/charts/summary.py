"""A sweep summed up: for each quantity its range, P10 to P90 and median, of all combinations or of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.rows import place
from gigacost.charts.theme import INK, MUTED, PALETTE, ROW, WIDTH, aria, bar_names, described, figure, named
from gigacost.charts.units import axis, scale, words
from gigacost.units.numbers import share

_ALL = "all"
_MEDIAN = 0.5
_MOST = 40
"""Groups; of more the first are drawn."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.VConcatChart:
    """The columns of a summary, one picture below the other. Raises SpecError where no combination counts."""
    groups = document["groups"]
    places = [(place(group["at"], list(group["at"])), group["columns"]) for group in groups]
    cut = f"The first {_MOST} of {len(groups):,} groups." if len(groups) > _MOST else ""
    places = places[:_MOST] or [(_ALL, document["columns"])]
    names = [name for name, one in document["columns"].items() if one["count"]]
    if not names:
        raise undrawable("summary", "no combination is feasible, or there are no columns", "a condition that some meet")
    met = document["feasible"] / document["combinations"]
    without = [what for what, columns in places if not any(columns[name]["count"] for name in names)]
    places = [(what, columns) for what, columns in places if what not in without]
    rows = {name: _rows(name, places) for name in names}
    panels = [_panel(name, rows[name], [what for what, _ in places], width) for name in names]
    axes = f" by {', '.join(words(name) for name in groups[0]['at'])}" if groups else ""
    made: alt.VConcatChart = figure(
        alt.vconcat(*panels, spacing=22).resolve_scale(x="independent", y="independent"),
        {f"rows of {name}": rows[name] for name in names},
        title=f"{document['feasible']:,} of {document['combinations']:,} combinations{axes}",
        subtitle=[f"Thin line: smallest to largest. {_bar(document)}Point: mean.",
                  f"{share(met)} of all meet the condition." if met < 1 else "",
                  f"None of them: {', '.join(without)}." if without else "", cut],
    )  # fmt: skip
    return made


def _rows(name: str, places: Sequence[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """A column's statistics in each group in which it has values."""
    rows = []
    for what, columns in places:
        one = columns[name]
        if not one["count"]:
            continue
        quantiles = sorted((float(share), value) for share, value in one["quantiles"].items() if value is not None)
        figures = {"min": one["min"], "max": one["max"], "mean": one["mean"]}
        if quantiles:
            figures |= {"low": quantiles[0][1], "high": quantiles[-1][1]}
            figures |= {"median": dict(quantiles)[_MEDIAN]} if _MEDIAN in dict(quantiles) else {}
        rows.append({"what": what, **figures, "aria": described(f"{what} {name}", **figures)})
    return rows


def _panel(name: str, rows: Sequence[dict[str, Any]], order: Sequence[str], width: int) -> Any:  # noqa: ANN401
    """The picture of one column."""
    values = [row[end] for row in rows for end in ("min", "max")]
    # The name of the only row says nothing.
    texts, label, height = bar_names(order)
    label.labels = len(order) > 1
    name_of = dict(zip(order, texts, strict=True))
    for row in rows:
        row["name"] = name_of[row["what"]]
    y = alt.Y("name:N", sort=texts, title=None, axis=label)
    base = alt.Chart(named(f"rows of {name}"), width=width, height=height * len(order)).encode(y=y)
    right = alt.X("min:Q", axis=axis(name, values), scale=scale(values, padding=8))
    layers = [base.mark_rule(color=MUTED, strokeWidth=1.5).encode(x=right, x2="max:Q", description=aria())]
    if any("low" in row for row in rows):
        bar = base.mark_bar(color=PALETTE[0], height=ROW * 0.5)
        layers.append(bar.encode(x="low:Q", x2="high:Q", description=aria()))
    if any("median" in row for row in rows):
        layers.append(base.mark_tick(color="white", thickness=2.5, size=ROW * 0.5).encode(x="median:Q"))
    mean = base.mark_point(filled=True, color=PALETTE[1], stroke=INK, strokeWidth=0.7, size=34, opacity=1)
    return alt.layer(*layers, mean.encode(x="mean:Q"))


def _bar(document: Mapping[str, Any]) -> str:
    """Which quantiles the bars go from and to, and what is on them."""
    shares = sorted(float(share) for one in document["columns"].values() for share in one["quantiles"])
    if not shares:
        return ""
    return f"Bar: P{shares[0] * 100:g} to P{shares[-1] * 100:g}. " + (
        "White line: median. " if _MEDIAN in shares else ""
    )
