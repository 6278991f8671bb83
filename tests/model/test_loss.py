"""Loss: hand-worked numbers of both laws, and what repetition is worth."""

from __future__ import annotations

import math

import pytest

from gigacost.model import loss


def test_hoffmann_law_for_chinchilla() -> None:
    # 70e9^0.34 = exp(8.49040) = 4867.81; 1.4e12^0.28 = exp(7.83090) = 2517.19
    assert loss.loss_hoffmann(70e9, 1.4e12) == pytest.approx(1.69 + 406.4 / 4867.81 + 410.7 / 2517.19, rel=1e-5)


def test_besiroglu_law_for_chinchilla() -> None:
    # 70e9^0.3478 = exp(8.68518) = 5914.60; 1.4e12^0.3658 = exp(10.23051) = 27736.6
    assert loss.loss_besiroglu(70e9, 1.4e12) == pytest.approx(1.8172 + 482.01 / 5914.60 + 2085.43 / 27736.6, rel=1e-5)


def test_loss_is_the_refit() -> None:
    assert loss.loss(1.9) == 1.9


def test_one_epoch_is_worth_its_tokens() -> None:
    assert loss.effective_tokens(300e9, 1.0) == 300e9


def test_four_epochs_by_hand() -> None:
    # U = 100, R = 3: 100 + 100 · 15.387756 · (1 − e^(−3/15.387756)) = 100 + 1538.7756 · 0.177132
    assert loss.effective_tokens(400.0, 4.0) == pytest.approx(372.567, abs=0.001)


def test_repetition_saturates() -> None:
    assert loss.effective_tokens(1e6, 1e4) == pytest.approx(100.0 * 16.387756)


def test_repeated_tokens_are_worth_less_than_fresh_ones_but_more_than_none() -> None:
    fresh, repeated, fewer = 400e9, loss.effective_tokens(400e9, 4.0), 100e9
    assert fewer < repeated < fresh
    assert loss.loss_besiroglu(7e9, fresh) < loss.loss_besiroglu(7e9, repeated) < loss.loss_besiroglu(7e9, fewer)


@pytest.mark.parametrize("law", [loss.loss_hoffmann, loss.loss_besiroglu])
def test_loss_of_published_models_is_plausible_and_ordered(law: object) -> None:
    assert callable(law)
    gpt3, chinchilla, llama = law(175e9, 300e9), law(70e9, 1.4e12), law(405e9, 15.6e12)
    assert 1.7 < llama < chinchilla < gpt3 < 2.1
    assert math.isfinite(llama)
