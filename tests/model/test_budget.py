"""What a budget has to hold."""

from __future__ import annotations

import math

import pytest

from gigacost import estimate
from gigacost.model.budget import cost_year_usd, upfront_usd

RUN = {"hardware": "h100-sxm", "chips": 4096, "params": "70B", "tokens": "15T"}


def test_a_year_is_its_runs() -> None:
    assert cost_year_usd(10.0, 3.0) == 30.0
    assert cost_year_usd(10.0, math.nan) == 10.0


def test_what_is_owned_or_committed_is_paid_first() -> None:
    assert upfront_usd(100.0, 20.0, 0.0, 8.0, 0.0) == 120.0
    assert upfront_usd(0.0, 0.0, 2.0, 8.0, 8766.0) == 2.0 * 8 * 8766
    assert upfront_usd(0.0, 0.0, 2.0, 8.0, 0.0) == 0.0


def test_the_runs_of_a_year_bear_its_commitment() -> None:
    one = estimate(RUN, market="reserved_1y", runs_per_year=1.5)
    parts = ("cost_rent_usd", "cost_experiments_usd", "cost_unused_usd")
    assert one["upfront_usd"] == pytest.approx(1.5 * sum(one[name] or math.nan for name in parts))
    assert one["cost_year_usd"] == pytest.approx(1.5 * (one["total_project_usd"] or math.nan))
