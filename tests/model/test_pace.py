"""Pace: tuning by hand and at the ends of its range, what a given figure leaves out, and that layouts stay."""

from __future__ import annotations

from typing import Any

import pytest

from gigacost import Sweep, estimate, reference
from gigacost.catalog.files import data
from gigacost.model import default, pace
from gigacost.model.performance.search import AXES

DESIGN: dict[str, Any] = {"params": "70B", "tokens": "15T", "hardware": "h100-sxm", "chips": 2048}


def tuning(flop: float, of: float = pace.TYPICAL, *, extrapolated: float = 0.0, experts: float = 1.0) -> float:
    value: float = pace.tuning(of, flop, 0.8, 0.05, extrapolated, 0.5, experts, 0.25)
    return value


def hours(**given: Any) -> float:
    found = estimate(DESIGN, **given)["train_hours"]
    assert found is not None
    return found


def test_tuning_grows_with_the_flop_of_the_run_up_to_1() -> None:
    assert tuning(1e24) == 0.8
    assert tuning(1e23) == pytest.approx(0.8 * 0.1**0.05)
    assert tuning(1e23) < tuning(1e24) < tuning(1e25) <= 1.0
    assert pace.tuning(pace.TYPICAL, 1e25, 0.99, 0.05, 0.0, 1.0, 1.0, 1.0) == 1.0


def test_outside_of_the_runs_it_was_fitted_on_tuning_stays_what_it_is_at_their_ends() -> None:
    fit = data("pace")
    assert tuning(fit["least_flop"] / 100.0) == tuning(fit["least_flop"])
    assert tuning(fit["most_flop"] * 100.0) == tuning(fit["most_flop"])
    inside = [pace.tuning_is_extrapolated(fit[end]) for end in ("least_flop", "most_flop")]
    assert inside == [0.0, 0.0]
    assert pace.tuning_is_extrapolated(fit["least_flop"] * 0.99) == pace.tuning_is_extrapolated(1e27) == 1.0


def test_the_reachable_pace_is_that_of_layout_and_failures_alone() -> None:
    assert tuning(1e22, pace.REACHABLE) == 1.0
    assert pace.steady_share(pace.REACHABLE, 0.9) == 1.0
    assert pace.steady_share(pace.TYPICAL, 0.9) == 0.9
    run = estimate(DESIGN, pace="reachable")
    assert run["step_seconds"] == run["schedule_seconds"]
    assert run["goodput"] == run["goodput_of_failures"]


def test_extrapolated_chips_and_mixtures_have_an_input_that_only_they_depend_on() -> None:
    assert tuning(1e24, extrapolated=1.0) == tuning(1e24, pace.TYPICAL) * 0.5
    assert tuning(1e24, experts=8.0) == tuning(1e24) * 0.25
    assert default().inputs["extrapolated_speed"].default == default().inputs["mixture_speed"].default == 1.0


def test_typical_is_the_default_and_both_are_words() -> None:
    assert hours() == hours(pace="typical")
    rows = Sweep({"pace": ["typical", "reachable"]}, fixed=DESIGN, columns=["tuning", "train_hours"]).to_numpy()
    assert rows["train_hours"].tolist() == [hours(pace="typical"), hours(pace="reachable")]
    assert hours(pace="typical") > hours(pace="reachable")


def test_hours_grow_by_both_shares() -> None:
    typical = estimate(DESIGN)
    shares = [typical["tuning"], typical["steady_share"]]
    assert None not in shares
    assert hours() == pytest.approx(hours(pace="reachable") / (shares[0] * shares[1]))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("given", "out"),
    [
        ({"mfu": 0.4}, {"tuning"}),
        ({"step_seconds": 10.0}, {"tuning"}),
        ({"goodput": 0.9}, {"steady_share"}),
        ({"whole_run_utilisation": 0.35}, {"tuning", "steady_share"}),
        ({"chip_hours": 1e6}, {"tuning", "steady_share"}),
        ({"train_hours": 1e3}, {"tuning", "steady_share"}),
        ({"tp": 8, "pp": 4}, set()),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_who_gives_a_figure_leaves_out_what_it_holds(given: dict[str, Any], out: set[str]) -> None:
    """A share that is left out moves nothing; one that is not moves the chip-hours in inverse proportion."""
    known = {"tuning": 0.8, "steady_share": 0.8}
    before = estimate(DESIGN | given | known)["cost_rent_usd"]
    for share in known:
        after = estimate(DESIGN | given | known | {share: 0.4})["cost_rent_usd"]
        assert before is not None
        assert after == pytest.approx(before if share in out else 2.0 * before)


def test_no_layout_depends_on_the_pace() -> None:
    typical, reachable = (estimate(DESIGN, pace=word) for word in ("typical", "reachable"))
    for name in ("dp", "microbatches", "memory_use", "schedule_seconds", *AXES):
        assert typical.quantities.get(name) == reachable.quantities.get(name)


def test_the_engine_says_of_the_pace_what_the_reference_says() -> None:
    pinned = {"tp": 1, "cp": 1, "ep": 1, "microbatch": 1, "recompute": "full", "pp": 1, "vp": 1, "zero_stage": 3}
    sweep = Sweep(
        {"pace": ["typical", "reachable"], "params": ["100M", "1B", "13B"], "hardware": ["h100-sxm", "tpu-v6e"]},
        fixed={"tokens": "100B", "chips": 1024, "provider_class": "hyperscaler", **pinned},
        columns=["tuning", "tuning_is_extrapolated", "steady_share", "goodput", "step_seconds", "train_hours"],
    )
    got, expected = sweep.to_numpy(), list(reference.rows(sweep))
    assert len(expected) == 12
    for name in sweep.columns:
        assert got[name].tolist() == [row[name] for row in expected]
    assert set(got["tuning_is_extrapolated"].tolist()) == {0.0, 1.0}


@pytest.mark.parametrize(
    "design",
    [
        {},
        {"chips": 131072, "params": "2T"},
        {"chips": 8, "params": "300M", "tokens": "10B"},
        {"market": "spot"},
        {"market": "own", "region": "us-tx"},
        {"hardware": "tpu-v6e", "provider_class": "hyperscaler"},
        {"model": "deepseek-v3", "hardware": "h800-sxm", "precision": "fp8", "rental_usd_per_chip_hour": 2.0},
        {"pace": "reachable"},
        {"mfu": 0.4},
        {"tp": 8, "pp": 2},
    ],
    ids=lambda design: "-".join(f"{name} {value}" for name, value in design.items()) or "as it is",
)
def test_half_of_the_draws_take_longer_than_the_headline_and_half_less(design: dict[str, Any]) -> None:
    kept = DESIGN if "model" not in design else {name: value for name, value in DESIGN.items() if name != "params"}
    one = estimate(kept | design, draws=1024)
    assert one.intervals["train_days"]["p50"] == pytest.approx(one["train_days"], rel=0.02)
    assert one.intervals["chip_hours"]["p50"] == pytest.approx(one["chip_hours"], rel=0.02)


def test_mixtures_and_extrapolated_chips_are_less_certain() -> None:
    def spread(**given: Any) -> float:
        days = estimate(DESIGN | given, draws=256).intervals["train_days"]
        assert days["p95"] is not None
        assert days["p5"] is not None
        return days["p95"] / days["p5"]

    dense = spread()
    assert spread(mfu=0.4) < 0.6 * dense
    assert spread(hardware="mi325x") > 1.2 * dense
    assert spread(hardware="tpu-v6e", provider_class="hyperscaler") > 1.2 * dense
    assert spread(experts=8, experts_per_token=2, layers=32, hidden=4096, heads=32, kv_heads=8, ffn=14336) > 1.2 * dense


@pytest.mark.parametrize("word", ["typical", "reachable"])
def test_no_draw_makes_progress_in_more_than_all_of_the_time_or_more_of_the_peak_than_there_is(word: str) -> None:
    fixed = {**DESIGN, "params": "1B", "tokens": "100B", "chips": 8, "pace": word}
    columns = ["P(goodput > 1)", "P(mfu > 1)", "P(steady_share > 1)"]
    (row,) = Sweep(fixed=fixed, uncertain="default", draws={"count": 4096}, columns=columns).top(1, "chips").rows
    assert row["P(goodput > 1)"] == row["P(mfu > 1)"] == 0.0
    assert row["P(steady_share > 1)"] > 0.0, "a draw may be above 1, and loses nothing then"


def test_the_band_of_a_step_is_around_it_at_any_pace() -> None:
    for word in ("typical", "reachable"):
        one = estimate(DESIGN, pace=word)
        low, middle, high = (one[name] for name in ("mfu_low", "mfu", "mfu_high"))
        assert low is not None
        assert middle is not None
        assert high is not None
        assert low < middle < high
