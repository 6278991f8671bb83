"""What one chip of the fullest stage holds: weights, gradients, optimiser state, activations, a margin."""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import Constant, Input, status
from gigacost.model.constants import B_PER_GIB
from gigacost.model.performance.batch import ONE_TOKEN
from gigacost.model.performance.layer import ACTIVATION_BYTE, BLOCKS_PER_LAYER, ONE_PARAM
from gigacost.model.performance.layout import (
    FULL,
    ONE_CHIP,
    SELECTIVE,
    SHARDED_GRADIENTS,
    SHARDED_OPTIMISER,
    SHARDED_WEIGHTS,
)
from gigacost.ops import Value, either, maximum, minimum, missing, where

MEM_GIB = catalogued("mem_gib", "Memory of a chip that a program can use.")
MEMORY_MARGIN_GIB = Input(
    "memory_margin_gib",
    "GiB",
    "Memory for the runtime, buffers of collectives and fragmentation.",
    default=4.0,
    source="assumption",
    date="2026-11",
    high=1e6,
)
WEIGHT_BYTE = Input(
    "weight_byte",
    "B/param",
    "Bytes of a weight in the precision of the forward pass.",
    default=2.0,
    source="Micikevicius et al. 2018 (arXiv 1710.03740) section 3.1: 16 bits; fp8 recipes keep bf16 weights too",
    date="2018-02",
    low_open=True,
    high=16,
)
OPTIMISER_BYTE = Input(
    "optimiser_byte",
    "B/param",
    "Bytes of the optimiser's state for a parameter.",
    default=12.0,
    source="Rajbhandari et al. 2020 (arXiv 1910.02054) section 3.1: fp32 weight and two moments of Adam",
    date="2019-10",
    low_open=True,
    high=64,
)

FULL_RECOMPUTE_TENSORS = Constant(
    1, "1", "Korthikanti et al. 2022 (arXiv 2205.05198) section 5: a layer's input alone", "2022-05"
)
KEPT_SCORE_BYTE = Constant(
    5, "B/(token·token)", "Korthikanti et al. 2022 (arXiv 2205.05198) section 4.1: 5·a·s²·b", "2022-05"
)
LOGIT_BYTE = Constant(6, "B/token", "derived: a logit in bf16 and its softmax in fp32", "2026-11")
PIECES_HELD = Constant(2, "1", "PyTorch FSDP (arXiv 2304.11277): the layer at work and the next", "2023-04")
OP_LEVEL_KEPT_SHARE = Constant(0.5, "1", "torchtitan selective recomputation keeps every second product", "2024-12")


@status("no_memory_data", spoils=("memory_byte_per_s", "memory_use"))
def no_memory_data(mem_bw_byte_per_s: Value, mem_gib: Value) -> Value:
    """Whether the chip's memory or its bandwidth is not known [truth].

    Source: the catalogue.
    """
    return either(missing(mem_bw_byte_per_s), missing(mem_gib))


def expert_layer_share(block_layers: Value, dense_block_layers: Value) -> Value:
    """Share of the layers that have experts, in a mixture [1].

    (layers − dense layers) / layers.

    Source: definition.
    """
    return (block_layers - dense_block_layers) / block_layers


def expert_params_per_layer(
    expert_layer_share: Value,
    routed_experts: Value,
    ffn_matrices: Value,
    model_width: Value,
    ffn_width: Value,
) -> Value:
    """Parameters of the routed experts of a layer, averaged over all layers [param].

    expert_layer_share · experts · matrices · hidden · ffn; 0 in a dense model.

    Source: definition.
    """
    every = expert_layer_share * routed_experts * ffn_matrices * model_width * ffn_width
    return where(routed_experts > 1.0, every, 0.0) * ONE_PARAM


def dense_params_per_layer(ffn_params_per_layer_total: Value, expert_params_per_layer: Value) -> Value:
    """Parameters of a layer's feed-forward blocks that are no routed experts, averaged over all layers [param].

    Source: definition.
    """
    return ffn_params_per_layer_total - expert_params_per_layer


def stage_dense_params(
    stage_layers: Value,
    attention_params_per_layer: Value,
    dense_params_per_layer: Value,
    embedding_params: Value,
    embedding_matrices: Value,
    pp: Value,
    tp: Value,
) -> Value:
    """Parameters outside of experts that one chip of the fullest stage works with [param].

    (layers of the stage · params per layer + embeddings) / tp; a pipeline has input and output embeddings on
    different stages.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.
    """
    embeddings = where(pp > 1.0, embedding_params / embedding_matrices, embedding_params)
    return (stage_layers * (attention_params_per_layer + dense_params_per_layer) + embeddings) / tp


def stage_expert_params(stage_layers: Value, expert_params_per_layer: Value, expert_shards: Value) -> Value:
    """Parameters of routed experts that one chip of the fullest stage works with [param].

    layers of the stage · params of all experts per layer / expert_shards.

    Source: Lepikhin et al. 2020, GShard (arXiv 2006.16668) section 3.
    """
    return stage_layers * expert_params_per_layer / expert_shards


def stage_params(stage_dense_params: Value, stage_expert_params: Value) -> Value:
    """Parameters that one chip of the fullest stage works with [param].

    Source: definition.
    """
    return stage_dense_params + stage_expert_params


def owned_params(
    stage_dense_params: Value, stage_expert_params: Value, shards: Value, tp: Value, expert_shards: Value
) -> Value:
    """Parameters of which one chip keeps the state when all ranks share it [param].

    Those outside of experts over dp · cp ranks, experts over the copies of them that there are.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 5; Megatron-LM for experts.
    """
    copies = maximum(tp * shards / expert_shards, 1.0)
    return stage_dense_params / shards + stage_expert_params / copies


def piece_params(stage_params: Value, stage_layers: Value, pp: Value, vp: Value) -> Value:
    """Parameters that a chip has whole at one time when they are shared out [param].

    A layer's; with a pipeline those of one piece of its stage.

    Source: torchtitan (arXiv 2410.06511) section 2.1; Lamy-Poirier 2023 (arXiv 2211.05953) section 3.
    """
    return stage_params / where(pp > 1.0, vp, stage_layers)


def weights_gib(
    stage_params: Value, owned_params: Value, piece_params: Value, zero_stage: Value, weight_byte: Value
) -> Value:
    """Weights on one chip [GiB].

    With ZeRO 3 its own share, the piece at work and the one fetched ahead.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 5.3.
    """
    sharded = minimum(owned_params + PIECES_HELD * piece_params, stage_params)
    return where(zero_stage >= SHARDED_WEIGHTS, sharded, stage_params) * weight_byte / B_PER_GIB


def gradients_gib(
    stage_params: Value, owned_params: Value, piece_params: Value, pp: Value, zero_stage: Value, gradient_byte: Value
) -> Value:
    """Gradients on one chip [GiB].

    From ZeRO 2 on its own share, and with a pipeline those of the piece at work, which add up over a round; without
    one a layer's are sent as they come. They are accumulated in the bytes in which they are reduced.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 5.2.
    """
    sharded = minimum(owned_params + where(pp > 1.0, piece_params, 0.0), stage_params)
    return where(zero_stage >= SHARDED_GRADIENTS, sharded, stage_params) * gradient_byte / B_PER_GIB


def optimiser_gib(stage_params: Value, owned_params: Value, zero_stage: Value, optimiser_byte: Value) -> Value:
    """State of the optimiser on one chip [GiB].

    From ZeRO 1 on its own share.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 5.1.
    """
    return where(zero_stage >= SHARDED_OPTIMISER, owned_params, stage_params) * optimiser_byte / B_PER_GIB


def layer_scores_gib(
    microbatch_tokens: Value, sequence_tokens: Value, query_heads: Value, tp: Value, flash_attention: Value
) -> Value:
    """What one layer keeps of one microbatch's scores, where no kernel fuses attention [GiB].

    5 B for each pair of tokens and head, / tp; else 0.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 4.1.
    """
    pairs = microbatch_tokens * sequence_tokens
    return where(flash_attention == 1.0, 0.0, KEPT_SCORE_BYTE) * pairs * query_heads / tp / B_PER_GIB


def layer_activation_gib(
    microbatch_tokens: Value,
    model_width: Value,
    query_heads: Value,
    key_value_heads: Value,
    head_width: Value,
    ffn_width_active: Value,
    ffn_matrices: Value,
    routed_experts: Value,
    active_experts: Value,
    tp: Value,
    residual_ranks: Value,
    layer_scores_gib: Value,
    gather_byte_per_param: Value,
) -> Value:
    """What one layer keeps of one microbatch for its backward pass, when nothing is computed again [GiB].

    2 B · tokens · (2 · hidden + 2 · (heads + kv_heads) · head_dim / tp + (matrices − 1) · ffn / tp), the inputs of
    matrix products (2 · hidden + ffn / tp) in their own precision, and 5 B for each pair of tokens and head without a
    fused kernel. In bf16 this is 32 of GPT-3's 34 · tokens · hidden; the other 2 are masks of dropout.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 4.1, for grouped heads, gated blocks and experts.
    """
    residual = BLOCKS_PER_LAYER * model_width / residual_ranks
    attention = 2.0 * (query_heads + key_value_heads) * head_width / tp
    routed = where(routed_experts > 1.0, model_width * active_experts, 0.0) / tp
    outputs = residual + attention + (ffn_matrices - 1.0) * ffn_width_active / tp + routed
    inputs = residual + ffn_width_active / tp + routed
    input_byte = gather_byte_per_param * ONE_PARAM / ONE_TOKEN
    kept = microbatch_tokens * (ACTIVATION_BYTE * outputs + input_byte * inputs)
    return kept / B_PER_GIB + layer_scores_gib


def layer_input_gib(microbatch_tokens: Value, model_width: Value, residual_ranks: Value) -> Value:
    """A layer's input for one microbatch [GiB].

    2 B · tokens · hidden / residual_ranks.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 5.
    """
    return FULL_RECOMPUTE_TENSORS * ACTIVATION_BYTE * microbatch_tokens * model_width / residual_ranks / B_PER_GIB


def kept_activation_gib(
    recompute: Value,
    op_level_recompute: Value,
    layer_activation_gib: Value,
    layer_input_gib: Value,
    layer_scores_gib: Value,
) -> Value:
    """What one layer keeps of one microbatch between its passes [GiB].

    None: all. Selective: all but the scores of attention, or every second tensor. Full: the layer's input.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 5; torchtitan (arXiv 2410.06511) section 2.1.3.
    """
    by_operation = OP_LEVEL_KEPT_SHARE * layer_activation_gib
    selective = where(op_level_recompute == 1.0, by_operation, layer_activation_gib - layer_scores_gib)
    return where(recompute >= FULL, layer_input_gib, where(recompute >= SELECTIVE, selective, layer_activation_gib))


def microbatches_in_flight(microbatches: Value, pp: Value, vp: Value) -> Value:
    """Microbatches whose activations the first stage keeps at once [1].

    min(microbatches, pp), or pp · (1 + (pp−1) / (pp · vp)) with interleaving.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 4.2.3.
    """
    interleaved = pp + (pp - 1.0) / vp
    return minimum(microbatches, where(vp > 1.0, interleaved, pp))


def activations_gib(
    stage_layers: Value,
    kept_activation_gib: Value,
    layer_activation_gib: Value,
    recompute: Value,
    microbatches_in_flight: Value,
    microbatch_tokens: Value,
    vocabulary: Value,
    tp: Value,
) -> Value:
    """Activations on one chip [GiB].

    The more of the first stage, which keeps most microbatches, and of the last, which has one at a time and its
    logits; with full recomputation a layer's own activations besides.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) sections 4.2.3 and 4.3.
    """
    at_work = where(recompute >= FULL, layer_activation_gib, 0.0)
    logits = LOGIT_BYTE * microbatch_tokens * vocabulary / tp / B_PER_GIB
    first = stage_layers * kept_activation_gib * microbatches_in_flight
    last = stage_layers * kept_activation_gib + logits
    return maximum(first, last) + at_work


def memory_per_chip_gib(
    weights_gib: Value,
    gradients_gib: Value,
    optimiser_gib: Value,
    activations_gib: Value,
    memory_margin_gib: Value,
) -> Value:
    """Memory that one chip of the fullest stage needs [GiB].

    Weights, gradients, optimiser state, activations and a margin.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 3; Korthikanti et al. 2022 (arXiv 2205.05198) section 4.
    """
    return weights_gib + gradients_gib + optimiser_gib + activations_gib + memory_margin_gib


def memory_use(memory_per_chip_gib: Value, mem_gib: Value) -> Value:
    """Memory needed over memory there is [1].

    memory_per_chip_gib / mem_gib; above 1 the layout does not fit.

    Source: definition.
    """
    return memory_per_chip_gib / (mem_gib * ONE_CHIP)
