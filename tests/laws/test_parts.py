"""Partial answers, merged in any order and with duplicates, are the answer of one process: in every bit."""

from __future__ import annotations

import itertools
import json
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from answers import METHODS, plain
from hypothesis import given
from hypothesis import strategies as st
from parity import blocks, outcome, thorough, threads
from strategies import Problem, clouds, problems

from gigacost import InternalError, Model, Partial, SpecError, Sweep, merge
from gigacost.compiler import lower
from gigacost.ops import Value
from gigacost.queries import distributed
from gigacost.queries.merge import gathered

QUESTIONS = ("top", "pareto", "summary", "count", "bounds")


@st.composite
def questions(draw: st.DrawFn, problem: Problem) -> tuple[str, dict[str, Any]]:
    """A question about a problem, with its options."""
    name = draw(st.sampled_from(QUESTIONS))
    known = st.sampled_from([*problem.quantities, *problem.axes])
    axes = st.lists(st.sampled_from(problem.axes), max_size=2, unique=True) if problem.axes else st.just([])
    if name == "top":
        return name, {
            "k": draw(st.integers(1, 8)),
            "by": draw(st.sampled_from(problem.quantities)),
            "per": draw(axes),
            "distinct": draw(st.lists(known, max_size=2, unique=True)),
            "largest": draw(st.booleans()),
        }
    if name == "pareto":
        names = draw(st.lists(known, min_size=1, max_size=4, unique=True))
        small = draw(st.integers(0, len(names)))
        return name, {"minimise": names[:small], "maximise": names[small:]}
    if name == "summary":
        columns = draw(st.lists(st.sampled_from(problem.quantities), min_size=1, max_size=3, unique=True))
        shares = draw(st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.5, 0.9, 1.0]), max_size=4))
        return name, {"columns": columns, "quantiles": shares, "per": draw(axes)}
    return name, {"of": draw(known)} if name == "bounds" else {}


def whole_and_merged(sweep: Sweep, question: str, options: dict[str, Any], order: list[tuple[int, int]]) -> Any:
    """The answer of one process, and that of parts in this order, which travelled as text."""
    method = getattr(sweep, METHODS.get(question, question))
    whole = outcome(lambda: plain(method(**options)))

    def merged() -> Any:
        made = {part: sweep.partial(question, part, **options) for part in sorted(set(order))}
        sent = [json.dumps(made[part].to_dict()) for part in order]
        # The figures of the random tables are in this sweep only.
        _, merger = gathered([Partial.from_dict(json.loads(text)) for text in sent], model=sweep.model)
        return plain(method(**options, executor=merger))

    return whole, outcome(merged)


@thorough
@given(problems() | clouds(), threads, blocks, st.data())
def test_what_parts_answer_is_what_the_whole_does(
    problem: Problem, workers: int, cut: Any, data: st.DataObject
) -> None:
    lower.BLOCKS = cut
    del workers
    question, options = data.draw(questions(problem))
    count = data.draw(st.integers(1, 9) | st.just(problem.sweep.size) | st.integers(10, 40))
    parts = [(number, count) for number in range(1, count + 1)]
    again = data.draw(st.lists(st.sampled_from(parts), max_size=3))
    order = data.draw(st.permutations([*parts, *again]))
    whole, merged = whole_and_merged(problem.sweep, question, options, order)
    if isinstance(whole, tuple):  # not finite: in some part too, if perhaps in another row
        assert isinstance(merged, tuple)
    else:
        assert merged == whole


@thorough
@given(problems(), st.integers(1, 60))
def test_ranges_cover_a_space_once(problem: Problem, count: int) -> None:
    ranges = problem.sweep.cut(count)
    assert len(ranges) == count
    assert [ranges[0][0], ranges[-1][1]] == [0, problem.sweep.size]
    assert all(a[1] == b[0] and a[0] <= a[1] for a, b in itertools.pairwise(ranges))
    even = problem.sweep.size / count
    assert all(abs(stop - start - even) <= even / 8 + 1 for start, stop in ranges)


AXES = {
    "hardware": ["h100-sxm", "b200-sxm", "h200-sxm"],
    "chips": [256, 512, 1024, 2048],
    "params": ["7B", "13B", "70B"],
    "tokens": ["1T", "2T", "15T"],
}
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("top", {"k": 5}),
    ("top", {"k": 1, "largest": True}),
    ("top", {"k": 2, "per": ["params", "hardware"]}),
    ("top", {"k": 4, "distinct": ["params"]}),
    ("pareto", {"minimise": ["cost_total_usd", "train_days"], "maximise": ["params"]}),
    ("summary", {}),
    ("summary", {"per": ["hardware"], "quantiles": [0.5]}),
    ("count", {}),
    ("bounds", {"of": "train_days"}),
]


@pytest.fixture(scope="module")
def sweep() -> Sweep:
    return Sweep(AXES, columns=["cost_total_usd", "train_days"], where="train_days <= 300d")


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """Workers that are handed parts of few combinations."""
    for name, value in (("_FIRST", 5), ("_LEAST", 3), ("_SECONDS", 1e-4)):
        monkeypatch.setattr(distributed, name, value)
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.mark.parametrize(("question", "options"), ASKED)
def test_workers_answer_what_one_process_does(
    sweep: Sweep, tiny: ThreadPoolExecutor, question: str, options: dict[str, Any]
) -> None:
    method = getattr(sweep, METHODS.get(question, question))
    done: list[int] = []
    assert plain(method(**options, executor=tiny, progress=done.append)) == plain(method(**options))
    assert len(done) > 3, "it was cut"
    assert done == sorted(done)


def test_named_processes_answer_too(sweep: Sweep) -> None:
    assert plain(sweep.top(3, executor="processes:2")) == plain(sweep.top(3))


def test_what_is_known_of_the_best_goes_to_later_parts(sweep: Sweep, tiny: ThreadPoolExecutor) -> None:
    known: list[Any] = []

    class Noting:
        def submit(self, function: Any, *args: Any) -> Any:
            known.append(pickle.loads(args[1])[2][2])
            return tiny.submit(function, *args)

    best = sweep.top(2, executor=Noting())
    assert known[0] is None
    assert known[-1] >= best.rows[1]["cost_total_usd"]


def test_the_answer_of_a_part_is_small() -> None:
    axes = {
        "hardware": ["h100-sxm", "b200-sxm", "h200-sxm"],
        "chips": [256, 512],
        "staff_fte": {"from": 50, "to": 600, "steps": 551},
        "experiments_factor": {"from": 1, "to": 4, "steps": 3001},
        "tokens": {"from": "1T", "to": "2T", "steps": 1000},
    }
    large = Sweep(axes, fixed={"params": "7B"}, columns=["cost_total_usd", "train_days", "cost_energy_usd"])
    assert large.size >= 9e9
    part = large.partial("summary", (777, 20_000))
    assert len(json.dumps(part.to_dict())) < 1_000_000
    first, stop = part.range
    assert (stop - first) * 20_000 == pytest.approx(large.size, rel=0.13)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ((0, 4), "part = 0: not a part; allowed: 1 to 4"),
        ((5, 4), "part = 5: not a part; allowed: 1 to 4"),
        ((1, 0), "part = 0: not a number of parts"),
        ((True, 2), "part = True: not a part"),
        ("ab", "part = "),
        (3, r"part = 3: not a part; allowed: \(K, N\)"),
    ],
)
def test_what_is_no_part_is_refused(sweep: Sweep, part: Any, said: str) -> None:
    with pytest.raises(SpecError, match=said):
        sweep.partial("top", part)


def test_what_may_end_early_is_not_for_parts(sweep: Sweep, tiny: ThreadPoolExecutor) -> None:
    with pytest.raises(SpecError, match="seconds = 3: not for parts of a space"):
        sweep.partial("top", (1, 2), seconds=3)
    with pytest.raises(SpecError, match="boxes = 9: not for parts of a space"):
        sweep.top(1, boxes=9, executor=tiny)


def test_an_unknown_question_is_refused(sweep: Sweep) -> None:
    with pytest.raises(SpecError, match=r'question = "tops": unknown; allowed: top, .*did you mean "top"'):
        sweep.partial("tops", (1, 2))


def parts(sweep: Sweep, count: int, **options: Any) -> list[Partial]:
    return [sweep.partial("top", (number, count), **options) for number in range(1, count + 1)]


def test_parts_that_are_not_of_one_whole_are_refused(sweep: Sweep) -> None:
    found = parts(sweep, 3)
    other = Sweep(AXES, columns=["cost_total_usd"], where="train_days <= 300d")
    with pytest.raises(SpecError, match="parts = 2/3: missing, 2 of 3 are there"):
        merge([found[2], found[0]])
    with pytest.raises(SpecError, match="has another number of parts; allowed: 3"):
        merge([*found, sweep.partial("top", (1, 4))])
    with pytest.raises(SpecError, match="has another spec_sha256"):
        merge([*found[:2], other.partial("top", (3, 3))])
    with pytest.raises(SpecError, match="has another question"):
        merge([*found[:2], sweep.partial("count", (3, 3))])
    with pytest.raises(SpecError, match="has another options"):
        merge([*found[:2], sweep.partial("top", (3, 3), k=4)])
    with pytest.raises(SpecError, match="parts: none given"):
        merge([])


def test_parts_of_another_version_are_refused(sweep: Sweep) -> None:
    told = [part.to_dict() for part in parts(sweep, 2)]
    for one in told:
        one["partial"]["version"] = "0.0.1"
    with pytest.raises(SpecError, match=r'parts = "0\.0\.1": made with another version'):
        merge([Partial.from_dict(one) for one in told])


@pytest.mark.parametrize("key", ["partial", "spec", "options", "shown", "asks", "effort"])
def test_what_is_no_partial_answer_is_refused(sweep: Sweep, key: str) -> None:
    told = sweep.partial("count", (1, 1)).to_dict()
    assert Partial.from_dict(told).question == "count"
    for bad in (None, 3, [], "x"):
        with pytest.raises(SpecError, match="no answer about a part"):
            Partial.from_dict(told | {key: bad})


def test_a_value_that_is_not_finite_is_told_with_its_inputs() -> None:
    def inverse(x: Value) -> Value:
        """One over x [1]."""
        return 1.0 / x

    sweep = Sweep({"x": [3.0, 2.0, 0.0, 1.0]}, model=Model(inverse), columns=["inverse"])
    assert sweep.partial("top", (1, 2), by="inverse").range == (0, 2)
    with pytest.raises(InternalError, match=r"x = 0\.0") as raised:
        sweep.partial("top", (2, 2), by="inverse")
    assert raised.value.row == 2
