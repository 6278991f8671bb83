"""Parameters: how many each part of the model has, from the shape in use.

Counted are the matrices; norms, biases and learned positions, below 0.4 % in every published model of the catalogue,
are left out. Whoever gives a shape, with ``layers`` and ``hidden``, and no ``params`` has them counted; likewise the
share of them that works on one token.
"""

from __future__ import annotations

from gigacost.graph.declarations import Alternative, Constant
from gigacost.model.architecture import (
    active_experts,
    always_experts,
    dense_block_layers,
    dense_ffn_width,
    embedding_matrices,
    ffn_matrices,
    ffn_width,
    head_width,
    is_moe,
    key_value_heads,
    latent_attention,
    query_heads,
    rotary_width,
    routed_experts,
    value_width,
    vocabulary,
)
from gigacost.model.typical_shape import ONE_PARAM
from gigacost.ops import Value, missing, where

LATENT_PER_HEAD_WIDTH = Constant(4, "1", "DeepSeek-V2 (arXiv 2405.04434) section 2.1.4", "2024-05")


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
    rank = where(missing(kv_lora_rank), LATENT_PER_HEAD_WIDTH * head_width, kv_lora_rank)
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
    """Share of a given shape's parameters that work on one token; missing where experts have no such shape [1].

    shape_params_active / shape_params, of what is given; 1 without experts.

    Source: definition.
    """
    every, active = _counted(
        layers, hidden, heads, kv_heads, head_dim, ffn, glu, vocab, tied_embeddings, experts, experts_per_token,
        shared_experts, dense_layers, dense_ffn, mla, q_lora_rank, kv_lora_rank, rope_head_dim, v_head_dim,
        relative_positions,
    )  # fmt: skip
    return where(experts > 1.0, active / every, 1.0)


PARAMS_OF_SHAPE = Alternative("params", ("layers", "hidden"), _params_of_shape)
ACTIVE_FRACTION_OF_SHAPE = Alternative("moe_active_fraction", ("experts",), _active_fraction_of_shape)
