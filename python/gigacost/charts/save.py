"""Charts as files: SVG, PNG, PDF and HTML, without a browser or a network; the same chart gives the same bytes."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from gigacost._staged import refuse_bad_output, staged
from gigacost.charts import heavy, html, pdf

ENDINGS = (".svg", ".png", ".pdf", ".html")
_PNG_SCALE = 2.0
"""Pixels of a PNG for each of the chart's."""
_ID = re.compile(r'(?<=id=")[A-Za-z_]+\d+(?=")')
_BACKGROUND = re.compile(r'(<svg [^>]*>)<rect width="[^"]*" height="[^"]*" fill="[^"]*"/>')


class Svg(NamedTuple):
    """A chart as SVG."""

    text: str
    marks: int
    """Bars, points, lines and texts of the chart itself; axes and legends are not counted."""
    note: str
    """What is said of a chart with too many marks; empty otherwise."""


class Saved(NamedTuple):
    """A chart's file."""

    file: str
    bytes: int
    sha256: str
    marks: int
    note: str
    """As of ``Svg``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it: the note only where there is one."""
        return {name: value for name, value in self._asdict().items() if value != ""}


def refuse_bad_file(output: str, field: str = "-o") -> None:
    """Raise SpecError unless a chart can be put at ``output``; nothing is written."""
    refuse_bad_output(output, ENDINGS, "picture", field)


def saved(chart: Any, path: str | os.PathLike[str]) -> Saved:  # noqa: ANN401 - any chart of altair
    """Write a chart to a .svg, .png, .pdf or .html file, whole or not at all. Raises SpecError, OutputError."""
    output = os.fspath(path)
    refuse_bad_file(output)
    drawn = svg(chart)
    data = _encoded(chart, drawn, Path(output).suffix.lower())
    with staged(output) as file:
        file.write(data)
    return Saved(output, len(data), hashlib.sha256(data).hexdigest(), drawn.marks, drawn.note)


def svg(chart: Any, name: str = "chart", *, on_page: bool = False) -> Svg:  # noqa: ANN401 - any chart of altair
    """A chart as SVG, whose ids begin with ``name``.

    ``on_page``: for a page of its own colours, without a background, and texts and lines in the page's ``color``.
    """
    import vl_convert

    text = _same_ids(vl_convert.vegalite_to_svg(vegalite(chart)), name)
    marks = heavy.count(text)
    note = ""
    if marks > heavy.MOST:
        text, note = heavy.with_picture(text), heavy.told(marks)
    return Svg(_on_page(text) if on_page else text, marks, note)


def vegalite(chart: Any) -> dict[str, Any]:  # noqa: ANN401 - any chart of altair
    """The specification of a chart, whatever theme is enabled and however many rows there are."""
    import altair as alt

    with alt.theme.enable("none"), alt.data_transformers.enable("default", max_rows=None):
        spec: dict[str, Any] = chart.to_dict()
    return spec


def _encoded(chart: Any, drawn: Svg, ending: str) -> bytes:  # noqa: ANN401 - any chart of altair
    import vl_convert

    if ending == ".png":
        png: bytes = vl_convert.svg_to_png(drawn.text, scale=_PNG_SCALE)
        return png
    if ending == ".pdf":
        # They come in any order, each time another.
        return pdf.ordered(vl_convert.svg_to_pdf(drawn.text))
    if ending == ".html":
        return html.page(vegalite(chart), many=bool(drawn.note)).encode()
    return drawn.text.encode()


def _same_ids(text: str, name: str) -> str:
    """The SVG with ids that do not depend on what was drawn before."""
    for number, old in enumerate(dict.fromkeys(_ID.findall(text))):
        new = f"{name}-{number}"
        text = text.replace(f'id="{old}"', f'id="{new}"').replace(f"url(#{old})", f"url(#{new})")
    return text


def _on_page(text: str) -> str:
    from gigacost.charts.theme import GRID, INK, MUTED

    text = _BACKGROUND.sub(r"\1", text, count=1)
    for colour, opacity in ((INK, ""), (MUTED, "0.75"), (GRID, "0.15")):
        for what in ("fill", "stroke"):
            faded = f' {what}-opacity="{opacity}"' if opacity else ""
            text = text.replace(f'{what}="{colour}"', f'{what}="currentColor"{faded}')
    return text
