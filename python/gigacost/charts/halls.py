"""Racks and halls, drawn to scale: a cell for each rack (or for so many of them), halls around those that fill one."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import altair as alt

from gigacost import known_sizes
from gigacost.charts.squares import pixels
from gigacost.charts.theme import GRID, MUTED, PALETTE, aria, described, named

MOST_CELLS = 420
"""Cells that are drawn at most: one stands for several racks beyond that."""
_NVL = 72
"""Chips of a fast network that are a rack of their own."""
_MOST, _GAP = 118.0, 10.0
_LARGEST_CELL = 16.0
_NOTHING = 1e-9
_OF_A_HALL = described("hall", chips=known_sizes.HALL.value)


class Halls(NamedTuple):
    """Cells and halls in pixels."""

    cells: list[dict[str, Any]]
    halls: list[dict[str, Any]]
    height: float
    racks: float
    racks_per_cell: int
    chips_per_rack: float
    hall_count: float


def chips_per_rack(scaleup_domain: float | None) -> float:
    """As many as the fast network joins where that is a rack, else as many as in a rack of Colossus 1."""
    return float(_NVL) if scaleup_domain == _NVL else known_sizes.RACK.value


def placed(chips: float, per_rack: float, width: float) -> Halls:
    """The racks of so many chips, hall after hall, each hall filled column by column."""
    racks, per_hall = chips / per_rack, known_sizes.HALL.value / per_rack
    count = chips / known_sizes.HALL.value
    together = 1
    while racks / together > MOST_CELLS:
        together *= 2
    rows = max(round(math.sqrt(per_hall / together)), 1)
    columns = per_hall / together / rows
    across, down = _grid(math.ceil(count), columns, rows, width)
    side = min((width - _GAP * (across - 1)) / (across * columns), (_MOST / down if down > 1 else _MOST) / rows)
    side = min(side, _LARGEST_CELL)
    cells: list[dict[str, Any]] = []
    halls: list[dict[str, Any]] = []
    left = racks / together
    for number in range(math.ceil(count)):
        x = number % across * (columns * side + _GAP)
        y = number // across * (rows * side + _GAP)
        halls.append({"x": x, "x2": x + columns * side, "y": y, "y2": y + rows * side, "aria": _OF_A_HALL})
        here = min(left, per_hall / together)
        cells += _cells(x, y, side, (columns, rows), here, together)
        left -= here
    high = down * (rows * side + _GAP) - _GAP
    return Halls(cells, halls, high, racks, together, per_rack, count)


def _grid(halls: int, columns: float, rows: int, width: float) -> tuple[int, int]:
    """How many halls stand side by side, and in how many lines: those with which they are the largest."""

    def side(across: int) -> float:
        down = math.ceil(halls / across)
        return min((width - _GAP * (across - 1)) / (across * columns), _MOST / down / rows)

    across = max(range(1, min(halls, 40) + 1), key=side)
    return across, math.ceil(halls / across)


def _cells(x: float, y: float, side: float, shape: tuple[float, int], count: float, together: int) -> list[Any]:
    """Cells from a hall's upper left corner on, column by column; the last column is as wide as is left of the hall."""
    columns, rows = shape
    found = []
    place, left = 0, count
    while left > _NOTHING:
        column, row = divmod(place, rows)
        part = min(left, 1.0, columns - column)
        corner = (x + column * side, y + row * side)
        found.append(
            {
                "x": corner[0], "x2": corner[0] + side * part, "y": corner[1], "y2": corner[1] + side,
                "aria": described("racks", racks=part * together),
            }
        )  # fmt: skip
        place, left = place + 1, left - part
    return found


def picture(name: str, found: Halls, width: float, title: alt.TitleParams) -> alt.LayerChart:
    """The chart of placed halls, whose data are those of ``datasets``."""
    horizontal, vertical = pixels(width, found.height)
    hall = alt.Chart(named(f"{name} halls")).mark_rect(fill=GRID, stroke=MUTED, strokeWidth=1)
    cell = alt.Chart(named(f"{name} cells")).mark_rect(fill=PALETTE[0], stroke="white", strokeWidth=0.6)
    layers = [
        hall.encode(x=horizontal, x2="x2", y=vertical, y2="y2", description=aria()),
        cell.encode(x=horizontal, x2="x2", y=vertical, y2="y2", description=aria()),
    ]
    return alt.LayerChart(layer=layers, width=width, height=found.height, title=title)


def datasets(name: str, found: Halls) -> dict[str, list[dict[str, Any]]]:
    """The data of the chart."""
    return {f"{name} halls": found.halls, f"{name} cells": found.cells}
