"""Architecture: the shape of the trained model, and how many parameters each part of it has.

The shape in use is the one that is given, by ``model`` or by ``layers`` and ``hidden`` with whatever else is known;
where those two are missing it is that of ``typical_shape``, made of ``params`` and ``params_active``. Whoever gives a
shape and no ``params`` has them counted. Parameters are those of the matrices; norms, biases and learned positions,
below 0.3 % in every published model of the catalogue, are left out.
"""

from __future__ import annotations

from gigacost.declare import MISSING, Alternative, Constant, Input, rule
from gigacost.model.typical_shape import (
    EXPERTS_AT_WORK,
    FFN_PER_WIDTH,
    GATED,
    LARGEST_VOCABULARY,
    ONE_PARAM,
    TYPICAL_HEAD_WIDTH,
)
from gigacost.ops import Value, both, ceil, floor, maximum, minimum, missing, negate, where


def _shape_input(name: str, doc: str, high: float, *, low: float = 1.0) -> Input:
    return Input(name, "1", doc, default=MISSING, low=low, high=high, integer=True)


LAYERS = _shape_input("layers", "Transformer layers.", 1e6)
HIDDEN = _shape_input("hidden", "Width of the residual stream.", 1e9)
HEADS = _shape_input("heads", "Attention (query) heads per layer; left out: as many of 128 as fit in hidden.", 1e6)
KV_HEADS = _shape_input("kv_heads", "Heads of keys and values; left out: as many as heads.", 1e6)
HEAD_DIM = _shape_input("head_dim", "Width of one attention head; left out: hidden / heads.", 1e6)
FFN = _shape_input(
    "ffn", "Width of the feed-forward block, or of one expert; left out: 3.5 · hidden if gated, else 4 · hidden.", 1e9
)
GLU = _shape_input("glu", "1 if the feed-forward block is gated, else 0; left out: gated.", 1.0, low=0.0)
VOCAB = _shape_input("vocab", "Words of the vocabulary; left out: 128,256, fewer in small models.", 1e9)
TIED_EMBEDDINGS = _shape_input(
    "tied_embeddings", "1 if input and output embeddings are one matrix, else 0.", 1.0, low=0.0
)
EXPERTS = _shape_input("experts", "Experts of a layer that a router chooses from; left out: 1, a dense model.", 1e6)
EXPERTS_PER_TOKEN = _shape_input("experts_per_token", "Of these, how many work on one token; left out: 8.", 1e6)
SHARED_EXPERTS = _shape_input("shared_experts", "Experts beside these that work on every token.", 1e6, low=0.0)
DENSE_LAYERS = _shape_input("dense_layers", "Layers of a mixture of experts that have none.", 1e6, low=0.0)
DENSE_FFN = _shape_input("dense_ffn", "Width of the feed-forward block in those layers.", 1e9, low=0.0)
MLA = _shape_input("mla", "1 with multi-head latent attention, else 0; left out: 0.", 1.0, low=0.0)
Q_LORA_RANK = _shape_input("q_lora_rank", "Rank of the queries in latent attention; left out: not reduced.", 1e9)
KV_LORA_RANK = _shape_input("kv_lora_rank", "Rank of keys and values in it; left out: 4 · head_dim.", 1e9)
ROPE_HEAD_DIM = _shape_input("rope_head_dim", "Rotary part of its heads; left out: head_dim / 2.", 1e6)
V_HEAD_DIM = _shape_input("v_head_dim", "Width of its value heads; left out: head_dim.", 1e6)
RELATIVE_POSITIONS = _shape_input(
    "relative_positions", "1 if each layer has one more hidden x hidden matrix, else 0; left out: 0.", 1.0, low=0.0
)
CONTEXT_TOKENS = Input("context_tokens", "token", "Length of a training sequence.", default=MISSING, low=1, high=1e12)

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
LATENT_PER_HEAD_WIDTH = Constant(4, "1", "DeepSeek-V2 (arXiv 2405.04434) section 2.1.4", "2024-05")


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


def attention_params_per_layer(
    model_width: Value,
    query_heads: Value,
    key_value_heads: Value,
    head_width: Value,
    latent_attention: Value,
    rotary_width: Value,
    value_width: Value,
    q_lora_rank: Value,
    kv_lora_rank: Value,
    relative_positions: Value,
) -> Value:
    """Parameters of one layer's attention [param].

    2 · width · head_width · (query_heads + key_value_heads), and width² with relative positions. With latent attention:
    queries q_rank · (width + query_heads · keys), where keys = head_width + rotary_width (width · query_heads · keys if
    not reduced); keys and values width · (kv_rank + rotary_width) + kv_rank · query_heads · (head_width + value_width);
    output query_heads · value_width · width.

    Source: Vaswani et al. 2017 (arXiv 1706.03762) section 3.2.2; Ainslie et al. 2023 (arXiv 2305.13245); Transformer-XL
    (arXiv 1901.02860) section 3.3; DeepSeek-V2 (arXiv 2405.04434) equations 37-47.
    """
    positions = where(relative_positions > 0.0, model_width * model_width, 0.0)
    plain = 2.0 * model_width * head_width * (query_heads + key_value_heads) + positions
    queries = query_heads * (head_width + rotary_width)
    reduced = where(missing(q_lora_rank), model_width * queries, q_lora_rank * (model_width + queries))
    rank = _or(kv_lora_rank, LATENT_PER_HEAD_WIDTH * head_width)
    compressed = model_width * (rank + rotary_width) + rank * query_heads * (head_width + value_width)
    latent = reduced + compressed + query_heads * value_width * model_width
    return where(latent_attention > 0.0, latent, plain) * ONE_PARAM


def _feed_forward(
    model_width: Value, ffn_matrices: Value, ffn_width: Value, counted: Value, routed_experts: Value, dense: Value
) -> Value:
    """The mean of layers with experts, of which so many are counted, and without (``dense``: share, width)."""
    share, width = dense
    router = where(routed_experts > 1.0, model_width * routed_experts, 0.0)
    mixture = ffn_matrices * model_width * ffn_width * counted + router
    return (mixture * (1.0 - share) + ffn_matrices * model_width * width * share) * ONE_PARAM


def ffn_params_per_layer_active(
    model_width: Value,
    ffn_matrices: Value,
    ffn_width: Value,
    routed_experts: Value,
    active_experts: Value,
    always_experts: Value,
    block_layers: Value,
    dense_block_layers: Value,
    dense_ffn_width: Value,
) -> Value:
    """Parameters of a layer's feed-forward block that work on one token, router included, on average [param].

    ffn_matrices · width · ffn_width · (active_experts + always_experts) + width · routed_experts (with experts); in
    dense_block_layers of the layers ffn_matrices · width · dense_ffn_width.

    Source: DeepSeekMoE (arXiv 2401.06066) section 3; Shazeer 2020 (arXiv 2002.05202) section 2.
    """
    dense = dense_block_layers / block_layers, dense_ffn_width
    counted = active_experts + always_experts
    return _feed_forward(model_width, ffn_matrices, ffn_width, counted, routed_experts, dense)


def ffn_params_per_layer_total(
    model_width: Value,
    ffn_matrices: Value,
    ffn_width: Value,
    routed_experts: Value,
    always_experts: Value,
    block_layers: Value,
    dense_block_layers: Value,
    dense_ffn_width: Value,
) -> Value:
    """Parameters of a layer's feed-forward block, all experts and the router included, on average [param].

    As ffn_params_per_layer_active, with routed_experts in place of active_experts.

    Source: DeepSeekMoE (arXiv 2401.06066) section 3; Shazeer 2020 (arXiv 2002.05202) section 2.
    """
    dense = dense_block_layers / block_layers, dense_ffn_width
    counted = routed_experts + always_experts
    return _feed_forward(model_width, ffn_matrices, ffn_width, counted, routed_experts, dense)


def embedding_params(model_width: Value, vocabulary: Value, embedding_matrices: Value) -> Value:
    """Parameters between words and the residual stream [param].

    vocabulary · embedding_matrices · width.

    Source: definition.
    """
    return vocabulary * embedding_matrices * model_width * ONE_PARAM


def shape_params(
    block_layers: Value, attention_params_per_layer: Value, ffn_params_per_layer_total: Value, embedding_params: Value
) -> Value:
    """Parameters of the shape in use, all experts included [param].

    block_layers · (attention_params_per_layer + ffn_params_per_layer_total) + embedding_params: within 0.5 % of what is
    published of every model of the catalogue, and within 1 % of ``params`` where the shape is made of it.

    Source: definition.
    """
    return block_layers * (attention_params_per_layer + ffn_params_per_layer_total) + embedding_params


def shape_params_active(
    block_layers: Value, attention_params_per_layer: Value, ffn_params_per_layer_active: Value, embedding_params: Value
) -> Value:
    """Parameters of the shape in use that work on one token, embeddings included [param].

    block_layers · (attention_params_per_layer + ffn_params_per_layer_active) + embedding_params.

    Source: definition.
    """
    return block_layers * (attention_params_per_layer + ffn_params_per_layer_active) + embedding_params


def _counted(
    layers: Value, hidden: Value, heads: Value, kv_heads: Value, head_dim: Value, ffn: Value, glu: Value, vocab: Value,
    tied_embeddings: Value, experts: Value, experts_per_token: Value, shared_experts: Value, dense_layers: Value,
    dense_ffn: Value, mla: Value, q_lora_rank: Value, kv_lora_rank: Value, rope_head_dim: Value, v_head_dim: Value,
    relative_positions: Value,
) -> tuple[Value, Value]:  # fmt: skip
    """All parameters of a given shape, and those that work on one token."""
    queries = query_heads(layers, hidden, heads, head_dim, 0.0)
    keys = key_value_heads(layers, hidden, kv_heads, queries, 0.0)
    width = head_width(layers, hidden, head_dim, queries)
    matrices = ffn_matrices(layers, hidden, glu)
    routed = routed_experts(layers, hidden, experts, 1.0)
    chosen = active_experts(layers, hidden, experts_per_token, routed, 1.0)
    shared = always_experts(layers, hidden, shared_experts)
    wide = ffn_width(layers, hidden, ffn, matrices, chosen, shared, 0.0)
    few = dense_block_layers(layers, hidden, dense_layers, is_moe(routed))
    dense = dense_ffn_width(layers, hidden, dense_ffn, wide, chosen, shared)
    latent = latent_attention(layers, hidden, mla)
    rotary, values = rotary_width(latent, width, rope_head_dim), value_width(latent, width, v_head_dim)
    attention = attention_params_per_layer(
        hidden, queries, keys, width, latent, rotary, values, q_lora_rank, kv_lora_rank, relative_positions
    )
    active = ffn_params_per_layer_active(hidden, matrices, wide, routed, chosen, shared, layers, few, dense)
    every = ffn_params_per_layer_total(hidden, matrices, wide, routed, shared, layers, few, dense)
    words, sides = vocabulary(layers, hidden, vocab, 0.0), embedding_matrices(layers, hidden, tied_embeddings, 2.0)
    embeddings = embedding_params(hidden, words, sides)
    total = shape_params(layers, attention, every, embeddings)
    return total, shape_params_active(layers, attention, active, embeddings)


def _params_of_shape(
    layers: Value, hidden: Value, heads: Value, kv_heads: Value, head_dim: Value, ffn: Value, glu: Value, vocab: Value,
    tied_embeddings: Value, experts: Value, experts_per_token: Value, shared_experts: Value, dense_layers: Value,
    dense_ffn: Value, mla: Value, q_lora_rank: Value, kv_lora_rank: Value, rope_head_dim: Value, v_head_dim: Value,
    relative_positions: Value,
) -> Value:  # fmt: skip
    """Parameters of a given shape [param].

    As shape_params, of what is given.

    Source: definition.
    """
    every, _ = _counted(
        layers, hidden, heads, kv_heads, head_dim, ffn, glu, vocab, tied_embeddings, experts, experts_per_token,
        shared_experts, dense_layers, dense_ffn, mla, q_lora_rank, kv_lora_rank, rope_head_dim, v_head_dim,
        relative_positions,
    )  # fmt: skip
    return every


def _active_fraction_of_shape(
    layers: Value, hidden: Value, heads: Value, kv_heads: Value, head_dim: Value, ffn: Value, glu: Value, vocab: Value,
    tied_embeddings: Value, experts: Value, experts_per_token: Value, shared_experts: Value, dense_layers: Value,
    dense_ffn: Value, mla: Value, q_lora_rank: Value, kv_lora_rank: Value, rope_head_dim: Value, v_head_dim: Value,
    relative_positions: Value,
) -> Value:  # fmt: skip
    """Share of a given shape's parameters that work on one token; 1 where it is not known [1].

    shape_params_active / shape_params, of what is given.

    Source: definition.
    """
    every, active = _counted(
        layers, hidden, heads, kv_heads, head_dim, ffn, glu, vocab, tied_embeddings, experts, experts_per_token,
        shared_experts, dense_layers, dense_ffn, mla, q_lora_rank, kv_lora_rank, rope_head_dim, v_head_dim,
        relative_positions,
    )  # fmt: skip
    return where(_known(layers, hidden), active / every, 1.0)


PARAMS_OF_SHAPE = Alternative("params", ("layers", "hidden"), _params_of_shape)
ACTIVE_FRACTION_OF_SHAPE = Alternative(
    "moe_active_fraction", ("layers", "hidden", "experts"), _active_fraction_of_shape
)
