"""Performance: the parts of the MFU by hand, and published MFU within the stated error."""

from __future__ import annotations

import math

import pytest

from gigacost.model import performance

NAN = math.nan


def mfu(peak: float, bandwidth: float, matmul: float, chips: float, active_share: float = 1.0) -> float:
    value: float = performance.mfu(
        performance.matmul_efficiency(matmul),
        performance.memory_efficiency(peak, bandwidth),
        performance.scaling_efficiency(chips),
        performance.sparsity_efficiency(1.0, active_share),
    )
    return value


def test_measured_fraction_comes_before_the_typical_one() -> None:
    assert performance.matmul_efficiency(0.803) == 0.803
    assert performance.matmul_efficiency(NAN) == 0.786


def test_memory_efficiency_by_hand() -> None:
    # 320 FLOP per byte against 1600
    assert performance.memory_efficiency(320e12, 1e12) == pytest.approx(1.0 / 1.2)


def test_scaling_efficiency_by_hand() -> None:
    assert performance.scaling_efficiency(1.0) == 1.0
    assert performance.scaling_efficiency(8.0) == 1.0
    # 10 doublings from 8 to 8192
    assert performance.scaling_efficiency(8192.0) == pytest.approx(1.0 / 1.13)


def test_sparsity_efficiency() -> None:
    assert performance.sparsity_efficiency(7e9, 7e9) == 1.0
    assert performance.sparsity_efficiency(671e9, 37e9) == 0.59


def test_mfu_is_the_product() -> None:
    assert performance.mfu(0.8, 0.9, 0.95, 1.0) == pytest.approx(0.64 * 0.8 * 0.9 * 0.95)


@pytest.mark.parametrize(
    ("published", "peak", "bandwidth", "matmul", "chips"),
    [
        (0.41, 989.4e12, 3350e9, 0.803, 16384.0),  # Llama 3.1 405B, table 4: 0.38-0.43
        (0.462, 275e12, 1200e9, NAN, 6144.0),  # PaLM 540B
        (0.47, 312e12, 2039e9, 0.869, 2048.0),  # Llama 65B
        (0.425, 989.4e12, 3350e9, 0.803, 128.0),  # MPT-70B
        (0.383, 1979e12, 3350e9, 0.709, 8192.0),  # Llama 3.1 405B in fp8, MLPerf 5.0
        (0.270, 10000e12, 8000e9, NAN, 512.0),  # Llama 3.1 405B in fp4, MLPerf 5.1
    ],
)
def test_published_mfu_is_met_within_the_stated_error(
    published: float, peak: float, bandwidth: float, matmul: float, chips: float
) -> None:
    assert mfu(peak, bandwidth, matmul, chips) == pytest.approx(published, rel=0.35)


def test_mfu_falls_with_chips_and_with_flop_per_byte() -> None:
    sizes = [mfu(989.4e12, 3350e9, 0.803, 2.0**k) for k in range(21)]
    assert sizes == sorted(sizes, reverse=True)
    assert mfu(1979e12, 3350e9, 0.803, 8.0) < mfu(989.4e12, 3350e9, 0.803, 8.0)


def test_mfu_stays_between_zero_and_one() -> None:
    assert 0.0 < mfu(35e15, 1e12, 0.5, 1e9, 0.01) < mfu(45e12, 600e9, 1.0, 1.0) < 1.0


def test_no_network_data_only_beyond_the_domain() -> None:
    assert not performance.no_network_data(8.0, 8.0, NAN)
    assert performance.no_network_data(16.0, 8.0, NAN)
    assert not performance.no_network_data(16.0, 8.0, 50e9)
    assert not performance.no_network_data(1.0, NAN, NAN)
    assert performance.no_network_data(2.0, NAN, NAN)


def test_missing_peak_and_bandwidth_are_states() -> None:
    assert performance.unsupported_precision(NAN)
    assert not performance.unsupported_precision(1e15)
    assert performance.no_memory_data(NAN)
    assert not performance.no_memory_data(1e12)
