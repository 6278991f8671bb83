"""Searches and extremes where it matters which of equal things is taken: each case worked by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from modules import designs_of, node, reference_rows, told
from strategies import Problem

from gigacost import Model, Sweep
from gigacost.compiler.bound import Table
from gigacost.compiler.wasm.floors import floors
from gigacost.compiler.wasm.graph import Graph
from gigacost.compiler.wasm.write import written
from gigacost.graph.declarations import Input
from gigacost.graph.wiring import Search
from gigacost.ops import Value, either, maximum, minimum, where

X = Input("x", "1", "What varies.", default=0.0, low=-math.inf)
Y = Input("y", "1", "What varies too.", default=0.0, low=-math.inf)


def answers(
    model: Model, axes: dict[str, list[float]], columns: Sequence[str], order: Sequence[int]
) -> list[list[float]]:
    """What the module says to designs in an order; it is what the reference says."""
    sweep = Sweep(axes, columns=list(columns), model=model)
    sizes = sweep.bound.sizes
    designs = np.stack(np.unravel_index(np.array(order), sizes), axis=1).astype(np.uint32)
    module = written(sweep.bound, columns)
    with node() as running:
        running.run(module, designs)
        values, _ = told(running.answers()[0], len(columns))
    expected = list(reference_rows(Problem(sweep, [], []), columns))
    assert repr([expected[index][0] for index in order]) == repr(values.tolist())
    return values.tolist()


def searched(
    objective: object, s: tuple[float, ...] = (0.0, 1.0, 2.0), t: tuple[float, ...] = (0.0, 1.0, 2.0)
) -> Model:
    """A model that searches ``s`` and ``t`` for the least of what a function makes of them."""

    def legal(s: Value, t: Value) -> Value:
        return either(s >= 0.0, t >= 0.0)

    def place(s: Value, t: Value) -> Value:
        return 10.0 * s + t

    return Model(X, Y, objective, legal, place, Search("best", (("s", s), ("t", t)), "objective", "legal"))


def test_of_equally_good_candidates_the_first_wins_wherever_the_last_one_was() -> None:
    def objective(x: Value, s: Value, t: Value) -> Value:
        away = where(s == 2.0, 0.0, 1.0) + where(t == 1.0, 0.0, 1.0)
        return where(x == 1.0, away, 3.0)

    found = answers(searched(objective), {"x": [0.0, 1.0]}, ["place"], [1, 0, 1, 0])
    assert found == [[21.0], [0.0], [21.0], [0.0]]


def test_what_is_as_good_as_the_best_by_its_floor_may_still_win() -> None:
    def objective(x: Value, s: Value, t: Value) -> Value:
        first = where(x == 1.0, where(s == 2.0, 0.0, 1.0), 3.0)
        return first + where(x == 1.0, where(t == 2.0, 0.0, 1.0), 0.0) * (s + t + 1.0)

    found = answers(searched(objective), {"x": [0.0, 1.0]}, ["place"], [1, 0, 1])
    assert found == [[22.0], [0.0], [22.0]]


def test_what_later_terms_take_away_is_no_floor() -> None:
    def objective(x: Value, s: Value, t: Value) -> Value:
        return x + 5.0 * s + where(s == 2.0, -20.0, 0.0) * t

    assert answers(searched(objective), {"x": [0.0, 1.0]}, ["place"], [0, 1]) == [[22.0], [22.0]]


def test_a_candidate_may_be_infinitely_bad_but_must_be_a_number() -> None:
    def objective(x: Value, s: Value, t: Value) -> Value:
        return (s + t + 1.0) / (x - 1.0) * (x - 1.0) + where(x == 2.0, math.inf, 0.0)

    found = answers(searched(objective), {"x": [0.0, 1.0, 2.0]}, ["place"], [0, 1, 2, 1])
    assert found[0] == found[2] == [0.0]
    assert math.isnan(found[1][0])
    assert math.isnan(found[3][0])


def test_zeros_of_different_signs_are_told_apart() -> None:
    def least(x: Value, y: Value) -> Value:
        return 1.0 / minimum(x, y)

    def greatest(x: Value, y: Value) -> Value:
        return 1.0 / maximum(x, y)

    def first(x: Value) -> Value:
        return minimum(x, 1.0) + maximum(x, -1.0)

    zeros = [0.0, -0.0, 1.0, -1.0, math.nan]
    sweep = Sweep(
        {"a": [0, 1, 2, 3, 4], "b": [0, 1, 2, 3, 4]},
        columns=["least", "greatest", "first"],
        model=Model(Input("a", "1", "", default=0.0), Input("b", "1", "", default=0.0), X, Y, least, greatest, first),
    )
    for name, group in (("x", 0), ("y", 1)):
        sweep.bound._tables[name] = Table((group,), np.array(zeros))
    module = written(sweep.bound, sweep.columns)
    designs = designs_of(sweep.bound.sizes, 200, seed=1)
    with node() as running:
        running.run(module, designs)
        values, status = told(running.answers()[0], 3)
    expected = list(reference_rows(Problem(sweep, [], []), sweep.columns))
    for (a, b), row, code in zip(designs.tolist(), values.tolist(), status.tolist(), strict=True):
        wanted, state = expected[5 * a + b]
        assert [repr(value) for value in wanted] == [repr(value) for value in row], (zeros[a], zeros[b])
        assert state == code


@pytest.mark.parametrize(("term", "is_floor"), [(0.5, True), (0.0, True), (-0.5, False), (math.nan, True)])
def test_floors_are_sums_without_later_terms(term: float, *, is_floor: bool) -> None:
    graph = Graph((2,))
    x = graph.table((0,), np.array([1.0, 2.0]))
    whole = graph.apply("add", x, graph.table((0,), np.array([term, 2.0])))
    assert (x in floors(graph, whole)) is is_floor
