"""The constants that are fitted: what each is thought to be before any run is looked at, and how firmly.

An expectation is what the physics or a vendor's figure suggests. It matters where few runs say anything about a
constant (one that only shows on many chips, a precision with four runs) and keeps the fit from moving two constants
against each other. The uncertainty is a standard deviation of the logarithm of a size, of the log-odds of a share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from arrays import Floats
from gigacost.catalog.step_time import SAME_UNITS
from observed import Runs


@dataclass(frozen=True)
class Constant:
    """One number to be fitted."""

    name: str
    expected: float
    uncertainty: float
    why: str
    is_share: bool = True
    generation: str = ""
    """The generation of chips it belongs to; empty: to all."""
    precision: str = ""

    @property
    def key(self) -> str:
        """Its name, with generation and precision where it has them."""
        return ".".join(filter(None, (self.name, self.generation, self.precision)))

    def free(self, value: float) -> float:
        """The value on the scale on which it is fitted, where every number is legal."""
        return math.log(value / (1.0 - value)) if self.is_share else math.log(value)

    def bound(self, free: float) -> float:
        """The value that belongs to a number of that scale."""
        return 1.0 / (1.0 + math.exp(-free)) if self.is_share else math.exp(free)


def _size(name: str, expected: float, uncertainty: float, why: str) -> Constant:
    return Constant(name, expected, uncertainty, why, is_share=False)


def _gemm(generation: str, precision: str, expected: float) -> Constant:
    why = "some nine tenths of the best measured products, less the lower the precision"
    return Constant("gemm", expected, 0.5, why, generation=generation, precision=precision)


def _attention(name: str, generation: str, expected: float, why: str) -> Constant:
    return Constant(name, expected, 1.0, why, generation=generation)


CONSTANTS = (
    _gemm("ampere", "bf16", 0.80),
    _gemm("hopper", "bf16", 0.70),
    _gemm("hopper", "fp8", 0.62),
    _gemm("blackwell", "bf16", 0.65),
    _gemm("blackwell", "fp8", 0.65),
    _gemm("blackwell", "mxfp8", 0.58),
    _gemm("blackwell", "fp4", 0.46),
    _attention("attention", "ampere", 0.45, "FlashAttention-2 (arXiv 2307.08691): 50-70 % of the peak at best"),
    _attention("attention", "hopper", 0.50, "FlashAttention-3 (arXiv 2407.08608): up to 75 % at long sequences"),
    _attention("attention", "blackwell", 0.50, "as on Hopper"),
    _attention("generic_attention", "hopper", 0.30, "FlashAttention-2 reaches 35 % on H100 (arXiv 2407.08608)"),
    _size("gemm_half_tokens", 100.0, 1.0, "about the height of one tile of a matrix product"),
    _size("gemm_half_width", 128.0, 0.7, "the width of one tile of a matrix product"),
    Constant("expert_gemm_share", 0.60, 1.0, "grouped products are smaller and of uneven size"),
    _size("elementwise_passes", 1.0, 1.0, "the bytes are counted from the tensors"),
    _size("softmax_passes", 5.0, 1.0, "scale, mask, softmax, dropout, copy"),
    _size("layer_overhead_seconds", 5e-4, 0.7, "some fifty launches of 10 us, forward and backward"),
    _size("step_overhead_seconds", 5e-3, 1.0, "loss, gradient norm, logging"),
    Constant("scaleup_share", 0.75, 1.0, "bus bandwidth of large collectives over the link's figure"),
    Constant("scaleout_share", 0.75, 1.0, "bus bandwidth of large collectives over the link's figure"),
    Constant("tp_hidden_share", 0.60, 1.0, "the first and last piece of a product hide nothing"),
    Constant("dp_exposed_share", 0.30, 1.0, "the first and last bucket hide behind nothing"),
    Constant("fsdp_exposed_share", 0.30, 1.0, "as for sharded optimiser state"),
    Constant("pipeline_exposed_share", 0.20, 1.0, "transfers overlap with the next microbatch"),
    _size("straggler_share", 0.004, 0.7, "a few per cent at thousands of chips"),
)

_CATALOGUED = {
    "gemm_efficiency": "gemm",
    "attention_efficiency": "attention",
    "generic_attention_efficiency": "generic_attention",
}
"""Inputs of the model that differ between chips, and the constants they are made of."""


def leaves(runs: Runs, values: Floats) -> dict[str, Floats]:
    """The constants as the model's inputs, for each run those of its chip and precision."""
    table = {constant.key: value for constant, value in zip(CONSTANTS, values, strict=True)}
    places = list(zip(runs.generations, runs.precisions, strict=True))
    found = {c.name: np.full(len(places), table[c.name]) for c in CONSTANTS if not c.generation}
    for name, constant in _CATALOGUED.items():
        found[name] = np.array([_of(table, constant, generation, precision) for generation, precision in places])
    found["bf16_gemm_efficiency"] = np.array([table[f"gemm.{generation}.bf16"] for generation, _ in places])
    return found


def _of(table: dict[str, float], constant: str, generation: str, precision: str) -> float:
    if constant == "gemm":
        return table[f"gemm.{generation}.{SAME_UNITS.get(precision, precision)}"]
    # What no run tells apart is one: a generation without a generic kernel of its own has its tuned one.
    return table.get(f"{constant}.{generation}", table[f"attention.{generation}"])
