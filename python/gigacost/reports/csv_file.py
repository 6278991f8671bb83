"""A table of a page as CSV: numbers in full, and no text that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from gigacost._formula import disarmed
from gigacost.reports.parts import Cite, Label, Number, Table, Text, plain


def csv_of(table: Table, sources: Sequence[str]) -> str:
    """The table's heads and rows, each source that is cited in full."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([disarmed(plain(head)) for head in table.heads])
    writer.writerows([_cell(cell, sources) for cell in row] for row in table.rows)
    return out.getvalue()


def _cell(text: Text, sources: Sequence[str]) -> str:
    """A cell that is a number as this, any other as its text."""
    if len(text) == 1 and isinstance(text[0], Number):
        return repr(text[0].value)
    pieces = (Label(sources[piece.source - 1]) if isinstance(piece, Cite) else piece for piece in text)
    return disarmed(plain(tuple(pieces)).strip())
