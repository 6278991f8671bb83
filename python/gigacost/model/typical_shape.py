"""Typical shape: what a model looks like of which only the number of parameters is known.

A rule for a decoder such as Llama 3: heads 128 wide, hidden = 128 · layers, a gated feed-forward block of 3.5 · hidden,
grouped queries. Width and depth are rounded to numbers that split well over chips; the width of the feed-forward block
takes up what the rounding leaves, within 1 % of the parameters. Where fewer parameters work on a token than there are,
the rule holds for those that do, and the block is divided into experts, of which about eight work, as in DeepSeek-V3
and Qwen3; the depth then takes up what the whole numbers of experts leave.

What the rule gives has a meaning where ``layers`` and ``hidden`` are not known; see ``architecture`` for what is used.
"""

from __future__ import annotations

from gigacost.graph.declarations import Constant, rule
from gigacost.ops import Value, floor, log, maximum, minimum, power, round_half_even, where

_LLAMA_3 = "The Llama 3 Herd of Models (arXiv 2407.21783) table 3"
_SPLITS = "derived: splits over the 8 chips of a server, or a few stages of a pipeline"

ONE_PARAM = Constant(1, "param")
TYPICAL_HEAD_WIDTH = Constant(128, "1", f"{_LLAMA_3}: hidden / heads of all three models", "2024-07")
WIDTH_PER_LAYER = Constant(128, "1", f"{_LLAMA_3}: 128, 102 and 130 of 8B, 70B and 405B", "2024-07")
FFN_PER_WIDTH = Constant(3.5, "1", f"{_LLAMA_3}: 3.5, 3.5 and 3.25 of 8B, 70B and 405B", "2024-07")
GATED = Constant(3, "1", "GLU Variants Improve Transformer (arXiv 2002.05202) section 2", "2020-02")
LARGEST_VOCABULARY = Constant(128256, "1", f"{_LLAMA_3}: 128K words, reserved ones included", "2024-07")
WORDS_DIVISOR = Constant(32, "1", "derived: the embeddings of a small model stay near a quarter of it", "2026-11")
WORDS_STEP = Constant(128, "1", _SPLITS, "2026-11")
UNTIED_WIDTH = Constant(4096, "1", "Llama 3.2 1B and 3B (hidden 2048, 3072) tie embeddings, Llama 3 8B not", "2024-09")
EXPERTS_AT_WORK = Constant(8, "1", "DeepSeek-V3 (arXiv 2412.19437) 4.2, Qwen3 (arXiv 2505.09388) table 2", "2025-05")

FINEST_WIDTH = Constant(128, "1", "derived: one head", "2026-11")
COARSEST_WIDTH = Constant(1024, "1", f"{_SPLITS}: heads in eights", "2026-11")
WIDTH_PARTS = Constant(4, "1", "derived: width in steps of an eighth to a quarter of it", "2026-11")
MOST_SPLITS = Constant(8, "1", _SPLITS, "2026-11")
DEPTH_PARTS = Constant(8, "1", "derived: layers in steps of an eighth of them at most", "2026-11")
SPARSE_DEPTH_PARTS = Constant(32, "1", "derived: finer, for the depth sets the share at work", "2026-11")
EXPERTS_PARTS = Constant(8, "1", "derived: experts in steps of an eighth of them at most", "2026-11")
FFN_PARTS = Constant(64, "1", "derived: steps of 1/64 at most, hence half of it, 0.8 %, off at most", "2026-11")
COARSEST_FFN = Constant(128, "1", "derived: the tiles of matrix kernels", "2026-11")
LEAST_FFN_SHARE = Constant(
    0.25, "1", "derived: of what works on a token, where embeddings would take it all", "2026-11"
)


NAMED_WITHIN = Constant(1.01, "1", "names of published models (405B of 405.9B, 7B of 6.7B) are rounded", "2026-11")


@rule("more than there are parameters", allowed="at most params")
def more_active_than_parameters(params_active: Value, params: Value) -> Value:
    """Whether more parameters work on a token than the model has, but for the rounding of its name [truth].

    params_active > 1.01 · params: a model of 405.9B parameters is called 405B.

    Source: definition.
    """
    return params_active > params * NAMED_WITHIN


def _power_of_two(x: Value) -> Value:
    """The largest one that is not above the number, 1 at least; the same whatever the last bit of the logarithm."""
    most = maximum(x, 1.0)
    near = power(2.0, round_half_even(log(most) / log(2.0)))
    return where(near > most, near / 2.0, near)


def _rounded(x: Value, parts: Value, finest: Value, coarsest: Value) -> Value:
    """The nearest multiple of a power of two, which is at most 1/parts of the number and within two limits."""
    step = minimum(maximum(_power_of_two(x / parts), finest), coarsest)
    return maximum(step * round_half_even(x / step), step)


def _width(at_work: Value) -> Value:
    """The width at which a depth of width/128 layers has so many parameters."""
    return power(at_work * WIDTH_PER_LAYER / (2.0 + GATED * FFN_PER_WIDTH), 1.0 / 3.0)


def _words(width: Value) -> Value:
    return minimum(maximum(floor(width * width / WORDS_DIVISOR / WORDS_STEP), 1.0) * WORDS_STEP, LARGEST_VOCABULARY)


def _matrices(width: Value) -> Value:
    return where(width < UNTIED_WIDTH, 1.0, 2.0)


def _attention(width: Value, key_value_heads: Value) -> Value:
    """The parameters of one layer's attention."""
    return 2.0 * width * (width + key_value_heads * TYPICAL_HEAD_WIDTH)


def _at_work(params: Value, params_active: Value) -> Value:
    return minimum(params_active, params) / ONE_PARAM


def _plain_depth(at_work: Value, embeddings: Value, attention: Value, width: Value) -> Value:
    """The layers that parameters pay for, with a feed-forward block of the usual width."""
    return maximum((at_work - embeddings) / (attention + GATED * FFN_PER_WIDTH * width * width), 1.0)


def _spread(params: Value, params_active: Value, width: Value, attention: Value, embeddings: Value) -> Value:
    """The parameters of all experts over those of the experts at work."""
    at_work = _at_work(params, params_active)
    shared = embeddings + attention * _plain_depth(at_work, embeddings, attention, width)
    working = maximum(at_work - shared, LEAST_FFN_SHARE * at_work)
    return maximum(params / ONE_PARAM - shared, working) / working


def typical_width(params: Value, params_active: Value) -> Value:
    """Width of the residual stream by the rule [1].

    (128 · blocks / 12.5)^⅓, with 12.5 · width² parameters in each of width/128 layers, and blocks = the parameters at
    work less their embeddings; a multiple of 1024 from 4096 on, of 128 at least.

    Source: Llama 3 (arXiv 2407.21783) table 3 for the proportions.
    """
    at_work = _at_work(params, params_active)
    first = _width(at_work)
    blocks = maximum(at_work - _words(first) * _matrices(first) * first, at_work / 2.0)
    return _rounded(_width(blocks), WIDTH_PARTS, FINEST_WIDTH, COARSEST_WIDTH)


def typical_key_value_heads(typical_width: Value) -> Value:
    """Heads of keys and values by the rule [1].

    8, or as many of 4, 2, 1 as the heads are divided by: 8 · width / 4096.

    Source: Llama 3 (arXiv 2407.21783) table 3: 8 in all three models.
    """
    return minimum(_power_of_two(typical_width / (WIDTH_PARTS * FINEST_WIDTH)), MOST_SPLITS)


def typical_vocabulary(typical_width: Value) -> Value:
    """Words of the vocabulary by the rule [1].

    128,256, or width²/32 where that is less: small models have small vocabularies.

    Source: Llama 3 (arXiv 2407.21783) table 3; the second part is an assumption.
    """
    return _words(typical_width)


def typical_embedding_matrices(typical_width: Value) -> Value:
    """Matrices between words and the residual stream by the rule [1].

    1 (input and output tied) below a width of 4096, else 2.

    Source: model cards of Llama 3.2 1B and 3B, and of Llama 3 8B.
    """
    return _matrices(typical_width)


def typical_experts(
    params: Value,
    params_active: Value,
    typical_width: Value,
    typical_key_value_heads: Value,
    vocabulary: Value,
    embedding_matrices: Value,
) -> Value:
    """Experts of a layer by the rule, of which a token's router chooses [1].

    8 · (parameters in all experts) / (parameters in those at work), in steps of 8 that get longer; 1 in a dense model.

    Source: DeepSeek-V3 (arXiv 2412.19437) section 4.2 and Qwen3 (arXiv 2505.09388) table 2: 8 of 256, 8 of 128.
    """
    attention = _attention(typical_width, typical_key_value_heads)
    embeddings = vocabulary * embedding_matrices * typical_width
    wanted = EXPERTS_AT_WORK * _spread(params, params_active, typical_width, attention, embeddings)
    return where(params_active < params, _rounded(wanted, EXPERTS_PARTS, MOST_SPLITS, wanted), 1.0)


def typical_active_experts(
    params: Value,
    params_active: Value,
    typical_width: Value,
    typical_key_value_heads: Value,
    vocabulary: Value,
    embedding_matrices: Value,
    typical_experts: Value,
) -> Value:
    """Experts that work on one token by the rule [1].

    About 8: the share of ``typical_experts`` that holds the active parameters, rounded; 1 in a dense model.

    Source: DeepSeek-V3 (arXiv 2412.19437) section 4.2 and Qwen3 (arXiv 2505.09388) table 2.
    """
    attention = _attention(typical_width, typical_key_value_heads)
    embeddings = vocabulary * embedding_matrices * typical_width
    share = typical_experts / _spread(params, params_active, typical_width, attention, embeddings)
    chosen = minimum(maximum(round_half_even(share), 1.0), typical_experts - 1.0)
    return where(params_active < params, chosen, 1.0)


def typical_layers(
    params: Value,
    params_active: Value,
    typical_width: Value,
    typical_key_value_heads: Value,
    vocabulary: Value,
    embedding_matrices: Value,
    typical_experts: Value,
    typical_active_experts: Value,
) -> Value:
    """Layers by the rule [1].

    (params − embeddings) / (parameters of a layer whose feed-forward block is 3.5 · width wide), in steps of an eighth
    of it at most. With experts, what attention and router need so that both the active and all parameters come out
    right, within a factor of 2 of that.

    Source: Llama 3 (arXiv 2407.21783) table 3 for the proportions.
    """
    attention = _attention(typical_width, typical_key_value_heads)
    embeddings = vocabulary * embedding_matrices * typical_width
    at_work = _at_work(params, params_active)
    plain = _plain_depth(at_work, embeddings, attention, typical_width)
    one_expert = (params / ONE_PARAM - at_work) / maximum(typical_experts - typical_active_experts, 1.0)
    rest = at_work - embeddings - typical_active_experts * one_expert
    balanced = minimum(maximum(rest / (attention + typical_width * typical_experts), plain / 2.0), plain * 2.0)
    return where(
        params_active < params,
        _rounded(balanced, SPARSE_DEPTH_PARTS, 1.0, MOST_SPLITS),
        _rounded(plain, DEPTH_PARTS, 1.0, MOST_SPLITS),
    )


def typical_ffn_width(
    params: Value,
    params_active: Value,
    typical_width: Value,
    typical_key_value_heads: Value,
    vocabulary: Value,
    embedding_matrices: Value,
    typical_experts: Value,
    typical_layers: Value,
) -> Value:
    """Width of the feed-forward block, or of one expert, by the rule [1].

    What is left of the parameters, over 3 · width · layers · experts, in steps of 1/64 of it at most.

    Source: definition (the parameters must come out right).
    """
    router = where(params_active < params, typical_width * typical_experts, 0.0)
    layer = _attention(typical_width, typical_key_value_heads) + router
    blocks = params / ONE_PARAM - vocabulary * embedding_matrices * typical_width - typical_layers * layer
    width = blocks / (GATED * typical_width * typical_layers * typical_experts)
    return _rounded(maximum(width, 1.0), FFN_PARTS, 1.0, COARSEST_FFN)
