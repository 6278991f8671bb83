"""The options along an unknown: a line for each, and where another becomes the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.rows import no_longer_possible
from gigacost.charts.theme import INK, MUTED, WIDTH, aria, colours, described, figure, legend_below, named
from gigacost.charts.units import axis, capitalised, said, scale, words

_HEIGHT = 0.56
_LINES, _LINE = 3, 15
"""What is written at crossings is that far below what is at the one before: they may be close."""
_DASHES = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [12, 4], [5, 2, 2, 2], [1, 3])
"""Beside the colours, so that these are not all that tells lines apart."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.LayerChart:
    """The curves of a break-even with its crossings. Raises SpecError where nothing is feasible."""
    unknown, unit, by, option = document["unknown"], document["unit"], document["meta"]["by"], document["axis"]
    rows = document["curve"]
    if not rows:
        raise undrawable("break-even", "no option is feasible anywhere: there is no curve")
    with_rows = {row[option] for row in rows}
    options = [str(one) for one in document["options"] if one in with_rows]
    lines = [
        {"x": row[unknown], "y": row[by], "option": str(row[option]),
         "aria": described(str(row[option]), **{unknown: row[unknown], by: row[by]})}
        for row in rows
    ]  # fmt: skip
    crossings = [
        {**_crossing(document, one), "line": number % _LINES * _LINE}
        for number, one in enumerate(document["crossings"])
    ]
    low, high = document["meta"]["range"]
    xs, ys = [low, high], [row["y"] for row in lines]
    right = alt.X("x:Q", axis=axis(unknown, xs, unit=unit), scale=scale(xs, domain=xs, nice=False))
    up = alt.Y("y:Q", axis=axis(by, ys), scale=scale(ys, zero=False, padding=12))
    legend = legend_below(width, symbolType="stroke", symbolStrokeWidth=2.5)
    base = alt.Chart(named("lines")).mark_line(strokeWidth=2.5).encode(x=right, y=up, order="x:Q")
    dashes = alt.Scale(domain=options, range=[list(_DASHES[i % len(_DASHES)]) for i in range(len(options))])
    base = base.encode(
        color=alt.Color("option:N", title=words(option), scale=colours(options), legend=legend),
        strokeDash=alt.StrokeDash("option:N", title=words(option), scale=dashes, legend=legend),
        description=alt.Description("option:N"),
    )
    at = alt.Chart(named("crossings"))
    layers = [base, at.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="x:Q", description=aria())]
    layers.append(
        at.mark_point(filled=True, color=INK, size=60, opacity=1).encode(x="x:Q", y="y:Q", description=aria())
    )
    layers.append(
        at.mark_text(align="left", dx=5, dy=4, baseline="top").encode(
            x="x:Q", y=alt.Y("line:Q", scale=None), text="told:N"
        )
    )
    ends = [_end(row, unknown, by) for row in _first_and_last(lines)]
    dots = alt.Chart(named("ends")).mark_point(filled=True, size=22, opacity=1)
    colour = alt.Color("option:N", scale=colours(options), legend=None)
    layers.append(dots.encode(x="x:Q", y="y:Q", color=colour, description=aria()))
    made: alt.LayerChart = figure(
        alt.layer(*layers),
        {"lines": lines, "crossings": crossings, "ends": ends},
        title=_sentence(document),
        subtitle=[f"{capitalised(words(by))} of the best design of each {words(option)}, by {words(unknown)}."],
        width=width,
        height=round(width * _HEIGHT),
    )
    return made


def _crossing(document: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """Where the best option changes: at its value, and at the cost of the option that is the best from there on."""
    unknown, unit, by, option = document["unknown"], document["unit"], document["meta"]["by"], document["axis"]
    row = one["above"] or one["below"] or {}
    x = one["value"] if one["above"] else row.get(unknown, one["value"])
    text, before = said(x, unknown, unit), (one["below"] or {}).get(option)
    if no_longer_possible(document["curve"], option, before, unknown, one["value"]):
        text += f": {before} is no longer possible"
    told = described(str(row.get(option, "none")), **{unknown: x, by: row.get(by)})
    return {"x": x, "y": row.get(by), "told": text, "aria": told}


def _end(row: Mapping[str, Any], unknown: str, by: str) -> dict[str, Any]:
    return {**row, "aria": described(f"end of {row['option']}", **{unknown: row["x"], by: row["y"]})}


def _first_and_last(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The ends of each line."""
    ends = []
    for option in dict.fromkeys(row["option"] for row in lines):
        of_one = [row for row in lines if row["option"] == option]
        ends += [of_one[0], *([of_one[-1]] if len(of_one) > 1 else [])]
    return ends


def _sentence(document: Mapping[str, Any]) -> str:
    """Which option is the best where: ``on_demand up to 30.8, own up to 50.4, then on_demand``."""
    parts = []
    intervals = document["intervals"]
    for one in intervals[:-1]:
        name = "none" if one["option"] is None else str(one["option"])
        parts.append(f"{name} up to {said(one['high'], document['unknown'], document['unit'])}")
    last = "none" if intervals[-1]["option"] is None else str(intervals[-1]["option"])
    return ", ".join([*parts, f"then {last}"]) if parts else f"{last} everywhere"
