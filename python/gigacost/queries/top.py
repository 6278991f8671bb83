"""The best combinations of a space, or the best of each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gigacost.charts.charted import Charted
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.queries import arguments, doubts
from gigacost.queries.askers import Asker
from gigacost.queries.asks import AskTop
from gigacost.queries.results import Effort, answered
from gigacost.queries.rows import Rows, RowView


@dataclass(frozen=True, slots=True, repr=False)
class Best(Charted, Rows):
    """The best combinations of a sweep, best first; of each group, in the order of the groups.

    Whatever reads Arrow reads it as a table.
    """

    _kind = "best"

    rows: tuple[Mapping[str, Any], ...]
    """Axes, status and columns of each; ``index`` is its place in the space."""
    meta: Mapping[str, Any]
    _view: RowView = field(compare=False)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows, one after the other."""
        return map(dict, self.rows)


def top(
    bound: Bound,
    k: int,
    by: str,
    *,
    per: Sequence[str] = (),
    distinct: Sequence[str] = (),
    largest: bool = False,
    seconds: float | None = None,
    boxes: int | None = None,
    asker: Asker,
) -> Best:
    """The ``k`` combinations with the smallest ``by``, as ``Sweep.top`` describes them. Raises SpecError."""
    limit = arguments.search_limit(seconds, boxes, per)
    found, effort = find(bound, k, by, per=per, distinct=distinct, largest=largest, limit=limit, asker=asker)
    told = asker.told(found)
    rows = RowView(bound, told, (by,))
    odd = doubts.about_rows(bound, told, rows.columns)
    if not found and effort.bound is None:
        odd += doubts.about_nothing(bound, [by, *distinct], asker)
    groups = {"per": list(arguments.listed("per", per))} if per else {}
    return Best(tuple(rows), {**answered(bound, effort, odd), "by": by, **groups}, rows)


def find(
    bound: Bound,
    k: int,
    by: str,
    *,
    per: Sequence[str] = (),
    distinct: Sequence[str] = (),
    largest: bool = False,
    limit: tuple[float | None, int | None] = (None, None),
    asker: Asker,
) -> tuple[list[int], Effort]:
    """The indices of the best combinations, and what it took to find them.

    ``limit`` is how many seconds a search may take and how many boxes it may bound. Raises SpecError.
    """
    arguments.row_count(k)
    arguments.number(bound, "by", by)
    same = arguments.comparable(bound, distinct)
    groups = tuple((group, tuple(numbers)) for group, numbers in arguments.groups(bound, per))
    query = Query((), bound.spec.where, tuple(dict.fromkeys([by, *same])))
    found, effort = asker.ask(bound, AskTop(query, by, k, bool(largest), groups, same, *limit))
    return found.rows, effort
