"""HTML of a view: a heading, tables, notes. All text is escaped; colours and fonts are those of the page around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

COLUMNS = 9
_LONGEST = 80
"""Characters of a text that are shown."""
_RULE = "border-bottom:1px solid"
_FAINT = "opacity:.7"
_TABLE = "margin:.6em 0;table-layout:auto;border-collapse:collapse;width:auto;text-align:right;white-space:nowrap"


class Table(NamedTuple):
    """A table."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    left: frozenset[int] = frozenset((0,))
    """The columns of text; others stand at the right."""
    bold: frozenset[int] = frozenset()
    """The rows of sums."""
    more: int = 0
    """How many rows there are beyond those shown."""
    bars: Sequence[float] = ()
    """Beside each row a bar, as a share of the widest; none without."""


def page(title: str, *parts: Table | str, notes: Iterable[str] = ()) -> str:
    """The HTML of a view; parts that are text are lines of their own."""
    made = [f"<p><strong>{_text(title)}</strong></p>"]
    made += [_table(part) if isinstance(part, Table) else _line(part) for part in parts if part]
    made += [_line(note) for note in notes]
    return f'<div tabindex="0" style="line-height:1.35;overflow-x:auto">{"".join(made)}</div>'


def _line(text: str) -> str:
    return f'<p style="{_FAINT}">{_text(text, 4 * _LONGEST)}</p>'


def _table(table: Table) -> str:
    if not table.rows:
        return ""
    bars = bool(table.bars)
    heads = "".join(_cell("th", head, table, column) for column, head in enumerate(table.heads))
    widest = max(table.bars, default=0.0)
    lines = []
    for place, row in enumerate(table.rows):
        weight = ' style="font-weight:600"' if place in table.bold else ""
        cells = "".join(_cell("td", cell, table, column) for column, cell in enumerate(row))
        bar = _bar(table.bars[place], widest) if bars else ""
        lines.append(f"<tr{weight}>{cells}{bar}</tr>")
    if table.more:
        columns = len(table.heads) + bars
        lines.append(f'<tr><td colspan="{columns}" style="text-align:left;{_FAINT}">and {table.more:,} more</td></tr>')
    caption = f'<caption style="text-align:left;caption-side:top">{_text(table.title)}</caption>' if table.title else ""
    return (
        f'<table style="{_TABLE}">{caption}'
        f'<thead><tr style="{_RULE}">{heads}{"<td></td>" if bars else ""}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def _cell(tag: str, text: str, table: Table, column: int) -> str:
    tag = tag if text else "td"  # a head without a text is none
    if tag == "td" and column not in table.left:  # as the table says
        return f"<td>{_text(text)}</td>"
    side = "left" if column in table.left else "right"
    scope = ' scope="col"' if tag == "th" else ""
    return f'<{tag}{scope} style="text-align:{side}">{_text(text)}</{tag}>'


def _bar(value: float, widest: float) -> str:
    width = 100.0 * value / widest if widest else 0.0
    drawn = f"width:{width:.0f}px;height:.7em;background:currentColor;opacity:.45"
    return f'<td style="text-align:left"><div style="{drawn}"></div></td>'


def _text(text: str, longest: int = _LONGEST) -> str:
    """A text that is no HTML, shortened where it is long."""
    shown = " ".join(text.split()) if "\n" in text or "\t" in text else text
    return escape(f"{shown[: longest - 1]}…" if len(shown) > longest else shown)
