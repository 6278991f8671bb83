"""A cluster drawn to scale: one copy of a model as its chips, and all copies; areas in proportion to chips."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import altair as alt

from gigacost.charts.halls import chips_per_rack
from gigacost.charts.squares import pixels
from gigacost.charts.theme import GRID, INK, MUTED, OTHERS, PALETTE, SMALL, aria, described, named

MOST_CELLS = 1024
"""Cells of one copy: a cell stands for all chips of a tensor-parallel group beyond that, then for a stage."""
MOST_COPIES = 400
"""Cells of the cluster: one stands for several copies beyond that."""
_HIGH, _LARGEST, _LABEL = 210.0, 34.0, 64.0
_LINE = 15.0
_NARROW = 480
_TINTS = ("#0072b2", "#56b4e9")
"""Stages in turn."""


class Cluster(NamedTuple):
    """Marks in pixels."""

    cells: list[dict[str, Any]]
    outlines: list[dict[str, Any]]
    texts: list[dict[str, Any]]
    height: float


def placed(layout: Mapping[str, Any], domain: float | None, width: float) -> Cluster:
    """One copy, and to its right (below it where there is little room) the cluster, with a rack and a domain."""
    if width < _NARROW:
        copy = _copy(layout, width)
        fleet = _shifted(_fleet(layout, domain, 0.0, width), copy.height + _LINE)
    else:
        copy, half = _copy(layout, width * 0.44), width * 0.52
        fleet = _fleet(layout, domain, width - half, half)
    height = max(copy.height, fleet.height)
    return Cluster(copy.cells + fleet.cells, copy.outlines + fleet.outlines, copy.texts + fleet.texts, height)


def _shifted(found: Cluster, down: float) -> Cluster:
    """The same, further down."""
    cells = [{**one, "y": one["y"] + down, "y2": one["y2"] + down} for one in found.cells]
    texts = [{**one, "y": one["y"] + down} for one in found.texts]
    return found._replace(cells=cells, texts=texts, height=found.height + down)


def _copy(layout: Mapping[str, Any], width: float) -> Cluster:
    """A row for each stage of the pipeline, a cell for each chip of it."""
    stages = layout["axes"]["pp"]
    ranks = layout["axes"]["tp"] * layout["axes"]["cp"]
    together = 1 if stages * ranks <= MOST_CELLS else layout["axes"]["tp"]
    columns = ranks // together
    side = min((width - _LABEL) / columns, _HIGH / stages, _LARGEST)
    cells, outlines = [], []
    for stage in range(stages):
        top = _LINE + stage * side
        for rank in range(columns):
            left = _LABEL + rank * side
            told = described(f"stage {stage + 1}", chips=together)
            cells.append(_box(left, top, side, side, fill=_TINTS[stage % 2], aria=told))
        outlines.append(_box(_LABEL, top, columns * side, side, stroke="white"))
    texts = [
        _text(_LABEL, 0.0, f"one copy: {stages} x {ranks} chips", MUTED),
        _text(0.0, _LINE + side / 2 - 6, "stage 1", MUTED),
    ]
    if stages > 1:
        texts.append(_text(0.0, _LINE + (stages - 0.5) * side - 6, f"stage {stages}", MUTED))
    return Cluster(cells, outlines, texts, _LINE + stages * side)


def _fleet(layout: Mapping[str, Any], domain: float | None, left: float, width: float) -> Cluster:
    """A cell for each copy, the first as the one beside it; idle chips as part of a cell, in grey."""
    axes, copies, idle = layout["axes"], layout["dp"], layout["idle_chips"]
    chips = axes["tp"] * axes["cp"] * axes["pp"]
    together = 1
    while copies / together > MOST_COPIES:
        together *= 2
    count = copies / together + idle / (chips * together)
    columns = math.ceil(math.sqrt(count * (width - _LABEL) / _HIGH))
    rows = math.ceil(count / columns)
    rack = chips_per_rack(domain)
    widest = math.sqrt(max(rack, domain or 0.0) / (chips * together))
    room = min((width - _LABEL - 20) / columns, (width - 20) / (columns + widest), _HIGH / (2 * widest))
    side = min(room, _HIGH / rows, _LARGEST)
    cells = []
    place = 0.0
    for number in range(math.ceil(copies / together)):
        part = min(copies / together - number, 1.0)
        row, column = divmod(number, columns)
        told = described("copies", copies=part * together, chips=part * together * chips)
        box = _box(left + column * side, _LINE + row * side, side * part, side, fill=GRID, aria=told)
        cells.append(box | {"stroke": OTHERS})
        place = number + part
    first = _box(left, _LINE, side / together, side, fill=PALETTE[0], aria=described("one copy", chips=chips))
    cells.append(first | {"stroke": PALETTE[0]})
    if idle:
        cells += _idle(left, side, columns, place, idle, chips * together)
    texts = [_text(left, 0.0, _copies_said(copies, together), MUTED)]
    pixels_per_chip = side * side / (chips * together)
    key = left + columns * side + 16
    below = _LINE
    for name, size in (("a rack", rack), *([("a domain", domain)] if domain else [])):
        edge = math.sqrt(size * pixels_per_chip)
        cells.append(_box(key, below, edge, edge, fill=MUTED, aria=described(name, chips=size)))
        texts += [
            _text(key, below + edge + 3, name, MUTED),
            _text(key, below + edge + 3 + _LINE * 0.9, f"{size:,.0f} chips", INK),
        ]
        below += edge + 3 * _LINE
    return Cluster(cells, [], texts, max(_LINE + rows * side, below))


def _idle(left: float, side: float, columns: int, place: float, idle: float, chips: float) -> list[dict[str, Any]]:
    """Idle chips from a place on, in as many cells as they fill."""
    found = []
    rest = idle / chips
    while rest > 1e-9:  # noqa: PLR2004 - what rounding leaves
        row, column = divmod(math.floor(place + 1e-9), columns)
        inside = place - row * columns - column
        part = min(rest, 1.0 - inside)
        told = described("idle chips", chips=part * chips)
        at = left + (column + inside) * side
        found.append(_box(at, _LINE + row * side, side * part, side, fill=PALETTE[3], aria=told))
        place, rest = place + part, rest - part
    return found


def _copies_said(copies: int, together: int) -> str:
    each = "" if together == 1 else f", {together} a cell"
    return f"{copies:,} copies{each}; blue: one of them" if copies > 1 else "the only copy"


def _box(left: float, top: float, wide: float, high: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of a mark
    return {"x": left, "x2": left + wide, "y": top, "y2": top + high, "stroke": "white", "fill": "", **more}


def _text(left: float, top: float, text: str, colour: str) -> dict[str, Any]:
    return {"x": left, "y": top, "text": text, "colour": colour}


def picture(found: Cluster, width: float, title: alt.TitleParams) -> alt.LayerChart:
    """The chart of a placed cluster, whose data are those of ``datasets``."""
    across, down = pixels(width, found.height)
    cells = alt.Chart(named("cells")).mark_rect(strokeWidth=0.6)
    outlines = alt.Chart(named("outlines")).mark_rect(fill=None, strokeWidth=2.5, aria=False)
    texts = alt.Chart(named("texts")).mark_text(align="left", baseline="top", fontSize=SMALL)
    layers: list[Any] = [
        cells.encode(
            x=across, x2="x2", y=down, y2="y2", fill=alt.Fill("fill:N", scale=None),
            stroke=alt.Stroke("stroke:N", scale=None), description=aria(),
        ),
        outlines.encode(x=across, x2="x2", y=down, y2="y2", stroke=alt.Stroke("stroke:N", scale=None)),
        texts.encode(x=across, y=down, text="text:N", color=alt.Color("colour:N", scale=None)),
    ]  # fmt: skip
    return alt.LayerChart(layer=layers, width=width, height=found.height, title=title)


def datasets(found: Cluster) -> dict[str, list[dict[str, Any]]]:
    """The data of the chart."""
    return {"cells": found.cells, "outlines": found.outlines, "texts": found.texts}
