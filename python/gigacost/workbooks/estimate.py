"""Estimates as a workbook: the costs as nested sums, all quantities, what was given, sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.queries.estimates import Estimate
from gigacost.workbooks.about import write_about
from gigacost.workbooks.book import Book, Cell
from gigacost.workbooks.costs import PERCENTILES, what_of, write_costs, write_quantities
from gigacost.workbooks.forms import form_of
from gigacost.workbooks.sources import figures, write_sources

if TYPE_CHECKING:
    from gigacost.graph.model import Model

RUN = ("train_days", "project_days", "chip_hours", "facility_mw", "energy_mwh", "carbon_t", "mfu", "goodput")
"""What is told of a run below its costs."""


def write(
    book: Book,
    answer: Estimate | Sequence[Estimate],
    *,
    model: Model | None,
    command: str,
    provenance: Mapping[str, Any],
) -> None:
    """Write an estimate, or several side by side."""
    documents = [one.to_dict() for one in ([answer] if isinstance(answer, Estimate) else answer)]
    model = model_of(documents[0], model)
    varied = varied_inputs(documents)
    names = [name_of(document, varied) for document in documents]
    _write_costs(book, documents, model, varied)
    write_all_quantities(book, documents, model, names)
    _write_inputs(book, documents, names)
    several = len(documents) > 1
    write_sources(book, figures(documents, names), "of" if several else "", len(documents))
    warnings = dict.fromkeys(text for document in documents for text in document["meta"]["warnings"])
    told = f"{len(documents)} estimates side by side" if several else "an estimate of one run"
    meta = {**provenance, **documents[0]["meta"], "warnings": [*warnings]}
    write_about(book, told, meta, command, missing(documents, names))


def model_of(document: Mapping[str, Any], model: Model | None) -> Model:
    """The model of a plain estimate: the default one unless another is given, under the estimate's accounting."""
    from gigacost.accounting import accounted
    from gigacost.model import default

    return model or accounted(default(), document["meta"].get("accounting", ""))


def varied_inputs(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """The inputs that are not the same in all of several estimates."""
    names = dict.fromkeys(name for document in documents for name in document["inputs"])
    return [name for name in names if len({document["inputs"].get(name) for document in documents}) > 1]


def name_of(document: Mapping[str, Any], varied: Sequence[str]) -> str:
    """What tells an estimate from others beside it."""
    return " ".join(_text(document["inputs"].get(name)) for name in varied)


def missing(documents: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """Why there is no total, where there is none."""
    return [
        f"{name}: {price['message']}" if name else price["message"]
        for document, name in zip(documents, names, strict=True)
        for price in document["missing_prices"]
    ]


def write_all_quantities(
    book: Book, documents: Sequence[Mapping[str, Any]], model: Model, names: Sequence[str]
) -> None:
    """A sheet of every quantity, with its unit and what it is."""
    sheet = book.sheet("Quantities", frozen=(1, 1))
    sheet.heads("quantity", "unit", *(names if len(names) > 1 else ["value"]), "what it is", words={1, len(names) + 2})
    for name in documents[0]["quantities"]:
        values = [document["quantities"].get(name) for document in documents]
        unit = model.unit(name) if name in model.names else ""
        form = form_of(name, unit, values)
        sheet.row([name, unit if unit != "1" else None, *(Cell(value, form) for value in values), what_of(model, name)])
    sheet.filtered(0, len(documents) + 3)
    sheet.done()


def _write_costs(book: Book, documents: Sequence[Mapping[str, Any]], model: Model, varied: Sequence[str]) -> None:
    alone = len(documents) == 1
    sheet = book.sheet("Costs", frozen=(1 if alone else max(len(varied), 1), 1))
    if alone:
        sheet.heads("what", "dollars", "share", *map(str.upper, PERCENTILES), "quantity", words={"quantity"})
    for name in () if alone else varied or ["run"]:
        sheet.heads(
            name,
            *(_text(document["inputs"].get(name)) for document in documents),
            "quantity",
            words={len(documents) + 1},
        )
    write_costs(sheet, model, documents)
    sheet.skip()
    write_quantities(sheet, model, documents, [name for name in RUN if name in documents[0]["quantities"]])
    sheet.done()


def _write_inputs(book: Book, documents: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    sheet = book.sheet("Inputs", frozen=(1, 1))
    sheet.heads("input", *(names if len(names) > 1 else ["value"]))
    for name in dict.fromkeys(name for document in documents for name in document["inputs"]):
        values = [document["inputs"].get(name) for document in documents]
        sheet.row([name, *(Cell(value, form_of(name, "", values), right=True) for value in values)])
    sheet.done()


def _text(value: float | str | None) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else value or ""
