"""Architecture: the shape of the trained model.

The shape in use is the one that is given, by ``model`` or by ``layers`` and ``hidden`` with whatever else is known;
where those two are missing it is that of ``typical_shape``, made of ``params`` and ``params_active``.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Constant, rule
from gigacost.model.typical_shape import (
    EXPERTS_AT_WORK,
    FFN_PER_WIDTH,
    GATED,
    LARGEST_VOCABULARY,
    TYPICAL_HEAD_WIDTH,
)
from gigacost.ops import Value, both, ceil, floor, maximum, minimum, missing, negate, where

LAYERS = catalogued("layers", "Transformer layers.", default=MISSING)
HIDDEN = catalogued("hidden", "Width of the residual stream.", default=MISSING)
HEADS = catalogued("heads", "Attention (query) heads; left out: those of 128 in hidden.", default=MISSING)
KV_HEADS = catalogued("kv_heads", "Heads of keys and values; left out: heads.", default=MISSING)
HEAD_DIM = catalogued("head_dim", "Width of a head; left out: hidden / heads.", default=MISSING)
FFN = catalogued("ffn", "Width of the feed-forward block, or of one expert; left out: of Llama 3.", default=MISSING)
GLU = catalogued("glu", "1 if the feed-forward block is gated, else 0; left out: gated.", default=MISSING)
VOCAB = catalogued("vocab", "Words of the vocabulary; left out: 128,256, fewer in small models.", default=MISSING)
TIED_EMBEDDINGS = catalogued(
    "tied_embeddings", "1 if input and output embeddings are one matrix, else 0.", default=MISSING
)
EXPERTS = catalogued(
    "experts", "Experts of a layer that a router chooses from; left out: 1, a dense model.", default=MISSING
)
EXPERTS_PER_TOKEN = catalogued(
    "experts_per_token", "Of these, how many work on one token; left out: 8.", default=MISSING
)
SHARED_EXPERTS = catalogued("shared_experts", "Experts beside these that work on every token.", default=MISSING)
DENSE_LAYERS = catalogued("dense_layers", "Layers of a mixture of experts that have none.", default=MISSING)
DENSE_FFN = catalogued("dense_ffn", "Width of the feed-forward block in those layers.", default=MISSING)
MLA = catalogued("mla", "1 with multi-head latent attention, else 0; left out: 0.", default=MISSING)
Q_LORA_RANK = catalogued(
    "q_lora_rank", "Rank of the queries in latent attention; left out: not reduced.", default=MISSING
)
KV_LORA_RANK = catalogued("kv_lora_rank", "Rank of keys and values in it; left out: 4 · head_dim.", default=MISSING)
ROPE_HEAD_DIM = catalogued("rope_head_dim", "Rotary part of its heads; left out: head_dim / 2.", default=MISSING)
V_HEAD_DIM = catalogued("v_head_dim", "Width of its value heads; left out: head_dim.", default=MISSING)
RELATIVE_POSITIONS = catalogued(
    "relative_positions", "1 if each layer has one more hidden x hidden matrix, else 0; left out: 0.", default=MISSING
)
CONTEXT_TOKENS = catalogued("context_tokens", "Length of a training sequence.", default=MISSING)

TYPICAL_CONTEXT_TOKENS = Constant(
    8192,
    "token",
    "The Llama 3 Herd of Models (arXiv 2407.21783) section 3.4.1: pre-training, but for its start",
    "2024-07",
)
UNGATED = Constant(2, "1", "Attention Is All You Need (arXiv 1706.03762) section 3.3", "2017-06")
UNGATED_FFN_PER_WIDTH = Constant(
    4, "1", "Attention Is All You Need (arXiv 1706.03762) section 3.3: 2048 for 512", "2017-06"
)


@rule("more than there are experts", allowed="at most experts")
def more_experts_per_token_than_experts(experts_per_token: Value, experts: Value) -> Value:
    """Whether a token passes through more routed experts than a layer has [truth].

    Source: definition.
    """
    return experts_per_token > experts


@rule("more than there are layers", allowed="at most layers")
def more_dense_layers_than_layers(dense_layers: Value, layers: Value) -> Value:
    """Whether more layers of a mixture are without experts than there are layers [truth].

    Source: definition.
    """
    return dense_layers > layers


@rule("does not divide hidden", allowed="a divisor of hidden; or head_dim beside it")
def heads_of_no_whole_width(heads: Value, hidden: Value, head_dim: Value) -> Value:
    """Whether the width cannot be shared out among the heads, and no width of a head is given [truth].

    Source: Vaswani et al. 2017 (arXiv 1706.03762) section 3.2.2: a head's width is the model's over their number.
    """
    return both(hidden / heads > floor(hidden / heads), missing(head_dim))


def _known(layers: Value, hidden: Value) -> Value:
    """Whether a shape is given, and none has to be made up."""
    return negate(missing(layers * hidden))


def _or(figure: Value, default: Value) -> Value:
    """The figure, or its default where it is missing."""
    return where(missing(figure), default, figure)


def block_layers(layers: Value, hidden: Value, typical_layers: Value) -> Value:
    """Transformer layers in use [1].

    ``layers``; typical_layers where layers or hidden are missing.

    Source: the published shape, by way of the catalogue.
    """
    return where(_known(layers, hidden), layers, typical_layers)


def model_width(layers: Value, hidden: Value, typical_width: Value) -> Value:
    """Width of the residual stream in use [1].

    ``hidden``; typical_width where layers or hidden are missing.

    Source: the published shape, by way of the catalogue.
    """
    return where(_known(layers, hidden), hidden, typical_width)


def query_heads(layers: Value, hidden: Value, heads: Value, head_dim: Value, typical_width: Value) -> Value:
    """Attention heads of a layer in use [1].

    ``heads``; left out, as many of ``head_dim`` (or 128) as fit into ``hidden``. Of the typical shape: its width / 128.

    Source: Llama 3 (arXiv 2407.21783) table 3 for 128.
    """
    fitting = maximum(floor(hidden / _or(head_dim, TYPICAL_HEAD_WIDTH)), 1.0)
    return where(_known(layers, hidden), _or(heads, fitting), typical_width / TYPICAL_HEAD_WIDTH)


def key_value_heads(
    layers: Value, hidden: Value, kv_heads: Value, query_heads: Value, typical_key_value_heads: Value
) -> Value:
    """Heads of keys and values in use [1].

    ``kv_heads``; left out, query_heads.

    Source: Ainslie et al. 2023 (arXiv 2305.13245) section 2.2: as many as query heads without grouping.
    """
    return where(_known(layers, hidden), _or(kv_heads, query_heads), typical_key_value_heads)


def head_width(layers: Value, hidden: Value, head_dim: Value, query_heads: Value) -> Value:
    """Width of an attention head in use, without the rotary part of latent attention [1].

    ``head_dim``; left out, hidden / query_heads, rounded up. Of the typical shape: 128.

    Source: Vaswani et al. 2017 (arXiv 1706.03762) section 3.2.2.
    """
    return where(_known(layers, hidden), _or(head_dim, ceil(hidden / query_heads)), TYPICAL_HEAD_WIDTH)


def ffn_matrices(layers: Value, hidden: Value, glu: Value) -> Value:
    """Matrices of a feed-forward block in use [1].

    3 where it is gated, 2 where ``glu`` is 0.

    Source: Shazeer 2020 (arXiv 2002.05202) section 2.
    """
    return where(both(_known(layers, hidden), glu < 1.0), UNGATED, GATED)


def routed_experts(layers: Value, hidden: Value, experts: Value, typical_experts: Value) -> Value:
    """Experts of a layer that a router chooses from, 1 in a dense model [1].

    ``experts``; left out, 1.

    Source: Fedus et al. 2021 (arXiv 2101.03961) section 2.1.
    """
    return where(_known(layers, hidden), _or(experts, 1.0), typical_experts)


def active_experts(
    layers: Value, hidden: Value, experts_per_token: Value, routed_experts: Value, typical_active_experts: Value
) -> Value:
    """Routed experts that work on one token, 1 in a dense model [1].

    ``experts_per_token``; left out, 8. Not more than there are.

    Source: DeepSeek-V3 (arXiv 2412.19437) section 4.2 and Qwen3 (arXiv 2505.09388) table 2 for 8.
    """
    chosen = minimum(_or(experts_per_token, EXPERTS_AT_WORK), routed_experts)
    return where(_known(layers, hidden), chosen, typical_active_experts)


def always_experts(layers: Value, hidden: Value, shared_experts: Value) -> Value:
    """Experts that work on every token, beside the routed ones [1].

    ``shared_experts``; left out, 0.

    Source: DeepSeekMoE (arXiv 2401.06066) section 3.2.
    """
    return where(both(_known(layers, hidden), shared_experts > 0.0), shared_experts, 0.0)


def is_moe(routed_experts: Value) -> Value:
    """1 for a mixture of experts, else 0 [1].

    Whether routed_experts > 1.

    Source: definition.
    """
    return where(routed_experts > 1.0, 1.0, 0.0)


def ffn_width(
    layers: Value,
    hidden: Value,
    ffn: Value,
    ffn_matrices: Value,
    active_experts: Value,
    always_experts: Value,
    typical_ffn_width: Value,
) -> Value:
    """Width of the feed-forward block in use, or of one expert [1].

    ``ffn``; left out, 3.5 · hidden if gated, else 4 · hidden, divided among the experts at work, rounded up.

    Source: Llama 3 (arXiv 2407.21783) table 3; Vaswani et al. 2017 (arXiv 1706.03762) section 3.3.
    """
    per_width = where(ffn_matrices < GATED, UNGATED_FFN_PER_WIDTH, FFN_PER_WIDTH)
    usual = ceil(per_width * hidden / (active_experts + always_experts))
    return where(_known(layers, hidden), _or(ffn, usual), typical_ffn_width)


def dense_block_layers(layers: Value, hidden: Value, dense_layers: Value, is_moe: Value) -> Value:
    """Layers of a mixture of experts that have none; 0 in a dense model [1].

    ``dense_layers``; left out, 0. Not more than there are.

    Source: DeepSeekMoE (arXiv 2401.06066) section 5.1: the first layer is dense.
    """
    return where(both(_known(layers, hidden), dense_layers > 0.0), minimum(dense_layers, layers), 0.0) * is_moe


def dense_ffn_width(
    layers: Value, hidden: Value, dense_ffn: Value, ffn_width: Value, active_experts: Value, always_experts: Value
) -> Value:
    """Width of the feed-forward block in layers without experts [1].

    ``dense_ffn``; left out, as wide as the experts at work together.

    Source: DeepSeek-V3 (arXiv 2412.19437) section 4.2: 18,432 beside 9 experts of 2,048.
    """
    given = both(_known(layers, hidden), dense_ffn > 0.0)
    return where(given, dense_ffn, ffn_width * (active_experts + always_experts))


def vocabulary(layers: Value, hidden: Value, vocab: Value, typical_vocabulary: Value) -> Value:
    """Words of the vocabulary in use [1].

    ``vocab``, whether or not a shape is given; left out, 128,256. Of the typical shape: typical_vocabulary.

    Source: Llama 3 (arXiv 2407.21783) table 3.
    """
    return _or(vocab, where(_known(layers, hidden), LARGEST_VOCABULARY, typical_vocabulary))


def embedding_matrices(
    layers: Value, hidden: Value, tied_embeddings: Value, typical_embedding_matrices: Value
) -> Value:
    """Matrices between words and the residual stream [1].

    1 where ``tied_embeddings`` is 1, whether or not a shape is given, else 2. Left out: 2; of the typical shape
    typical_embedding_matrices.

    Source: Press and Wolf 2017 (arXiv 1608.05859).
    """
    untied = where(_known(layers, hidden), 2.0, typical_embedding_matrices)
    return where(missing(tied_embeddings), untied, 2.0 - tied_embeddings)


def sequence_tokens(context_tokens: Value) -> Value:
    """Length of a training sequence in use [token].

    ``context_tokens``; left out, 8,192.

    Source: Llama 3 (arXiv 2407.21783) section 3.4.1.
    """
    return _or(context_tokens, TYPICAL_CONTEXT_TOKENS)


def latent_attention(layers: Value, hidden: Value, mla: Value) -> Value:
    """1 where keys and values are made of a shared projection of low rank, else 0 [1].

    ``mla``, of a given shape.

    Source: DeepSeek-V2 (arXiv 2405.04434) section 2.1.
    """
    return where(both(_known(layers, hidden), mla > 0.0), 1.0, 0.0)


def rotary_width(latent_attention: Value, head_width: Value, rope_head_dim: Value) -> Value:
    """Width of a latent attention's head that is kept apart for positions; else 0 [1].

    ``rope_head_dim``; left out, head_width / 2.

    Source: DeepSeek-V2 (arXiv 2405.04434) section 2.1.4.
    """
    return latent_attention * _or(rope_head_dim, head_width / 2.0)


def value_width(latent_attention: Value, head_width: Value, v_head_dim: Value) -> Value:
    """Width of a head's values [1].

    head_width; with latent attention ``v_head_dim``, where it is given.

    Source: DeepSeek-V2 (arXiv 2405.04434) section 2.1.2.
    """
    return where(both(latent_attention > 0.0, v_head_dim > 0.0), v_head_dim, head_width)


def attention_width(query_heads: Value, head_width: Value, rotary_width: Value, value_width: Value) -> Value:
    """Width over which tokens attend to each other: the mean of all heads' queries and values [1].

    query_heads · (head_width + rotary_width + value_width) / 2; query_heads · head_width without latent attention.

    Source: PaLM (arXiv 2204.02311) appendix B (H·Q); DeepSeek-V2 (arXiv 2405.04434) equations 44-46.
    """
    return query_heads * (head_width + rotary_width + value_width) / 2.0
