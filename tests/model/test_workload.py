"""Workload: hand-worked arithmetic, and the FLOP of published runs."""

from __future__ import annotations

import math

import pytest

from gigacost import estimate
from gigacost.model import compute_optimal, loss, workload


def test_active_parameters_are_a_share_of_all() -> None:
    assert workload.params_active(671e9, 0.05) == pytest.approx(33.55e9)


def test_epochs_are_tokens_over_distinct_tokens() -> None:
    assert workload.epochs(300e9, 100e9) == 3.0


def test_nothing_is_repeated_by_default_nor_when_data_abound() -> None:
    assert workload.epochs(300e9, math.nan) == 1.0
    assert workload.epochs(300e9, 400e9) == 1.0


def test_dense_flop_is_six_per_parameter_and_token() -> None:
    assert workload.dense_flop(1e9, 20e9) == 1.2e20
    # GPT-3: 3.14e23 published
    assert workload.dense_flop(174.6e9, 300e9) == pytest.approx(3.14e23, rel=0.001)


def test_attention_flop_by_hand() -> None:
    # 12 · 1/2 · 10 layers · 64 width · 100 tokens of context · 1000 tokens
    assert workload.attention_flop(1000.0, 10.0, 64.0, 100.0) == 384e6


def test_attention_is_a_few_percent_of_a_large_model() -> None:
    dense = workload.dense_flop(405e9, 15.6e12)
    attention = workload.attention_flop(15.6e12, 126.0, 16384.0, 8192.0)
    assert attention / dense == pytest.approx(0.0418, abs=0.0005)
    # Llama 3.1 405B: 3.8e25 published
    assert workload.training_flop(dense, attention) == pytest.approx(3.8e25, rel=0.05)


def test_attention_of_an_unknown_shape_is_that_of_the_typical_one() -> None:
    run = {"hardware": "h100-sxm", "chips": 1024, "tokens": "1T"}
    known = estimate(run, model="llama-3.1-405b")["attention_flop"]
    made_up = estimate(run, params=405.85e9)["attention_flop"]
    assert made_up == pytest.approx(known, rel=0.15)


def test_training_flop_is_the_sum() -> None:
    assert workload.training_flop(3.0, 4.0) == 7.0


def test_run_flop_adds_post_training() -> None:
    # DeepSeek-V3: 2.664M hours of pre-training, 2.788M in all
    assert workload.run_flop(2.664e6, 0.047) == pytest.approx(2.788e6, rel=0.001)


def test_compute_optimal_split_pays_exactly_for_the_flop() -> None:
    params = compute_optimal.compute_optimal_params(5.76e23, 1.0)
    tokens = compute_optimal.compute_optimal_tokens(5.76e23)
    assert 6.0 * params * tokens == pytest.approx(5.76e23)


def test_compute_optimal_is_about_chinchilla() -> None:
    # Chinchilla: 70B parameters, 1.4T tokens at 5.76e23 FLOP; the refit lands close
    assert compute_optimal.compute_optimal_params(5.76e23, 1.0) == pytest.approx(70e9, rel=0.15)
    assert compute_optimal.compute_optimal_tokens(5.76e23) == pytest.approx(1.4e12, rel=0.15)


def test_compute_optimal_params_have_the_least_loss() -> None:
    flop = 1e24
    best = compute_optimal.compute_optimal_params(flop, 1.0)
    original = compute_optimal.compute_optimal_params_hoffmann(flop, 1.0)
    for law, optimum in ((loss.loss_besiroglu, best), (loss.loss_hoffmann, original)):
        here = law(optimum, compute_optimal.tokens_from_flop(flop, optimum))
        for factor in (0.8, 0.95, 1.05, 1.25):
            there = law(optimum * factor, compute_optimal.tokens_from_flop(flop, optimum * factor))
            assert there > here


def test_sparse_optimum_has_the_active_parameters_of_the_dense_one() -> None:
    dense = compute_optimal.compute_optimal_params(1e24, 1.0)
    assert compute_optimal.compute_optimal_params(1e24, 0.1) == pytest.approx(10.0 * dense)


def test_flop_give_the_missing_one_of_params_and_tokens() -> None:
    assert compute_optimal.tokens_from_flop(1.2e20, 1e9) == 20e9
    assert compute_optimal.params_from_flop(1.2e20, 20e9, 0.5) == 2e9
