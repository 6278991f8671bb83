"""What is predicted against what was published, logarithmic both ways: on the diagonal where a prediction is right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.theme import MUTED, OTHERS, PALETTE, WIDTH, aria, described, figure, heading, named, wrapped
from gigacost.charts.units import label_expr
from gigacost.units.numbers import share

_COLUMNS = ((1100, 5), (560, 3), (380, 2), (0, 1))
"""From this width on, so many panels stand side by side."""
_GAP, _LARGEST = 74, 420
_ROOM = 1.5
"""By this factor the axes go beyond the figures."""
_FACTOR = 2.0
_FEW = 6
"""So many figures have their names beside them."""
_EDGE = 1.15
"""Ticks keep this factor away from an axis' ends, where their labels would stick out."""
_TICK_ROOM = 52
"""Pixels of an axis for each tick."""
_STATES = {"inside P5 to P95": (PALETTE[0], "circle"), "outside": (PALETTE[3], "diamond")}
_NO_INTERVAL = {"": (PALETTE[0], "circle")}
_KINDS = {
    "hours": ("chip-hours", "chip·h"), "days": ("days", "d"), "energy": ("energy", "MWh"),
    "carbon": ("emissions", "t CO2e"), "dollars": ("dollars", "$"),
    "dense": ("a step of dense models", "s"), "moe": ("a step of mixtures of experts", "s"),
}  # fmt: skip
_TOTALS = ("capex_energy_total_usd_nominal", "acquisition_usd_nominal", "cloud_usd_nominal")
_COSTS = ("CapEx, amortised, and energy", "hardware acquired", "cloud")


class Panel(NamedTuple):
    """Figures of one kind."""

    name: str
    unit: str
    rows: Sequence[Mapping[str, Any]]
    about: str
    """How far off they are."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.ConcatChart:
    """The figures of a validation, in a panel for each kind. Raises SpecError where nothing is predicted."""
    panels = [panel for panel in _panels(document) if panel.rows]
    if not panels:
        raise undrawable("validate", "no figure is predicted", "published figures that can be predicted")
    columns = min(next(count for least, count in _COLUMNS if width >= least), len(panels))
    side = min((width - _GAP * (columns - 1)) / columns, _LARGEST)
    drawn = [_drawn(panel, number, side) for number, panel in enumerate(panels)]
    data = {key: rows for number, panel in enumerate(panels) for key, rows in _data(panel, number).items()}
    has_intervals = any("low" in row for panel in panels for row in panel.rows)
    told = ["On the line: predicted as published. Dotted: half and twice as much."]
    if has_intervals:
        told.append("Upright lines: P5 to P95 of the prediction; diamonds: what was published lies outside.")
    made: alt.ConcatChart = figure(
        alt.ConcatChart(concat=drawn, columns=columns, spacing=24),
        data,
        title=_title(document, panels),
        subtitle=told,
        room=width,
    )
    return made


def _title(document: Mapping[str, Any], panels: Sequence[Panel]) -> str:
    figures = sum(len(panel.rows) for panel in panels)
    text = f"{figures} published figures, {share(document['median_abs_error'])} off in the median"
    inside = document.get("share_inside")
    return f"{text}, {share(inside)} of them inside the interval" if inside is not None else text


def _panels(document: Mapping[str, Any]) -> Iterator[Panel]:
    """By the shape of the document: runs, step times, costs, developments."""
    rows = document["per_row"]
    if "by_kind" in document:
        for kind, of in document["by_kind"].items():
            found = [row for row in rows if row["kind"] == kind]
            name, unit = _KINDS[kind]
            yield Panel(name, unit, [_of_kind(row) for row in found], _about(of, len(found)))
    elif "by_column" in document:
        for column, name in zip(_TOTALS, _COSTS, strict=True):
            pairs = [(row["model"], row["published"].get(column), row["predicted"].get(column)) for row in rows]
            found = [_figure(*pair) for pair in pairs if pair[1] and pair[2]]
            yield Panel(name, "$", found, f"{len(found)} models")
    else:
        found = [_figure(row["model"], row["published_median_usd"], row["predicted_median_usd"]) for row in rows]
        yield Panel("development", "$", found, f"{len(found)} models")


def _of_kind(row: Mapping[str, Any]) -> dict[str, Any]:
    """A figure of a run, or the seconds of a step."""
    if "published_seconds" in row:
        return _figure(row["id"], row["published_seconds"], row["predicted_seconds"])
    return _figure(row["run"], row["published"], row["predicted"], row["low"], row["high"])


def _figure(
    what: str, published: float, predicted: float, low: float | None = None, high: float | None = None
) -> dict[str, Any]:
    found = {"what": what, "published": published, "predicted": predicted, "state": ""}
    if low is not None and high is not None:
        inside = low <= published <= high
        found |= {"low": low, "high": high, "state": [*_STATES][0 if inside else 1]}
    return found | {"aria": described(what, published=published, predicted=predicted, low=low, high=high)}


def _about(of: Mapping[str, Any], count: int) -> str:
    told = f"{count} figures, {share(of['median_abs_error'])} off in the median" if count else ""
    inside = of.get("share_inside")
    return f"{told}, {share(inside)} inside" if count and inside is not None else told


def _ends(panel: Panel) -> tuple[float, float]:
    """The axes' ends, the same for both."""
    values = [row[name] for row in panel.rows for name in ("published", "predicted", "low", "high") if name in row]
    return min(values) / _ROOM, max(values) * _ROOM


def _data(panel: Panel, number: int) -> dict[str, list[dict[str, Any]]]:
    low, high = _ends(panel)
    lines = [
        {"published": at, "predicted": at * by, "by": str(by), "dash": "on" if by == 1 else "off"}
        for by in (1.0, 1 / _FACTOR, _FACTOR)
        for at in (low / min(by, 1.0), high / max(by, 1.0))
    ]
    return {f"figures {number}": [dict(row) for row in panel.rows], f"lines {number}": lines}


def _drawn(panel: Panel, number: int, side: float) -> alt.LayerChart:
    low, high = _ends(panel)
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    ticks = _ticks(low, high, max(int(side / _TICK_ROOM), 2))
    across, up = (
        kind(
            f"{what}:Q",
            scale=scale,
            axis=alt.Axis(title=f"{what} [{panel.unit}]", labelExpr=label_expr(panel.unit), values=ticks),
        )
        for kind, what in ((alt.X, "published"), (alt.Y, "predicted"))
    )
    looks = _STATES if any(row["state"] for row in panel.rows) else _NO_INTERVAL
    colour = alt.Color(
        "state:N", scale=alt.Scale(domain=[*looks], range=[one[0] for one in looks.values()]), legend=None
    )
    shape = alt.Shape(
        "state:N", scale=alt.Scale(domain=[*looks], range=[one[1] for one in looks.values()]), legend=None
    )
    lines = alt.Chart(named(f"lines {number}"))
    points = alt.Chart(named(f"figures {number}"))
    layers: list[Any] = [
        lines.transform_filter("datum.dash == 'off'").mark_line(color=OTHERS, strokeDash=[3, 3], strokeWidth=1).encode(
            x=across, y=up, detail="by:N"
        ),
        lines.transform_filter("datum.dash == 'on'").mark_line(color=MUTED, strokeWidth=1).encode(x=across, y=up),
    ]  # fmt: skip
    if looks is _STATES:
        layers.append(points.mark_rule(opacity=0.35).encode(x=across, y="low:Q", y2="high:Q", color=colour))
    layers.append(
        points.mark_point(filled=True, size=34, opacity=0.85).encode(
            x=across, y=up, color=colour, shape=shape, description=aria()
        )
    )
    if len(panel.rows) <= _FEW:
        names = points.mark_text(dx=8, dy=8, align="left", color=MUTED)
        layers.append(names.encode(x=across, y=up, text="what:N"))
    title = heading(panel.name, wrapped(panel.about, side - 80, 6.0))
    return alt.LayerChart(layer=layers, width=side, height=side, title=title)


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Powers of ten, so few that they have room; where there are not two of them also twice and five times as much."""
    low, high = low * _EDGE, high / _EDGE
    powers = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
    if len(powers) < 2:  # noqa: PLR2004 - an axis needs two
        steps = [float(f"{step}e{power}") for power in range(powers.start - 1, powers.stop + 1) for step in (1, 2, 5)]
        return [step for step in steps if low <= step <= high]
    return [float(f"1e{power}") for power in powers[:: math.ceil(len(powers) / most)]]
