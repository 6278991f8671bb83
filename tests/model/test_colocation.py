"""Owned chips in somebody else's building."""

from __future__ import annotations

import pytest

from gigacost.model.colocation import cost_colo_usd


def test_colocation_is_paid_by_the_kw_and_month() -> None:
    # $100 · 10 kW · 2 months of 730.5 h
    assert cost_colo_usd(1.0, 0.0, 100.0, 10.0, 1_461.0) == pytest.approx(2_000.0)


def test_who_owns_the_hall_or_rents_the_chips_pays_none() -> None:
    assert cost_colo_usd(1.0, 1.0, 100.0, 10.0, 1_461.0) == 0.0
    assert cost_colo_usd(0.0, 0.0, 100.0, 10.0, 1_461.0) == 0.0
