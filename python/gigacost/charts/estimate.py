"""Where the money of a run goes: a bar for each contribution, with P10 to P90."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from gigacost.charts import runs
from gigacost.charts.kinds import undrawable
from gigacost.charts.theme import BAR, INK, MUTED, PALETTE, WIDTH, aria, bar_names, described, figure, named
from gigacost.charts.units import axis, scale, words
from gigacost.units.numbers import share, usd

_LEAST = 0.005
"""Contributions below this share of the whole are one bar together, where there are several."""


def chart(document: Any, *, width: int = WIDTH) -> alt.LayerChart:  # noqa: ANN401
    """The contributions of an estimate, or of the cheapest of a choice. Raises SpecError for none."""
    document = runs.cheapest("estimate", document)
    rows = contributions(document)
    if not rows:
        raise undrawable("estimate", "no contribution to the cost is known or above $0", "an estimate with a cost")
    ends = [row["usd"] for row in rows] + [row["p90"] for row in rows if "p90" in row]
    money = alt.X("usd:Q", axis=axis("usd", (), title="cost [$]"), scale=scale([], zero=True))
    names, name_axis, height = bar_names([row["what"] for row in rows])
    name = alt.Y("what:N", sort=names, axis=name_axis)
    base = alt.Chart(named("rows"))
    tips = [alt.Tooltip("what:N"), *(alt.Tooltip(f"{one}:Q", format="$,.0f") for one in ("usd", "p10", "p90"))]
    layers = [base.mark_bar(color=PALETTE[0], height=BAR).encode(x=money, y=name, tooltip=tips, description=aria())]
    spread = alt.Chart(named("intervals")).encode(y=name)
    layers += [
        spread.mark_rule(color=INK, strokeWidth=1.5).encode(x="p10:Q", x2="p90:Q", description=aria()),
        spread.mark_tick(color=INK, thickness=1.5, size=9).encode(x="p10:Q"),
        spread.mark_tick(color=INK, thickness=1.5, size=9).encode(x="p90:Q"),
    ]
    layers.append(base.mark_text(align="left", dx=6, color=MUTED).encode(x=alt.X("right:Q"), y=name, text="label:N"))
    subtitle = [runs.sentence(document["inputs"])]
    if len(ends) > len(rows):
        subtitle.append("Bars: central values. Lines: P10 to P90 of what is left open.")
    made: alt.LayerChart = figure(
        alt.layer(*layers),
        {"rows": rows, "intervals": [row for row in rows if "p90" in row]},
        title=runs.money_with_interval(document),
        subtitle=subtitle,
        width=width,
        height=height * len(rows),
    )
    return made


def contributions(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bars of an estimate: its contributions above $0, the largest first, and what is small as one."""
    known = {name: value for name, value in document["breakdown"].items() if value}
    whole = runs.total(document)[1]
    reference = sum(known.values()) if whole is None else whole
    ordered = sorted(known.items(), key=lambda item: -item[1])
    small = [name for name, value in ordered if value < _LEAST * reference]
    if len(small) < 2:  # noqa: PLR2004 - one has its own bar
        small = []
    rows = [_row(words(name), value, runs.interval(document, name)) for name, value in ordered if name not in small]
    if small:
        rows.append(_row(f"{len(small)} others", sum(known[name] for name in small), None))
    for row in rows:
        row["label"] = usd(row["usd"]) + ("" if whole is None else f" · {share(row['usd'] / whole)}")
    return rows


def _row(what: str, value: float, ends: tuple[float, float] | None) -> dict[str, Any]:
    row: dict[str, Any] = {"what": what, "usd": value, "right": value}
    if ends and ends[0] < ends[1]:
        row |= {"p10": ends[0], "p90": ends[1], "right": max(value, ends[1])}
    return {**row, "aria": described(what, usd=value, p10=row.get("p10"), p90=row.get("p90"))}
