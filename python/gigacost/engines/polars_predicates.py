"""Predicates of polars as conditions.

How polars writes an expression down is its own affair and changes; what an expression is made of it tells. So each is
understood by building it again of its parts, in every way that is known here: what comes out equal is what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from gigacost.engines.pushdown import EVERYWHERE, MIRRORED, NOWHERE, OPPOSITE, Columns, Condition, both, either

_ONE: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "not": lambda a: ~a,
    "is_null": lambda a: a.is_null(),
    "is_not_null": lambda a: a.is_not_null(),
}
_TWO: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "is_in": lambda a, b: a.is_in(b),
}
_BETWEEN: Mapping[str, tuple[str, str]] = {
    "both": (">=", "<="),
    "left": (">=", "<"),
    "right": (">", "<="),
    "none": (">", "<"),
}
_EXACT_CASTS = (pl.Float64, pl.String)
"""What a column may be cast to without becoming another value: whole numbers of axes are below 2**53."""


def read(columns: Columns, predicate: pl.Expr) -> tuple[Condition, bool]:
    """What a predicate asks as far as it can be said, and whether that is all that it asks."""
    reader = _Reader(columns)
    parts = [reader.condition(part, holds=True) or _of_an_axis(columns, part) for part in _conjuncts(predicate)]
    said = both([part for part in parts if part is not None])
    return said or EVERYWHERE, None not in parts


def _conjuncts(predicate: pl.Expr) -> Iterator[pl.Expr]:
    op, parts = _taken_apart(predicate)
    if op == "and":
        for part in parts:
            yield from _conjuncts(part)
    else:
        yield predicate


def _taken_apart(expression: pl.Expr) -> tuple[str, list[pl.Expr]]:
    """The operation of an expression and its parts; no operation for one that is not known here."""
    taken = expression.meta.pop()
    for parts in (taken[::-1], taken):
        for op, made in _rebuilt(parts):
            if made.meta.eq(expression):
                return op, parts
    return "", []


def _rebuilt(parts: list[pl.Expr]) -> Iterator[tuple[str, pl.Expr]]:
    if len(parts) == 1:
        yield from ((op, build(*parts)) for op, build in _ONE.items())
        yield from (("cast", parts[0].cast(to, strict=strict)) for to in _EXACT_CASTS for strict in (True, False))
    elif len(parts) == 2:  # noqa: PLR2004 - a pair
        yield from ((op, build(*parts)) for op, build in _TWO.items())
    elif len(parts) == 3:  # noqa: PLR2004 - a value and two ends
        value, low, high = parts
        yield from ((closed, value.is_between(low, high, closed=closed)) for closed in _BETWEEN)  # type: ignore[arg-type]


def _of_an_axis(columns: Columns, part: pl.Expr) -> Condition | None:
    """Where any test holds that looks at one axis alone: polars itself tells at which of its values."""
    names = set(part.meta.root_names())
    column = names.pop() if len(names) == 1 else ""
    values = columns.values(column)
    if not values:
        return None
    own = pl.Series(column, values, dtype=pl.Categorical() if isinstance(values[0], str) else None)
    try:
        holds = pl.DataFrame([own]).select(part).to_series().to_list()
    except pl.exceptions.PolarsError:  # who filters the rows is told
        return None
    return columns.met(column, [value for value, true in zip(values, holds, strict=True) if true], str(part))


class _Reader:
    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def condition(self, expression: pl.Expr, *, holds: bool) -> Condition | None:
        """Where an expression is true, or where it is false; None where that cannot be said."""
        if expression.meta.is_literal():
            value = _value(expression)
            return (EVERYWHERE if value is holds else NOWHERE) if isinstance(value, bool) else None
        op, parts = _taken_apart(expression)
        if op == "not":
            return self.condition(parts[0], holds=not holds)
        if op in {"and", "or"}:
            join = both if (op == "and") == holds else either
            return join([self.condition(part, holds=holds) for part in parts])
        return self._test(op, parts, holds=holds) if op else None

    def _test(self, op: str, parts: list[pl.Expr], *, holds: bool) -> Condition | None:
        """Where a test of a column is true, or where it is false."""
        column = _column(parts[0])
        if op in OPPOSITE:
            return self._compared(op if holds else OPPOSITE[op], *parts)
        if op in {"is_null", "is_not_null"} and column:
            return self._columns.null(column, holds=(op == "is_null") == holds)
        if op in _BETWEEN and column:
            tests = zip(_BETWEEN[op], parts[1:], strict=True)
            join = both if holds else either
            return join([self._compared(sign if holds else OPPOSITE[sign], parts[0], end) for sign, end in tests])
        if op == "is_in" and column and parts[1].meta.is_literal():
            values = _value(parts[1])
            if isinstance(values, pl.Series) and not values.has_nulls():
                return self._columns.among(column, values.to_list(), inside=holds)
        return None

    def _compared(self, sign: str, left: pl.Expr, right: pl.Expr) -> Condition | None:
        if left.meta.is_literal():
            sign, left, right = MIRRORED[sign], right, left
        column = _column(left)
        return self._columns.compared(column, sign, _value(right)) if column and right.meta.is_literal() else None


def _column(expression: pl.Expr) -> str | None:
    """The column that an expression is, whatever number or text it is taken for."""
    if expression.meta.is_column():
        return expression.meta.output_name()
    op, parts = _taken_apart(expression)
    return _column(parts[0]) if op == "cast" else None


def _value(literal: pl.Expr) -> Any:  # noqa: ANN401 - any value
    return pl.select(literal).to_series()[0]
