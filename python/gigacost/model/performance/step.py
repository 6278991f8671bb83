"""The step: its parts, their sum, and what share of the peak it makes of the chips (MFU)."""

from __future__ import annotations

from gigacost.graph.declarations import Constant, status
from gigacost.model.performance.layer import BACKWARD_PER_FORWARD, MULTIPLY_ADD_FLOP, ONE_PARAM
from gigacost.model.performance.layout import ONE_CHIP, SHARDED_OPTIMISER
from gigacost.ops import Value, log, maximum, missing, negate, where

SERVER_CHIPS = Constant(8, "chip", "the usual server of eight, from which waiting for stragglers is counted", "2026-11")
OPTIMISER_TRAFFIC = Constant(
    18, "B/param", "derived: Adam reads and writes fp32 weight and moments, reads the gradient, writes bf16", "2026-11"
)
NEVER_SECONDS = Constant(1e30, "s", "longer than any step: where memory lacks, the layout that lacks least comes first")


@status("unsupported_precision", spoils="peak_flop_per_s")
def unsupported_precision(peak_flop_per_s: Value) -> Value:
    """Whether the chip has no peak at this precision [truth].

    Source: the vendor's data sheet, by way of the catalogue.
    """
    return missing(peak_flop_per_s)


@status("no_layout", spoils="dp")
def no_layout(layout_legal: Value) -> Value:
    """Whether no layout is legal, even with memory enough [truth].

    Heads that no tensor parallelism divides, fewer chips than one copy of the model takes, or a given layout that is
    not legal. The conditions are in ``layout``.

    Source: see ``layout_legal``.
    """
    return negate(layout_legal)


@status("out_of_memory", spoils="step_seconds")
def out_of_memory(memory_use: Value) -> Value:
    """Whether even the leanest layout needs more memory than a chip has [truth].

    memory_use > 1. The layout and its memory are then those of the leanest.

    Source: definition.
    """
    return memory_use > 1.0


def logits_microbatch_seconds(
    microbatch_tokens: Value,
    model_width: Value,
    vocabulary: Value,
    tp: Value,
    pp: Value,
    bf16_flop_per_s: Value,
    bf16_gemm_efficiency: Value,
) -> Value:
    """Time of one microbatch's logits, forward and backward, spread over the stages [s].

    6 · tokens · hidden · vocabulary / tp / pp at the rate of bf16 products.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) appendix: 6·B·s·h·V.
    """
    flop = (1.0 + BACKWARD_PER_FORWARD) * MULTIPLY_ADD_FLOP * microbatch_tokens * model_width * vocabulary * ONE_PARAM
    return flop / tp / pp / (bf16_flop_per_s * ONE_CHIP * bf16_gemm_efficiency)


def stage_seconds(stage_layers: Value, layer_seconds: Value, logits_microbatch_seconds: Value) -> Value:
    """Time of one microbatch on the longest stage, forward and backward [s].

    layers of the stage · layer_seconds + logits.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.2.
    """
    return stage_layers * layer_seconds + logits_microbatch_seconds


def bubble_seconds(stage_seconds: Value, pp: Value, vp: Value) -> Value:
    """Time in which a stage waits for the pipeline to fill and drain [s].

    stage_seconds · (pp − 1) / vp.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.2.2.
    """
    return stage_seconds * (pp - 1.0) / vp


def straggler_seconds(
    microbatches: Value, stage_seconds: Value, bubble_seconds: Value, chips: Value, straggler_share: Value
) -> Value:
    """Time in which a step waits for its slowest chip [s].

    straggler_share of the microbatches and the bubble for each doubling of the chips beyond eight.

    Source: form of the published step-time models; share fitted.
    """
    doublings = log(maximum(chips / SERVER_CHIPS, 1.0)) / log(2.0)
    return straggler_share * doublings * (microbatches * stage_seconds + bubble_seconds)


def pipeline_seconds(microbatches: Value, stage_transfer_seconds: Value) -> Value:
    """Time in which a step waits for activations and gradients of other stages [s].

    microbatches · stage_transfer_seconds.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.2.2.
    """
    return microbatches * stage_transfer_seconds


def optimiser_seconds(stage_params: Value, owned_params: Value, zero_stage: Value, memory_byte_per_s: Value) -> Value:
    """Time of the optimiser's update [s].

    18 B · the parameters that a chip updates, at the memory's bandwidth.

    Source: Rajbhandari et al. 2020 (arXiv 1910.02054) section 5.1.
    """
    updated = where(zero_stage >= SHARDED_OPTIMISER, owned_params, stage_params)
    return OPTIMISER_TRAFFIC * updated / memory_byte_per_s


def schedule_seconds(
    microbatches: Value,
    stage_seconds: Value,
    bubble_seconds: Value,
    straggler_seconds: Value,
    pipeline_seconds: Value,
    dp_seconds: Value,
    optimiser_seconds: Value,
    step_overhead_seconds: Value,
) -> Value:
    """Time of one optimiser step in this layout, whether or not it fits into memory [s].

    microbatches · stage + bubble + stragglers + transfers + data-parallel waits + update + overhead.

    Source: Narayanan et al. 2021 (arXiv 2104.04473) section 2.2.2 for the schedule; terms as they say themselves.
    """
    computed = microbatches * stage_seconds + bubble_seconds + straggler_seconds
    return computed + pipeline_seconds + dp_seconds + optimiser_seconds + step_overhead_seconds


def layout_seconds(schedule_seconds: Value, memory_use: Value) -> Value:
    """What the search for a layout makes smallest [s].

    schedule_seconds; where memory lacks, a time more that no step takes, longer the more it lacks.

    Source: definition.
    """
    return schedule_seconds + where(memory_use <= 1.0, 0.0, NEVER_SECONDS * memory_use)


def step_seconds(schedule_seconds: Value, tuning: Value) -> Value:
    """Time of one optimiser step at the run's pace [s].

    schedule_seconds / tuning.

    Source: definition.
    """
    return schedule_seconds / tuning


def mfu(
    training_flop: Value,
    tokens: Value,
    step_tokens: Value,
    chips: Value,
    peak_flop_per_s: Value,
    step_seconds: Value,
) -> Value:
    """Share of the dense peak that goes into the model's FLOP while the run is stepping [1].

    training_flop / tokens · step_tokens / (chips · peak · step_seconds). Chips that idle count; time lost to failures
    is not in it, see ``goodput``. How far to trust it: ``mfu_low``, ``mfu_high``.

    Source: PaLM (arXiv 2204.02311) appendix B.
    """
    return training_flop / tokens * step_tokens / (chips * peak_flop_per_s * step_seconds)
