"""The best combinations of a space, or the best of each group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.queries import arguments, doubts
from gigacost.queries.export import Progress
from gigacost.queries.results import Effort, answered
from gigacost.queries.rows import Rows, RowView


@dataclass(frozen=True, slots=True, repr=False)
class Best(Rows):
    """The best combinations of a sweep, best first; of each group, in the order of the groups.

    Whatever reads Arrow reads it as a table.
    """

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
    threads: int | None = None,
    progress: Progress | None = None,
) -> Best:
    """The ``k`` combinations with the smallest ``by``, as ``Sweep.top`` describes them. Raises SpecError."""
    limit = arguments.search_limit(seconds, boxes, per)
    found, effort = find(
        bound, k, by, per=per, distinct=distinct, largest=largest, limit=limit, threads=threads, progress=progress
    )
    rows = RowView(bound, found, (by,))
    odd = doubts.about_rows(bound, found, rows.columns)
    if not found and effort.bound is None:
        odd += doubts.about_nothing(bound, [by, *distinct], threads)
    return Best(tuple(rows), {**answered(bound, effort, odd), "by": by}, rows)


def find(
    bound: Bound,
    k: int,
    by: str,
    *,
    per: Sequence[str] = (),
    distinct: Sequence[str] = (),
    largest: bool = False,
    limit: tuple[float | None, int | None] = (None, None),
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[list[int], Effort]:
    """The indices of the best combinations, and what it took to find them.

    ``limit`` is how many seconds a search may take and how many boxes it may bound. Raises SpecError.
    """
    arguments.row_count(k)
    arguments.number(bound, "by", by)
    same = arguments.comparable(bound, distinct)
    groups = arguments.groups(bound, per)
    made = lower.compiled(bound, Query((), bound.spec.where, tuple(dict.fromkeys([by, *same]))))
    found, effort = lower.ask(
        bound,
        made,
        lambda program: program.top(
            made.nodes[by],
            largest,
            made.keep,
            groups,
            k,
            [made.nodes[name] for name in same],
            lower.thread_count(threads),
            progress,
            *limit,
        ),
    )
    return found.tolist(), Effort(*effort)
