"""Rows of combinations, as ``top`` and its like print them, and the conditions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.cli.assertions import Assertions
from gigacost.cli.terminal import fitting, literal, show, table
from gigacost.cli.views.numbers import cell

if TYPE_CHECKING:
    from gigacost.cli.query import QueryOptions
    from gigacost.queries.space import Space


def row_assertions(query: QueryOptions, sweep: Space, *reads: str) -> Assertions:
    """The conditions on rows, which have the columns of a sweep and what else a question reads. Raises SpecError."""
    labels = [digit.name for digit in sweep.bound.digits.values() if digit.kind == "label"]
    names = {name: sweep.unit(name) or "1" for name in (*sweep.columns, *sweep.bound.digits, *reads)}
    return Assertions(query.assertions, {**names, "index": "1"}, labels)


def said(sweep: Space, name: str, value: Any) -> str:  # noqa: ANN401 - a cell
    """A value of a row as people read it, in words where the input has them; what is carried as it is."""
    digit = sweep.bound.digits.get(name)
    if digit and digit.carried:
        return str(value)
    known = sweep.model.inputs.get(name)
    word = known.word(value) if known and isinstance(value, int | float) else ""
    return word or cell(value, sweep.unit(name))


def _is_label(sweep: Space, name: str) -> bool:
    """Whether the values of a column are words."""
    digit, known = sweep.bound.digits.get(name), sweep.model.inputs.get(name)
    return digit is not None and (digit.kind == "label" or bool(known and known.words))


def show_rows(sweep: Space, rows: Sequence[Mapping[str, Any]], first: Sequence[str] = ()) -> None:
    """Print rows as a table, ``first`` right after the axes; an axis that is the same in all of them is told below.

    Of columns that nobody asked for, those are left out that the terminal has no room for.
    """
    if not rows:
        return
    axes = sweep.bound.digits
    names = list(dict.fromkeys([*axes, *first, *(name for name in rows[0] if name not in {"index", "status"})]))
    same = [name for name in axes if len(rows) > 1 and len({row[name] for row in rows}) == 1]
    names = [name for name in names if name not in same]
    cells = [[said(sweep, name, row[name]) for name in names] for row in rows]
    kept = len(names) if sweep.spec.columns else fitting(names, cells, len({*axes, *first} & {*names}))
    numbers = [name for name in names[:kept] if not _is_label(sweep, name)]
    show(table(names[:kept], [row[:kept] for row in cells], numbers))
    if same:
        shown = ", ".join(f"{name} = {said(sweep, name, rows[0][name])}" for name in same)
        show(literal(f"all with {shown}", "dim"))
    if left := names[kept:]:
        show(literal(f"no room for {', '.join(left)}: --columns chooses, --json has all", "dim"))
