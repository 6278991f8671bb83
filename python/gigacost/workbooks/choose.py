"""A choice as a workbook: the cheapest design of each market side by side, runners-up, deadlines, what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gigacost.workbooks.about import write_about
from gigacost.workbooks.book import Book, Cell, Formula, Sheet, at
from gigacost.workbooks.costs import PERCENTILES, write_costs, write_quantities
from gigacost.workbooks.estimate import RUN, missing, model_of, write_all_quantities
from gigacost.workbooks.forms import CENTS, DOLLARS, PERCENT, WHOLE, WRAPPED, form_of
from gigacost.workbooks.sources import dated, figures, write_sources

if TYPE_CHECKING:
    from gigacost.analysis.choose.records import Choice
    from gigacost.graph.model import Model

TOTAL = "cost_total_usd"
_DESIGN = ("hardware", "chips", TOTAL, *PERCENTILES, "train_days")
_HEADS = ("hardware", "chips", "total", "P10", "P50", "P90", "days")


def write(book: Book, answer: Choice, *, model: Model | None, command: str, provenance: Mapping[str, Any]) -> None:
    """Write a choice."""
    document = answer.to_dict()
    answers = document["answers"]
    markets = [one["market"] for one in answers]
    estimates = [one["estimate"] for one in answers]
    totals: dict[str, str] = {}
    if answers:
        model = model_of(estimates[0], model)
        totals = _write_answers(book, answers, model)
    _write_runners_up(book, answers, totals)
    _write_deadlines(book, document["deadlines"], totals, {one["market"]: one["estimate"] for one in answers})
    _write_limits(book, document)
    if answers and model:
        write_all_quantities(book, estimates, model, markets)
        write_sources(book, figures(estimates, markets), "market", len(markets))
    meta = {**provenance, **document["meta"]}
    write_about(book, "the cheapest design of each market", meta, command, missing(estimates, markets))


def _write_answers(book: Book, answers: list[Mapping[str, Any]], model: Model) -> dict[str, str]:
    """The designs side by side; where the total of each market stands."""
    estimates = [one["estimate"] for one in answers]
    sheet = book.sheet("Choice", frozen=(3, 1))
    sheet.heads("market", *(one["market"] for one in answers), "quantity", words={len(answers) + 1})
    for name in ("hardware", "chips"):
        sheet.heads(name, *(_whole(one["inputs"][name]) for one in estimates), "", words={len(answers) + 1})
    alone = len(estimates) == 1
    if alone:
        sheet.heads("what", "dollars", "share", *map(str.upper, PERCENTILES), "quantity", words={"quantity"})
    row = write_costs(sheet, model, estimates)[TOTAL]
    totals = [float(one["quantities"][TOTAL]) for one in estimates]
    if not alone:
        least, line = min(totals), f"MIN({at(row, 1, fixed=True)}:{at(row, len(totals), fixed=True)})"
        cells = [Formula(f"{at(row, i)}-{line}", total - least) for i, total in enumerate(totals, 1)]
        sheet.row(["More than the cheapest", *(Cell(cell, DOLLARS) for cell in cells)])
        shares = [Formula(f"{at(row, i)}/{line}-1", total / least - 1.0) for i, total in enumerate(totals, 1)]
        sheet.row(["", *(Cell(cell, PERCENT) for cell in shares)])
        for name in PERCENTILES:
            values = [one["intervals"].get(TOTAL, {}).get(name) for one in estimates]
            sheet.row([f"Total, {name.upper()}", *(Cell(value, DOLLARS) for value in values)])
    sheet.skip()
    write_quantities(sheet, model, estimates, [name for name in RUN if name in estimates[0]["quantities"]])
    sheet.row(["Due at once, before the first run", *(Cell(one["due_at_once_usd"], DOLLARS) for one in answers)])
    prices = [one["price"] for one in answers]
    sheet.row(["An hour of a chip", *(Cell(price["usd_per_chip_hour"], CENTS) for price in prices)])
    sheet.row(["  quoted", *(Cell(dated(price["date"]), right=True) for price in prices)])
    sheet.row(["  providers or sources", *(Cell(price["votes"], WHOLE) for price in prices)])
    sheet.done()
    return {one["market"]: at(row, i, fixed=True, sheet=sheet) for i, one in enumerate(answers, 1)}


def _write_runners_up(book: Book, answers: list[Mapping[str, Any]], totals: Mapping[str, str]) -> None:
    sheet = book.sheet("Runners-up", frozen=(1, 1))
    sheet.heads("market", *_HEADS, "more than the cheapest", "per cent", words={"hardware"})
    for one in answers:
        least = one["estimate"]["quantities"][TOTAL]
        for other in one["runners_up"]:
            _row(sheet, [one["market"]], other, totals[one["market"]], least)
    sheet.filtered(0, len(_HEADS) + 3)
    sheet.done()


def _write_deadlines(
    book: Book,
    deadlines: list[Mapping[str, Any]],
    totals: Mapping[str, str],
    estimates: Mapping[str, Mapping[str, Any]],
) -> None:
    sheet = book.sheet("Deadlines", frozen=(1, 2))
    sheet.heads(
        "within days",
        "market",
        *_HEADS,
        "more than the cheapest",
        "per cent",
        words={"market", "hardware"},
        numbers_first=True,
    )
    for one in deadlines:
        market = one["market"]
        least = estimates[market]["quantities"][TOTAL] if market in estimates else None
        first = [Cell(one["within_days"], form_of("", "d", [one["within_days"]])), market]
        _row(sheet, first, one, totals.get(market, ""), least)
    sheet.filtered(0, len(_HEADS) + 4)
    sheet.done()


def _row(sheet: Sheet, first: list[Any], design: Mapping[str, Any], total: str, least: float | None) -> None:
    """A design in short, and by how much it is dearer than the cheapest of its market."""
    cells = [Cell(design[name], form_of(name, "$" if name in _DESIGN[2:6] else "", [design[name]])) for name in _DESIGN]
    cost, place = design[TOTAL], at(sheet.next, len(first) + _DESIGN.index(TOTAL))
    if cost is not None and least:
        cells.append(Cell(Formula(f"{place}-{total}", cost - least), DOLLARS))
        cells.append(Cell(Formula(f"{place}/{total}-1", cost / least - 1.0), PERCENT))
    sheet.row([*first, *cells])


def _write_limits(book: Book, document: Mapping[str, Any]) -> None:
    """What was asked, what would have to give, and what was left out."""
    sheet = book.sheet("Limits", frozen=(0, 1))
    sheet.title("Asked")
    for name, value in {**document["asked"], **document["labels"]}.items():
        if value is not None:
            one = ", ".join(map(str, value)) if isinstance(value, list) else value
            sheet.row([name, Cell(one, form_of(name, "", [one]), right=True)])
    if document["needed"]:
        sheet.skip()
        sheet.title("Limits that would have to give, together, in a market")
        sheet.heads("market", "limits", "hardware", "chips", "total", "days", words={"limits", "hardware"})
        for one in document["needed"]:
            limits = ", ".join(f"{name} {value:,.6g}" for name, value in one["limits"].items())
            total, days = Cell(one[TOTAL], DOLLARS), Cell(one["train_days"], "#,##0.0")
            sheet.row([one["market"], limits, one["hardware"], Cell(one["chips"], WHOLE), total, days])
    if document["left_out"]:
        sheet.skip()
        sheet.title("Left out")
        sheet.heads("hardware", "market", "kind", "why", words={1, 2, 3})
        for one in document["left_out"]:
            sheet.row([one["hardware"], one["market"], one["kind"], Cell(one["reason"], WRAPPED)])
    sheet.done()


def _whole(value: Any) -> str:  # noqa: ANN401 - an input
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)
