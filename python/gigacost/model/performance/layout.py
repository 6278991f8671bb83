"""The layout: how a step's sequences and the model's layers and matrices are spread over the chips."""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import Constant, Input
from gigacost.ops import Value, both, ceil, either, floor, minimum, where

CHIPS = Input(
    "chips",
    "chip",
    "Accelerators that train together.",
    low=1,
    high=1e9,
    integer=True,
    plausible=(1, 1e6),
)
SCALEUP_DOMAIN = catalogued("scaleup_domain", "Chips joined by the fast network.")

GIVEN_TP = Input("tp", "1", "Tensor parallelism: chips that share each matrix.", low=1, high=1e5, integer=True)
GIVEN_PP = Input("pp", "1", "Pipeline parallelism: stages of consecutive layers.", low=1, high=1e5, integer=True)
GIVEN_VP = Input(
    "vp", "1", "Interleaving: pieces of the model that each pipeline stage holds.", low=1, high=1e5, integer=True
)
GIVEN_CP = Input("cp", "1", "Context parallelism: chips that share each sequence.", low=1, high=1e5, integer=True)
GIVEN_EP = Input("ep", "1", "Expert parallelism: chips that share the experts.", low=1, high=1e5, integer=True)
EXPERT_TP = Input(
    "expert_tp",
    "1",
    "Expert tensor parallelism: chips that share each matrix of a routed expert; not searched.",
    default=1.0,
    source="recipes of DeepSeek-V3, Qwen3 and Mixtral (Megatron-Bridge): experts stay whole, ep spreads them",
    date="2026-06",
    low=1,
    high=1e5,
    integer=True,
)
GIVEN_MICROBATCH = Input(
    "microbatch", "1", "Sequences that go through the model at once.", low=1, high=1e6, integer=True
)
GIVEN_ZERO_STAGE = Input(
    "zero_stage",
    "1",
    "What data-parallel ranks share: 0 nothing, 1 the optimiser's state, 2 gradients too, 3 weights too (FSDP).",
    high=3,
    integer=True,
)
GIVEN_RECOMPUTE = Input(
    "recompute",
    "1",
    "Activations computed again in the backward pass: 0 none, 1 the selected ones, 2 all but each layer's input.",
    high=2,
    integer=True,
    words=("none", "selective", "full"),
)

SHORTEST_CONTEXT_SPLIT = Input(
    "shortest_context_split",
    "token",
    "Shortest piece of a sequence that a searched layout gives a chip, when it splits sequences.",
    default=8192.0,
    source="Llama 3 (arXiv 2407.21783) table 4: cp 1 at 8,192 tokens, 16 at 131,072",
    date="2024-07",
    low=1,
    high=1e12,
)

SHARDED_OPTIMISER, SHARDED_GRADIENTS, SHARDED_WEIGHTS = 1.0, 2.0, 3.0
"""Stages of ZeRO: what data-parallel ranks share from there on."""
SELECTIVE, FULL = 1.0, 2.0
"""Levels of recomputation."""
ONE_CHIP = Constant(1, "chip")
BESIDE_LAYERS = Constant(
    3, "1", "Megatron-LM: embedding, head and multi-token prediction may be a piece of their own", "2025-05"
)


def model_chips(tp: Value, pp: Value, cp: Value) -> Value:
    """Chips that hold one copy of the model [1].

    tp · pp · cp.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2; context parallelism: Megatron-LM.
    """
    return tp * pp * cp


def model_copies(chips: Value, model_chips: Value) -> Value:
    """Copies of the model that the chips hold, 0 where they are too few for one [1].

    ⌊chips / (tp · pp · cp)⌋; what is left over idles, and is paid.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.
    """
    return floor(chips / ONE_CHIP / model_chips)


def dp(model_copies: Value) -> Value:
    """Data parallelism: copies of the model that share the batch [1].

    model_copies of a legal layout.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.
    """
    return model_copies


def idle_chips(chips: Value, dp: Value, model_chips: Value) -> Value:
    """Chips that no copy of the model uses [chip].

    chips − dp · tp · pp · cp.

    Source: definition.
    """
    return chips - dp * model_chips * ONE_CHIP


def shards(dp: Value, cp: Value) -> Value:
    """Ranks over which ZeRO spreads the state of each parameter [1].

    dp · cp: context-parallel ranks hold the same weights.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 5; context parallelism: Megatron-LM.
    """
    return dp * cp


def ffn_ranks(tp: Value, expert_tp: Value, routed_experts: Value) -> Value:
    """Chips that share each matrix of a layer's feed-forward block [1].

    expert_tp in a mixture of experts, tp in a dense model.

    Source: Megatron-Core, MoE parallel folding.
    """
    return where(routed_experts > 1.0, expert_tp, tp)


def expert_shards(tp: Value, ep: Value, expert_tp: Value, shards: Value) -> Value:
    """Chips of a stage over which one copy of its experts is spread [1].

    min(expert_tp · ep, tp · dp · cp): never more than there are.

    Source: Megatron-Core, MoE parallel folding: experts are spread over the ranks of a stage whatever else these share.
    """
    return minimum(expert_tp * ep, tp * shards)


def microbatches(global_batch_sequences: Value, dp: Value, microbatch: Value) -> Value:
    """Microbatches that each rank works through in one step [1].

    ⌈global_batch_sequences / (dp · microbatch)⌉: the batch rounds up, see ``padding_share``.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.
    """
    return ceil(global_batch_sequences / (dp * microbatch))


def padding_share(global_batch_sequences: Value, dp: Value, microbatch: Value, microbatches: Value) -> Value:
    """Share of a step's places that no sequence of the batch fills [1].

    1 − global_batch_sequences / (dp · microbatch · microbatches): a cluster too large for the batch waits.

    Source: definition.
    """
    return 1.0 - global_batch_sequences / (dp * microbatch * microbatches)


def stage_layers(block_layers: Value, pp: Value, vp: Value) -> Value:
    """Layers of the longest pipeline stage [1].

    vp · ⌈layers / (pp · vp)⌉: 126 layers on 8 stages in 8 pieces each make 16, not 15.75.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.2 for the interleaved schedule.
    """
    return vp * ceil(block_layers / (pp * vp))


def microbatch_tokens(microbatch: Value, sequence_tokens: Value, cp: Value) -> Value:
    """Tokens of one microbatch on one rank [token].

    microbatch · sequence_tokens / cp.

    Source: definition.
    """
    return microbatch * sequence_tokens / cp


def tensor_layout_legal(query_heads: Value, tp: Value, scaleup_domain: Value) -> Value:
    """Whether heads divide among tensor-parallel ranks, within the fast network [truth].

    Source: Narayanan et al. 2021 (arXiv 2104.04473) sections 2.3 and 5.4.1 (takeaway 1).
    """
    within = either(tp <= 1.0, tp * ONE_CHIP <= scaleup_domain)
    return both(query_heads / tp == floor(query_heads / tp), within)


def pipeline_layout_legal(block_layers: Value, pp: Value, vp: Value) -> Value:
    """Whether there are layers for all stages and their pieces, and only a pipeline is interleaved [truth].

    Embedding, head and a module for multi-token prediction count as layers here.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.2; Megatron-LM, account_for_embedding_in_pipeline_split.
    """
    enough = pp * vp <= block_layers + BESIDE_LAYERS
    return both(both(pp <= block_layers, enough), either(vp <= 1.0, pp > 1.0))


def expert_layout_legal(routed_experts: Value, ep: Value) -> Value:
    """Whether the experts divide among their ranks; a dense model has one expert [truth].

    Source: Lepikhin et al. 2020, GShard (arXiv 2006.16668) section 3.
    """
    return routed_experts / ep == floor(routed_experts / ep)


def expert_tensor_layout_legal(
    routed_experts: Value,
    ffn_width: Value,
    tp: Value,
    cp: Value,
    ep: Value,
    expert_tp: Value,
    model_copies: Value,
    scaleup_domain: Value,
) -> Value:
    """Whether experts can be split otherwise than the rest of a layer, where they are [truth].

    With expert_tp other than tp, ffn / expert_tp and tp · copies · cp / (expert_tp · ep) are whole, and the fast
    network joins expert_tp chips. A dense model has no experts to split.

    Source: Megatron-Core, MoE parallel folding: groups of expert_tp · ep divide the ranks of a stage.
    """
    width, copies = ffn_width / expert_tp, tp * model_copies * cp / (expert_tp * ep)
    within = either(expert_tp <= 1.0, expert_tp * ONE_CHIP <= scaleup_domain)
    divided = both(both(width == floor(width), copies == floor(copies)), within)
    return either(either(routed_experts <= 1.0, expert_tp == tp), divided)


def cluster_layout_legal(model_copies: Value, tp: Value, cp: Value, ep: Value) -> Value:
    """Whether the chips hold one copy of the model, and of its experts [truth].

    model_copies ≥ 1 and ep ≤ tp · model_copies · cp.

    Source: definition.
    """
    return both(model_copies >= 1.0, ep <= tp * model_copies * cp)


def schedule_legal(
    vp: Value, pp: Value, global_batch_sequences: Value, model_copies: Value, microbatch: Value
) -> Value:
    """Whether there are microbatches enough for an interleaved schedule [truth].

    One for each stage at least: more sequences than pp − 1 rounds take. Any number where nothing is interleaved.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.2.
    """
    return either(vp <= 1.0, global_batch_sequences > (pp - 1.0) * model_copies * microbatch)


def layout_legal(
    tensor_layout_legal: Value,
    pipeline_layout_legal: Value,
    expert_layout_legal: Value,
    expert_tensor_layout_legal: Value,
    cluster_layout_legal: Value,
    schedule_legal: Value,
) -> Value:
    """Whether a run could be laid out so, memory apart [truth].

    Source: the conditions it is made of.
    """
    shape = both(both(tensor_layout_legal, expert_layout_legal), pipeline_layout_legal)
    return both(both(both(shape, expert_tensor_layout_legal), cluster_layout_legal), schedule_legal)


def context_split_short(sequence_tokens: Value, cp: Value, shortest_context_split: Value) -> Value:
    """Whether a layout splits sequences that one chip could hold [truth].

    cp > 1 with fewer than shortest_context_split tokens on each chip. What short pieces cost attention kernels is not
    in the model, and few published runs have them: the search does not rest on them.

    Source: see the input.
    """
    return both(cp > 1.0, sequence_tokens / cp < shortest_context_split)


def context_split_in_vain(cp: Value, microbatch: Value) -> Value:
    """Whether splitting fewer sequences at once less finely does at least as well [truth].

    With cp and microbatch both above 1, halving both leaves every rank the same tokens and the same state, without
    the traffic of a split sequence.

    Source: derived from the model.
    """
    return both(cp > 1.0, microbatch > 1.0)


def recompute_in_vain(recompute: Value, flash_attention: Value, op_level_recompute: Value) -> Value:
    """Whether computing selected activations again saves no memory [truth].

    Attention's scores alone, where a fused kernel does not keep them anyway.

    Source: derived from the model.
    """
    return both(both(recompute == SELECTIVE, flash_attention == 1.0), op_level_recompute == 0.0)


def microbatch_in_vain(microbatch: Value, dp: Value, global_batch_sequences: Value) -> Value:
    """Whether half as many sequences at once would still take the whole batch at one go [truth].

    microbatch > 1 and dp · microbatch / 2 ≥ global_batch_sequences.

    Source: derived from the model.
    """
    return both(microbatch > 1.0, dp * microbatch / 2.0 >= global_batch_sequences)
