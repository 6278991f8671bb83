"""Where the time of a step goes: the parts of ``step_seconds`` that microbatches and layers multiply."""

from __future__ import annotations

from gigacost.model.performance.layer import BACKWARD_PER_FORWARD
from gigacost.ops import Value


def layer_passes(microbatches: Value, stage_layers: Value) -> Value:
    """How often the longest stage takes one microbatch through one layer in a step [1].

    microbatches · stage_layers.

    Source: definition.
    """
    return microbatches * stage_layers


def gemm_seconds(layer_passes: Value, layer_gemm_seconds: Value) -> Value:
    """Time of a step in the layers' matrix products, recomputation apart [s].

    Source: definition, see ``layer_seconds``.
    """
    return layer_passes * ((1.0 + BACKWARD_PER_FORWARD) * layer_gemm_seconds)


def attention_seconds(
    layer_passes: Value, layer_attention_seconds: Value, flash_backward: Value, layer_softmax_seconds: Value
) -> Value:
    """Time of a step in attention between tokens, softmax included, recomputation apart [s].

    Source: definition, see ``layer_seconds``.
    """
    softmax = (1.0 + BACKWARD_PER_FORWARD) * layer_softmax_seconds
    return layer_passes * ((1.0 + flash_backward) * layer_attention_seconds + softmax)


def elementwise_seconds(layer_passes: Value, layer_elementwise_seconds: Value) -> Value:
    """Time of a step in work that waits for the chip's memory, recomputation apart [s].

    Source: definition, see ``layer_seconds``.
    """
    return layer_passes * ((1.0 + BACKWARD_PER_FORWARD) * layer_elementwise_seconds)


def tp_seconds(layer_passes: Value, layer_tp_seconds: Value) -> Value:
    """Time in which a step waits for tensor-parallel traffic, recomputation apart [s].

    Source: definition, see ``layer_seconds``.
    """
    return layer_passes * (BACKWARD_PER_FORWARD * layer_tp_seconds)


def cp_seconds(layer_passes: Value, layer_cp_seconds: Value) -> Value:
    """Time in which a step waits for context-parallel traffic, recomputation apart [s].

    Source: definition, see ``layer_seconds``.
    """
    return layer_passes * ((1.0 + BACKWARD_PER_FORWARD) * layer_cp_seconds)


def ep_seconds(layer_passes: Value, layer_ep_seconds: Value) -> Value:
    """Time in which a step waits for expert-parallel traffic, recomputation apart [s].

    Source: definition, see ``layer_seconds``.
    """
    return layer_passes * (BACKWARD_PER_FORWARD * layer_ep_seconds)


def recompute_seconds(layer_passes: Value, layer_recompute_seconds: Value) -> Value:
    """Time of a step in computing activations again [s].

    Source: definition, see ``layer_seconds``.
    """
    return layer_passes * layer_recompute_seconds


def logits_seconds(microbatches: Value, logits_microbatch_seconds: Value) -> Value:
    """Time of a step in the logits [s].

    Source: definition, see ``stage_seconds``.
    """
    return microbatches * logits_microbatch_seconds


def overhead_seconds(layer_passes: Value, layer_overhead_seconds: Value, step_overhead_seconds: Value) -> Value:
    """Time of a step in launches and waits that no other part accounts for [s].

    Source: definition, see ``layer_seconds`` and ``step_seconds``.
    """
    return layer_passes * layer_overhead_seconds + step_overhead_seconds
