"""Pictures of answers for a page: drawn once, in the colours of the page or on white."""

from __future__ import annotations

from typing import Any

WIDTH = 560
"""Pixels between the axes: a page has room for no more, and a telephone for less."""


class Painter:
    """Draws charts for a page; ``paper`` is whether that is printed: then they are on white."""

    def __init__(self, *, paper: bool) -> None:
        self.paper = paper

    def draw(self, kind: str, name: str, document: Any) -> str:  # noqa: ANN401 - a document of any command
        """The chart of a document as SVG. Raises SpecError where it cannot be drawn."""
        from gigacost.charts.kinds import drawn
        from gigacost.charts.save import svg

        return svg(drawn(kind, document, width=WIDTH), f"picture-{name}", on_page=not self.paper).text
