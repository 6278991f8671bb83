"""On which line of a TOML file a field stands, as near as can be told without a parser that keeps positions."""

from __future__ import annotations

import re
from collections.abc import Callable

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?\Z")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def toml_lines(text: str) -> Callable[[str], int | None]:
    """A function from a field such as ``rental[1].market`` to its line, or to that of the table it is missing from."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = _joined(header[2])
            if header[1] == "[[":
                at = counts[table] = counts.get(table, -1) + 1
                table = f"{table}[{at}]"
            places.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            places.setdefault(f"{table}.{_joined(key[1])}" if table else _joined(key[1]), number)

    def line_of(field: str) -> int | None:
        while field:
            if field in places:
                return places[field]
            cut = max(field.rfind("."), field.rfind("["))
            field = field[:cut] if cut > 0 else ""
        return None

    return line_of


def _joined(name: str) -> str:
    return ".".join(part.strip("\"'") for part in _PART.findall(name))
