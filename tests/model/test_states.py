"""What cannot be done never wins: the states of a plan, just inside and just outside of their limits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gigacost import SpecError, Sweep, estimate, reference
from gigacost.compiler import lower
from gigacost.model.capacity import possible_runs_per_year, too_many_runs
from gigacost.model.depreciation import outlives_chips
from gigacost.model.improvement import concurrent_retrainings, overlapping_retrainings, retrainings_overlap
from gigacost.model.performance.batch import less_than_a_step

YEAR = 8_766.0
OWN, ONE_YEAR, THREE_YEARS, ON_DEMAND = (1.0, 0.0), (0.0, YEAR), (0.0, 3 * YEAR), (0.0, 0.0)
"""owns_chips and commitment_hours."""
RUN: dict[str, Any] = {"hardware": "h100-sxm", "chips": 2048, "params": "70B", "tokens": "15T", "train_hours": 2000}
"""Busy for 2.2 · 2,000 hours: there is room for 1.992 runs a year."""
LIMITED = Sweep(
    {
        "runs_per_year": [0.5, 1.99, 2.0, 6],
        "market": ["own", "colo", "on_demand", "reserved_1y", "reserved_3y"],
        "chips": [256, 1024, 4096, 8192],
        "tokens": ["2T", "15T", "40T"],
        "horizon_years": [0, 3],
    },
    fixed={
        "hardware": "h100-sxm",
        "params": "70B",
        "retraining_interval_years": 0.3,
        "chip_life_years": 2,
        "mfu": 0.4,
        "goodput": 1,
    },
    columns=["cost_total_usd", "total_run_usd", "train_days", "busy_hours", "cost_year_usd", "upfront_usd"],
)


def refused(**inputs: Any) -> str:
    with pytest.raises(SpecError) as raised:
        estimate(inputs)
    return str(raised.value)


@pytest.mark.parametrize(
    ("market", "runs", "shared", "hours", "is_too_many"),
    [
        (OWN, 2.0, 1.0, YEAR / 2, False),
        (OWN, math.nextafter(2.0, 3.0), 1.0, YEAR / 2, True),
        (OWN, math.nan, 1.0, 10 * YEAR, False),
        (ONE_YEAR, 4.0, 4.0, YEAR / 4, False),
        (ONE_YEAR, 4.0, 4.0, YEAR / 3, True),
        (ONE_YEAR, math.nan, 100.0, YEAR / 100, False),
        (ONE_YEAR, math.nan, 100.0, YEAR / 99, True),
        (ONE_YEAR, math.nan, 1.0, 10 * YEAR, False),
        (THREE_YEARS, 0.2, 1.0, 4 * YEAR, False),
        (THREE_YEARS, 0.3, 1.0, 4 * YEAR, True),
        (ON_DEMAND, 100.0, 1.0, YEAR, False),
    ],
)
def test_runs_must_have_their_time(
    market: tuple[float, float], runs: float, shared: float, hours: float, *, is_too_many: bool
) -> None:
    assert too_many_runs(*market, runs, shared, hours) == is_too_many


def test_a_year_has_room_for_some_runs() -> None:
    assert possible_runs_per_year(YEAR / 2) == 2.0


def test_owned_chips_are_not_used_beyond_their_life() -> None:
    assert not outlives_chips(1.0, 3.0, 2 * YEAR, 5.0)
    assert outlives_chips(1.0, 3.0, 2 * YEAR + 1, 5.0)
    assert outlives_chips(1.0, 3.5, 2 * YEAR, 5.0)
    assert not outlives_chips(0.0, 3.5, 2 * YEAR, 5.0)


@pytest.mark.parametrize(
    ("run", "retraining", "finetuning", "overlap"),
    [
        (0.5, (0.5, 1.0), (0.25, 1.0), False),
        (0.51, (0.5, 1.0), (0.25, 1.0), True),
        (0.51, (0.5, 0.0), (0.25, 0.0), False),
        (0.5, (0.5, 1.0), (0.05, 1.0), False),
        (0.5, (0.5, 1.0), (0.049, 1.0), True),
        (0.5, (0.5, 1.0), (0.049, 0.0), False),
    ],
)
def test_a_retraining_ends_before_the_next_one_begins(
    run: float, retraining: tuple[float, float], finetuning: tuple[float, float], *, overlap: bool
) -> None:
    found = retrainings_overlap(run, *retraining, 0.1, *finetuning)
    assert found == float(overlap)
    for market in (OWN, ONE_YEAR):
        assert overlapping_retrainings(*market, found) == overlap
        assert not concurrent_retrainings(*market, found)
    assert not overlapping_retrainings(*ON_DEMAND, found)
    assert concurrent_retrainings(*ON_DEMAND, found) == overlap


def test_a_run_has_a_step_at_least() -> None:
    assert not less_than_a_step(8192.0, 8192.0)
    assert less_than_a_step(8191.0, 8192.0)


def test_an_estimate_says_how_many_runs_there_is_room_for() -> None:
    for market in ("own", "colo", "reserved_1y", "reserved_3y"):
        assert estimate(RUN, market=market, runs_per_year=1.99)["possible_runs_per_year"] == pytest.approx(YEAR / 4400)
        said = refused(**RUN, market=market, runs_per_year=2)
        assert said.startswith("runs_per_year = 2: too many runs: ")
        assert "183 days, at most 1.99 runs a year fit; allowed: <= 1.99; more chips" in said
    assert estimate(RUN, market="on_demand", runs_per_year=2).status == "ok"
    assert "at most 1.99 fit in a commitment" in refused(**RUN, market="reserved_1y", runs_per_commitment=100)


def test_the_room_for_runs_is_never_rounded_up() -> None:
    said = refused(**{**RUN, "train_hours": 2_657}, market="own", runs_per_year=2)  # 8,766 / 5,845.4 = 1.49964
    assert "at most 1.49 runs a year fit" in said


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (
            {"market": "own", "train_hours": 5.1 * YEAR},
            "chips = 2048: the run takes 5.1 years, and owned ones last 5 (chip_life_years); allowed: more chips",
        ),
        (
            {"market": "colo", "train_hours": 2.5 * YEAR, "chip_age_years": 3},
            "the run takes 2.5 years on chips that are 3 years old, and owned ones last 5",
        ),
        (
            {"market": "reserved_1y", "horizon_years": 3, "retraining_interval_years": 0.2},
            "retraining_interval_years = 0.2: the next begins before the last one has ended, which takes 0.228 years",
        ),
        (
            {"market": "own", "horizon_years": 3, "finetuning_interval_years": 0.01},
            "finetuning_interval_years = 0.01: the next begins before the last one has ended, which takes 0.0107 years",
        ),
        ({"tokens": 1000}, "tokens = 1000: fewer than one step trains on, 8,192; allowed: >= 8192"),
        (
            {"experts": 64},
            "the shape around the experts is missing; allowed: layers and hidden beside it; or moe_active_fraction",
        ),
    ],
)
def test_an_estimate_says_what_is_impossible(inputs: dict[str, Any], said: str) -> None:
    assert said in refused(**{**RUN, **inputs})


def test_the_same_is_possible_where_nothing_is_in_its_way() -> None:
    assert estimate({**RUN, "train_hours": 4.9 * YEAR}, market="own").status == "ok"
    assert estimate({**RUN, "train_hours": 5.1 * YEAR}, market="own", chip_life_years=6).status == "ok"
    assert estimate({**RUN, "train_hours": 5.1 * YEAR}, market="reserved_3y").status == "ok"
    assert estimate({**RUN, "tokens": 8192}).status == "ok"
    assert estimate(RUN, horizon_years=3, retraining_interval_years=0.23, market="own").status == "ok"


def test_experts_without_a_shape_are_not_dense() -> None:
    shape = {"layers": 32, "hidden": 4096, "experts": 64}
    assert 0.0 < estimate({**RUN, **shape})["params_active"] < 70e9
    assert estimate({**RUN, "experts": 64, "moe_active_fraction": 0.1})["params_active"] == pytest.approx(7e9)
    assert estimate({**RUN, "experts": 1})["params_active"] == 70e9


def test_engine_and_reference_agree_on_what_cannot_be_done() -> None:
    told = [{**row} for row in reference.rows(LIMITED)]
    found = LIMITED.to_numpy()
    assert found["status"].tolist() == [row["status"] for row in told]
    for name in LIMITED.columns:
        expected = [math.nan if row[name] is None else row[name] for row in told]
        assert [*map(repr, found[name].tolist())] == [*map(repr, expected)], name
    assert {"ok", "too_many_runs", "outlives_chips", "overlapping_retrainings"} <= {row["status"] for row in told}


def test_what_cannot_be_done_has_no_time_and_no_cost() -> None:
    rows = reference.rows(LIMITED)
    for row in rows:
        impossible = row["status"] in {"too_many_runs", "outlives_chips"}
        for name in ("cost_total_usd", "total_run_usd", "train_days", "cost_year_usd"):
            assert not impossible or row[name] is None
        assert row["upfront_usd"] is not None
        too_many = row["market"] != "on_demand" and row["runs_per_year"] * row["busy_hours"] > YEAR
        assert row["status"] == "outlives_chips" or (row["status"] == "too_many_runs") == too_many


@pytest.fixture
def pruned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds decide in small spaces too."""
    monkeypatch.setattr(lower, "BLOCKS", (64, 16, 64, 16, 0))


@pytest.mark.usefixtures("pruned")
@pytest.mark.parametrize("by", ["cost_total_usd", "total_run_usd", "train_days"])
@pytest.mark.parametrize("per", [(), ("market",), ("runs_per_year", "market")])
@pytest.mark.parametrize("largest", [False, True])
def test_top_is_brute_force_where_runs_per_year_varies(by: str, per: tuple[str, ...], *, largest: bool) -> None:
    expected = reference.top(LIMITED, 7, by, per=per, largest=largest)
    assert LIMITED.find(7, by, per=per, largest=largest) == expected
    assert all(row["status"] in {"ok", "overlapping_retrainings"} for row in LIMITED.top(7, by, per=per).rows)


@pytest.mark.usefixtures("pruned")
def test_bounds_leave_out_nothing_that_can_be_done() -> None:
    axes = {
        "runs_per_year": {"from": 0.5, "to": 12, "steps": 12},
        "chips": {"from": 64, "to": 65536, "steps": 16, "scale": "log", "multiple_of": 8},
        "tokens": {"from": "500B", "to": "60T", "steps": 10, "scale": "log"},
        "params": {"from": "10B", "to": "1T", "steps": 10, "scale": "log"},
        "market": ["own", "on_demand", "reserved_1y"],
        "cost_of_capital": [0.04, 0.08, 0.12, 0.16],
    }
    where = "loss <= 2 and train_days <= 180"
    sweep = Sweep(axes, fixed={"hardware": "h100-sxm", "mfu": 0.4}, columns=["cost_total_usd", "loss", "train_days"])
    found = sweep.to_numpy()
    kept = (found["loss"] <= 2) & (found["train_days"] <= 180)
    order = np.where(kept, found["cost_total_usd"], np.nan).argsort(kind="stable")
    best = Sweep(axes, fixed=sweep.spec.fixed, where=where).top(20)
    assert best.meta["effort"]["boxes"] > 0
    assert [row["index"] for row in best.rows] == order[:20].tolist()
    assert {row["status"] for row in best.rows} == {"ok"}
    assert (found["status"] == "too_many_runs").mean() > 0.1


def test_draws_beyond_the_year_are_held_at_it() -> None:
    sweep = Sweep(
        {"chips": [1024, 2048]},
        fixed={
            "hardware": "h100-sxm",
            "params": "70B",
            "tokens": "15T",
            "market": "own",
            "runs_per_year": 1.9,
            "mfu": 0.5,
            "goodput": 1,
        },
        uncertain={"mfu": "x uniform 0.6..1.4"},
        draws={"count": 64},
        columns=["cost_total_usd", "mean(cost_total_usd)", "p90(cost_total_usd)", "P(too_many_runs)", "busy_hours"],
    )
    assert sweep.to_numpy()["status"].tolist() == ["too_many_runs", "ok"]
    impossible, possible = reference.rows(sweep)
    assert [{"index": i, **row} for i, row in enumerate([impossible, possible])] == [*sweep.top(2, "chips").rows]
    factors = sweep.bound.drawn["mfu"]
    over = [possible["busy_hours"] / factor * 1.9 > YEAR for factor in factors]
    assert 0.0 < possible["P(too_many_runs)"] == sum(over) / 64 < 1.0
    assert possible["mean(cost_total_usd)"] is not None
    assert impossible["mean(cost_total_usd)"] is impossible["cost_total_usd"] is None
    assert impossible["P(too_many_runs)"] > 0.5, "its own state does not hide how probable it is"
    held = [
        estimate({**sweep.spec.fixed, "chips": 2048, "mfu": 0.5 * factor, "runs_per_year": min(1.9, room)})
        for factor in factors
        for room in [YEAR / (possible["busy_hours"] / factor) * (1 - 1e-12)]
    ]
    mean = math.fsum(one["cost_total_usd"] or math.nan for one in held) / 64
    assert possible["mean(cost_total_usd)"] == pytest.approx(mean, rel=1e-9)
    assert sweep.find(1, "p90(cost_total_usd)") == [1]


def test_an_estimate_with_draws_says_how_probable_too_many_runs_are() -> None:
    given = {**{key: value for key, value in RUN.items() if key != "train_hours"}, "goodput": 1}
    assert estimate(given, market="own", draws=64).probabilities == {
        "outlives_chips": 0.0,
        "overlapping_retrainings": 0.0,
    }
    found = estimate(given, market="own", runs_per_year=1.3, draws=64)
    assert 0.0 < found.probabilities["too_many_runs"] < 1.0
    assert found.intervals["cost_total_usd"]["mean"] is not None
    assert found.to_dict()["probabilities"] == dict(found.probabilities)
