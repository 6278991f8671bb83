"""Rows of combinations, as ``top`` and its like print them, and the conditions on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.cli.assertions import Assertions
from gigacost.cli.terminal import columns_that_fit, literal, show, table
from gigacost.compiler.off_axis import values_of
from gigacost.queries.marks import legend, marks_of_row
from gigacost.units.numbers import cell

if TYPE_CHECKING:
    from gigacost.cli.query import QueryOptions
    from gigacost.queries.space import Space


def row_assertions(query: QueryOptions, sweep: Space, *reads: str) -> Assertions:
    """The conditions on rows, which have the columns of a sweep and what else a question reads. Raises SpecError."""
    if not query.assertions:
        return Assertions((), {})
    labels = [digit.name for digit in sweep.bound.digits.values() if digit.kind == "label"]
    names = {name: unit_asserted(sweep, name) for name in (*sweep.columns, *sweep.bound.digits, *reads)}
    return asserting(query, sweep, {**names, "index": "1"}, labels)


def asserting(query: QueryOptions, sweep: Space, names: Mapping[str, str], labels: Sequence[str]) -> Assertions:
    """The conditions on combinations of a sweep, over some names with their units, labels and the status."""
    states = [getattr(state.mark, "label", "") for state in sweep.model.states]
    known = values_of(sweep.spec, sweep.bound.catalog) if query.assertions else {}
    return Assertions(query.assertions, names, labels, states=states, known=known, strict=sweep.spec.strict)


def unit_asserted(sweep: Space, name: str) -> str:
    """The unit in which a condition on results speaks of a column: that of its quantity or of its expression."""
    derived = sweep.spec.derive.get(name)
    return (derived.unit if derived else sweep.unit(name)) or "1"


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

    Of columns that nobody asked for, those are left out that the terminal has no room for. What is little known about
    a row is marked at its end, and the marks are told below.
    """
    if not rows:
        return
    axes = sweep.bound.digits
    names = list(dict.fromkeys([*axes, *first, *(name for name in rows[0] if name not in {"index", "status"})]))
    same = [name for name in axes if len(rows) > 1 and len({row[name] for row in rows}) == 1]
    names = [name for name in names if name not in same]
    cells = [[said(sweep, name, row[name]) for name in names] for row in rows]
    marks = [marks_of_row(sweep.bound, row["index"]) for row in rows]
    at_end = [["marks"], *([mark] for mark in marks)] if any(marks) else [[]] * (len(rows) + 1)
    kept = len(names)
    if not sweep.spec.columns:
        heads, *lines = [[*end, *line] for end, line in zip(at_end, [names, *cells], strict=True)]
        kept = columns_that_fit(heads, lines, len(at_end[0]) + len({*axes, *first} & {*names})) - len(at_end[0])
    numbers = [name for name in names[:kept] if not _is_label(sweep, name)]
    heads, *lines = [[*line[:kept], *end] for end, line in zip(at_end, [names, *cells], strict=True)]
    show(table(heads, lines, numbers))
    if same:
        shown = ", ".join(f"{name} = {said(sweep, name, rows[0][name])}" for name in same)
        show(literal(f"all with {shown}", "dim"))
    show(*(literal(line, "dim") for line in legend(marks)))
    if left := names[kept:]:
        show(literal(f"no room for {', '.join(left)}: --columns chooses, --json has all", "dim"))
