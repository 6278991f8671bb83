"""A Pareto front as a workbook: all its rows, and where it ends in each objective."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gigacost.workbooks.about import write_about
from gigacost.workbooks.book import Book, Cell, Formula, at
from gigacost.workbooks.rows import Written, write_row_sources, write_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gigacost.graph.model import Model
    from gigacost.queries.pareto import Front


def write(book: Book, answer: Front, *, model: Model | None, command: str, provenance: Mapping[str, Any]) -> None:
    """Write a front; its model is the one it was found with."""
    del model
    written = write_rows(book, answer.rows)
    objectives = answer.meta["objectives"]
    if len(answer):
        _write_ends(book, answer, written, [*objectives["minimise"], *objectives["maximise"]])
    note = write_row_sources(book, answer.rows)
    meta = {**provenance, **answer.meta, "front": len(answer)}
    write_about(book, "the Pareto front: no other combination is as good in all objectives", meta, command,
                [note] if note else ())  # fmt: skip


def _write_ends(book: Book, answer: Front, written: Written, objectives: list[str]) -> None:
    """The smallest and the largest value of each objective, and the combination that has it."""
    sheet = book.sheet("Ends", frozen=(1, 1))
    sheet.heads("objective", "which is", "smallest", "at index", "largest", "at index", words={1})
    columns = answer.to_numpy(["index", *objectives])
    index = _range(written, "index")
    for name in objectives:
        goal = "minimised" if name in answer.meta["objectives"]["minimise"] else "maximised"
        cells: list[Cell] = []
        for what in ("MIN", "MAX"):
            place = _place(columns[name], what)
            value, whole = float(columns[name][place]), _range(written, name)
            cells.append(Cell(Formula(f"{what}({whole})", value), written.forms[name]))
            found = f"INDEX({index},MATCH({at(sheet.next, len(cells) + 1)},{whole},0))"
            cells.append(Cell(Formula(found, float(columns["index"][place])), "0"))
        sheet.row([name, goal, *cells])
    sheet.done()


def _place(values: NDArray[np.float64], what: str) -> int:
    import numpy as np

    return int(np.nanargmin(values) if what == "MIN" else np.nanargmax(values))


def _range(written: Written, name: str) -> str:
    column = written.columns.index(name)
    first, last = (at(row, column, fixed=True) for row in (written.first, written.last))
    return f"'{written.sheet.name}'!{first}:{last}"
