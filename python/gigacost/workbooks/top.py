"""The best combinations as a workbook: the rows, and how much each is from the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gigacost.workbooks.about import write_about
from gigacost.workbooks.book import Book, Formula, at
from gigacost.workbooks.forms import PERCENT
from gigacost.workbooks.rows import More, form_in, write_row_sources, write_rows

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.top import Best


def write(book: Book, answer: Best, *, model: Model | None, command: str, provenance: Mapping[str, Any]) -> None:
    """Write the best combinations; their model is the one they were found with."""
    del model
    view, by = answer[:], str(answer.meta["by"])
    write_rows(book, view, _from_the_first(answer, by) if len(answer) > 1 else ())
    note = write_row_sources(book, view)
    meta = {**provenance, **answer.meta}
    write_about(book, f"the best combinations by {by}", meta, command, [note] if note else ())


def _from_the_first(answer: Best, by: str) -> list[More]:
    """The difference of each row from the first, and the same as a share of it."""
    view = answer[:]
    column = view.column_names.index(by)
    values = [row[by] for row in answer.rows]
    least, first = values[0], at(1, column, fixed=True)
    places = [at(place, column) for place in range(1, len(values) + 1)]
    pairs = list(zip(places, values, strict=True))
    differences = [None if value is None else Formula(f"{place}-{first}", value - least) for place, value in pairs]
    found = [More(f"{by} - first", form_in(view, by, values), differences)]
    if least:
        shares = [
            None if value is None else Formula(f"{place}/{first}-1", value / least - 1.0) for place, value in pairs
        ]
        found.append(More("per cent", PERCENT, shares))
    return found
