"""Aggregates over draws: whatever the engine answers, the reference answers, to the last bit.

Random models, spaces, distributions and aggregates, in columns, conditions and derived quantities; any number of
threads, any cutting of the space, every SIMD level.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parity import (
    EXAMPLES,
    LEVELS,
    blocks,
    counted_rows,
    engine_rows,
    outcome,
    plain_summary,
    settings,
    thorough,
    threads,
)
from strategies import Problem
from uncertain import uncertain_problems

from gigacost import reference
from gigacost.compiler import lower


@pytest.fixture(autouse=True)
def _restored_blocks() -> Iterator[None]:
    yield
    lower.BLOCKS = None


@thorough
@given(uncertain_problems, threads, blocks, st.data())
def test_rows_of_the_engine_and_of_the_reference_are_equal(
    found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject
) -> None:
    problem, _ = found
    lower.BLOCKS = cut
    start = data.draw(st.integers(0, problem.sweep.size))
    stop = data.draw(st.integers(start, problem.sweep.size))
    expected = outcome(lambda: reference.rows(problem.sweep, start, stop))
    assert outcome(lambda: engine_rows(problem, start, stop, workers)) == expected


@thorough
@given(uncertain_problems, threads, blocks, st.integers(0, 50))
def test_limited_rows_of_the_engine_and_of_the_reference_are_equal(
    found: tuple[Problem, list[str]], workers: int, cut: Any, limit: int
) -> None:
    problem, _ = found
    lower.BLOCKS = cut
    sink = io.BytesIO()
    expected = outcome(lambda: counted_rows(problem, limit))
    assert outcome(lambda: problem.sweep.write_csv(sink, limit=limit, threads=workers)) == expected


@thorough
@given(uncertain_problems, threads, blocks, st.data())
def test_top_of_the_engine_and_of_the_reference_are_equal(
    found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject
) -> None:
    problem, names = found
    lower.BLOCKS = cut
    k, by = data.draw(st.integers(1, 8)), data.draw(st.sampled_from(names))
    per = data.draw(st.lists(st.sampled_from(problem.axes), unique=True)) if problem.axes else []
    distinct = data.draw(st.lists(st.sampled_from([*names, *problem.axes]), max_size=2, unique=True))
    question = {"per": per, "distinct": distinct, "largest": data.draw(st.booleans())}
    expected = outcome(lambda: reference.top(problem.sweep, k, by, **question))
    assert outcome(lambda: problem.sweep.find(k, by, **question, threads=workers)) == expected


@thorough
@given(uncertain_problems, threads, blocks, st.data())
def test_pareto_of_the_engine_and_of_the_reference_are_equal(
    found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject
) -> None:
    problem, names = found
    lower.BLOCKS = cut
    known = st.sampled_from([*names, *problem.quantities])
    objectives = data.draw(st.lists(known, min_size=1, max_size=4, unique=True))
    small = data.draw(st.integers(0, len(objectives)))
    front = outcome(lambda: problem.sweep.pareto(objectives[:small], objectives[small:], threads=workers))
    indices = front if isinstance(front, tuple) else front.indices.tolist()
    assert indices == outcome(lambda: reference.pareto(problem.sweep, objectives[:small], objectives[small:]))


@thorough
@given(uncertain_problems, threads, blocks, st.data())
def test_count_and_bounds_of_the_engine_and_of_the_reference_are_equal(
    found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject
) -> None:
    problem, names = found
    lower.BLOCKS = cut
    assert problem.sweep.count(threads=workers) == reference.count(problem.sweep)
    of = data.draw(st.sampled_from(names))

    def bounds() -> list[int]:
        answer = problem.sweep.bounds(of, threads=workers)
        return [row["index"] for row in (answer.least, answer.greatest) if row]

    expected = outcome(lambda: reference.bounds(problem.sweep, of))
    if isinstance(expected, list):
        described = outcome(lambda: reference.described(problem.sweep, expected, [of]))
        expected = described if isinstance(described, tuple) else expected
    assert outcome(bounds) == expected


@thorough
@given(uncertain_problems, threads, blocks, st.data())
def test_summary_of_the_engine_and_of_the_reference_are_equal(
    found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject
) -> None:
    problem, names = found
    lower.BLOCKS = cut
    columns = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    quantiles = data.draw(st.lists(st.floats(0, 1), max_size=3, unique=True))
    expected = outcome(lambda: reference.summary(problem.sweep, columns, quantiles))
    answer = outcome(lambda: problem.sweep.summary(columns, quantiles=quantiles, threads=workers))
    assert (answer if isinstance(answer, tuple) else plain_summary(answer)) == expected


@pytest.mark.parametrize("level", LEVELS)
def test_every_simd_level_gives_the_same_bits(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIGACOST_SIMD", level)

    @settings(thorough, max_examples=EXAMPLES // 2)
    @given(uncertain_problems, blocks)
    def check(found: tuple[Problem, list[str]], cut: Any) -> None:
        problem, _ = found
        lower.BLOCKS = cut
        expected = outcome(lambda: reference.rows(problem.sweep))
        assert outcome(lambda: engine_rows(problem, 0, problem.sweep.size, 1)) == expected

    check()
