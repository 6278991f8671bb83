"""One microbatch through one layer: what the chip computes, and what waits for its memory.

Times are those of one chip of the layout, forward unless the name says otherwise, averaged over the layers of a model
whose layers differ.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import Constant, Input
from gigacost.model.performance.layout import FULL, ONE_CHIP, SELECTIVE
from gigacost.ops import Value, minimum, where

PEAK_FLOP_PER_S = catalogued(
    "peak_flop_per_s", "Dense peak at the precision of training; missing where the chip cannot do it."
)
BF16_FLOP_PER_S = catalogued("bf16_flop_per_s", "Dense peak in bf16, in which attention and logits are computed.")
MEM_BW_BYTE_PER_S = catalogued("mem_bw_byte_per_s", "Bandwidth of the chip's memory.")
GEMM_EFFICIENCY = catalogued(
    "gemm_efficiency", "Share of the peak that large matrix products of training reach at its precision."
)
BF16_GEMM_EFFICIENCY = catalogued(
    "bf16_gemm_efficiency", "Share of the bf16 peak that large matrix products of training reach."
)
ATTENTION_EFFICIENCY = catalogued(
    "attention_efficiency", "Share of the bf16 peak that a fused attention kernel tuned for the chip reaches."
)
GENERIC_ATTENTION_EFFICIENCY = catalogued(
    "generic_attention_efficiency",
    "Share of the bf16 peak that a fused attention kernel reaches that was written for older chips.",
)
FLASH_ATTENTION = Input(
    "flash_attention",
    "1",
    "1: a fused attention kernel; 0: the square of scores goes through memory.",
    default=1.0,
    source="Dao 2023, FlashAttention-2 (arXiv 2307.08691): the rule in training stacks since",
    date="2023-07",
    high=1,
    integer=True,
)
TUNED_ATTENTION = Input(
    "tuned_attention",
    "1",
    "1: an attention kernel tuned for the chip (Megatron stacks); 0: a generic one (plain PyTorch stacks).",
    default=1.0,
    source="Megatron-LM with Transformer Engine, the stack of most published large runs",
    date="2025-05",
    high=1,
    integer=True,
)
SEQUENCE_PARALLEL = Input(
    "sequence_parallel",
    "1",
    "1: tensor-parallel ranks also share norms and residuals; 0: each has all of them.",
    default=1.0,
    source="Korthikanti et al. 2022 (arXiv 2205.05198) section 4.2.2; on in published runs since",
    date="2022-05",
    high=1,
    integer=True,
)

MULTIPLY_ADD_FLOP = Constant(2, "FLOP/(param·token)", "a multiply and an add for each weight and token", "2020-01")
PAIR_FLOP = Constant(
    4, "FLOP/(token·token)", "PaLM (arXiv 2204.02311) appendix B: 12·L·H·Q·T, a third of it forward", "2022-04"
)
SQUARE_SHARE = Constant(
    0.5, "1", "a causal mask; FlashAttention-2 (arXiv 2307.08691) section 3.1 skips what it hides", "2023-07"
)
ACTIVATION_BYTE = Constant(2, "B/token", "activations in bf16", "2022-05")
BLOCKS_PER_LAYER = Constant(2, "1", "attention and feed-forward block (arXiv 1909.08053) section 3", "2019-09")
SCORE_BYTE = Constant(2, "B/(token·token)", "scores in bf16", "2022-05")
RESIDUAL_ACCESSES = Constant(
    16, "1", "derived: reads and writes of hidden-wide tensors by two norms, two residual sums, two casts", "2026-11"
)
ATTENTION_ACCESSES = Constant(
    4, "1", "derived: rotary embedding and layout of queries, keys, values, output", "2026-11"
)
EXPERT_ACCESSES = Constant(
    4, "1", "derived: each routed copy of a token is written and read on its way out and back", "2026-11"
)
ONE_PARAM = Constant(1, "param")
BACKWARD_PER_FORWARD = Constant(2, "1", "Kaplan et al. 2020 (arXiv 2001.08361) section 2.1", "2020-01")
FLASH_BACKWARD_PER_FORWARD = Constant(
    2.5, "1", "FlashAttention-2 (arXiv 2307.08691) section 4.1: five products backward, two forward", "2023-07"
)
OP_LEVEL_GEMM_SHARE = Constant(0.5, "1", "torchtitan selective recomputation keeps every second product", "2024-12")
MEMORY_STREAM_SHARE = Constant(
    0.85, "1", "assumption: a long stream reaches 85 % of the memory's bandwidth; elementwise_passes absorbs the rest"
)


def memory_byte_per_s(mem_bw_byte_per_s: Value) -> Value:
    """Bandwidth of one chip's memory that a stream reaches [B/s].

    0.85 · mem_bw_byte_per_s.

    Source: see the constant.
    """
    return MEMORY_STREAM_SHARE * mem_bw_byte_per_s * ONE_CHIP


def residual_ranks(tp: Value, sequence_parallel: Value) -> Value:
    """Chips that share the norms and residuals of a tensor-parallel group [1].

    tp with sequence parallelism; without it each chip has all of them.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 4.2.2.
    """
    return where(sequence_parallel == 1.0, tp, 1.0)


def smallest_width(
    model_width: Value, query_heads: Value, head_width: Value, ffn_width: Value, tp: Value, ffn_ranks: Value
) -> Value:
    """Smallest side of a layer's matrices on one chip [1].

    min(hidden, heads · head_dim / tp, ffn / ffn_ranks).

    Source: derived; that narrow products are slow: Anthony et al. 2024 (arXiv 2401.14489).
    """
    return minimum(model_width, minimum(query_heads * head_width / tp, ffn_width / ffn_ranks))


def gemm_flop_per_s(
    peak_flop_per_s: Value,
    gemm_efficiency: Value,
    smallest_width: Value,
    microbatch_tokens: Value,
    gemm_half_width: Value,
    gemm_half_tokens: Value,
) -> Value:
    """Rate of a layer's matrix products on one chip [FLOP/s].

    peak · gemm_efficiency · width / (width + gemm_half_width) · tokens / (tokens + gemm_half_tokens).

    Source: form of Anthony et al. 2024 (arXiv 2401.14489); constants fitted.
    """
    wide = smallest_width / (smallest_width + gemm_half_width)
    long = microbatch_tokens / (microbatch_tokens + gemm_half_tokens)
    return peak_flop_per_s * ONE_CHIP * gemm_efficiency * wide * long


def ffn_width_active(ffn_params_per_layer_active: Value, ffn_matrices: Value, model_width: Value) -> Value:
    """Width of the feed-forward blocks that a token passes through in a layer, on average [1].

    ffn_params_per_layer_active / (matrices · hidden).

    Source: definition.
    """
    return ffn_params_per_layer_active / (ffn_matrices * model_width * ONE_PARAM)


def layer_gemm_seconds(
    microbatch_tokens: Value,
    attention_params_per_layer: Value,
    ffn_params_per_layer_active: Value,
    tp: Value,
    gemm_flop_per_s: Value,
    routed_experts: Value,
    expert_gemm_share: Value,
) -> Value:
    """Time of a layer's matrix products [s].

    2 · tokens · params / tp / gemm_flop_per_s; those of experts at expert_gemm_share of the rate.

    Source: Kaplan et al. 2020 (arXiv 2001.08361) section 2.1.
    """
    share = where(routed_experts > 1.0, expert_gemm_share, 1.0)
    params = attention_params_per_layer + ffn_params_per_layer_active / share
    return MULTIPLY_ADD_FLOP * microbatch_tokens * params / tp / gemm_flop_per_s


def attention_flop_per_s(
    bf16_flop_per_s: Value,
    attention_efficiency: Value,
    generic_attention_efficiency: Value,
    tuned_attention: Value,
    flash_attention: Value,
    bf16_gemm_efficiency: Value,
) -> Value:
    """Rate of the products between pairs of tokens on one chip [FLOP/s].

    bf16 peak · the efficiency of the attention kernel; of matrix products where no kernel fuses them.

    Source: fitted, see ``make calibrate``.
    """
    fused = where(tuned_attention == 1.0, attention_efficiency, generic_attention_efficiency)
    return bf16_flop_per_s * ONE_CHIP * where(flash_attention == 1.0, fused, bf16_gemm_efficiency)


def layer_attention_seconds(
    microbatch_tokens: Value,
    sequence_tokens: Value,
    attention_width: Value,
    tp: Value,
    flash_attention: Value,
    attention_flop_per_s: Value,
) -> Value:
    """Time of a layer's products between pairs of tokens [s].

    4 · tokens · sequence · attention_width / tp / rate; half of it where a fused kernel skips what the mask hides.

    Source: PaLM (arXiv 2204.02311) appendix B; FlashAttention-2 (arXiv 2307.08691) section 3.1.
    """
    pairs = microbatch_tokens * sequence_tokens * where(flash_attention == 1.0, SQUARE_SHARE, 1.0)
    return PAIR_FLOP * pairs * attention_width / tp / attention_flop_per_s


def layer_softmax_seconds(
    microbatch_tokens: Value,
    sequence_tokens: Value,
    query_heads: Value,
    tp: Value,
    flash_attention: Value,
    softmax_passes: Value,
    memory_byte_per_s: Value,
) -> Value:
    """Time of a layer's softmax where no kernel fuses it into the products [s].

    softmax_passes · 2 B · tokens · sequence · heads / tp / memory_byte_per_s; else 0.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 4.1 for the tensors; passes fitted.
    """
    scores = SCORE_BYTE * microbatch_tokens * sequence_tokens * query_heads / tp
    return where(flash_attention == 1.0, 0.0, softmax_passes) * scores / memory_byte_per_s


def layer_elementwise_seconds(
    microbatch_tokens: Value,
    model_width: Value,
    query_heads: Value,
    head_width: Value,
    ffn_width_active: Value,
    ffn_matrices: Value,
    routed_experts: Value,
    active_experts: Value,
    tp: Value,
    expert_tp: Value,
    residual_ranks: Value,
    elementwise_passes: Value,
    memory_byte_per_s: Value,
) -> Value:
    """Time of a layer's norms, residuals, rotary embeddings and activations [s].

    2 B · tokens · (16 · hidden / residual_ranks + (4 · heads · head_dim + matrices · ffn) / tp) · elementwise_passes
    over the memory's bandwidth; experts add 4 · hidden per copy, on each of the expert_tp of tp chips that have it.

    Source: tensors of Korthikanti et al. 2022 (arXiv 2205.05198) section 4.1; factor fitted.
    """
    residual = RESIDUAL_ACCESSES * model_width / residual_ranks
    inner = (ATTENTION_ACCESSES * query_heads * head_width + ffn_matrices * ffn_width_active) / tp
    routed = where(routed_experts > 1.0, EXPERT_ACCESSES * model_width * active_experts * (expert_tp / tp), 0.0)
    traffic = ACTIVATION_BYTE * microbatch_tokens * (residual + inner + routed)
    return elementwise_passes * traffic / memory_byte_per_s


def layer_forward_seconds(
    layer_gemm_seconds: Value,
    layer_attention_seconds: Value,
    layer_softmax_seconds: Value,
    layer_elementwise_seconds: Value,
    layer_tp_seconds: Value,
    layer_cp_seconds: Value,
    layer_ep_seconds: Value,
) -> Value:
    """Time of one microbatch through one layer, forward [s].

    The sum of its parts.

    Source: definition.
    """
    computed = layer_gemm_seconds + layer_attention_seconds + layer_softmax_seconds + layer_elementwise_seconds
    return computed + layer_tp_seconds + layer_cp_seconds + layer_ep_seconds


def layer_recompute_seconds(
    recompute: Value,
    op_level_recompute: Value,
    layer_forward_seconds: Value,
    layer_gemm_seconds: Value,
    layer_attention_seconds: Value,
    layer_softmax_seconds: Value,
    layer_elementwise_seconds: Value,
) -> Value:
    """Time of what the backward pass computes again for one microbatch and layer [s].

    Full: the forward pass. Selective: attention; at the level of operations every second matrix product and the
    elementwise work instead.

    Source: Korthikanti et al. 2022 (arXiv 2205.05198) section 5; torchtitan (arXiv 2410.06511) section 2.1.3.
    """
    core = layer_attention_seconds + layer_softmax_seconds
    by_operation = OP_LEVEL_GEMM_SHARE * layer_gemm_seconds + layer_elementwise_seconds
    selective = where(op_level_recompute == 1.0, by_operation, core)
    return where(recompute >= FULL, layer_forward_seconds, where(recompute >= SELECTIVE, selective, 0.0))


def flash_backward(flash_attention: Value) -> Value:
    """Time of attention's products backward over forward [1].

    2.5 with a fused kernel, which computes the scores again; else 2.

    Source: FlashAttention-2 (arXiv 2307.08691) section 4.1; Kaplan et al. 2020 section 2.1.
    """
    return where(flash_attention == 1.0, FLASH_BACKWARD_PER_FORWARD, BACKWARD_PER_FORWARD)


def layer_seconds(
    layer_gemm_seconds: Value,
    layer_attention_seconds: Value,
    flash_backward: Value,
    layer_softmax_seconds: Value,
    layer_elementwise_seconds: Value,
    layer_tp_seconds: Value,
    layer_cp_seconds: Value,
    layer_ep_seconds: Value,
    layer_recompute_seconds: Value,
    layer_overhead_seconds: Value,
) -> Value:
    """Time of one microbatch through one layer, forward and backward [s].

    Products and elementwise work cost twice as much backward as forward, attention flash_backward times, traffic of
    a split sequence twice, other traffic the same; recomputation and overhead come on top.

    Source: Kaplan et al. 2020 (arXiv 2001.08361) section 2.1.
    """
    thrice = layer_gemm_seconds + layer_softmax_seconds + layer_elementwise_seconds + layer_cp_seconds
    twice = layer_tp_seconds + layer_ep_seconds
    attention = (1.0 + flash_backward) * layer_attention_seconds
    computed = (1.0 + BACKWARD_PER_FORWARD) * thrice + attention + BACKWARD_PER_FORWARD * twice
    return computed + layer_recompute_seconds + layer_overhead_seconds
