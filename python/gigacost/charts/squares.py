"""Squares drawn to scale: areas in proportion to numbers, side by side on one line, each with its name below it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt

from gigacost.charts.theme import INK, MUTED, SMALL, aria, described, named

_GAP = 14.0
_LETTER = 6.0
"""Pixels of a letter of a name, on the average."""
_LINE = 14.0
_LETTERS = 16
"""Letters of a line of a name, unless its square is wider."""
_STEPS = 60
_SHARE, _LOW, _HIGH = 0.24, 80.0, 220.0
"""How high the largest square is at most: a share of the width, between so many pixels."""


class Square(NamedTuple):
    """What one square stands for."""

    what: str
    value: float
    """Its area."""
    said: str
    """The number with its unit."""
    colour: str


class Placed(NamedTuple):
    """Squares in pixels: rows of marks, and how high the picture of them is."""

    squares: list[dict[str, Any]]
    labels: list[dict[str, Any]]
    height: float


def placed(squares: Sequence[Square], width: float) -> Placed:
    """Squares next to each other, as large as the width allows; without those of less than a pixel.

    Where their names leave too little room for them in one line, they stand in several.
    """
    largest = max(one.value for one in squares)
    most = min(max(width * _SHARE, _LOW), _HIGH)
    squares = [one for one in squares if math.sqrt(one.value / largest) * most >= 1.0]
    shelves, scale = _shelves(squares, width, most)
    marks: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    top = 0.0
    for shelf in shelves:
        sides = [math.sqrt(one.value) * scale for one in shelf]
        texts = [_lines(one, side) for one, side in zip(shelf, sides, strict=True)]
        ground = top + max(sides)
        left = 0.0
        for one, side, lines in zip(shelf, sides, texts, strict=True):
            marks.append(
                {
                    "x": left, "x2": left + side, "y": ground - side, "y2": ground, "colour": one.colour,
                    "aria": described(one.what, value=one.value),
                }
            )  # fmt: skip
            labels += [
                {"x": left, "y": ground + _LINE * (0.3 + line), "text": text, "strong": line == len(lines) - 1}
                for line, text in enumerate(lines)
            ]
            left += max(_slot(one), side) + _GAP
        top = ground + _LINE * (max(map(len, texts)) + 0.6)
    return Placed(marks, labels, top)


def _shelves(squares: Sequence[Square], width: float, most: float) -> tuple[list[list[Square]], float]:
    """The squares in as few lines as leave them room, and pixels for each unit of a side."""
    largest = math.sqrt(max(one.value for one in squares))
    for count in range(1, len(squares) + 1):
        long = math.ceil(len(squares) / count)
        shelves = [list(squares[start : start + long]) for start in range(0, len(squares), long)]
        scale = min(_largest_scale(shelf, width, most / largest) for shelf in shelves)
        if scale * largest >= min(_LOW, most):
            break
    return shelves, scale


def _lines(one: Square, side: float) -> list[str]:
    return [*textwrap.wrap(one.what, int(max(_slot(one), side) / _LETTER), break_long_words=False), one.said]


def _slot(one: Square) -> float:
    """What a name in a few lines takes."""
    lines = [one.said, *textwrap.wrap(one.what, _LETTERS, break_long_words=False)]
    return _LETTER * max(map(len, lines))


def _largest_scale(shelf: Sequence[Square], width: float, high: float) -> float:
    """Pixels for each unit of a side, at most ``high``, so that all fit into the width."""
    sides, slots = [math.sqrt(one.value) for one in shelf], [_slot(one) for one in shelf]
    room = width - _GAP * (len(shelf) - 1)
    if _needed(sides, slots, high) <= room:
        return high
    low = 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _needed(sides, slots, middle) <= room else (low, middle)
    return low


def _needed(sides: Sequence[float], slots: Sequence[float], scale: float) -> float:
    return sum(max(side * scale, slot) for side, slot in zip(sides, slots, strict=True))


def picture(name: str, found: Placed, width: float, title: alt.TitleParams) -> alt.LayerChart:
    """The chart of placed squares, whose data are those of ``datasets``."""
    across, down = pixels(width, found.height)
    squares = alt.Chart(named(f"{name} squares")).mark_rect(stroke=None)
    labels = alt.Chart(named(f"{name} labels")).mark_text(align="left", baseline="top", fontSize=SMALL)
    strong = alt.condition("datum.strong", alt.value(INK), alt.value(MUTED))
    layers = [
        squares.encode(x=across, x2="x2", y=down, y2="y2", color=alt.Color("colour:N", scale=None), description=aria()),
        labels.encode(x=across, y=down, text="text:N", color=strong),
    ]
    return alt.LayerChart(layer=layers, width=width, height=found.height, title=title)


def datasets(name: str, found: Placed) -> dict[str, list[dict[str, Any]]]:
    """The data of the chart."""
    return {f"{name} squares": found.squares, f"{name} labels": found.labels}


def pixels(width: float, height: float) -> tuple[alt.X, alt.Y]:
    """Encodings of ``x`` and ``y`` whose numbers are pixels, from the upper left corner on."""
    across = alt.Scale(domain=[0.0, width], nice=False, zero=False)
    down = alt.Scale(domain=[0.0, height], reverse=True, nice=False, zero=False)
    return alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)
