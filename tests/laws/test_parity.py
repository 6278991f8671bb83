"""The law of the house: whatever the engine answers, the reference answers, to the last bit.

Random models, spaces, conditions and questions; any number of threads, any cutting of the space, every SIMD level.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import Problem, clouds, problems

from gigacost import InternalError, _engine, compiler, reference


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


@pytest.fixture(autouse=True)
def _restored_blocks() -> Iterator[None]:
    yield
    compiler.BLOCKS = None


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


@thorough
@given(problems(), threads, blocks, st.data())
def test_rows(problem: Problem, workers: int, cut: Any, data: st.DataObject) -> None:
    compiler.BLOCKS = cut
    start = data.draw(st.integers(0, problem.sweep.size))
    stop = data.draw(st.integers(start, problem.sweep.size))
    expected = outcome(lambda: reference.rows(problem.sweep, start, stop))
    assert outcome(lambda: engine_rows(problem, start, stop, workers)) == expected


@thorough
@given(problems(), threads, blocks, st.integers(0, 50))
def test_limited_rows(problem: Problem, workers: int, cut: Any, limit: int) -> None:
    compiler.BLOCKS = cut
    sink = io.BytesIO()

    def expected() -> int:
        # A value behind the last row that is wanted is not looked at.
        for stop in range(problem.sweep.size + 1):
            if len(reference.rows(problem.sweep, 0, stop)) == limit:
                return limit
        return len(reference.rows(problem.sweep))

    assert outcome(lambda: problem.sweep.write_csv(sink, limit=limit, threads=workers)) == outcome(expected)


@thorough
@given(problems(), threads, blocks, st.data())
def test_top(problem: Problem, workers: int, cut: Any, data: st.DataObject) -> None:
    compiler.BLOCKS = cut
    k = data.draw(st.integers(1, 8))
    by = data.draw(st.sampled_from(problem.quantities))
    per = data.draw(st.lists(st.sampled_from(problem.axes), unique=True)) if problem.axes else []
    distinct = data.draw(st.lists(st.sampled_from([*problem.quantities, *problem.axes]), max_size=2, unique=True))
    largest = data.draw(st.booleans())
    question = {"per": per, "distinct": distinct, "largest": largest}
    expected = outcome(lambda: reference.top(problem.sweep, k, by, **question))
    found = outcome(lambda: problem.sweep.find(k, by, **question, threads=workers))
    assert found == expected


@thorough
@given(problems() | clouds(), threads, blocks, st.data())
def test_pareto(problem: Problem, workers: int, cut: Any, data: st.DataObject) -> None:
    compiler.BLOCKS = cut
    names = data.draw(
        st.lists(st.sampled_from([*problem.quantities, *problem.axes]), min_size=1, max_size=6, unique=True)
    )
    small = data.draw(st.integers(0, len(names)))
    minimise, maximise = names[:small], names[small:]
    front = outcome(lambda: problem.sweep.pareto(minimise, maximise, threads=workers))
    found = front if isinstance(front, tuple) else front.indices.tolist()
    expected = outcome(lambda: reference.pareto(problem.sweep, minimise, maximise))
    assert found == expected
    if isinstance(expected, list):
        described = outcome(lambda: reference.described(problem.sweep, expected, names))
        assert outcome(lambda: list(front.rows)) == described


@thorough
@given(problems(), threads, blocks, st.data())
def test_count_and_bounds(problem: Problem, workers: int, cut: Any, data: st.DataObject) -> None:
    compiler.BLOCKS = cut
    assert problem.sweep.count(threads=workers) == reference.count(problem.sweep)
    of = data.draw(st.sampled_from([*problem.quantities, *problem.axes]))

    def expected() -> Any:
        rows = reference.described(problem.sweep, reference.bounds(problem.sweep, of), [of])
        return tuple(rows) or (None, None)

    def found() -> Any:
        bounds = problem.sweep.bounds(of, threads=workers)
        assert (bounds.min, bounds.max) == tuple(row and row[of] for row in (bounds.least, bounds.greatest))
        return bounds.least, bounds.greatest

    assert outcome(found) == outcome(expected)


@thorough
@given(problems(), threads, blocks, st.data())
def test_summary(problem: Problem, workers: int, cut: Any, data: st.DataObject) -> None:
    compiler.BLOCKS = cut
    columns = data.draw(st.lists(st.sampled_from(problem.quantities), min_size=1, max_size=3, unique=True))
    quantiles = data.draw(st.lists(st.floats(0, 1), max_size=3, unique=True))
    expected = outcome(lambda: reference.summary(problem.sweep, columns, quantiles))
    found = outcome(lambda: problem.sweep.summary(columns, quantiles=quantiles, threads=workers))
    if not isinstance(found, tuple):
        found = plain_summary(found)
    assert found == expected


def plain_summary(found: Any) -> dict[str, Any]:
    columns = {}
    for name, column in found.columns.items():
        columns[name] = {"count": column.count, "nulls": column.nulls}
        if column.count:
            fields = ("min", "max", "sum", "mean", "std", "quantiles")
            columns[name] |= {field: getattr(column, field) for field in fields}
    return {"feasible": found.feasible, "status": dict(found.states), "columns": columns}


@pytest.mark.parametrize("level", LEVELS)
def test_every_simd_level_gives_the_same_bits(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGACOST_SIMD", level)

    @settings(thorough, max_examples=EXAMPLES // 2)
    @given(problems(), blocks)
    def check(problem: Problem, cut: Any) -> None:
        compiler.BLOCKS = cut
        expected = outcome(lambda: reference.rows(problem.sweep))
        assert outcome(lambda: engine_rows(problem, 0, problem.sweep.size, 1)) == expected

    check()
