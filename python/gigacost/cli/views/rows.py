"""Rows of combinations, as ``top`` and its like print them, and the conditions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.cli.assertions import Assertions
from gigacost.cli.terminal import literal, show, table
from gigacost.cli.views.numbers import cell

if TYPE_CHECKING:
    from gigacost.cli.query import QueryOptions
    from gigacost.queries.space import Space


def row_assertions(query: QueryOptions, sweep: Space, *reads: str) -> Assertions:
    """The conditions on rows, which have the columns of a sweep and what else a question reads. Raises SpecError."""
    labels = [digit.name for digit in sweep.bound.digits.values() if digit.kind == "label"]
    names = {name: sweep.unit(name) or "1" for name in (*sweep.columns, *sweep.bound.digits, *reads)}
    return Assertions(query.assertions, {**names, "index": "1"}, labels)


def show_rows(sweep: Space, rows: Sequence[Mapping[str, Any]], first: Sequence[str] = ()) -> None:
    """Print rows as a table, ``first`` right after the axes; an axis that is the same in all of them is told below."""
    if not rows:
        return
    axes = sweep.bound.digits
    names = list(dict.fromkeys([*axes, *first, *(name for name in rows[0] if name not in {"index", "status"})]))
    units = {name: sweep.unit(name) for name in names}
    same = [name for name in axes if len(rows) > 1 and len({row[name] for row in rows}) == 1]
    names = [name for name in names if name not in same]
    numbers = [name for name in names if name not in axes or axes[name].kind != "label"]
    show(table(names, [[cell(row[name], units[name]) for name in names] for row in rows], numbers))
    if same:
        shown = ", ".join(f"{name} = {cell(rows[0][name], units[name])}" for name in same)
        show(literal(f"all with {shown}", "dim"))
