"""The Pareto front of a space: the combinations that no other dominates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.queries import arguments, doubts
from gigacost.queries.export import Progress
from gigacost.queries.results import Effort, answered
from gigacost.queries.rows import RowView

if TYPE_CHECKING:
    import os

    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Front(Record):
    """The combinations of a sweep that no other dominates, best first by the objectives one after the other.

    Of a million rows only those are computed that are looked at. Whatever reads Arrow reads a front as a table.
    """

    rows: RowView
    """A sequence of rows, whose slices are too: ``index``, axes, status, columns and objectives of each."""
    meta: Mapping[str, Any]

    @property
    def indices(self) -> NDArray[np.int64]:
        """The combinations' places in the space."""
        return self.rows.indices

    def to_numpy(self, columns: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
        """The columns of all rows (or those with these names) as arrays: null as NaN, labels as strings."""
        return self.rows.to_numpy(columns)

    def write(self, path: str | os.PathLike[str], *, csv_safe: bool = True) -> int:
        """Write the rows to a .parquet, .csv, .csv.gz or .arrow file, whole or not at all; how many there were."""
        return self.rows.write(path, csv_safe=csv_safe)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow's PyCapsule protocol: polars, pandas, duckdb and pyarrow read a front as a table."""
        return self.rows.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Arrow's PyCapsule protocol."""
        return self.rows.__arrow_c_schema__()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {"rows": list(self.rows), "meta": dict(self.meta)}


def pareto(
    bound: Bound,
    minimise: Sequence[str],
    maximise: Sequence[str],
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Front:
    """The combinations that no other dominates, as ``Sweep.pareto`` describes them. Raises SpecError."""
    objectives = arguments.objectives(bound, minimise, maximise)
    names = [name for name, _ in objectives]
    made = lower.compiled(bound, Query((), bound.spec.where, tuple(names)))
    asked = [(made.nodes[name], largest) for name, largest in objectives]
    found, effort = lower.ask(
        bound, made, lambda program: program.pareto(asked, made.keep, lower.thread_count(threads), progress)
    )
    about = {
        "minimise": [name for name, largest in objectives if not largest],
        "maximise": [name for name, largest in objectives if largest],
    }
    rows = RowView(bound, found, names)
    odd = doubts.about_rows(bound, found, rows.columns)
    odd += [] if len(found) else doubts.about_nothing(bound, names, threads)
    return Front(rows, {**answered(bound, Effort(*effort), odd), "objectives": about})
