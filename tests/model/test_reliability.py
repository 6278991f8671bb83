"""Reliability: failures, checkpoints and goodput by hand, and Llama 3's effective time."""

from __future__ import annotations

import math

import pytest

from gigacost.model import reliability

LLAMA_RATE = 419 / (54 * 24 * 16384)


def goodput(chips: float, rate: float, checkpoint_seconds: float = 3.0, restart_seconds: float = 600.0) -> float:
    mtbf = reliability.cluster_mtbf_hours(chips, rate)
    interval = reliability.checkpoint_interval_hours(checkpoint_seconds, mtbf)
    value: float = reliability.goodput_of_failures(
        reliability.checkpoint_efficiency(checkpoint_seconds, interval),
        reliability.lost_hours_per_failure(interval, restart_seconds),
        mtbf,
    )
    return value


def test_default_failure_rate_is_one_in_50_7_thousand_chip_hours() -> None:
    default = reliability.FAILURES_PER_CHIP_HOUR.default
    assert default is not None
    assert 1.0 / default == pytest.approx(50.7e3, rel=0.001)


def test_spot_adds_interruptions() -> None:
    assert reliability.interruption_rate(2e-5, 3e-5, 0.0) == 2e-5
    assert reliability.interruption_rate(2e-5, 3e-5, 1.0) == 5e-5


def test_default_interruption_rate_by_hand() -> None:
    # 17.5 % of servers of 8 chips in a month of 730.5 h
    default = reliability.INTERRUPTIONS_PER_CHIP_HOUR.default
    assert default == pytest.approx(-math.log(1.0 - 0.175) / (8 * 730.5), rel=0.01)


def test_mtbf_of_llama_3() -> None:
    assert reliability.cluster_mtbf_hours(16384.0, LLAMA_RATE) == pytest.approx(3.093, abs=0.001)
    assert reliability.cluster_mtbf_hours(100.0, 1e-4) == pytest.approx(100.0)


def test_checkpoint_interval_by_hand() -> None:
    # sqrt(2 · 36/3600 h · 50 h) = 1 h
    assert reliability.checkpoint_interval_hours(36.0, 50.0) == pytest.approx(1.0)


def test_checkpoint_efficiency_by_hand() -> None:
    assert reliability.checkpoint_efficiency(360.0, 0.9) == pytest.approx(0.9)


def test_lost_hours_by_hand() -> None:
    assert reliability.lost_hours_per_failure(1.0, 1800.0) == 1.0


def test_goodput_is_what_scheduling_and_failures_leave() -> None:
    assert reliability.goodput_of_failures(0.9, 1.0, 10.0) == pytest.approx(0.81)
    assert reliability.goodput(0.8, 0.5) == 0.4


def test_goodput_of_llama_3_is_92_percent() -> None:
    # MTBF 3.093 h, interval 4.31 min; 1.15 % writing, 6.55 % lost: 0.9886 · 0.9345
    assert goodput(16384.0, LLAMA_RATE) == pytest.approx(0.924, abs=0.001)


def test_goodput_falls_with_chips() -> None:
    values = [goodput(2.0**k, LLAMA_RATE) for k in range(18)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.999


def test_young_daly_interval_is_close_to_the_best() -> None:
    mtbf = reliability.cluster_mtbf_hours(16384.0, LLAMA_RATE)
    best = reliability.checkpoint_interval_hours(3.0, mtbf)

    def at(interval: float) -> float:
        value: float = reliability.goodput_of_failures(
            reliability.checkpoint_efficiency(3.0, interval),
            reliability.lost_hours_per_failure(interval, 600.0),
            mtbf,
        )
        return value

    assert at(best) > max(at(best * 0.5), at(best * 2.0))


def test_a_huge_cluster_never_finishes() -> None:
    mtbf = reliability.cluster_mtbf_hours(1e6, LLAMA_RATE)
    interval = reliability.checkpoint_interval_hours(3.0, mtbf)
    lost = reliability.lost_hours_per_failure(interval, 600.0)
    assert reliability.never_finishes(lost, mtbf)
    assert goodput(1e6, LLAMA_RATE) <= 0.0
    assert not reliability.never_finishes(0.2, 3.0)


def test_checkpoint_of_llama_405b() -> None:
    assert reliability.checkpoint_bytes(405e9, 14.0) == 5.67e12
