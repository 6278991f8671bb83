"""Time: hours by hand, and the chip-hours of published runs."""

from __future__ import annotations

import math

import pytest

from gigacost.model import performance, reliability, time, workload

NAN = math.nan
H100 = (989.4e12, 3350e9, 794.5 / 989.4)
A100 = (312e12, 2039e9, 271.2 / 312)


def chip_hours(
    chip: tuple[float, float, float], chips: float, params: float, active: float, tokens: float, post: float = 0.047
) -> float:
    peak, bandwidth, matmul = chip
    mfu = performance.mfu(
        performance.matmul_efficiency(matmul),
        performance.memory_efficiency(peak, bandwidth),
        performance.scaling_efficiency(chips),
        performance.sparsity_efficiency(params, active),
    )
    rate = reliability.interruption_rate(419 / (54 * 24 * 16384), 3.3e-5, 0.0)
    mtbf = reliability.cluster_mtbf_hours(chips, rate)
    interval = reliability.checkpoint_interval_hours(3.0, mtbf)
    goodput = reliability.goodput(
        reliability.checkpoint_efficiency(3.0, interval), reliability.lost_hours_per_failure(interval, 600.0), mtbf
    )
    run_flop = workload.run_flop(workload.training_flop(workload.dense_flop(active, tokens), 0.0), post)
    value: float = time.chip_hours(
        chips, time.train_hours(run_flop, chips, peak, time.whole_run_utilisation(mfu, goodput))
    )
    return value


def test_stepping_hours_by_hand() -> None:
    assert time.stepping_hours(3.6e21, 10.0, 1e15, 0.5) == pytest.approx(200.0)


def test_train_hours_are_stepping_hours_over_goodput() -> None:
    stepping = time.stepping_hours(3.6e21, 10.0, 1e15, 0.5)
    assert time.train_hours(3.6e21, 10.0, 1e15, time.whole_run_utilisation(0.5, 0.8)) == pytest.approx(stepping / 0.8)


def test_whole_run_utilisation_is_the_product() -> None:
    assert time.whole_run_utilisation(0.5, 0.8) == 0.4


@pytest.mark.parametrize(
    ("utilisation", "flop", "peak", "published"),
    [
        (0.197, 3.14e23, 125e12, 3.55e6),  # GPT-3
        (0.304, 2.53e24, 275e12, 8.40e6),  # PaLM
        (0.346, 3.8e25, 989.4e12, 30.84e6),  # Llama 3.1 405B
    ],
)
def test_published_whole_run_utilisation_gives_published_chip_hours(
    utilisation: float, flop: float, peak: float, published: float
) -> None:
    hours = time.chip_hours(1000.0, time.train_hours(flop, 1000.0, peak, utilisation))
    assert hours == pytest.approx(published, rel=0.01)


def test_chip_hours_by_hand() -> None:
    assert time.chip_hours(2048.0, 504.0) == 1032192.0


def test_pretraining_is_its_share_of_the_flop() -> None:
    assert time.pretraining_chip_hours(2.788e6, 1.0, 1.0465) == pytest.approx(2.664e6, rel=0.001)


def test_days() -> None:
    assert time.train_days(36.0) == 1.5
    assert time.project_days(10.0, 2.2) == 22.0


def test_llama_405b_is_within_a_quarter_of_its_published_chip_hours() -> None:
    assert chip_hours(H100, 16384.0, 405e9, 405e9, 15.6e12) == pytest.approx(30.84e6, rel=0.25)


@pytest.mark.parametrize(
    ("published", "chip", "chips", "params", "active", "tokens", "post", "error"),
    [
        (6.4e6, H100, 16384.0, 70e9, 70e9, 15e12, 0.047, 0.25),  # Llama 3 70B
        (8.40e6, (275e12, 1200e9, NAN), 6144.0, 540e9, 540e9, 780e9, 0.0, 0.25),  # PaLM
        (2.788e6, (1979e12, 3350e9, NAN), 2048.0, 671e9, 37e9, 14.8e12, 0.047, 0.25),  # DeepSeek-V3 in fp8
        (1.083e6, A100, 384.0, 176e9, 176e9, 366e9, 0.0, 0.4),  # BLOOM: no FlashAttention
        (1.02e6, A100, 2048.0, 65.2e9, 65.2e9, 1.4e12, 0.0, 0.25),  # Llama 65B
    ],
)
def test_published_chip_hours(
    published: float,
    chip: tuple[float, float, float],
    chips: float,
    params: float,
    active: float,
    tokens: float,
    post: float,
    error: float,
) -> None:
    assert chip_hours(chip, chips, params, active, tokens, post) == pytest.approx(published, rel=error)
