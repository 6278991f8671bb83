"""Estimates side by side: what each cost is made of, as nested sums."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from gigacost.errors import Fault, SpecError
from gigacost.graph.declarations import Subtotal
from gigacost.workbooks.book import Cell, Formula, Sheet, at, span
from gigacost.workbooks.forms import DOLLARS, PERCENT, form_of

if TYPE_CHECKING:
    from gigacost.graph.model import Model

PERCENTILES = ("p10", "p50", "p90")
_END = re.compile(r"\n\n| \[|\. |; |: ")
"""Where what a quantity is has been said."""
NEAR = 1e-9
"""So near is a sum to the answer's, which the model rounds in another order."""


class Line(NamedTuple):
    """A line of the costs."""

    name: str
    depth: int
    terms: tuple[str, ...]
    """What it is the sum of, lines above it; none of a contribution."""


def lines(model: Model, document: Mapping[str, Any]) -> list[Line]:
    """The contributions and subtotals of a plain estimate, every sum below its terms.

    Raises SpecError where they are not those of the model.
    """
    named = {**document["breakdown"], **document["subtotals"]}
    if unknown := [name for name in named if name not in model.quantities]:
        raise _other_model(f"it has no {unknown[0]}")

    def below(name: str, depth: int) -> Iterator[Line]:
        quantity = model.quantities[name]
        is_sum = isinstance(quantity.mark, Subtotal) and name in document["subtotals"]
        terms = tuple(term for term in quantity.parameters if term in named) if is_sum else ()
        nested = sorted(terms, key=lambda term: term not in document["subtotals"])
        for term in nested:
            yield from below(term, depth if term in document["subtotals"] else depth + 1)
        yield Line(name, depth, terms)

    whole = [*document["subtotals"]][-1:]
    found = [line for name in whole for line in below(name, 0)]
    said = {line.name for line in found}
    return [*(Line(name, 0, ()) for name in named if name not in said), *found]


def write_costs(
    sheet: Sheet, model: Model, documents: Sequence[Mapping[str, Any]], *, first: int = 1
) -> dict[str, int]:
    """Write the costs of estimates, a column for each from ``first`` on; the row of each line.

    Of a single one its shares and percentiles stand beside it.
    """
    rows: dict[str, int] = {}
    made = lines(model, documents[0])
    last = made[-1].name if made else ""
    end = sheet.next + len(made) - 1
    alone = documents[0] if len(documents) == 1 else None
    for line in made:
        bold = bool(line.terms)
        row = sheet.next
        amounts = [
            Cell(_amount(document, line, rows, first + i), DOLLARS, bold, above=bold)
            for i, document in enumerate(documents)
        ]
        beside = [Cell(None, above=bold)] * (first - 1)
        if alone is not None:
            value, whole = _known(alone, line.name), _known(alone, last)
            share = None
            if value is not None and whole:
                share = Formula(f"{at(row, first)}/{at(end, first, fixed=True)}", value / whole)
            interval = alone["intervals"].get(line.name, {})
            amounts += [Cell(share, PERCENT, bold, above=bold)]
            amounts += [Cell(interval.get(name), DOLLARS, bold, above=bold) for name in PERCENTILES]
        said = Cell(what_of(model, line.name), bold=bold, indent=0 if bold else 1, above=bold)
        rows[line.name] = sheet.row([said, *beside, *amounts, Cell(line.name, above=bold)])
    return rows


def write_quantities(
    sheet: Sheet, model: Model, documents: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> dict[str, int]:
    """Write quantities of estimates, a column for each; of a single one with its percentiles. The row of each."""
    rows = {}
    for name in names:
        unit = model.unit(name) if name in model.names else ""
        values = [_known(document, name) for document in documents]
        form = form_of(name, unit, values)
        cells = [Cell(value, form) for value in values]
        if len(documents) == 1:
            interval = documents[0]["intervals"].get(name, {})
            cells += [Cell(None), *(Cell(interval.get(percentile), form) for percentile in PERCENTILES)]
        shown = f" [{unit}]" if unit not in {"1", "", "$", "truth"} else ""
        rows[name] = sheet.row([f"{what_of(model, name)}{shown}", *cells, name])
    return rows


def what_of(model: Model, name: str) -> str:
    """What a quantity or input is: how its docstring begins, without its unit."""
    known: Any = model.quantities.get(name) or model.inputs.get(name)
    told = _END.split(known.doc, maxsplit=1)[0] if known else ""
    return " ".join(told.split()).rstrip(".") or name


def _known(document: Mapping[str, Any], name: str) -> float | None:
    found: float | None = {**document["quantities"], **document["breakdown"], **document["subtotals"]}.get(name)
    return found


def _amount(document: Mapping[str, Any], line: Line, rows: Mapping[str, int], column: int) -> Formula | float | None:
    """A contribution; a sum over its terms, if all of them are known."""
    value = _known(document, line.name)
    terms = [_known(document, term) for term in line.terms]
    known = [term for term in terms if term is not None]
    if value is None or not known or len(known) < len(terms):
        return value
    if not math.isclose(math.fsum(known), value, rel_tol=NEAR, abs_tol=NEAR):
        raise _other_model(f"in it {line.name} is another sum")
    return Formula(f"SUM({span([rows[term] for term in line.terms], column)})", value)


def _other_model(what: str) -> SpecError:
    return SpecError(Fault("model", "", f"the answer was made with another model than this: {what}", "its own model"))
