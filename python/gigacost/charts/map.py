"""A map over two axes: lines along which the best design of each pair of values costs the same."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from gigacost.charts import contours
from gigacost.charts.kinds import undrawable
from gigacost.charts.rows import axes_of, colouring
from gigacost.charts.theme import INK, OTHERS, WIDTH, aria, colours, described, figure, named
from gigacost.charts.units import axis, capitalised, is_log, said, scale, words

_HEIGHT = 0.72
"""Of the width."""
_LEAST = 3
"""Values of an axis that make a map."""
_HOURS = {"train_hours": ("train_days", 24.0)}
"""Axes that are shown in another unit."""
_LETTER = 6.0
_IMPOSSIBLE = "no design"


class Lattice(NamedTuple):
    """The values on the two axes, and what stands at each pair of them."""

    names: tuple[str, str]
    xs: list[float]
    ys: list[float]
    rows: list[list[Mapping[str, Any] | None]]
    """The design at ``[i][j]``; None where none is possible."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.LayerChart:
    """The best of each pair of values of two axes. Raises SpecError unless ``per`` names two that are numbers."""
    found = _lattice(document)
    of = document["meta"]["by"]
    values = [row[of] for column in found.rows for row in column if row]
    log = is_log(values) or (min(values) > 0 and max(values) / min(values) > 8)  # noqa: PLR2004 - lines crowd otherwise
    lines, labels = _lines(found, of, values, log=log, width=width)
    which, cells = _cells(found)
    x, y = found.names
    across = alt.X("x:Q", axis=axis(x, found.xs), scale=scale(found.xs, domain=_ends(found.xs), nice=False))
    up = alt.Y("y:Q", axis=axis(y, found.ys), scale=scale(found.ys, domain=_ends(found.ys), nice=False))
    halo = alt.Chart(named("labels")).mark_text(
        fontSize=11, fontWeight=600, stroke="white", strokeWidth=4, strokeJoin="round", aria=False
    )
    layers: list[Any] = [
        *_filled(which, cells, across, up),
        alt.Chart(named("lines")).mark_line(color=INK, strokeWidth=1.6, strokeJoin="round").encode(
            x=across, y=up, order="order:Q", detail="line:N", description=aria()
        ),
        halo.encode(x="x:Q", y="y:Q", text="text:N"),
        alt.Chart(named("labels")).mark_text(fontSize=11, fontWeight=600, color=INK).encode(
            x="x:Q", y="y:Q", text="text:N"
        ),
    ]  # fmt: skip
    told = [f"Lines: equal {words(of)}, of the best design at each pair of {len(found.xs)} x {len(found.ys)} values."]
    if which:
        told.append(f"Colours: {words(which)} of that design." + _grey(cells))
    elif cells:
        told.append(_grey(cells).strip())
    if combinations := document["meta"].get("combinations"):
        told.append(f"{combinations:,} combinations looked at.")
    made: alt.LayerChart = figure(
        alt.LayerChart(layer=layers),
        {"lines": lines, "labels": labels, "cells": cells},
        title=f"{capitalised(words(of))} over {words(x)} and {words(y)}: "
        f"{said(min(values), of)} to {said(max(values), of)}",
        subtitle=told,
        width=width,
        height=round(width * _HEIGHT),
    )
    return made


def _lattice(document: Mapping[str, Any]) -> Lattice:
    """The two axes that the best were asked per. Raises SpecError where they are not two of several numbers."""
    per, rows = document["meta"].get("per", []), document["rows"]
    allowed = "the best per two axes of numbers: --per params,tokens"
    if len(per) != 2:  # noqa: PLR2004 - the axes of a picture
        raise undrawable("map", f"{len(per)} axes to draw over", allowed)
    if not rows:
        raise undrawable("map", "no design is possible", "axes and conditions that leave some")
    columns = [[row[name] for row in rows] for name in per]
    for name, column in zip(per, columns, strict=True):
        if any(isinstance(value, str) for value in column):
            raise undrawable("map", f"{name} has labels, not numbers", allowed)
        if len({*column}) < _LEAST:
            raise undrawable("map", f"{name} has fewer than {_LEAST} values with a design", allowed)
    xs, ys = (sorted({*column}) for column in columns)
    at = {(row[per[0]], row[per[1]]): row for row in reversed(rows)}  # the first of a pair is its best
    lattice = [[at.get((x, y)) for y in ys] for x in xs]
    shown = [_HOURS.get(name, (name, 1.0)) for name in per]
    scaled = [[value / by for value in axis] for axis, (_, by) in zip((xs, ys), shown, strict=True)]
    return Lattice((shown[0][0], shown[1][0]), scaled[0], scaled[1], lattice)


def _lines(
    found: Lattice, of: str, values: Sequence[float], *, log: bool, width: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The points of each line, and a text upon the longest of each level."""
    xs, ys = (([math.log(v) for v in axis] if is_log(axis) else axis) for axis in (found.xs, found.ys))
    back_x, back_y = (math.exp if is_log(axis) else float for axis in (found.xs, found.ys))
    grid = [[row[of] if row else None for row in column] for column in found.rows]
    between = contours.logarithmic if log else contours.linear
    rows: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    spread = (xs[-1] - xs[0], ys[-1] - ys[0])
    for level in contours.levels(values, log=log):
        walks = contours.lines(xs, ys, grid, level, between)
        for number, walk in enumerate(walks):
            told = described(f"{words(of)} {said(level, of)}", level=level)
            rows += [
                {"x": back_x(x), "y": back_y(y), "order": k, "line": f"{level!r} {number}", "aria": told}
                for k, (x, y) in enumerate(walk)
            ]
        if walks:
            longest = max(walks, key=lambda walk: _long(walk, spread))
            text = said(level, of)
            if _long(longest, spread) * width > 1.5 * _LETTER * len(text):
                x, y = _middle(longest, spread)
                labels.append({"x": back_x(x), "y": back_y(y), "text": text})
    return rows, labels


def _long(walk: Sequence[contours.Point], spread: tuple[float, float]) -> float:
    """The length of a line, as a share of the axes."""
    return sum(
        math.hypot((x2 - x1) / spread[0], (y2 - y1) / spread[1] * _HEIGHT)
        for (x1, y1), (x2, y2) in itertools.pairwise(walk)
    )


def _middle(walk: Sequence[contours.Point], spread: tuple[float, float]) -> contours.Point:
    """The place on a line up to which half of it goes."""
    half = _long(walk, spread) / 2
    gone = 0.0
    for (x, y), (x2, y2) in itertools.pairwise(walk):
        step = _long([(x, y), (x2, y2)], spread)
        if gone + step >= half:
            at = (half - gone) / step
            return x + at * (x2 - x), y + at * (y2 - y)
        gone += step
    return walk[-1]


def _cells(found: Lattice) -> tuple[str, list[dict[str, Any]]]:
    """What differs between the designs, as rectangles, those of one kind along a column together; what is missing."""
    known = [row for column in found.rows for row in column if row]
    which = colouring(known, axes_of(known[0]))
    edges_x, edges_y = _edges(found.xs), _edges(found.ys)
    cells: list[dict[str, Any]] = []
    for i, column in enumerate(found.rows):
        kinds = [(row[which] if which else "") if row else _IMPOSSIBLE for row in column]
        start = 0
        for j in range(1, len(kinds) + 1):
            if j == len(kinds) or kinds[j] != kinds[start]:
                if kinds[start]:
                    cells.append(
                        {
                            "x": edges_x[i], "x2": edges_x[i + 1], "y": edges_y[start], "y2": edges_y[j],
                            "kind": kinds[start], "aria": described(str(kinds[start]), pairs=float(j - start)),
                        }
                    )  # fmt: skip
                start = j
    return which, cells


def _filled(which: str, cells: Sequence[Mapping[str, Any]], across: alt.X, up: alt.Y) -> list[Any]:
    if not cells:
        return []
    kinds = [kind for kind in dict.fromkeys(cell["kind"] for cell in cells) if kind != _IMPOSSIBLE]
    domain = [*sorted(kinds), _IMPOSSIBLE]
    hues = alt.Scale(domain=domain, range=[*colours(sorted(kinds)).to_dict()["range"], OTHERS])
    legend = alt.Legend(title=None, orient="top", values=domain if _grey(cells) else sorted(kinds), symbolType="square")
    drawn = alt.Chart(named("cells")).mark_rect(opacity=0.38, strokeWidth=0)
    colour = alt.Color("kind:N", scale=hues, legend=legend if which or _grey(cells) else None)
    return [drawn.encode(x=across, x2="x2", y=up, y2="y2", color=colour, description=aria())]


def _grey(cells: Sequence[Mapping[str, Any]]) -> str:
    return " Grey: no design meets the conditions." if any(cell["kind"] == _IMPOSSIBLE for cell in cells) else ""


def _edges(values: Sequence[float]) -> list[float]:
    """Half-way between neighbours; the first and the last value themselves."""
    log = is_log(values)
    middles = [math.sqrt(a * b) if log else (a + b) / 2 for a, b in itertools.pairwise(values)]
    return [values[0], *middles, values[-1]]


def _ends(values: Sequence[float]) -> list[float]:
    return [values[0], values[-1]]
