"""A summary says what each condition rejects, and sums up groups: both exactly as by looking at each combination."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from parity import outcome, plain_summary, thorough, threads
from strategies import Problem, problems

from gigacost import SpecError, Sweep, reference, zipped
from gigacost.cli.app import main
from gigacost.compiler.bound import Bound
from gigacost.expressions.constraints import constraints, joined
from gigacost.queries.merge import gathered
from gigacost.queries.space import Space

RUN = {"chips": 1024, "params": "70B", "tokens": "2T", "mfu": 0.4}
MARKETS = {"hardware": ["h100-sxm", "mi300x", "tpu-v5e"], "market": ["own", "spot", "reserved_3y"]}
COLUMNS = ["cost_total_usd", "train_days"]


def under(sweep: Sweep, where: Any) -> Space:
    """The same space under another condition, with the same tables."""
    space = Space(replace(sweep.spec, where=where), sweep.model, sweep.bound.catalog)
    space.bound._tables |= {name: table for name, table in sweep.bound._tables.items() if name.startswith("leaf")}
    return space


@thorough
@given(problems(100), threads)
def test_what_each_condition_rejects_is_what_counting_says(problem: Problem, workers: int) -> None:
    sweep = problem.sweep
    parts = constraints(sweep.spec.where)
    assume(parts)
    found = outcome(lambda: sweep.summary(problem.quantities[:1], quantiles=(), threads=workers))
    assume(not isinstance(found, tuple))  # a value that is not finite

    def met(which: list[int]) -> int:
        return reference.count(under(sweep, joined(parts[i].node for i in which)))

    everything = range(len(parts))
    expected = [
        (parts[i].text, sweep.size - met([i]), met([j for j in everything if j != i]) - met([*everything]))
        for i in everything
    ]
    assert [(one.condition, one.rejects, one.alone) for one in found.conditions] == expected


@thorough
@given(problems(100), threads, st.data())
def test_groups_are_summed_up_as_the_reference_sums_them_up(
    problem: Problem, workers: int, data: st.DataObject
) -> None:
    sweep = problem.sweep
    assume(problem.axes and not any(name.startswith("leaf") for name in sweep.bound._tables))
    per = data.draw(st.lists(st.sampled_from(problem.axes), min_size=1, unique=True))
    names = problem.quantities[:2]
    found = outcome(lambda: sweep.summary(names, per=per, quantiles=(0.5,), threads=workers))
    assume(not isinstance(found, tuple))
    places: dict[tuple[Any, ...], list[int]] = {}
    for index in range(sweep.size):
        row = sweep.bound.axis_values(index)
        places.setdefault(tuple(row[name] for name in per), []).append(index)
    assert {tuple(group.at.values()): group.combinations for group in found.groups} == {
        at: len(some) for at, some in places.items()
    }
    for group in found.groups:
        expected = reference.summary(sweep, names, [0.5], places[tuple(group.at.values())])
        assert plain_summary(group) == expected


def test_conditions_of_the_default_model_reject_alone_and_together() -> None:
    found = Sweep(MARKETS, fixed=RUN, where="train_days <= 40 and cost_total_usd < $5M", columns=COLUMNS).summary()
    first, second = found.conditions
    assert (first.condition, second.condition) == ("train_days <= 40", "cost_total_usd < $5M")
    rows = Sweep(MARKETS, fixed=RUN, columns=COLUMNS).to_numpy()
    long, dear = ~(rows["train_days"] <= 40), ~(rows["cost_total_usd"] < 5e6)  # null is in neither
    assert (first.rejects, first.alone) == (long.sum(), (long & ~dear).sum())
    assert (second.rejects, second.alone) == (dear.sum(), (dear & ~long).sum())
    assert found.to_dict()["conditions"][0] == {
        "condition": "train_days <= 40", "rejects": first.rejects, "alone": first.alone,
    }  # fmt: skip


def test_one_condition_rejects_what_is_not_feasible() -> None:
    found = Sweep(MARKETS, fixed=RUN, where="status == 'ok'", columns=COLUMNS).summary(quantiles=())
    assert [(one.rejects, one.alone) for one in found.conditions] == [(found.combinations - found.feasible,) * 2]
    assert found.feasible == found.states["ok"] < found.combinations
    assert Sweep(MARKETS, fixed=RUN, columns=COLUMNS).summary(quantiles=()).conditions == ()


def test_groups_of_a_table_of_candidates_are_its_values() -> None:
    pairs = zipped({"params": ["7B", "70B", "7B"], "tokens": ["1T", "1T", "2T"]})
    axes = {"models": pairs, "market": ["spot", "own"]}
    fixed = {"hardware": "h100-sxm", "chips": 1024, "mfu": 0.4}
    found = Sweep(axes, fixed=fixed, columns=COLUMNS).summary(per=["params"])
    assert [(group.at, group.combinations) for group in found.groups] == [({"params": 7e9}, 4), ({"params": 7e10}, 2)]
    alone = Sweep(axes, fixed=fixed, columns=COLUMNS, where="params == 70B").summary()
    assert found.groups[1].columns == alone.columns
    assert found.to_dict()["groups"][1]["at"] == {"params": 7e10}
    assert sum(group.states["ok"] for group in found.groups) == found.states["ok"]


@pytest.mark.parametrize(
    ("per", "says"),
    [
        (
            ["hardwear"],
            'per = "hardwear": not an axis of this space; allowed: hardware, market, electricity_usd_per_kwh',
        ),
        (7, "per = 7: expected a name, or a list of names"),
        (
            ["electricity_usd_per_kwh", "market"],
            "makes 1,200 groups, each of which is summed up by itself; allowed: <= 1,000",
        ),
    ],
)
def test_bad_groups_are_refused(per: Any, says: str) -> None:
    prices = {"from": 0.01, "to": 0.5, "steps": 400}
    sweep = Sweep({**MARKETS, "electricity_usd_per_kwh": prices}, fixed=RUN, columns=COLUMNS)
    with pytest.raises(SpecError) as raised:
        sweep.summary(per=per)
    assert says in str(raised.value)


def test_a_group_is_bound_to_the_same_model() -> None:
    sweep = Sweep(MARKETS, fixed=RUN, columns=COLUMNS, preset="epoch-2024", where="cost_total_usd > 0")
    assert isinstance(sweep.bound, Bound)
    found = sweep.summary(per=["market"])
    assert sum(group.feasible for group in found.groups) == found.feasible


@thorough
@given(problems(100), threads, st.integers(1, 3))
def test_without_standard_deviations_all_else_is_the_same(problem: Problem, workers: int, count: int) -> None:
    asked = {"columns": problem.quantities[:2], "quantiles": (0.5,)}
    full = outcome(lambda: problem.sweep.summary(**asked, threads=workers))
    assume(not isinstance(full, tuple))  # a value that is not finite
    lean = problem.sweep.summary(**asked, std=False, threads=workers)
    parts = [problem.sweep.partial("summary", (number + 1, count), **asked, std=False) for number in range(count)]
    _, merger = gathered(parts, model=problem.sweep.model)  # the figures of the random tables are in this sweep only
    merged = problem.sweep.summary(**asked, std=False, executor=merger)
    expected = plain_summary(full)["columns"]
    for found in (lean, merged):
        assert all(math.isnan(column.std) for column in found.columns.values())
        assert {name: plain | {"std": None} for name, plain in plain_summary(found)["columns"].items()} == {
            name: plain | {"std": None} for name, plain in expected.items()
        }


def test_the_command_computes_what_it_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[bool] = []
    before = Space.summary

    def summary(self: Space, *given: Any, **options: Any) -> Any:
        asked.append(options["std"])
        return before(self, *given, **options)

    monkeypatch.setattr(Space, "summary", summary)
    design = [
        "summary",
        "--hardware",
        "h100-sxm",
        "--chips",
        "1024,2048",
        "--params",
        "70B",
        "--tokens",
        "2T",
        "--mfu",
        "0.4",
    ]
    for more in ([], ["--json"], ["--assert", "train_days_mean > 0"], ["--assert", "train_days_std > 0"]):
        with pytest.raises(SystemExit):
            main([*design, "--columns", "train_days", *more])
    assert asked == [False, True, False, True]
    assert '"std": null' not in capsys.readouterr().out
