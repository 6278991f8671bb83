"""The figures that go into a quantity, each with where it is from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gigacost._record import Record
from gigacost.compiler.bound import Bound
from gigacost.graph.declarations import Constant
from gigacost.queries.assumptions import Assumption


@dataclass(frozen=True, slots=True)
class Ingredient(Record):
    """A figure that goes in: an input, or a constant of the formula."""

    name: str
    value: float | str | None
    """None where it has no default and was not given, or is left out."""
    unit: str
    doc: str
    source: str
    date: str
    allowed: str = ""
    origin: str = ""
    """``given``, ``preset``, ``model`` (an override), ``catalogue``, ``default``, ``constant``; ``assumption`` for a
    default or constant without a source; empty where it has no value."""


def ingredient(name: str, bound: Bound, assumed: Mapping[str, Assumption]) -> Ingredient:
    """An input, with its value and source where it has any."""
    model, catalog = bound.model, bound.catalog
    known = model.inputs.get(name)
    column = catalog.columns.get(name)
    quantity = model.quantities.get(name)
    doc = known.doc if known else what(quantity.doc) if quantity else column.doc if column else ""
    allowed = known.allowed if known else ""
    if name in assumed:
        one = assumed[name]
        return Ingredient(
            name, one.value, one.unit, doc, one.source, one.date, allowed, _origin(one.origin, one.source)
        )
    if known is None:
        return Ingredient(name, None, column.unit if column else "", doc, "", "", allowed)
    missing = known.default is None or math.isnan(known.default)
    source = known.source
    if not source:
        by = f"the catalogue, by {', '.join(column.axes)}" if column else ""
        source = by or ("to be given" if known.default is None else "may be left out")
    return Ingredient(name, None if missing else known.default, known.unit, doc, source, known.date, allowed)


def constant(name: str, known: Constant) -> Ingredient:
    """A constant of a formula."""
    source = known.source or "definition"
    return Ingredient(name, float(known), known.unit, "", source, known.date, "", _origin("constant", source))


def _origin(known: str, source: str) -> str:
    """Where a figure is from; ``assumption`` where nobody is quoted for what the model brings along."""
    return "assumption" if known in {"default", "constant"} and source.startswith("assumption") else known


def sections(doc: str) -> tuple[str, str, str]:
    """The sentence that says what a quantity is, the formula as people write it, the source."""
    first, *rest = [" ".join(paragraph.split()) for paragraph in doc.split("\n\n")]
    start, end = first.find(" ["), first.find("]")
    sentence = first[:start] + first[end + 1 :] if 0 <= start < end else first
    source = [paragraph.removeprefix("Source: ") for paragraph in rest if paragraph.startswith("Source:")]
    formula = [paragraph for paragraph in rest if not paragraph.startswith("Source:")]
    return sentence, " ".join(formula), " ".join(source)


def what(doc: str) -> str:
    """The sentence that says what a quantity is."""
    return sections(doc)[0]
