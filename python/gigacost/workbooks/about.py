"""The sheet of provenance: what the answer can be made again from, and how to read the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gigacost.workbooks.book import Book, Cell
from gigacost.workbooks.forms import WRAPPED

_READING = (
    "Sums, shares, differences and ages are formulas over the cells beside them; other figures and all percentiles are "
    "values. Empty: not known, or not there. Amounts are in US dollars. Names are those of gigacost's handbook."
)


def write_about(book: Book, answer: str, meta: Mapping[str, Any], command: str, notes: Iterable[str] = ()) -> None:
    """Write the sheet."""
    sheet = book.sheet("About", frozen=(0, 0))
    sheet.row([Cell("answer", bold=True), Cell(answer, WRAPPED)])
    if command:
        sheet.row([Cell("command", bold=True), Cell(command, WRAPPED)])
    for name, value in _facts(meta):
        sheet.row([Cell(name, bold=True), f"{value:,}" if isinstance(value, int | float) else value])
    for text in (*meta.get("warnings", ()), *notes):
        sheet.row([Cell("note", bold=True), Cell(text, WRAPPED)])
    sheet.row([Cell("reading", bold=True), Cell(_READING, WRAPPED)])
    sheet.done()


def _facts(meta: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """What an answer's ``meta`` says, but for what it took to find and what is doubtful."""
    for name, value in meta.items():
        if name in {"effort", "warnings"} or value in (None, ""):
            continue
        if isinstance(value, Mapping):
            yield from _facts(value, f"{before}{name} ")
        elif isinstance(value, list | tuple):
            yield f"{before}{name}", ", ".join(map(str, value))
        else:
            yield f"{before}{name}", str(value) if isinstance(value, bool) else value
