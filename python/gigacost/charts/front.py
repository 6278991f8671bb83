"""The Pareto front: one objective against the other, the front as a line, each of its combinations a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.rows import axes_of, colouring, in_common, place
from gigacost.charts.theme import (
    MUTED,
    OTHERS,
    PALETTE,
    WIDTH,
    aria,
    colours,
    described,
    figure,
    legend_below,
    named,
    shapes,
)
from gigacost.charts.units import axis, capitalised, said, scale, words

_HEIGHT = 0.62
"""Of the width."""
_MANY = 300
"""From so many points on, they are smaller."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.LayerChart:
    """The rows of a front: the first objective upwards, the second to the right. Raises SpecError for fewer of either.

    Between two combinations of a front the worse of their values can be had, so its line goes in steps; of more than
    two objectives there is no line.
    """
    rows, objectives = document["rows"], document["meta"]["objectives"]
    names = [*objectives["minimise"], *objectives["maximise"]]
    if not rows:
        raise undrawable("front", "no combination is feasible")
    if len(names) < 2:  # noqa: PLR2004 - one against the other
        raise undrawable("front", "one objective", "two, as --minimise cost_total_usd,train_days")
    y, x = names[0], names[1]
    axes = axes_of(rows[0])
    coloured = colouring(rows, axes)
    data = [_point(row, x, y, axes, coloured) for row in rows]
    xs, ys = [row[x] for row in rows], [row[y] for row in rows]
    right = alt.X("x:Q", axis=axis(x, xs), scale=scale(xs, padding=16))
    up = alt.Y("y:Q", axis=axis(y, ys), scale=scale(ys, padding=26))
    points = alt.Chart(named("rows")).mark_point(filled=True, size=26 if len(rows) > _MANY else 64, opacity=0.9)
    points = points.encode(x=right, y=up, description=aria(), tooltip=["what:N", "told:N"])
    if coloured:
        known = sorted({row["colour"] for row in data})
        legend = legend_below(width)
        points = points.encode(
            color=alt.Color("colour:N", title=words(coloured), scale=colours(known), legend=legend),
            shape=alt.Shape("colour:N", title=words(coloured), scale=shapes(known), legend=legend),
        )
    else:
        points = points.encode(color=alt.value(PALETTE[0]))
    layers = [*([_line(x in objectives["maximise"])] if len(names) == 2 else []), points, *_ends(data)]  # noqa: PLR2004
    count = f"{len(rows):,} of {document['meta']['combinations']:,} combinations are on the front"
    others = f"; its other objectives are not drawn: {', '.join(map(words, names[2:]))}" if names[2:] else ""
    made: alt.LayerChart = figure(
        alt.layer(*layers),
        {"rows": data, "ends": _two_ends(data)},
        title=f"{capitalised(words(y))} against {words(x)}",
        subtitle=[f"{count}{others}.", in_common(rows, axes)],
        width=width,
        height=round(width * _HEIGHT),
    )
    return made


def _point(row: Mapping[str, Any], x: str, y: str, axes: Sequence[str], coloured: str) -> dict[str, Any]:
    what = place(row, axes) or f"combination {row['index']}"
    told = f"{said(row[y], y)}, {said(row[x], x)}"
    described_ = described(what, **{"index": row["index"], y: row[y], x: row[x]})
    return {"x": row[x], "y": row[y], "what": what, "told": told, "colour": str(row.get(coloured, "")),
            "aria": described_}  # fmt: skip


def _line(larger_is_better: bool) -> alt.Chart:  # noqa: FBT001 - of the axis to the right
    step: Literal["step-before", "step-after"] = "step-before" if larger_is_better else "step-after"
    line = alt.Chart(named("rows")).mark_line(color=OTHERS, strokeWidth=1.5, interpolate=step)
    made: alt.Chart = line.encode(x="x:Q", y="y:Q", order="x:Q")
    return made


def _two_ends(data: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The points furthest to the left and to the right, with where their text stands."""
    ordered = sorted(data, key=lambda row: row["x"])
    ends = [{**ordered[0], "side": "left"}]
    return [*ends, {**ordered[-1], "side": "right"}] if len(data) > 1 else ends


def _ends(data: Sequence[dict[str, Any]]) -> list[alt.Chart]:
    """What the ends of the front come to."""
    texts = []
    ends = _two_ends(data)
    for end in ends:
        left = end["side"] == "left"
        lower = end["y"] < max(other["y"] for other in ends)
        text = alt.Chart(named("ends")).mark_text(
            align="left" if left else "right", dx=8 if left else -2, dy=16 if lower else -11, color=MUTED
        )
        texts.append(text.encode(x="x:Q", y="y:Q", text="told:N").transform_filter(f"datum.side === '{end['side']}'"))
    return texts
