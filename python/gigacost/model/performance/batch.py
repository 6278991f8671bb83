"""The global batch: how many sequences one optimiser step sees."""

from __future__ import annotations

from gigacost.graph.declarations import Constant, status
from gigacost.model.time import RUN
from gigacost.ops import Value, log, maximum, power, round_half_even

_STEP_LAW = "Li et al. 2025, Step Law (arXiv 2503.04715): the best batch is 0.58 · tokens^0.571 tokens"
BATCH_AT_ONE_TOKEN = Constant(0.58, "token", _STEP_LAW, "2025-03")
BATCH_EXPONENT = Constant(0.571, "1", _STEP_LAW, "2025-03")
ONE_TOKEN = Constant(1, "token")


def global_batch_tokens(tokens: Value) -> Value:
    """Tokens in the batch of one step, before it is made of whole sequences [token].

    0.58 · tokens^0.571: 2.1M for 300B tokens (GPT-3: 3.2M), 20M for 15.6T (Llama 3.1 405B: 16M). Beyond the critical
    batch a larger one saves hardly any steps (McCandlish et al. 2018, arXiv 1812.06162).

    Source: Step Law (arXiv 2503.04715), fitted up to 100B tokens and carried on beyond; that the critical batch grows
    with the tokens and hardly with the parameters is also found by Zhang et al. 2024 (arXiv 2410.21676).
    """
    return BATCH_AT_ONE_TOKEN * power(tokens / ONE_TOKEN, BATCH_EXPONENT)


def global_batch_sequences(global_batch_tokens: Value, sequence_tokens: Value) -> Value:
    """Sequences in the batch of one step [1].

    The power of two nearest to global_batch_tokens / sequence_tokens on a logarithmic scale, at least 1.

    Source: habit of published runs (Llama 3.1 405B: 2,048 sequences of 8,192; GPT-3 175B of MLPerf: 2,048 of 2,048).
    """
    doublings = round_half_even(log(maximum(global_batch_tokens / sequence_tokens, 1.0)) / log(2.0))
    return power(2.0, doublings)


def step_tokens(global_batch_sequences: Value, sequence_tokens: Value) -> Value:
    """Tokens that one step trains on [token].

    global_batch_sequences · sequence_tokens.

    Source: definition.
    """
    return global_batch_sequences * sequence_tokens


@status("less_than_a_step", spoils=("training_steps", *RUN))
def less_than_a_step(tokens: Value, step_tokens: Value) -> Value:
    """Whether there are fewer tokens than one step trains on [truth].

    tokens < step_tokens.

    Source: definition.
    """
    return tokens < step_tokens


def training_steps(tokens: Value, step_tokens: Value) -> Value:
    """Optimiser steps of pre-training [1].

    tokens / step_tokens.

    Source: definition.
    """
    return tokens / step_tokens
