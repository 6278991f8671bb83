"""Reads a chart's SVG: its marks with their figures, the texts of its axes, its titles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from gigacost.charts.save import Svg, svg

_SVG = "{http://www.w3.org/2000/svg}"
_RECTANGLE = re.compile(r"M(.+),(.+)h(.+)v(.+)h-.+Z")
_FIGURE = re.compile(r"(\w+) (-?[0-9][0-9.e+-]*)(?=, |$)")


@dataclass(frozen=True)
class Mark:
    """A mark as a screen reader is told of it."""

    kind: str
    """``bar``, ``point``, ``rule``…"""
    what: str
    figures: dict[str, float]
    element: ET.Element

    def number(self, name: str) -> float:
        """An attribute of its element."""
        return float(self.element.get(name, "nan"))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of a rectangle."""
        found = _RECTANGLE.fullmatch(self.element.get("d", ""))
        assert found, self.element.get("d")
        left, top, wide, high = map(float, found.groups())
        return left, left + wide, top, top + high

    @property
    def ends(self) -> tuple[float, float]:
        """Where a bar begins and ends, from left to right."""
        return self.box[:2]

    @property
    def length(self) -> float:
        """Of a bar, from left to right."""
        return self.ends[1] - self.ends[0]

    @property
    def area(self) -> float:
        """Square pixels of a rectangle."""
        left, right, top, bottom = self.box
        return (right - left) * (bottom - top)


class Drawing:
    """An SVG, read."""

    def __init__(self, chart: Any) -> None:
        self.svg: Svg = svg(chart)
        self.root = ET.fromstring(self.svg.text)  # noqa: S314 - drawn by ourselves

    def marks(self, kind: str = "") -> list[Mark]:
        """The described marks of a kind (or of all), in the order in which they are drawn."""
        found = []
        for element in self.root.iter():
            group = element.get("aria-roledescription", "")
            label = element.get("aria-label", "")
            if element.get("role") == "graphics-symbol" and group not in {"axis", "legend", "title"}:
                what, _, figures = label.partition(": ")
                values = {name: float(value) for name, value in _FIGURE.findall(figures)}
                if not kind or group == kind:
                    found.append(Mark(group, what, values, element))
        return found

    def texts(self, role: str = "") -> list[str]:
        """The lines of text within groups of a role: ``axis-title``, ``axis-label``, ``title-text``, ``mark``…"""
        groups = [self.root]
        if role:
            groups = [g for g in self.root.iter(f"{_SVG}g") if f"role-{role}" in g.get("class", "").split()]
        texts = [text for group in groups for text in group.iter(f"{_SVG}text")]
        return ["".join(line.itertext()) for text in texts for line in (list(text) or [text])]

    @property
    def axes(self) -> list[str]:
        """What each axis says of itself to a screen reader."""
        return [e.get("aria-label", "") for e in self.root.iter() if e.get("aria-roledescription") == "axis"]
