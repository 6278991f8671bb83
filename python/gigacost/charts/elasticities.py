"""Elasticities: a bar for each input, by how many per cent a quantity changes for one per cent of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.theme import BAR, INK, MUTED, PALETTE, WIDTH, aria, bar_names, described, figure, named
from gigacost.charts.units import said, words

MOST = 20
"""Inputs that have a bar."""
_LEAST = 0.0005
"""What is less shows no bar."""
_SIDES = {"more": PALETTE[0], "less": PALETTE[1]}
_ROOM = 0.16
"""Beyond the longest bar, for its number: a share of the axis."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.LayerChart:
    """The elasticities of a quantity, the largest first. Raises SpecError where nothing moves it."""
    known = [one for one in document["inputs"] if abs(one["elasticity"] or 0.0) >= _LEAST]
    if not known:
        raise undrawable("elasticities", "no input has an elasticity other than 0", "a quantity that inputs move")
    rows = [_row(one) for one in known[:MOST]]
    values = [row["elasticity"] for row in rows]
    low, high = min(0.0, *values), max(0.0, *values)
    room = _ROOM * (high - low)
    domain = [low - room if low < 0 else 0.0, high + room if high > 0 else 0.0]
    quantity = words(document["quantity"])
    across = alt.X(
        "elasticity:Q",
        title=f"change of {quantity} for 1 % more of the input [%]",
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(labelExpr="datum.value ? format(datum.value, '+.2~f') : '0'", tickCount=6, labelOverlap="greedy"),
    )
    _, names, high = bar_names([row["what"] for row in rows])
    name = alt.Y("what:N", sort=None, axis=names)
    base = alt.Chart(named("rows")).encode(y=name)
    side = alt.Color("side:N", scale=alt.Scale(domain=[*_SIDES], range=[*_SIDES.values()]), legend=None)
    layers: list[Any] = [
        base.mark_bar(height=BAR).encode(x=across, color=side, description=aria()),
        alt.Chart(named("zero")).mark_rule(color=INK).encode(x="elasticity:Q"),
        base.transform_filter("datum.elasticity > 0").mark_text(align="left", dx=5).encode(
            x="elasticity:Q", text="label:N", color=alt.value(MUTED)
        ),
        base.transform_filter("datum.elasticity < 0").mark_text(align="right", dx=-5).encode(
            x="elasticity:Q", text="label:N", color=alt.value(MUTED)
        ),
    ]  # fmt: skip
    made: alt.LayerChart = figure(
        alt.LayerChart(layer=layers),
        {"rows": rows, "zero": [{"elasticity": 0.0}]},
        title=f"What moves the {quantity}, {said(document['value'], document['quantity'], document['unit'])}",
        subtitle=_subtitle(known, rows),
        width=width,
        height=high * len(rows),
    )
    return made


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    value = one["elasticity"]
    what = f"{one['name']} *" if one["stepped"] else one["name"]
    side = "more" if value > 0 else "less"
    label = f"{value:+.2f}".replace("-", "−")
    return {
        "what": what, "elasticity": value, "side": side, "label": label,
        "aria": described(one["name"], elasticity=value),
    }  # fmt: skip


def _subtitle(known: list[Mapping[str, Any]], rows: list[dict[str, Any]]) -> list[str]:
    told = ["At this run, layout and architecture held fixed."]
    if any(row["what"].endswith("*") for row in rows):
        told.append("* moves it by steps too, through rounded numbers, which are held fixed.")
    if len(known) > len(rows):
        next_ = abs(known[len(rows)]["elasticity"])
        told.append(f"{len(known) - len(rows)} more inputs move it by {next_:.2f} % or less.")
    return told
