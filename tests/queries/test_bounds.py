"""How many combinations meet a condition, and between which values a quantity lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gigacost import InternalError, Model, SpecError, Sweep, reference, status
from gigacost.ops import Value
from gigacost.queries.asks import AskTop, Preparing, Run, Winners
from gigacost.queries.results import Effort


def square(x: Value) -> Value:
    """x squared [1]."""
    return x * x


def third(x: Value, y: Value) -> Value:
    """A third of x, known where y is not zero [1]."""
    return x / 3.0 + 0.0 * y


@status("no_third", spoils="third")
def unknown_third(y: Value) -> Value:
    """Whether nobody knows it [truth]."""
    return y == 0.0


AXES = {"x": [2.0, -3.0, 1.0, 3.0, -1.0], "y": [0.0, 1.0]}


def sweep(**options: Any) -> Sweep:
    return Sweep(AXES, model=Model(square, third, unknown_third), columns=["square"], **options)


@pytest.mark.parametrize(
    ("where", "count"),
    [(None, 10), ("square >= 4", 6), ("third > 0", 3), ("third > 0 or square > 0", 5), ("square < 0", 0)],
)
def test_what_counts_meets_the_condition_and_has_what_it_reads(where: str | None, count: int) -> None:
    made = sweep(where=where)
    assert made.count() == reference.count(made) == made.summary().feasible == count


def test_a_count_needs_only_what_its_condition_needs() -> None:
    made = Sweep({"x": [1.0, 2.0]}, model=Model(square, third), columns=["third"], where="square > 1")
    assert made.count(threads=2) == 1
    assert Sweep({"x": [1.0, 2.0]}, model=Model(third)).count() == 2


@pytest.mark.parametrize(
    ("of", "where", "least", "greatest"),
    [
        ("square", None, (1.0, 4), (9.0, 2)),
        ("third", None, (-1.0, 3), (1.0, 7)),
        ("third", "square < 5", (-1 / 3, 9), (2 / 3, 1)),
        ("x", "square < 5", (-1.0, 8), (2.0, 0)),
        ("y", None, (0.0, 0), (1.0, 1)),
    ],
)
def test_bounds_worked_by_hand(
    of: str, where: str | None, least: tuple[float, int], greatest: tuple[float, int]
) -> None:
    made = sweep(where=where)
    found = made.bounds(of)
    assert found.least is not None
    assert found.greatest is not None
    assert (found.min, found.least["index"]) == least
    assert (found.max, found.greatest["index"]) == greatest
    assert reference.bounds(made, of) == [least[1], greatest[1]]
    assert {"x", "y", "status", "square", of} == set(found.least) - {"index"}
    assert (found.to_dict()["of"], found.to_dict()["min"], found.to_dict()["least"]) == (of, least[0], found.least)


def test_bounds_are_those_of_the_summary() -> None:
    axes = {"hardware": ["h100-sxm", "tpu-v5p"], "chips": [256, 512, 1024], "market": ["own", "spot"]}
    made = Sweep(axes, fixed={"params": "7B", "tokens": "1T"})
    found = made.summary(["cost_total_usd", "train_days"], quantiles=())
    for name, column in found.columns.items():
        bounds = made.bounds(name)
        assert (bounds.min, bounds.max) == (column.min, column.max)
    assert made.bounds().to_dict()["of"] == "cost_total_usd"


def test_where_nothing_counts_there_are_no_bounds() -> None:
    found = sweep(where="square > 99").bounds("square")
    assert (found.min, found.max, found.least, found.greatest) == (None, None, None, None)
    plain = found.to_dict()
    assert [plain[name] for name in ("min", "max", "least", "greatest")] == [None] * 4
    assert plain["meta"]["combinations"] == 10


def test_a_bound_that_is_not_finite_is_told_with_its_inputs() -> None:
    def inverse(x: Value) -> Value:
        """One over x [1]."""
        return 1.0 / x

    made = Sweep({"x": [2.0, 0.0]}, model=Model(inverse, square), columns=["inverse"])
    for of in ("inverse", "square"):  # the least square is where the inverse is infinite
        with pytest.raises(InternalError, match=r"inverse is inf at combination 1 \(x = 0\.0\)"):
            made.bounds(of)
    assert Sweep({"x": [2.0, 0.0]}, model=Model(inverse), where="inverse > 1").count() == 1


def test_progress_goes_on_over_both_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(_: AskTop, __: Preparing, run: Run) -> tuple[Winners, Effort]:
        assert run.progress
        run.progress(4)
        run.progress(run.rows[1])
        return Winners([0], [0.0], [0], []), Effort()

    told: list[int] = []
    monkeypatch.setattr(AskTop, "of", found)
    sweep().bounds("square", progress=told.append)
    assert told == [4, 10, 14, 20]


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda s: s.bounds("sqare"), r'of = "sqare": not a number of this model; did you mean "square"'),
        (lambda s: s.bounds("is_no_third"), 'of = "is_no_third": not a number'),
        (lambda s: s.bounds("unknown_third"), 'of = "unknown_third": a condition, not a number'),
        (lambda s: s.bounds(["square"]), r"of = \['square'\]: not a name"),
        (lambda s: s.bounds("square", threads=True), "threads = True"),
        (lambda s: s.count(threads=0), "threads = 0"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(ask: Callable[[Sweep], Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        ask(sweep())
