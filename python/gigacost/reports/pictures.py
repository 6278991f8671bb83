"""Pictures of answers for a page: drawn once, in the colours of the page or on white."""

from __future__ import annotations

from typing import Any, NamedTuple

WIDTH = 560
"""Pixels between the axes: a page has room for no more, and a telephone for less."""


class Drawn(NamedTuple):
    """A picture as SVG."""

    page: str
    """In the page's colours; empty where it is drawn for paper."""
    paper: str
    """On white; empty where it is drawn for a page."""


class Painter:
    """Draws charts for a page; ``paper`` is whether that is printed. None where a page has no pictures."""

    def __init__(self, *, paper: bool) -> None:
        self.paper = paper

    def draw(self, kind: str, name: str, document: Any) -> Drawn:  # noqa: ANN401 - a document of any command
        """The chart of a document. Raises SpecError where it cannot be drawn."""
        from gigacost.charts.kinds import drawn
        from gigacost.charts.save import svg

        text = svg(drawn(kind, document, width=WIDTH), f"picture-{name}", on_page=not self.paper).text
        return Drawn("", text) if self.paper else Drawn(text, "")
