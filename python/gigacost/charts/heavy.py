"""Charts with very many marks: an SVG of 320 bytes for each would choke a reader, so these marks become a picture.

Axes, titles and legends stay text; only the group of marks that is too large is replaced, where it stands.
"""

from __future__ import annotations

import base64
import re
from xml.etree import ElementTree as ET

MOST = 2_000
"""Marks that an SVG is given."""
_SCALE = 2.0
_NAMESPACE = "http://www.w3.org/2000/svg"
_SVG = f"{{{_NAMESPACE}}}"
_TRANSLATE = re.compile(r"translate\((-?[\d.e-]+),(-?[\d.e-]+)\)")


def count(text: str) -> int:
    """How many marks the chart in an SVG has, without its axes, legends and titles."""
    return sum(len(group) for group in _groups(ET.fromstring(text)))  # noqa: S314 - made by ourselves


def told(marks: int) -> str:
    """What is said of a chart with so many marks."""
    return f"{marks:,} marks: above {MOST:,} they are an embedded picture"


def with_picture(text: str) -> str:
    """The SVG with its largest groups of marks, until few are left, as embedded pictures in their place."""
    ET.register_namespace("", _NAMESPACE)
    root = ET.fromstring(text)  # noqa: S314 - made by ourselves
    left = count(text)
    for group in sorted(_groups(root), key=len, reverse=True):
        if left <= MOST:
            break
        left -= len(group)
        _replace(root, group)
    return ET.tostring(root, encoding="unicode")


def _groups(root: ET.Element) -> list[ET.Element]:
    """The groups that hold marks of the chart itself."""
    groups = [one for one in root.iter(f"{_SVG}g") if "role-mark" in one.get("class", "").split()]
    return [one for one in groups if "mark-group" not in one.get("class", "").split()]


def _replace(root: ET.Element, group: ET.Element) -> None:
    """Put a picture of a group in its place."""
    import vl_convert

    path = _path(root, group)
    alone: ET.Element = ET.Element(root.tag, dict(root.attrib))
    inner, left, top = alone, 0.0, 0.0
    for one in path[1:-1]:
        inner = ET.SubElement(inner, one.tag, dict(one.attrib))
        for x, y in _TRANSLATE.findall(one.get("transform", "")):
            left, top = left + float(x), top + float(y)
    inner.append(group)
    alone.extend(one for one in root if one.tag == f"{_SVG}defs")
    png = vl_convert.svg_to_png(ET.tostring(alone, encoding="unicode"), scale=_SCALE)
    picture = ET.Element(
        f"{_SVG}image",
        {
            "x": f"{-left:g}", "y": f"{-top:g}", "width": root.get("width", ""), "height": root.get("height", ""),
            "href": "data:image/png;base64," + base64.b64encode(png).decode(),
        },
    )  # fmt: skip
    label = f"{len(group):,} marks as a picture"
    holder = ET.Element(f"{_SVG}g", {"class": group.get("class", ""), "role": "img", "aria-label": label})
    holder.append(picture)
    parent = path[-2]
    parent[list(parent).index(group)] = holder


def _path(root: ET.Element, wanted: ET.Element) -> list[ET.Element]:
    """The elements from the root down to one."""
    parents = {child: parent for parent in root.iter() for child in parent}
    path = [wanted]
    while path[-1] is not root:
        path.append(parents[path[-1]])
    return path[::-1]
