"""How all charts look: sizes, fonts, a palette that the colour-blind can read."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

WIDTH = 640
"""Pixels of the inner part, where nothing else is asked for."""
ROW = 26
"""Pixels of height of a bar with its gap."""
BAR = ROW * 0.62
"""Pixels of height of a bar alone."""
INK = "#1f2430"
MUTED = "#5f6673"
GRID = "#e3e6ea"
PAPER = "#ffffff"
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8c6d31", "#f0e442")
"""Of Okabe and Ito (2008), black replaced by a brown: told apart with every kind of colour blindness."""
OTHERS = "#9aa1ab"
"""What has no colour of its own."""
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
"""Beside the colours, so that these are not all that tells marks apart."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SMALL = 11
_SUBTITLE_ROOM = 6.2
_TITLE_ROOM = 9.0
"""Pixels that a character of a subtitle and of a title take."""
_LEGEND_ROOM = 120
"""Pixels of a column of a legend."""
_NAME = 42
"""Characters of a line of a bar's name."""
_LINE = 13
_UNBROKEN = "\xa0"


def figure(
    chart: Any,  # noqa: ANN401 - a chart or a layer of charts
    datasets: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    title: str,
    subtitle: Sequence[str] = (),
    room: int = WIDTH,
    **size: Any,  # noqa: ANN401 - width, height as altair has them
) -> Any:  # noqa: ANN401
    """A chart, complete: its data by name, its titles (subtitles broken where they are wider than the picture).

    ``room`` is the width of a picture of several charts, each of which has its own.
    """
    room = size.get("width", room)
    lines = [line for text in subtitle if text for line in wrapped(text, room)]
    return chart.properties(
        title=alt.TitleParams(text=wrapped(title, room, _TITLE_ROOM), subtitle=lines),
        datasets={name: list(rows) for name, rows in datasets.items()},
        background=PAPER,
        padding=12,
        **size,
    ).configure(**_CONFIGURATION)


def heading(text: str | Sequence[str], subtitle: Sequence[str] = ()) -> alt.TitleParams:
    """The title of one of a picture's several charts, which begins where the chart's inner part does."""
    return alt.TitleParams(
        text=text, subtitle=list(subtitle) or alt.Undefined, fontSize=13, subtitleFontSize=11, subtitleLineHeight=14,
        offset=8, frame="group", color=INK,
    )  # fmt: skip


def wrapped(text: str, width: float, character: float = _SUBTITLE_ROOM) -> list[str]:
    """A text in lines of at most so many pixels; words longer than that stay whole."""
    return textwrap.wrap(text, max(int((width + 80) / character), 24), break_long_words=False) or [""]


def bar_names(names: Sequence[str]) -> tuple[list[str], alt.Axis, int]:
    """The names of bars, long ones in lines; the axis that shows them; how high one bar with its gap is."""
    texts = ["\n".join(_lines_of(name)) for name in names]
    most = max((text.count("\n") for text in texts), default=0)
    axis = alt.Axis(
        title=None, ticks=False, domain=False, labelExpr="split(datum.label, '\\n')", labelLineHeight=_LINE,
        labelLimit=0, labelPadding=6,
    )  # fmt: skip
    return texts, axis, ROW + most * _LINE


def _lines_of(name: str) -> list[str]:
    """A bar's name in lines: what stands between commas stays together where that fits."""
    parts = name.replace(", ", ",\0").replace(" ", _UNBROKEN).replace("\0", " ")
    lines = textwrap.wrap(parts, _NAME, break_long_words=False)
    return [part for line in lines for part in textwrap.wrap(line.replace(_UNBROKEN, " "), 2 * _NAME)]


def named(name: str) -> alt.NamedData:
    """Data of a figure, by the name that ``figure`` gives it."""
    return alt.NamedData(name=name)


def aria() -> alt.Description:
    """What a mark says to a screen reader: its row's ``aria``, made by ``described``."""
    return alt.Description("aria:N")


def described(what: str, **figures: float | None) -> str:
    """What a mark is, with its figures in full: ``rent: usd 112888337.60444322, p10 73.3e6``."""
    told = ", ".join(f"{name} {value!r}" for name, value in figures.items() if value is not None)
    return f"{what}: {told}" if told else what


def colours(values: Sequence[str]) -> alt.Scale:
    """A colour for each of some values, in their order; from the ninth on they share one."""
    return alt.Scale(domain=list(values), range=[*PALETTE[: len(values)], *[OTHERS] * (len(values) - len(PALETTE))])


def legend_below(width: int, **more: Any) -> alt.Legend:  # noqa: ANN401 - as altair has them
    """A legend below a picture, in as many columns as there is room for."""
    return alt.Legend(orient="bottom", columns=max(width // _LEGEND_ROOM, 2), **more)


def shapes(values: Sequence[str]) -> alt.Scale:
    """A shape for each of some values, in their order."""
    return alt.Scale(domain=list(values), range=[SHAPES[i % len(SHAPES)] for i in range(len(values))])


_CONFIGURATION: Mapping[str, Any] = {
    "font": FONT,
    "view": {"stroke": None},
    "title": {
        "anchor": "start", "frame": "bounds", "color": INK, "fontSize": 17, "fontWeight": 600, "offset": 14,
        "subtitleColor": MUTED, "subtitleFontSize": 12, "subtitlePadding": 5, "subtitleLineHeight": 16,
    },
    "axis": {
        "labelColor": INK, "labelFontSize": 12, "titleColor": MUTED, "titleFontSize": 12, "titleFontWeight": "normal",
        "titlePadding": 10, "gridColor": GRID, "domainColor": MUTED, "tickColor": MUTED, "labelLimit": 260,
        "labelSeparation": 8,
    },
    "legend": {
        "labelColor": INK, "labelFontSize": 12, "titleColor": MUTED, "titleFontSize": 12, "titleFontWeight": "normal",
        "labelLimit": 220, "symbolStrokeWidth": 0,
    },
    "text": {"color": INK, "fontSize": SMALL},
    "rule": {"color": INK},
    "tick": {"opacity": 1},
}  # fmt: skip
