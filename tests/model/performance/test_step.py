"""The step: its parts by hand, and how far to trust their sum."""

from __future__ import annotations

import math

import pytest

from gigacost.model.performance import bands, parts, step

NAN = math.nan


def test_states_of_the_step() -> None:
    assert step.unsupported_precision(NAN)
    assert not step.unsupported_precision(1e15)
    assert step.no_layout(False)  # noqa: FBT003 - a condition
    assert not step.no_layout(True)  # noqa: FBT003 - a condition
    assert step.out_of_memory(1.001)
    assert not step.out_of_memory(1.0)
    assert not step.out_of_memory(NAN)


def test_logits_of_a_microbatch() -> None:
    # 6 · 1,000 · 4,096 · 128,000 / 4 / 2 = 3.93216e11 FLOP at 0.5 · 10^15
    found = step.logits_microbatch_seconds(1000.0, 4096.0, 128_000.0, 4.0, 2.0, 1e15, 0.5)
    assert found == pytest.approx(3.93216e11 / 0.5e15)


def test_a_stage_is_its_layers_and_logits() -> None:
    assert step.stage_seconds(16.0, 0.25, 1.0) == 5.0


@pytest.mark.parametrize(("pp", "vp", "seconds"), [(1.0, 1.0, 0.0), (8.0, 1.0, 35.0), (8.0, 7.0, 5.0)])
def test_interleaving_shortens_the_bubble(pp: float, vp: float, seconds: float) -> None:
    assert step.bubble_seconds(5.0, pp, vp) == seconds


def test_every_doubling_of_the_chips_has_slower_stragglers() -> None:
    # 10 doublings from 8 to 8,192 of 16 · 5 + 20 seconds
    assert step.straggler_seconds(16.0, 5.0, 20.0, 8192.0, 0.004) == pytest.approx(4.0)
    assert step.straggler_seconds(16.0, 5.0, 20.0, 1.0, 0.004) == 0.0


def test_transfers_come_with_every_microbatch() -> None:
    assert step.pipeline_seconds(16.0, 0.25) == 4.0


def test_the_optimiser_updates_what_a_chip_owns() -> None:
    # 18 B for each parameter
    assert step.optimiser_seconds(8e9, 1e9, 0.0, 1e12) == pytest.approx(0.144)
    assert step.optimiser_seconds(8e9, 1e9, 1.0, 1e12) == pytest.approx(0.018)


def test_a_step_is_the_sum_of_its_parts() -> None:
    assert step.schedule_seconds(16.0, 5.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0) == 80.0 + 63.0
    assert step.step_seconds(143.0, 1.0) == 143.0
    assert step.step_seconds(143.0, 0.5) == 286.0


def test_a_layout_that_does_not_fit_never_wins() -> None:
    assert step.layout_seconds(143.0, 1.0) == 143.0
    assert 1e9 < step.layout_seconds(1.0, 1.1) < step.layout_seconds(0.5, 1.2)


def test_mfu_is_the_models_flop_over_the_peak() -> None:
    # 6·10^12 FLOP per 10 tokens; 100 tokens a step on 10 chips of 10^12 in 12 seconds
    assert step.mfu(6e12, 10.0, 100.0, 10.0, 1e12, 12.0) == pytest.approx(0.5)


def test_parts_are_the_layers_times_their_passes() -> None:
    assert parts.layer_passes(16.0, 8.0) == 128.0
    assert parts.gemm_seconds(128.0, 0.5) == 192.0
    assert parts.attention_seconds(128.0, 0.5, 2.5, 0.25) == 128.0 * (1.75 + 0.75)
    assert parts.elementwise_seconds(128.0, 0.5) == 192.0
    assert parts.tp_seconds(128.0, 0.5) == 128.0
    assert parts.cp_seconds(128.0, 0.5) == 192.0
    assert parts.ep_seconds(128.0, 0.5) == 128.0
    assert parts.recompute_seconds(128.0, 0.5) == 64.0
    assert parts.logits_seconds(16.0, 0.5) == 8.0
    assert parts.overhead_seconds(128.0, 0.5, 1.0) == 65.0


@pytest.mark.parametrize(("experts", "low", "high"), [(1.0, 8.0, 20.0), (64.0, 5.0, 40.0)])
def test_a_band_is_the_errors_seen_on_runs_of_the_kind(experts: float, low: float, high: float) -> None:
    # dense: between -50 % and +25 %; mixtures: between -75 % and +100 %
    assert bands.step_seconds_low(10.0, experts, 0.25, 1.0) == low
    assert bands.step_seconds_high(10.0, experts, -0.5, -0.75) == high


def test_mfu_is_the_lower_the_longer_the_step() -> None:
    assert bands.mfu_low(0.4, 10.0, 20.0) == 0.2
    assert bands.mfu_high(0.4, 10.0, 8.0) == 0.5


def test_what_was_not_fitted_is_extrapolated() -> None:
    assert bands.is_extrapolated(1.0) == 0.0
    assert bands.is_extrapolated(0.0) == 1.0
    assert bands.is_extrapolated(NAN) == 1.0
