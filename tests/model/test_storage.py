"""Keeping and moving data."""

from __future__ import annotations

import pytest

from gigacost.model.storage import (
    checkpoints_tb,
    cost_data_storage_usd,
    cost_data_transfer_usd,
    egress_tb,
    egress_usd,
    retrieved_tb,
    storage_usd_per_month,
    stored_tb,
    weights_tb,
)


def test_weights_are_two_bytes_a_parameter() -> None:
    assert weights_tb(405e9, 2.0) == pytest.approx(0.81)


def test_checkpoints_are_three_full_ones_and_daily_weights() -> None:
    # 3 · 5.67 TB + 0.81 TB · 1 a day · 10 days
    assert checkpoints_tb(3.0, 5.67e12, 0.81, 1.0, 10.0) == pytest.approx(25.11)


def test_raw_data_count_as_far_as_they_are_kept() -> None:
    assert stored_tb(38_000.0, 0.0, 45.0, 5.0) == 50.0
    assert stored_tb(38_000.0, 0.5, 45.0, 5.0) == 19_050.0


def test_storage_is_priced_by_tiers() -> None:
    assert storage_usd_per_month(10.0) == 230.0
    # 50 · 23 + 50 · 22
    assert storage_usd_per_month(100.0) == 2_250.0
    # 50 · 23 + 450 · 22 + 500 · 21
    assert storage_usd_per_month(1_000.0) == 21_550.0


def test_storage_lasts_for_the_projects_life() -> None:
    assert cost_data_storage_usd(230.0, 1.5) == pytest.approx(4_140.0)


def test_reads_grow_with_all_compute() -> None:
    assert retrieved_tb(2.0, 15e12, 3.0) == pytest.approx(90.0)


def test_egress_is_priced_by_tiers() -> None:
    assert egress_tb(2.0, 45.0, 1.0) == 92.0
    assert egress_usd(0.0) == 0.0
    assert egress_usd(5.0) == 450.0
    # 10 · 90 + 40 · 85 + 50 · 70
    assert egress_usd(100.0) == 7_800.0
    # 10 · 90 + 40 · 85 + 100 · 70 + 50 · 50
    assert egress_usd(200.0) == 13_800.0


def test_transfer_is_reads_and_egress() -> None:
    assert cost_data_transfer_usd(90.0, 10.0, 450.0) == 1_350.0
