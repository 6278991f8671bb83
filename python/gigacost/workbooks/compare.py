"""A comparison as a workbook: the difference by driver, as nested sums, and by assumption."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.model import default
from gigacost.workbooks.about import write_about
from gigacost.workbooks.book import Book, Cell, Formula, Sheet, at, span
from gigacost.workbooks.costs import NEAR, PERCENTILES, what_of
from gigacost.workbooks.forms import PERCENT, form_of
from gigacost.workbooks.sources import Figure, figure, write_sources

if TYPE_CHECKING:
    from gigacost.analysis.compare.compare import Comparison
    from gigacost.graph.model import Model

_A, _B, _DIFFERENCE = 1, 2, 3


def write(book: Book, answer: Comparison, *, model: Model | None, command: str, provenance: Mapping[str, Any]) -> None:
    """Write a comparison; its sums are in the answer, the model says what their terms are."""
    known = model or default()
    document = answer.to_dict()
    form = form_of(document["by"], document["unit"], [document["a"]["value"], document["b"]["value"]])
    _write_drivers(book, document, form, known)
    _write_assumptions(book, document, form)
    _write_inputs(book, document)
    write_sources(book, _figures(document), "side", 2)
    sides = {f"{side} {name}": value for side in "ab" for name, value in _about(document[side]).items()}
    warnings = dict.fromkeys(text for side in "ab" for text in document[side]["meta"]["warnings"])
    notes = [price["message"] for side in "ab" for price in document[side]["missing_prices"]]
    meta = {**provenance, **document["meta"], **sides, "warnings": [*warnings]}
    write_about(book, f"why {document['by']} differs between a and b", meta, command, dict.fromkeys(notes))


def _about(side: Mapping[str, Any]) -> dict[str, Any]:
    meta = {name: value for name, value in side["meta"].items() if name != "warnings"}
    return {"file": side["source"], "combinations": side["combinations"], **meta}


def _write_drivers(book: Book, document: Mapping[str, Any], form: str, model: Model) -> None:
    """The terms of the quantity, every sum below its terms; then the whole, and its percentiles."""
    sheet = book.sheet("Drivers", frozen=(1, 1))
    sheet.heads("driver", "a", "b", "difference", "share", "quantity", words={"quantity"})
    count = sum(1 for driver in document["drivers"] for _ in _below(driver))
    end = sheet.next + count
    rows = [_write_driver(sheet, driver, end, form, model) for driver in document["drivers"]]
    whole = {
        "name": document["by"],
        "a": document["a"]["value"],
        "b": document["b"]["value"],
        "difference": document["difference"],
        "share": 1.0 if document["difference"] else None,
        "parts": document["drivers"],
    }
    _row(sheet, whole, rows, end, form, model)
    sheet.skip()
    for name in PERCENTILES:
        values = [document["intervals"].get(side, {}).get(name) for side in ("a", "b", "difference")]
        if any(value is not None for value in values):
            sheet.row([f"{what_of(model, document['by'])}, {name.upper()}", *(Cell(value, form) for value in values)])
    sheet.done()


def _below(driver: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in driver["parts"]:
        yield from _below(part)
    yield driver


def _write_driver(sheet: Sheet, driver: Mapping[str, Any], end: int, form: str, model: Model) -> int:
    """Write a driver below its parts, sums first; its row."""
    parts = sorted(driver["parts"], key=lambda part: not part["parts"])
    return _row(sheet, driver, [_write_driver(sheet, part, end, form, model) for part in parts], end, form, model)


def _row(sheet: Sheet, driver: Mapping[str, Any], rows: Sequence[int], end: int, form: str, model: Model) -> int:
    bold, at_row = bool(rows), sheet.next
    a, b = (_side(driver, side, rows, column) for side, column in (("a", _A), ("b", _B)))
    difference = share = None
    if driver["difference"] is not None:
        text = f"{at(at_row, _B)}-{at(at_row, _A)}"
        difference = Formula(text, driver["difference"])
    if driver["share"] is not None:
        text = f"{at(at_row, _DIFFERENCE)}/{at(end, _DIFFERENCE, fixed=True)}"
        share = Formula(text, driver["share"])
    name = Cell(what_of(model, driver["name"]), bold=bold, indent=0 if bold else 1, above=bold)
    amounts = [Cell(value, form, bold, above=bold) for value in (a, b, difference)]
    return sheet.row([name, *amounts, Cell(share, PERCENT, bold, above=bold), Cell(driver["name"], above=bold)])


def _side(driver: Mapping[str, Any], side: str, rows: Sequence[int], column: int) -> Formula | float | None:
    """The value of a side: the sum of its parts, if it has any and all are known."""
    value: float | None = driver[side]
    parts = [part[side] for part in driver["parts"]]
    if value is None or not parts or None in parts:
        return value
    if not math.isclose(math.fsum(parts), value, rel_tol=NEAR, abs_tol=NEAR):
        return value
    return Formula(f"SUM({span(rows, column)})", value)


def _write_assumptions(book: Book, document: Mapping[str, Any], form: str) -> None:
    """What differs, with what it contributes; the contributions come to the difference, but for rounding."""
    sheet = book.sheet("Assumptions", frozen=(1, 1))
    sheet.heads("assumption", "a", "b", "unit", "contribution", "share", "standard error", words={"unit"})
    changes = document["assumptions"]
    column = 4
    places: list[int] = []
    end = sheet.next + sum(1 + len(change["parts"]) for change in changes) + 1
    for change in changes:
        places.append(_write_change(sheet, change, end, column, form))
        for part in change["parts"]:
            _write_change(sheet, part, end, column, form, indent=1)
    if document["difference"] is not None and places:
        residue = sheet.row(["rounding of the contributions", None, None, None, Cell(document["residue"], form)])
        text = f"SUM({span([*places, residue], column)})"
        value = math.fsum([*(change["contribution"] for change in changes), document["residue"]])
        total = Cell(Formula(text, value), form, bold=True, above=True)
        blank = Cell(None, above=True)
        sheet.row([Cell("difference", bold=True, above=True), blank, blank, blank, total])
    sheet.done()


def _write_change(sheet: Sheet, change: Mapping[str, Any], end: int, column: int, form: str, *, indent: int = 0) -> int:
    values = [change[side]["value"] if change[side] else None for side in "ab"]
    share = None
    if change["share"] is not None and change["contribution"] is not None:
        share = Formula(f"{at(sheet.next, column)}/{at(end, column, fixed=True)}", change["share"])
    return sheet.row(
        [
            Cell(change["name"], indent=indent),
            *(Cell(value, form_of(change["name"], change["unit"], [value]), right=True) for value in values),
            change["unit"],
            Cell(change["contribution"], form),
            Cell(share, PERCENT),
            Cell(change["standard_error"] or None, form),
        ]
    )


def _write_inputs(book: Book, document: Mapping[str, Any]) -> None:
    sheet = book.sheet("Inputs", frozen=(1, 1))
    sheet.heads("input", "a", "b")
    sides = [document[side]["inputs"] for side in "ab"]
    for name in dict.fromkeys(name for side in sides for name in side):
        values = [side.get(name) for side in sides]
        sheet.row([name, *(Cell(value, form_of(name, "", values), right=True) for value in values)])
    sheet.done()


def _figures(document: Mapping[str, Any]) -> dict[Figure, list[str]]:
    """The figures that differ, with their sources."""
    found: dict[Figure, list[str]] = {}
    for change in document["assumptions"]:
        for one in (change, *change["parts"]):
            for side in "ab":
                if one[side] is not None:
                    as_of = str(document[side]["inputs"].get("as_of", ""))
                    found.setdefault(figure(one[side], as_of), []).append(side)
    return found
