"""A table of a page as CSV: numbers in full, and no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io

from gigacost.reports.parts import Cite, Number, Table, Text, plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(table: Table) -> str:
    """The table's heads and rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_safe(plain(head)) for head in table.heads])
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def _cell(text: Text) -> str:
    """A cell that is a number as this, any other as its text."""
    if len(text) == 1 and isinstance(text[0], Number):
        return repr(text[0].value)
    return _safe(plain(tuple(piece for piece in text if not isinstance(piece, Cite))).strip())


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
