"""Compute-optimal rules: params and tokens when only the FLOP of training are given.

These are alternatives, not quantities of the model: put them in the place of ``params`` or ``tokens``
(``model.override(params=compute_optimal_params, tokens=tokens_from_flop)``) and give ``training_flop``. They solve
C = 6·N·D, without attention.

With L = E + A/N^α + B/D^β the least loss for C is at N = G·(C/6)^(β/(α+β)), D = (C/6)/N, G = (αA/βB)^(1/(α+β)).
"""

from __future__ import annotations

from gigacost.graph.declarations import Constant
from gigacost.model.loss import (
    BESIROGLU_A,
    BESIROGLU_ALPHA,
    BESIROGLU_B,
    BESIROGLU_BETA,
    HOFFMANN_A,
    HOFFMANN_ALPHA,
    HOFFMANN_B,
    HOFFMANN_BETA,
    ONE_PARAM,
)
from gigacost.model.workload import FLOP_PER_PARAM_TOKEN
from gigacost.ops import Value, power

ONE_PARAM_TOKEN = Constant(1, "param·token")


def _optimum(training_flop: Value, a: Value, alpha: Value, b: Value, beta: Value) -> Value:
    scale = power(alpha * a / (beta * b), 1.0 / (alpha + beta))
    pairs = training_flop / FLOP_PER_PARAM_TOKEN / ONE_PARAM_TOKEN
    return scale * power(pairs, beta / (alpha + beta)) * ONE_PARAM


def compute_optimal_params(training_flop: Value, moe_active_fraction: Value) -> Value:
    """Parameters of the least loss for a given arithmetic, by the refitted law [param].

    G·(training_flop/6)^0.513 active parameters, over the active share.

    Source: Hoffmann et al. 2022 (arXiv 2203.15556) equation 4 with the constants of Besiroglu et al. 2024.
    """
    return _optimum(training_flop, BESIROGLU_A, BESIROGLU_ALPHA, BESIROGLU_B, BESIROGLU_BETA) / moe_active_fraction


def compute_optimal_params_hoffmann(training_flop: Value, moe_active_fraction: Value) -> Value:
    """Parameters of the least loss for a given arithmetic, by the original law [param].

    G·(training_flop/6)^0.452 active parameters, over the active share. Its constants as printed ask for far more tokens
    per parameter than the paper's other two approaches.

    Source: Hoffmann et al. 2022 (arXiv 2203.15556) equation 4.
    """
    return _optimum(training_flop, HOFFMANN_A, HOFFMANN_ALPHA, HOFFMANN_B, HOFFMANN_BETA) / moe_active_fraction


def compute_optimal_tokens(training_flop: Value) -> Value:
    """Tokens of the least loss for a given arithmetic, by the refitted law [token].

    training_flop / (6 · compute-optimal active parameters); about 20 per parameter.

    Source: Hoffmann et al. 2022 (arXiv 2203.15556) equation 4 with the constants of Besiroglu et al. 2024.
    """
    active = _optimum(training_flop, BESIROGLU_A, BESIROGLU_ALPHA, BESIROGLU_B, BESIROGLU_BETA)
    return training_flop / (FLOP_PER_PARAM_TOKEN * active)


def tokens_from_flop(training_flop: Value, params_active: Value) -> Value:
    """Tokens that a given arithmetic pays for [token].

    training_flop / (6 · params_active).

    Source: Kaplan et al. 2020 (arXiv 2001.08361) section 2.1.
    """
    return training_flop / (FLOP_PER_PARAM_TOKEN * params_active)


def params_from_flop(training_flop: Value, tokens: Value, moe_active_fraction: Value) -> Value:
    """Parameters that a given arithmetic pays for [param].

    training_flop / (6 · tokens · moe_active_fraction).

    Source: Kaplan et al. 2020 (arXiv 2001.08361) section 2.1.
    """
    return training_flop / (FLOP_PER_PARAM_TOKEN * tokens * moe_active_fraction)
