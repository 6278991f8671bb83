"""One microbatch through one layer, by hand."""

from __future__ import annotations

import pytest

from gigacost.model.performance import layer


def test_a_stream_reaches_most_of_the_memorys_bandwidth() -> None:
    assert layer.memory_byte_per_s(2e12) == pytest.approx(1.7e12)


def test_the_smallest_side_counts() -> None:
    # heads · head_dim / tp = 32 · 128 / 8 = 512; ffn / tp = 14,336 / 8 = 1,792
    assert layer.smallest_width(4096.0, 32.0, 128.0, 14336.0, 8.0, 8.0) == 512.0
    assert layer.smallest_width(4096.0, 64.0, 128.0, 1024.0, 1.0, 1.0) == 1024.0
    assert layer.smallest_width(4096.0, 64.0, 128.0, 1024.0, 1.0, 4.0) == 256.0
    assert layer.smallest_width(256.0, 64.0, 128.0, 1024.0, 1.0, 1.0) == 256.0


def test_products_reach_half_their_rate_at_the_half_sizes() -> None:
    assert layer.gemm_flop_per_s(1e15, 0.8, 128.0, 1e30, 128.0, 100.0) == pytest.approx(4e14)
    assert layer.gemm_flop_per_s(1e15, 0.8, 1e30, 100.0, 128.0, 100.0) == pytest.approx(4e14)


def test_the_feed_forward_width_of_a_token() -> None:
    # three matrices of 4,096 x 14,336
    assert layer.ffn_width_active(3 * 4096 * 14336.0, 3.0, 4096.0) == 14336.0


def test_products_cost_two_flop_for_each_weight_and_token() -> None:
    # 2 · 1,000 · (30 M + 70 M) / 2 = 10^11 FLOP
    assert layer.layer_gemm_seconds(1000.0, 30e6, 70e6, 2.0, 1e12, 1.0, 0.5) == pytest.approx(0.1)
    # experts at half the rate: 30 M + 140 M
    assert layer.layer_gemm_seconds(1000.0, 30e6, 70e6, 2.0, 1e12, 8.0, 0.5) == pytest.approx(0.17)


@pytest.mark.parametrize(("tuned", "flash", "rate"), [(1.0, 1.0, 5e14), (0.0, 1.0, 2e14), (1.0, 0.0, 7e14)])
def test_attention_runs_at_the_rate_of_its_kernel(tuned: float, flash: float, rate: float) -> None:
    assert layer.attention_flop_per_s(1e15, 0.5, 0.2, tuned, flash, 0.7) == rate


def test_a_fused_kernel_skips_half_of_the_square() -> None:
    # 4 · 1,000 · 2,000 · 4,096 / 2 ranks = 1.6384e10 FLOP
    assert layer.layer_attention_seconds(1000.0, 2000.0, 4096.0, 2.0, 0.0, 1e12) == pytest.approx(0.016384)
    assert layer.layer_attention_seconds(1000.0, 2000.0, 4096.0, 2.0, 1.0, 1e12) == pytest.approx(0.008192)


def test_softmax_goes_through_memory_unless_fused() -> None:
    # 5 passes · 2 B · 1,000 · 2,000 · 32 / 2 heads = 320 MB
    assert layer.layer_softmax_seconds(1000.0, 2000.0, 32.0, 2.0, 0.0, 5.0, 1e12) == pytest.approx(3.2e-4)
    assert layer.layer_softmax_seconds(1000.0, 2000.0, 32.0, 2.0, 1.0, 5.0, 1e12) == 0.0


@pytest.mark.parametrize(
    ("experts", "expert_tp", "sequence_parallel", "width"),
    [
        # 16 · 4,096 / 2 + (4 · 32 · 128 + 3 · 14,336) / 2
        (1.0, 2.0, 1.0, 32768.0 + 29696.0),
        (1.0, 2.0, 0.0, 65536.0 + 29696.0),
        # and 4 · 4,096 · 8 experts at work, on both chips or on one of them
        (64.0, 2.0, 1.0, 32768.0 + 29696.0 + 131072.0),
        (64.0, 1.0, 1.0, 32768.0 + 29696.0 + 65536.0),
    ],
)
def test_elementwise_work_moves_its_tensors(
    experts: float, expert_tp: float, sequence_parallel: float, width: float
) -> None:
    ranks = layer.residual_ranks(2.0, sequence_parallel)
    found = layer.layer_elementwise_seconds(
        1000.0, 4096.0, 32.0, 128.0, 14336.0, 3.0, experts, 8.0, 2.0, expert_tp, ranks, 1.5, 1e12
    )
    assert found == pytest.approx(1.5 * 2.0 * 1000.0 * width / 1e12)


def test_a_forward_pass_is_the_sum_of_its_parts() -> None:
    assert layer.layer_forward_seconds(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0) == 127.0


@pytest.mark.parametrize(
    ("recompute", "by_operation", "seconds"),
    [(0.0, 0.0, 0.0), (1.0, 0.0, 2.0 + 4.0), (1.0, 1.0, 0.5 * 1.0 + 8.0), (2.0, 0.0, 100.0), (2.0, 1.0, 100.0)],
)
def test_what_is_computed_again(recompute: float, by_operation: float, seconds: float) -> None:
    assert layer.layer_recompute_seconds(recompute, by_operation, 100.0, 1.0, 2.0, 4.0, 8.0) == seconds


def test_a_fused_kernel_computes_scores_again_backward() -> None:
    assert layer.flash_backward(1.0) == 2.5
    assert layer.flash_backward(0.0) == 2.0


def test_backward_costs_twice_forward_but_for_attention_and_traffic() -> None:
    # 3 · (gemm + softmax + elementwise + cp) + 3.5 · attention + 2 · (tp + ep) + recompute + overhead
    found = layer.layer_seconds(1.0, 10.0, 2.5, 2.0, 4.0, 100.0, 8.0, 200.0, 1000.0, 5000.0)
    assert found == 3 * 15.0 + 35.0 + 600.0 + 1000.0 + 5000.0
