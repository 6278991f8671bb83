"""Workload: how much arithmetic a training run is.

The final pre-training run costs 6 FLOP per active parameter and token, plus attention (of the shape in
``architecture``); post-training adds a share of it. Whoever knows only the FLOP finds params and tokens in
``compute_optimal``.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Constant, Input, doubt, status
from gigacost.ops import Value, maximum, missing, where

PARAMS = catalogued("params", "Parameters of the model, all experts included.", plausible=(1e6, 1e14))
TOKENS = Input(
    "tokens",
    "token",
    "Tokens seen in pre-training, repeated ones included.",
    low=1,
    high=1e20,
    plausible=(1e8, 1e15),
)
MOE_ACTIVE_FRACTION = Input(
    "moe_active_fraction",
    "1",
    "Share of the parameters that work on one token; below 1 for a mixture of experts.",
    default=1.0,
    source="definition: a dense model uses every parameter for every token",
    low_open=True,
    high=1,
)
UNIQUE_TOKENS = Input(
    "unique_tokens",
    "token",
    "Distinct tokens at hand; fewer than the tokens seen means that data are repeated. Left out: nothing is repeated.",
    default=MISSING,
    low=1,
    high=1e20,
)
POST_TRAINING_SHARE = Input(
    "post_training_share",
    "1",
    "Compute of context extension and post-training relative to pre-training.",
    default=0.047,
    source="DeepSeek-V3 technical report (arXiv 2412.19437) table 1: 2.788M hours in all, 2.664M in pre-training",
    date="2024-12",
    high=1e6,
    plausible=(0.0, 1.0),
)
FLOP_PER_PARAM_TOKEN = Constant(
    6,
    "FLOP/(param·token)",
    "Kaplan et al. 2020 (arXiv 2001.08361) section 2.1; Hoffmann et al. 2022 (arXiv 2203.15556) appendix F",
    "2020-01",
)
FLOP_PER_ATTENDED_PAIR = Constant(
    12,
    "FLOP/(token·token)",
    "PaLM (arXiv 2204.02311) appendix B: 12·L·H·Q·T FLOP per token, forward and backward, without the causal mask",
    "2022-04",
)
CAUSAL_SHARE = Constant(
    0.5,
    "1",
    "a causal mask leaves s(s+1)/2 of s² pairs; the rest is skipped by FlashAttention-2 (arXiv 2307.08691) section 3.1",
    "2023-07",
)
MOST_EPOCHS = Constant(
    100,
    "1",
    "assumption: more than twice the 40 epochs beyond which Muennighoff et al. 2023 (arXiv 2305.16264) find repeated "
    "data to be worth nothing; beyond 16 they are worth little",
    "2023-05",
)


@status("unknown_active_params", spoils="params_active")
def unknown_active_params(params_active: Value) -> Value:
    """Whether nothing is published about how many parameters work on a token [truth].

    Source: the catalogue.
    """
    return missing(params_active)


def params_active(params: Value, moe_active_fraction: Value) -> Value:
    """Parameters that work on one token [param].

    params · moe_active_fraction; the catalogue's own figure where a ``model`` is chosen.

    Source: definition.
    """
    return params * moe_active_fraction


def epochs(tokens: Value, unique_tokens: Value) -> Value:
    """Passes over the distinct tokens [1].

    max(1, tokens / unique_tokens); 1 when no number of distinct tokens is given.

    Source: definition (Muennighoff et al. 2023, arXiv 2305.16264, section 3).
    """
    return where(missing(unique_tokens), 1.0, maximum(tokens / unique_tokens, 1.0))


@doubt(of="epochs", what="more than 100 passes over the same tokens; beyond about 40 they teach nothing new")
def many_epochs(epochs: Value) -> Value:
    """Whether data are repeated far more often than it helps [truth].

    epochs > 100.

    Source: Muennighoff et al. 2023 (arXiv 2305.16264), figure 1: at about 40 epochs repeating is worth nothing.
    """
    return epochs > MOST_EPOCHS


def dense_flop(params_active: Value, tokens: Value) -> Value:
    """Arithmetic of pre-training in the weight matrices [FLOP].

    6 · params_active · tokens: two per multiply-add, one forward and two backward passes.

    Source: Kaplan et al. 2020 section 2.1; Hoffmann et al. 2022 appendix F.
    """
    return FLOP_PER_PARAM_TOKEN * params_active * tokens


def attention_flop(tokens: Value, block_layers: Value, attention_width: Value, sequence_tokens: Value) -> Value:
    """Arithmetic of pre-training between pairs of tokens [FLOP].

    12 · ½ · block_layers · attention_width · sequence_tokens · tokens, of the shape in use.

    The convention is PaLM's, with half of it for the causal mask: kernels of today do not compute masked pairs, and
    here FLOP stands for work to be done, not for a benchmark's score. Hoffmann et al. 2022 (appendix F) and the MFU of
    PaLM and Megatron count the full square; the difference is 1-4 % at 2k-8k tokens of context in large models.

    Source: PaLM (arXiv 2204.02311) appendix B; FlashAttention-2 (arXiv 2307.08691) section 3.1.
    """
    return FLOP_PER_ATTENDED_PAIR * CAUSAL_SHARE * block_layers * attention_width * sequence_tokens * tokens


def training_flop(dense_flop: Value, attention_flop: Value) -> Value:
    """Arithmetic of the final pre-training run [FLOP].

    dense_flop + attention_flop.

    Source: PaLM (arXiv 2204.02311) appendix B.
    """
    return dense_flop + attention_flop


def run_flop(training_flop: Value, post_training_share: Value) -> Value:
    """Arithmetic of the final run, pre- and post-training [FLOP].

    training_flop · (1 + post_training_share).

    Source: DeepSeek-V3 (arXiv 2412.19437) table 1 for the split into stages.
    """
    return training_flop * (1.0 + post_training_share)
