"""Folds over draws: whatever the engine answers, the reference answers, to the last bit.

Random models, spaces, distributions and folds, in columns, conditions and derived quantities; any number of threads,
any cutting of the space, every SIMD level.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, reject
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
from strategies import Problem, conditions, either, numbers, pick, picks, problems, whole

from gigacost import Model, SpecError, Sweep, reference
from gigacost.compiler import lower

KINDS = ["mean({})", "p5({})", "p50({})", "p90({})", "quantile({}, 0.975)", "quantile({}, 0)", "quantile({}, 1)"]
small_problems = problems(60)


@pytest.fixture(autouse=True)
def _restored_blocks() -> Iterator[None]:
    yield
    lower.BLOCKS = None


some_numbers = st.lists(numbers, min_size=1, max_size=3, unique_by=lambda value: value + 0.0)
written = ["normal 90% -1..2", "uniform 0.5..3", "triangular -2 1 4", "lognormal 80% 0.5..2"]


@st.composite
def distributions(draw: st.DrawFn) -> str:
    """A distribution as a specification has it, over any numbers or over few."""
    empirical = "empirical " + ", ".join(map(repr, draw(some_numbers)))
    return pick(draw, ["", "x "]) + pick(draw, [*written, empirical, empirical])


@st.composite
def folds(draw: st.DrawFn, names: list[str]) -> str:
    """A fold over draws of a name, or of a small expression of names."""
    if not draw(whole(0, 3)):
        return f"P({draw(conditions(names))})"
    a, b = pick(draw, names), pick(draw, names)
    of = pick(draw, [a, a, f"{a} + {b}", f"minimum({a}, {b} * 2)", f"where({a} > 1, {a}, 0.5)"])
    return pick(draw, KINDS).format(of)


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Problem, list[str]]:
    """A random sweep in which some names are uncertain, and folds that may be asked for."""
    problem = draw(small_problems)
    sweep = problem.sweep
    names = [*sweep.bound.model.inputs, *problem.quantities]
    searched = {axis for search in sweep.model.searches for axis, _ in search.over}
    may = [name for name in names if name not in searched]
    # One fold at least is of what differs from draw to draw: of all others the mean is what they are.
    folded = pick(draw, problem.quantities)
    above = sweep.model.wire([folded], sweep.bound.given).upstream()[folded]
    moved = picks(draw, [name for name in may if name in above], 1, 2)
    uncertain = {name: draw(distributions()) for name in dict.fromkeys([*moved, *picks(draw, may, most=1)])}
    tree = sweep.spec.to_dict()
    tree["uncertain"] = uncertain
    tree["draws"] = {"count": draw(whole(2, 9)), "seed": draw(whole(0, 5)), "method": "random"}
    known = [*problem.quantities, *sweep.bound.digits]
    among = [[folded], *[known] * draw(whole(0, 3))]
    asked = list(dict.fromkeys(draw(folds(names)) for names in among))
    tree["derive"] = {"d0": f"{pick(draw, asked)} - {pick(draw, known)}"}
    query = dict(tree["query"])
    # Beside what is not finite nothing else would be seen.
    central = query["columns"] if draw(either) else []
    query["columns"] = [*central, *asked, *picks(draw, ["d0"])]
    if draw(either):
        query["where"] = f"{pick(draw, [asked[0], 'd0'])} {pick(draw, ['<', '>='])} 1"
    tree["query"] = query
    try:
        made = _sweep(tree, query, sweep.model)
    except SpecError:  # a draw times a central value may overflow
        reject()
    made.bound._tables.update({n: t for n, t in sweep.bound._tables.items() if n.startswith("leaf")})
    return replace(problem, sweep=made), [*asked, "d0"]


def _sweep(tree: dict[str, Any], query: dict[str, Any], model: Model) -> Sweep:
    return Sweep(
        tree.get("axes"),
        fixed=tree.get("fixed"),
        uncertain=tree["uncertain"],
        draws=tree["draws"],
        derive=tree["derive"],
        columns=query["columns"],
        where=query.get("where"),
        model=model,
    )


asked = drawn()


@thorough
@given(asked, threads, blocks, st.data())
def test_rows(found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject) -> None:
    problem, _ = found
    lower.BLOCKS = cut
    start = data.draw(st.integers(0, problem.sweep.size))
    stop = data.draw(st.integers(start, problem.sweep.size))
    expected = outcome(lambda: reference.rows(problem.sweep, start, stop))
    assert outcome(lambda: engine_rows(problem, start, stop, workers)) == expected


@thorough
@given(asked, threads, blocks, st.integers(0, 50))
def test_limited_rows(found: tuple[Problem, list[str]], workers: int, cut: Any, limit: int) -> None:
    problem, _ = found
    lower.BLOCKS = cut
    sink = io.BytesIO()
    expected = outcome(lambda: counted_rows(problem, limit))
    assert outcome(lambda: problem.sweep.write_csv(sink, limit=limit, threads=workers)) == expected


@thorough
@given(asked, threads, blocks, st.data())
def test_top(found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject) -> None:
    problem, names = found
    lower.BLOCKS = cut
    k, by = data.draw(st.integers(1, 8)), data.draw(st.sampled_from(names))
    per = data.draw(st.lists(st.sampled_from(problem.axes), unique=True)) if problem.axes else []
    distinct = data.draw(st.lists(st.sampled_from([*names, *problem.axes]), max_size=2, unique=True))
    question = {"per": per, "distinct": distinct, "largest": data.draw(st.booleans())}
    expected = outcome(lambda: reference.top(problem.sweep, k, by, **question))
    assert outcome(lambda: problem.sweep.find(k, by, **question, threads=workers)) == expected


@thorough
@given(asked, threads, blocks, st.data())
def test_pareto(found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject) -> None:
    problem, names = found
    lower.BLOCKS = cut
    known = st.sampled_from([*names, *problem.quantities])
    objectives = data.draw(st.lists(known, min_size=1, max_size=4, unique=True))
    small = data.draw(st.integers(0, len(objectives)))
    front = outcome(lambda: problem.sweep.pareto(objectives[:small], objectives[small:], threads=workers))
    indices = front if isinstance(front, tuple) else front.indices.tolist()
    assert indices == outcome(lambda: reference.pareto(problem.sweep, objectives[:small], objectives[small:]))


@thorough
@given(asked, threads, blocks, st.data())
def test_count_and_bounds(found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject) -> None:
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
@given(asked, threads, blocks, st.data())
def test_summary(found: tuple[Problem, list[str]], workers: int, cut: Any, data: st.DataObject) -> None:
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
    @given(asked, blocks)
    def check(found: tuple[Problem, list[str]], cut: Any) -> None:
        problem, _ = found
        lower.BLOCKS = cut
        expected = outcome(lambda: reference.rows(problem.sweep))
        assert outcome(lambda: engine_rows(problem, 0, problem.sweep.size, 1)) == expected

    check()
