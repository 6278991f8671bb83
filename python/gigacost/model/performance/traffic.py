"""What the chips of a layout send each other.

Two networks: within a scale-up domain, and between domains. A collective over more ranks than a domain has goes
through both; stacks with hierarchical collectives then use the network ports of all chips of a domain at once.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import Constant, Input, status
from gigacost.model.performance.layer import ACTIVATION_BYTE, BLOCKS_PER_LAYER
from gigacost.model.performance.layout import ONE_CHIP, SHARDED_GRADIENTS, SHARDED_OPTIMISER, SHARDED_WEIGHTS
from gigacost.ops import Value, both, ceil, either, maximum, minimum, missing, negate, where

SCALEUP_BYTE_PER_S = catalogued("scaleup_byte_per_s", "Bandwidth within the fast domain, per direction.")
SCALEOUT_BYTE_PER_S = catalogued("scaleout_byte_per_s", "Bandwidth between such domains.")
TP_OVERLAP = Input(
    "tp_overlap",
    "1",
    "1: the stack hides tensor-parallel traffic behind matrix products; 0: it does not.",
    default=0.0,
    source="Megatron-LM, --tp-comm-overlap: off unless asked for; on in recipes tuned for benchmarks",
    date="2025-05",
    high=1,
    integer=True,
)
HIERARCHICAL_COLLECTIVES = Input(
    "hierarchical_collectives",
    "1",
    "1: collectives use all network ports of a domain at once; 0: a flat ring uses one.",
    default=1.0,
    source="NCCL since 2.12 (rail-local trees and rings); DeepSpeed ZeRO-3 of 2021 had none",
    date="2022-02",
    high=1,
    integer=True,
)
OP_LEVEL_RECOMPUTE = Input(
    "op_level_recompute",
    "1",
    "1: selective recomputation keeps every second matrix product (PyTorch); 0: it repeats attention (Megatron).",
    default=0.0,
    source="Korthikanti et al. 2022 (arXiv 2205.05198) section 5",
    date="2022-05",
    high=1,
    integer=True,
)
GATHER_BYTE_PER_PARAM = catalogued("gather_byte_per_param", "Bytes in which a weight is gathered.")
GRADIENT_BYTE = Input(
    "gradient_byte",
    "B/param",
    "Bytes in which a gradient is accumulated, and reduced over the data-parallel ranks.",
    default=4.0,
    source="Llama 3 (arXiv 2407.21783) section 3.3.2: both in fp32; recipes for benchmarks use 2",
    date="2024-07",
    low_open=True,
    high=16,
)

RING_PASSES = Constant(2, "1", "a reduce-scatter and an all-gather, each of (n−1)/n of the tensor", "2021-04")
KEYS_AND_VALUES = Constant(2, "1", "Liu et al. 2023 (arXiv 2310.01889) section 3: both go around", "2023-10")
DISPATCH_PASSES = Constant(
    1.5,
    "1",
    "derived: out in one byte (fp8) and back in two, over two bytes; DeepSeek-V3 (arXiv 2412.19437) 3.2.2",
    "2024-12",
)
DISPATCH_OVERLAP = Constant(0.5, "1", "assumption: half as much of an all-to-all is hidden as of tensor parallelism")
PIPELINE_PASSES = Constant(2, "1", "activations, then their gradients (arXiv 2104.04473) section 2.2", "2021-04")


@status("no_network_data", spoils=("collective_scaleup_byte_per_s", "collective_scaleout_byte_per_s"))
def no_network_data(
    chips: Value, scaleup_domain: Value, scaleup_byte_per_s: Value, scaleout_byte_per_s: Value
) -> Value:
    """Whether the chips must talk over a network of which nothing is known [truth].

    More than one chip and no figure for the fast network; more than it joins and none for the network beyond.

    Source: the catalogue.
    """
    inside = both(chips > ONE_CHIP, missing(scaleup_byte_per_s))
    beyond = both(both(chips > ONE_CHIP, negate(chips <= scaleup_domain)), missing(scaleout_byte_per_s))
    return either(inside, beyond)


def collective_scaleup_byte_per_s(scaleup_byte_per_s: Value, scaleup_share: Value) -> Value:
    """Bandwidth of one chip that collectives reach within a domain [B/s].

    scaleup_byte_per_s · scaleup_share; 0 where there is no such network.

    Source: fitted.
    """
    return where(missing(scaleup_byte_per_s), 0.0, scaleup_byte_per_s * ONE_CHIP * scaleup_share)


def collective_scaleout_byte_per_s(scaleout_byte_per_s: Value, scaleout_share: Value) -> Value:
    """Bandwidth of one chip that collectives reach between domains [B/s].

    scaleout_byte_per_s · scaleout_share; 0 where there is no such network.

    Source: fitted.
    """
    return where(missing(scaleout_byte_per_s), 0.0, scaleout_byte_per_s * ONE_CHIP * scaleout_share)


def tp_exposed_share(tp_overlap: Value, tp_hidden_share: Value) -> Value:
    """Share of tensor-parallel traffic that the chip waits for [1].

    1 − tp_hidden_share where the stack overlaps it, else 1.

    Source: fitted.
    """
    return where(tp_overlap == 1.0, 1.0 - tp_hidden_share, 1.0)


def layer_tp_seconds(
    microbatch_tokens: Value,
    model_width: Value,
    tp: Value,
    ffn_ranks: Value,
    expert_layer_share: Value,
    tp_exposed_share: Value,
    collective_scaleup_byte_per_s: Value,
) -> Value:
    """Time of a layer's tensor-parallel traffic, in one direction of the pass [s].

    2 blocks · 2 passes · (tp−1)/tp · 2 B · tokens · hidden, at the bandwidth of the fast network; (ffn_ranks−1)/tp for
    the feed-forward block where it is made of experts: each has tokens / tp of its own and gets those of the others.

    Source: Megatron-LM (arXiv 1909.08053) section 3; ring algorithm: Patarasuk and Yuan 2009; experts: Megatron-Core,
    MoE parallel folding, each token once (the dispatcher that gathers).
    """
    others = BLOCKS_PER_LAYER * (tp - 1.0) + expert_layer_share * (ffn_ranks - tp)
    sent = RING_PASSES * others / tp * ACTIVATION_BYTE * microbatch_tokens * model_width
    waited = sent * tp_exposed_share / collective_scaleup_byte_per_s
    return where(either(tp > 1.0, ffn_ranks > 1.0), waited, 0.0)


def layer_cp_seconds(
    microbatch_tokens: Value,
    key_value_heads: Value,
    head_width: Value,
    tp: Value,
    cp: Value,
    scaleup_domain: Value,
    tp_hidden_share: Value,
    collective_scaleup_byte_per_s: Value,
    collective_scaleout_byte_per_s: Value,
) -> Value:
    """Time of passing a layer's keys and values around the ranks that share a sequence, forward [s].

    2 · 2 B · (cp−1) · tokens · kv_heads · head_dim / tp, less what is hidden behind attention.

    Source: Liu et al. 2023, Ring Attention (arXiv 2310.01889) section 3.
    """
    sent = KEYS_AND_VALUES * ACTIVATION_BYTE * (cp - 1.0) * microbatch_tokens * key_value_heads * head_width / tp
    inside = tp * cp * ONE_CHIP <= scaleup_domain
    bandwidth = where(inside, collective_scaleup_byte_per_s, collective_scaleout_byte_per_s)
    return where(cp > 1.0, sent * (1.0 - tp_hidden_share) / bandwidth, 0.0)


def layer_ep_seconds(
    microbatch_tokens: Value,
    model_width: Value,
    active_experts: Value,
    tp: Value,
    ep: Value,
    expert_tp: Value,
    scaleup_domain: Value,
    tp_hidden_share: Value,
    collective_scaleup_byte_per_s: Value,
    collective_scaleout_byte_per_s: Value,
) -> Value:
    """Time of sending a layer's tokens to their experts and back, in one direction of the pass [s].

    1.5 · 2 B · tokens · hidden · active_experts / tp · (ep−1)/ep, split between both networks as the ep · expert_tp
    chips are that have the experts.

    Source: DeepSeek-V3 (arXiv 2412.19437) section 3.2.2.
    """
    sent = DISPATCH_PASSES * ACTIVATION_BYTE * microbatch_tokens * model_width * active_experts / tp * (ep - 1.0) / ep
    inside = minimum(scaleup_domain / ONE_CHIP / (ep * expert_tp), 1.0)
    outside = where(inside < 1.0, (1.0 - inside) / collective_scaleout_byte_per_s, 0.0)
    waited = sent * (inside / collective_scaleup_byte_per_s + outside) * (1.0 - DISPATCH_OVERLAP * tp_hidden_share)
    return where(ep > 1.0, waited, 0.0)


def stage_transfer_seconds(
    microbatch_tokens: Value,
    model_width: Value,
    pp: Value,
    vp: Value,
    residual_ranks: Value,
    chips: Value,
    scaleup_domain: Value,
    pipeline_exposed_share: Value,
    collective_scaleup_byte_per_s: Value,
    collective_scaleout_byte_per_s: Value,
) -> Value:
    """Time in which a stage waits for one microbatch's activations and gradients [s].

    2 · vp · 2 B · tokens · hidden / residual_ranks, as far as nothing hides it; between domains, unless all chips are
    in one.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) sections 2.2 and 4.1.
    """
    sent = PIPELINE_PASSES * vp * ACTIVATION_BYTE * microbatch_tokens * model_width / residual_ranks
    bandwidth = where(chips <= scaleup_domain, collective_scaleup_byte_per_s, collective_scaleout_byte_per_s)
    return where(pp > 1.0, sent * pipeline_exposed_share / bandwidth, 0.0)


def shard_byte_per_s(
    shards: Value,
    tp: Value,
    scaleup_domain: Value,
    hierarchical_collectives: Value,
    collective_scaleup_byte_per_s: Value,
    collective_scaleout_byte_per_s: Value,
) -> Value:
    """Bandwidth at which one chip's weights and gradients go around the ranks that share them [B/s].

    That of the fast network where a domain holds all of them; else that of the network beyond, times the ranks of
    the group within a domain, which all send at once.

    Source: hierarchical collectives as in NCCL; Rajbhandari et al. 2020 (arXiv 1910.02054) section 7.
    """
    ranks = scaleup_domain / ONE_CHIP / tp
    domain_ranks = where(ranks > 1.0, ranks, 1.0)
    ports = where(hierarchical_collectives == 1.0, minimum(domain_ranks, shards), 1.0)
    return where(shards <= domain_ranks, collective_scaleup_byte_per_s, ports * collective_scaleout_byte_per_s)


def sharding_rounds(microbatches: Value, pp: Value) -> Value:
    """How often a step goes through weights that are shared out, forward and backward [1].

    ⌈microbatches / pp⌉: a pipeline takes as many microbatches as it has stages through one piece of the model before
    it lets the piece's weights go; without one every microbatch is a round.

    Source: Lamy-Poirier 2023, breadth-first pipelines (arXiv 2211.05953) section 3; torchtitan (arXiv 2410.06511).
    """
    return ceil(microbatches / pp)


def weight_gathers(zero_stage: Value, sharding_rounds: Value) -> Value:
    """How often a step gathers each weight from the ranks that share it [1].

    ZeRO 0 and 1 once. ZeRO 2, as fully sharded PyTorch does it, once in each round; ZeRO 3 forward and backward.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 7; torchtitan (arXiv 2410.06511) section 2.1.
    """
    sharded = where(zero_stage >= SHARDED_WEIGHTS, 2.0, 1.0) * sharding_rounds
    return where(zero_stage >= SHARDED_GRADIENTS, sharded, 1.0)


def gradient_reductions(zero_stage: Value, sharding_rounds: Value) -> Value:
    """How often a step reduces each gradient [1].

    Once; where gradients are shared out, in every round.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 7.
    """
    return where(zero_stage >= SHARDED_GRADIENTS, sharding_rounds, 1.0)


def dp_traffic_seconds(
    stage_params: Value,
    shards: Value,
    weight_gathers: Value,
    gradient_reductions: Value,
    zero_stage: Value,
    gather_byte_per_param: Value,
    gradient_byte: Value,
    shard_byte_per_s: Value,
) -> Value:
    """Time of a step's weights and gradients on their way between the ranks that share them [s].

    params · (gathers · gather_byte + reductions · gradient_byte) / shard_byte_per_s; without any sharding the second
    half of the reduction carries gradients instead of weights.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 7.
    """
    gathered = where(zero_stage >= SHARDED_OPTIMISER, gather_byte_per_param, gradient_byte)
    sent = stage_params * (weight_gathers * gathered + gradient_reductions * gradient_byte)
    return where(shards > 1.0, sent / shard_byte_per_s, 0.0)


def dp_exposed_floor(zero_stage: Value, dp_exposed_share: Value, fsdp_exposed_share: Value) -> Value:
    """Share of that time that no overlap hides [1].

    Source: fitted.
    """
    return where(zero_stage >= SHARDED_GRADIENTS, fsdp_exposed_share, dp_exposed_share)


def dp_window_seconds(zero_stage: Value, microbatches: Value, pp: Value, stage_seconds: Value) -> Value:
    """Computing behind which that time can hide [s].

    The whole step where every microbatch sends; else the microbatches that fill and drain the pipeline.

    Source: derived.
    """
    return stage_seconds * where(zero_stage >= SHARDED_GRADIENTS, microbatches, minimum(microbatches, pp))


def dp_seconds(dp_traffic_seconds: Value, dp_exposed_floor: Value, dp_window_seconds: Value) -> Value:
    """Time in which a step waits for weights and gradients of other ranks [s].

    max(floor · traffic, traffic − window).

    Source: form of the published step-time models; floor fitted.
    """
    return maximum(dp_exposed_floor * dp_traffic_seconds, dp_traffic_seconds - dp_window_seconds)
