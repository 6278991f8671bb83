"""The Pareto front of a space: the combinations that no other dominates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gigacost.charts.charted import Charted
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.queries import arguments, doubts
from gigacost.queries.askers import Asker
from gigacost.queries.asks import AskFront
from gigacost.queries.results import answered
from gigacost.queries.rows import Rows, RowView


@dataclass(frozen=True, slots=True, repr=False)
class Front(Charted, Rows):
    """The combinations of a sweep that no other dominates, best first by the objectives one after the other.

    Of a million rows only those are computed that are looked at. Whatever reads Arrow reads a front as a table.
    """

    _kind = "front"

    rows: RowView
    """A sequence of rows, whose slices are too: ``index``, axes, status, columns and objectives of each."""
    meta: Mapping[str, Any]

    @property
    def _view(self) -> RowView:  # type: ignore[override] # read only here
        return self.rows


def pareto(bound: Bound, minimise: Sequence[str], maximise: Sequence[str], asker: Asker) -> Front:
    """The combinations that no other dominates, as ``Sweep.pareto`` describes them. Raises SpecError."""
    objectives = arguments.objectives(bound, minimise, maximise)
    names = [name for name, _ in objectives]
    found, effort = asker.ask(bound, AskFront(Query((), bound.spec.where, tuple(names)), objectives))
    about = {
        "minimise": [name for name, largest in objectives if not largest],
        "maximise": [name for name, largest in objectives if largest],
    }
    rows = RowView(bound, asker.told(found.rows), names)
    odd = doubts.about_rows(bound, rows.indices, rows.columns)
    odd += [] if len(found.rows) else doubts.about_nothing(bound, names, asker)
    return Front(rows, {**answered(bound, effort, odd), "objectives": about})
