"""Compute spent on the way to the final run."""

from __future__ import annotations

import math

import pytest

from gigacost import SpecError, Sweep, estimate
from gigacost.catalog.default_distributions import defaults
from gigacost.model.experiments import DEVELOPER, EXPERIMENTS_FACTOR, cost_experiments_usd

RUN = {"hardware": "h100-sxm", "chips": 256, "params": 7e9, "tokens": 1e12}


def test_experiments_repeat_compute_and_energy_of_the_run() -> None:
    # (2.2 − 1) · ($90 + $10)
    assert cost_experiments_usd(2.2, 90.0, 10.0) == pytest.approx(120.0)
    assert cost_experiments_usd(1.0, 90.0, 10.0) == 0.0


def test_development_is_never_less_than_the_run() -> None:
    assert EXPERIMENTS_FACTOR.accepts(1.0)
    assert not EXPERIMENTS_FACTOR.accepts(0.9)


def test_a_follower_is_the_default_and_a_frontier_lab_experiments_more() -> None:
    run = estimate(RUN)
    assert dict(estimate(RUN, developer="follower")) == {**run, "experiments_factor": 2.2}
    frontier = estimate(RUN, developer="frontier")
    assert frontier["experiments_factor"] == 7.1
    # Final runs are 10, 12.3 and 22.6 % of what three labs spend on compute for research.
    assert 1 / math.prod((0.10, 0.123, 0.226)) ** (1 / 3) == pytest.approx(7.1, abs=0.05)
    assert frontier["cost_experiments_usd"] == pytest.approx(6.1 * (run["total_run_usd"] or math.nan), rel=1e-12)
    assert frontier["total_run_usd"] == run["total_run_usd"]


def test_a_factor_that_is_given_is_taken_whoever_develops() -> None:
    given = estimate(RUN, developer="frontier", experiments_factor=3)
    assert given["cost_experiments_usd"] == estimate(RUN, experiments_factor=3)["cost_experiments_usd"]


def test_nobody_else_develops() -> None:
    assert DEVELOPER.words == ("follower", "frontier")
    with pytest.raises(SpecError, match=r"no such value; allowed: follower \(0\), frontier \(1\)"):
        estimate(RUN, developer="startup")


@pytest.mark.parametrize("who", ["follower", "frontier"])
def test_the_median_over_draws_is_the_headline_whoever_develops(who: str) -> None:
    """The shipped distribution is a factor on what the developer sets, and leaves no less than the run itself."""
    one = Sweep(
        {"developer": [who]},
        fixed=RUN,
        uncertain={"experiments_factor": defaults()["experiments_factor"].distribution},
        draws={"count": 4096},
        columns=["cost_experiments_usd", "p50(cost_experiments_usd)", "p5(cost_experiments_usd)"],
    )
    (row,) = one.top(1, "cost_experiments_usd").rows
    assert row["p50(cost_experiments_usd)"] == pytest.approx(row["cost_experiments_usd"], rel=0.01)
    assert row["p5(cost_experiments_usd)"] > 0.0
