"""What cannot be derived: constants fitted on published training runs.

Those of a chip's generation and precision (``gemm_efficiency``, ``attention_efficiency``) are figures of the
catalogue; those that are the same for all chips are here. ``make calibrate`` fits both at once.
"""

from __future__ import annotations

from gigacost.catalog.files import data
from gigacost.graph.declarations import Input

_FIT = data("step_time")


def _fitted(name: str, unit: str, doc: str, *, high: float = 1e6, low_open: bool = False) -> Input:
    return Input(
        name,
        unit,
        doc,
        default=_FIT["constants"][name],
        source=_FIT["source"],
        date=_FIT["date"],
        high=high,
        low_open=low_open,
    )


GEMM_HALF_TOKENS = _fitted("gemm_half_tokens", "token", "Tokens at which a matrix product reaches half its rate.")
GEMM_HALF_WIDTH = _fitted("gemm_half_width", "1", "Smallest width at which a matrix product reaches half its rate.")
EXPERT_GEMM_SHARE = _fitted(
    "expert_gemm_share", "1", "Rate of the experts' matrix products relative to a dense layer's.", high=1, low_open=True
)
ELEMENTWISE_PASSES = _fitted("elementwise_passes", "1", "Memory traffic of elementwise work over the bytes counted.")
SOFTMAX_PASSES = _fitted("softmax_passes", "1", "Passes over the square of scores without a fused attention kernel.")
LAYER_OVERHEAD_SECONDS = _fitted(
    "layer_overhead_seconds", "s", "Launches and waits of one layer and microbatch, forward and backward."
)
STEP_OVERHEAD_SECONDS = _fitted("step_overhead_seconds", "s", "What a step takes beside its microbatches.")
SCALEUP_SHARE = _fitted(
    "scaleup_share", "1", "Share of the scale-up bandwidth that a collective reaches.", high=1, low_open=True
)
SCALEOUT_SHARE = _fitted(
    "scaleout_share", "1", "Share of the scale-out bandwidth that a collective reaches.", high=1, low_open=True
)
TP_HIDDEN_SHARE = _fitted(
    "tp_hidden_share", "1", "Share of tensor-parallel traffic that an overlapping stack hides.", high=1
)
DP_EXPOSED_SHARE = _fitted(
    "dp_exposed_share", "1", "Share of data-parallel traffic that no overlap hides (ZeRO 0 and 1).", high=1
)
FSDP_EXPOSED_SHARE = _fitted(
    "fsdp_exposed_share", "1", "Share of sharded data-parallel traffic that no overlap hides (ZeRO 2 and 3).", high=1
)
PIPELINE_EXPOSED_SHARE = _fitted(
    "pipeline_exposed_share", "1", "Share of the traffic between pipeline stages that no overlap hides.", high=1
)
STRAGGLER_SHARE = _fitted("straggler_share", "1", "Slowdown for each doubling of the chips beyond one server.", high=1)
