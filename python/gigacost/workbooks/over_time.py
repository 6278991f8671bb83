"""Costs in several years as a workbook: the years, what each cost is made of, prices and trends with sources."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.catalog.dates import day
from gigacost.model import default
from gigacost.workbooks.about import write_about
from gigacost.workbooks.book import Book, Cell, Formula, at, span
from gigacost.workbooks.costs import NEAR, PERCENTILES, what_of
from gigacost.workbooks.forms import CENTS, DOLLARS, PERCENT, form_of
from gigacost.workbooks.sources import Figure, figure, write_sources

if TYPE_CHECKING:
    from gigacost.analysis.over_time import OverTime
    from gigacost.graph.model import Model


def write(book: Book, answer: OverTime, *, model: Model | None, command: str, provenance: Mapping[str, Any]) -> None:
    """Write the costs of several years; their sums are in the answer, the model says what their terms are."""
    known = model or default()
    document = answer.to_dict()
    years = document["years"]
    names = [" ".join(map(str, (one["year"], *one["of"].values()))) for one in years]
    costed = [(name, one) for name, one in zip(names, years, strict=True) if one["cost"]]
    drivers = dict.fromkeys(name for _, one in costed for name in one["drivers"])
    totals = {name: at(len(drivers) + 1, column, fixed=True) for column, (name, _) in enumerate(costed, 1)}
    _write_years(book, document, names, totals)
    _write_drivers(book, document["by"], costed, [*drivers], known)
    write_sources(book, _figures(document, names), "year", len(years))
    about = {name: document[name] for name in ("by", "same", "algorithms_of", "within_days", "base_year")}
    meta = {**provenance, **about, "warnings": document["warnings"]}
    write_about(book, f"{document['by']} of the same {document['same']} in several years", meta, command)


def _write_years(book: Book, document: Mapping[str, Any], names: Sequence[str], totals: Mapping[str, str]) -> None:
    years = document["years"]
    sheet = book.sheet("Years", frozen=(1, 1))
    own = [*dict.fromkeys(name for one in years for name in (*one["of"], *one["design"]))]
    labels = [name for name in own if any(isinstance({**one["of"], **one["design"]}.get(name), str) for one in years)]
    heads = ("train_days", "run_flop", "usd_per_chip_hour")
    changes = ("change", "per cent")
    sheet.heads("year", *own, "state", "prices of", *heads, document["by"], *map(str.upper, PERCENTILES), *changes,
                words={"state", *labels}, numbers_first=True)  # fmt: skip
    column = len(own) + len(heads) + 3
    before: dict[Any, tuple[str, float]] = {}
    for name, one in zip(names, years, strict=True):
        cells = [Cell({**one["of"], **one["design"]}.get(key), _form(years, key)) for key in own]
        cost = one["cost"]
        place = at(sheet.next, column)
        change: list[Cell] = []
        if cost:
            option = tuple(one["of"].values())
            if option in before:
                old, was = before[option]
                change.append(Cell(Formula(f"{place}-{old}", cost["central"] - was), DOLLARS))
                change.append(Cell(Formula(f"{place}/{old}-1", cost["central"] / was - 1.0), PERCENT))
            before[option] = (place, cost["central"])
        sheet.row(
            [
                Cell(one["year"], "0"),
                *cells,
                one["state"],
                day(one["as_of"]),
                *(Cell(one[head], CENTS if head == "usd_per_chip_hour" else _form(years, head)) for head in heads),
                Cell(Formula(f"'Drivers'!{totals[name]}", cost["central"]) if cost else None, DOLLARS),
                *(Cell(cost[percentile] if cost else None, DOLLARS) for percentile in PERCENTILES),
                *change,
            ]
        )
    sheet.filtered(0, column + len(PERCENTILES) + len(changes) + 1)
    sheet.done()


def _form(years: Sequence[Mapping[str, Any]], name: str) -> str:
    values = [{**one, **one["of"], **one["design"]}.get(name) for one in years]
    return form_of(name, "", values)


def _write_drivers(
    book: Book, by: str, costed: Sequence[tuple[str, Mapping[str, Any]]], drivers: list[str], model: Model
) -> None:
    """The drivers of each year that has a design, and their sum; then what share each is."""
    sheet = book.sheet("Drivers", frozen=(1, 1))
    sheet.heads("driver", *(name for name, _ in costed), "quantity", words={"quantity"})
    known = [[one["drivers"].get(driver, {}).get("central") for _, one in costed] for driver in drivers]
    for driver, values in zip(drivers, known, strict=True):
        sheet.row([Cell(what_of(model, driver), indent=1), *(Cell(value, DOLLARS) for value in values), driver])
    totals = [_total(one, len(drivers), column) for column, (_, one) in enumerate(costed, 1)]
    sums = [Cell(cell, DOLLARS, bold=True, above=True) for cell in totals]
    total = sheet.row([Cell(what_of(model, by), bold=True, above=True), *sums, Cell(by, above=True)])
    sheet.skip()
    sheet.title("Shares")
    for row, (driver, values) in enumerate(zip(drivers, known, strict=True), 1):
        shares = [_share(row, total, column, value, one) for column, (value, (_, one)) in
                  enumerate(zip(values, costed, strict=True), 1)]  # fmt: skip
        sheet.row([Cell(what_of(model, driver), indent=1), *(Cell(share, PERCENT) for share in shares), driver])
    sheet.done()


def _total(one: Mapping[str, Any], drivers: int, column: int) -> Formula | float:
    """The cost of a year, as the sum of its drivers."""
    value: float = one["cost"]["central"]
    parts = [driver["central"] for driver in one["drivers"].values()]
    if not parts or not math.isclose(math.fsum(parts), value, rel_tol=NEAR, abs_tol=NEAR):
        return value
    return Formula(f"SUM({span(range(1, drivers + 1), column)})", value)


def _share(row: int, total: int, column: int, value: float | None, one: Mapping[str, Any]) -> Formula | None:
    whole = one["cost"]["central"]
    if value is None or not whole:
        return None
    return Formula(f"{at(row, column)}/{at(total, column)}", value / whole)


def _figures(document: Mapping[str, Any], names: Sequence[str]) -> dict[Figure, list[str]]:
    """The prices of every year, and the trends."""
    found: dict[Figure, list[str]] = {}
    for name, one in zip(names, document["years"], strict=True):
        for price in one["prices"]:
            found.setdefault(figure(price, one["as_of"]), []).append(name)
    for name, trend in document["trends"].items():
        found[Figure(name, trend["distribution"], "", trend["source"], trend["date"], "")] = [*names]
    return found
