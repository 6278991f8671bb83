"""Rented compute."""

from __future__ import annotations

from gigacost.model.rental import cost_rent_usd, rent_at_rate_usd


def test_rent_is_rate_times_hours() -> None:
    # DeepSeek-V3: 2.788M H800-hours at $2 (arXiv 2412.19437, table 1); the hours are predicted in test_time
    assert rent_at_rate_usd(2.0, 2_788_000.0) == 5_576_000.0
    assert cost_rent_usd(5_576_000.0) == 5_576_000.0
