"""How engine and reference are compared: on how many examples, at which levels, cut up how, and what a run gives."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from strategies import Problem

from gigacost import InternalError, _engine, reference


def available(level: str) -> bool:
    try:
        return _engine.simd(level) == level
    except ValueError:
        return False


LEVELS = [level for level in ("baseline", "avx2", "avx512") if available(level)]


PRUNED = st.sampled_from([0, 2**60])
"""From how many rows on it is asked what can be left out: always, never."""


blocks = st.one_of(
    st.none(),
    st.tuples(st.sampled_from([0, 1, 5, 64]), st.integers(1, 40), st.integers(1, 200), st.integers(1, 50), PRUNED),
)


threads = st.integers(1, 4)


EXAMPLES = int(os.environ.get("GIGACOST_PARITY_EXAMPLES", "200"))
"""How many random problems each test draws."""


thorough = settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking whole models takes minutes
)


def outcome(run: Callable[[], Any]) -> Any:
    """What a run gives, or the row at which a value is not finite."""
    try:
        return run()
    except InternalError as error:
        return "not finite", error.row


def engine_rows(problem: Problem, start: int, stop: int, workers: int) -> list[dict[str, Any]]:
    rows = []
    for batch in problem.sweep.rows(start, stop, threads=workers):
        columns = {}
        for name in batch.column_names:
            labels, values = batch.labels(name), batch.column(name).tolist()
            columns[name] = [labels[v] if labels else v for v in values]
        for position in range(batch.num_rows):
            row = {name: values[position] for name, values in columns.items()}
            rows.append({name: None if isinstance(v, float) and math.isnan(v) else v for name, v in row.items()})
    return rows


def counted_rows(problem: Problem, limit: int) -> int:
    """How many rows there are up to a limit; no value behind the last row that is wanted is looked at."""
    found = 0
    for index in range(problem.sweep.size):
        if found == limit:
            break
        found += len(reference.rows(problem.sweep, index, index + 1))
    return found


def plain_summary(found: Any) -> dict[str, Any]:
    columns = {}
    for name, column in found.columns.items():
        columns[name] = {"count": column.count, "nulls": column.nulls}
        if column.count:
            fields = ("min", "max", "sum", "mean", "std", "quantiles")
            columns[name] |= {field: getattr(column, field) for field in fields}
    return {"feasible": found.feasible, "status": dict(found.states), "columns": columns}
