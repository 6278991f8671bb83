"""The law of the house: whatever the engine answers, the reference answers, to the last bit.

Random models, spaces, conditions and questions; any number of threads, any cutting of the space, every SIMD level.
"""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import EXAMPLES, LEVELS, blocks, counted_rows, engine_rows, outcome, plain_summary, thorough, threads
from strategies import Problem, clouds, problems

from gigacost import reference
from gigacost.compiler import lower


@thorough
@given(problems(), threads, blocks, st.data())
def test_rows_of_the_engine_and_of_the_reference_are_equal(
    problem: Problem, workers: int, cut: Any, data: st.DataObject
) -> None:
    lower.BLOCKS = cut
    start = data.draw(st.integers(0, problem.sweep.size))
    stop = data.draw(st.integers(start, problem.sweep.size))
    expected = outcome(lambda: reference.rows(problem.sweep, start, stop))
    assert outcome(lambda: engine_rows(problem, start, stop, workers)) == expected


@thorough
@given(problems(), threads, blocks, st.integers(0, 50))
def test_limited_rows_of_the_engine_and_of_the_reference_are_equal(
    problem: Problem, workers: int, cut: Any, limit: int
) -> None:
    lower.BLOCKS = cut
    sink = io.BytesIO()
    expected = outcome(lambda: counted_rows(problem, limit))
    assert outcome(lambda: problem.sweep.write_csv(sink, limit=limit, threads=workers)) == expected


@thorough
@given(problems(), threads, blocks, st.data())
def test_top_of_the_engine_and_of_the_reference_are_equal(
    problem: Problem, workers: int, cut: Any, data: st.DataObject
) -> None:
    lower.BLOCKS = cut
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
def test_pareto_of_the_engine_and_of_the_reference_are_equal(
    problem: Problem, workers: int, cut: Any, data: st.DataObject
) -> None:
    lower.BLOCKS = cut
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
def test_count_and_bounds_of_the_engine_and_of_the_reference_are_equal(
    problem: Problem, workers: int, cut: Any, data: st.DataObject
) -> None:
    lower.BLOCKS = cut
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
def test_summary_of_the_engine_and_of_the_reference_are_equal(
    problem: Problem, workers: int, cut: Any, data: st.DataObject
) -> None:
    lower.BLOCKS = cut
    columns = data.draw(st.lists(st.sampled_from(problem.quantities), min_size=1, max_size=3, unique=True))
    quantiles = data.draw(st.lists(st.floats(0, 1), max_size=3, unique=True))
    expected = outcome(lambda: reference.summary(problem.sweep, columns, quantiles))
    found = outcome(lambda: problem.sweep.summary(columns, quantiles=quantiles, threads=workers))
    if not isinstance(found, tuple):
        found = plain_summary(found)
    assert found == expected


@pytest.mark.parametrize("level", LEVELS)
def test_every_simd_level_gives_the_same_bits(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGACOST_SIMD", level)

    @settings(thorough, max_examples=EXAMPLES // 2)
    @given(problems(), blocks)
    def check(problem: Problem, cut: Any) -> None:
        lower.BLOCKS = cut
        expected = outcome(lambda: reference.rows(problem.sweep))
        assert outcome(lambda: engine_rows(problem, 0, problem.sweep.size, 1)) == expected

    check()
