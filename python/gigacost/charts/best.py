"""The best combinations: a bar for each, named after what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.rows import axes_of, colouring, differing, in_common, place, unlike
from gigacost.charts.theme import (
    BAR,
    MUTED,
    PALETTE,
    WIDTH,
    aria,
    bar_names,
    colours,
    described,
    figure,
    legend_below,
    named,
)
from gigacost.charts.units import axis, capitalised, is_log, said, scale, words

MOST = 40
"""Bars; of more rows the first are drawn."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.LayerChart:
    """The rows of a top: bars, or points on a logarithmic axis where decades span. Raises SpecError without rows."""
    by, every = document["meta"]["by"], document["rows"]
    if not every:
        raise undrawable("best", "no combination is feasible")
    rows = every[:MOST]
    axes = axes_of(rows[0])
    varied = differing(rows, axes)
    labels = unlike([place(row, varied) or f"combination {row['index']}" for row in rows])
    coloured = colouring(rows, varied)
    texts, names, height = bar_names(labels)
    data = [
        {"name": text, "value": row[by], "label": said(row[by], by), "colour": str(row.get(coloured, "")),
         "aria": described(label, **{"index": row["index"], by: row[by]})}
        for label, text, row in zip(labels, texts, rows, strict=True)
    ]  # fmt: skip
    values = [row[by] for row in rows]
    logarithmic = is_log(values)
    base = alt.Chart(named("rows")).encode(y=alt.Y("name:N", sort=texts, axis=names))
    mark = base.mark_point(filled=True, size=70, opacity=1) if logarithmic else base.mark_bar(height=BAR)
    if coloured:
        known = list(dict.fromkeys(row["colour"] for row in data))
        legend = legend_below(width)
        mark = mark.encode(color=alt.Color("colour:N", title=words(coloured), scale=colours(known), legend=legend))
    else:
        mark = mark.encode(color=alt.value(PALETTE[0]))
    x = alt.X("value:Q", axis=axis(by, values), scale=scale(values, zero=True))
    text = base.mark_text(align="left", dx=8, color=MUTED).encode(x="value:Q", text="label:N")
    cut = f"The first {len(rows)} of {len(every):,}." if len(every) > len(rows) else ""
    made: alt.LayerChart = figure(
        alt.layer(mark.encode(x=x, description=aria()), text),
        {"rows": data},
        title=f"{capitalised(words(by))}: the best of {document['meta']['combinations']:,} combinations",
        subtitle=[in_common(rows, axes), cut, _unproven(document["meta"], by)],
        width=width,
        height=height * len(rows),
    )
    return made


def _unproven(meta: Mapping[str, Any], by: str) -> str:
    """What is said of a search that was ended by its limit."""
    return "" if meta["exact"] else f"Not proven optimal: the search left off at a bound of {said(meta['bound'], by)}."
