"""Some columns of the rows of a space, and of these rows those that meet a further condition."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.compiler.provenance import provenance
from gigacost.expressions.ast import Expression, Node
from gigacost.queries.export import Table


def rows_compiled(bound: Bound, also: Node | None = None) -> lower.Compiled:
    """What makes the rows of a bound specification, of those that also meet a condition."""
    return lower.compiled(bound, Query(bound.columns, _where(bound, also)))


def selected(bound: Bound, columns: Sequence[str], also: Node | None = None) -> Table:
    """These columns of the rows, of those that also meet a condition: each as it is in the whole row.

    The state of a row is that of all columns of the specification. What no column and no condition needs is not
    computed.
    """
    made = rows_compiled(bound, also)
    known = {column[0]: column for column in lower.columns(bound, made)}
    explained = functools.partial(lower.with_inputs, bound)
    picked = [known[name] for name in columns]
    return Table(lower.program(bound, made).rows(picked, made.keep), (0, bound.size), provenance(bound), explained)


def _where(bound: Bound, also: Node | None) -> Expression | None:
    own = bound.spec.where
    if also is None:
        return own
    root = also if own is None else Node("and", "truth", (own.root, also))
    where = Expression(str(root), root)
    bound.register(where)
    return where
