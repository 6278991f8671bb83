"""Performance: what share of the peak a training step reaches (MFU).

A step is made of matrix products, which run at a measured share of the peak, and of work that waits for memory
(norms, softmax, residuals, optimiser), which weighs more the more FLOP a chip does per byte. More chips add waiting
for each other; experts add routing and smaller products. Four constants, fitted once on all published runs.
Whoever knows better gives ``mfu``.
"""

from __future__ import annotations

from gigacost.declare import MISSING, Constant, Input, status
from gigacost.ops import Value, both, log, maximum, missing, negate, where

CHIPS = Input(
    "chips",
    "chip",
    "Accelerators that train together.",
    low=1,
    high=1e9,
    integer=True,
    plausible=(1, 1e6),
)
PEAK_FLOP_PER_S = Input(
    "peak_flop_per_s",
    "FLOP/(chip·s)",
    "Dense peak at the precision of training; missing where the chip cannot do it.",
    low_open=True,
    high=1e30,
)
MEM_BW_BYTE_PER_S = Input(
    "mem_bw_byte_per_s", "B/(chip·s)", "Bandwidth of the chip's memory.", low_open=True, high=1e30
)
ACHIEVABLE_MATMUL_FRACTION = Input(
    "achievable_matmul_fraction",
    "1",
    "Fastest measured matrix product over the peak; left out: the median of the measured chips.",
    default=MISSING,
    low_open=True,
    high=1,
)
SCALEUP_DOMAIN = Input("scaleup_domain", "chip", "Chips joined by the fast network.", default=MISSING, low=1)
SCALEOUT_BYTE_PER_S = Input(
    "scaleout_byte_per_s", "B/(chip·s)", "Bandwidth between such domains.", default=MISSING, low_open=True, high=1e30
)

_FITTED = (
    "fitted on the 142 published training runs with at most a third of their FLOP in attention "
    "(MLPerf 3.0-5.1, MosaicML, Megatron, torchtitan, NeMo; least absolute logarithmic error, unweighted)"
)

TYPICAL_MATMUL_FRACTION = Constant(
    0.786, "1", "derived: median of the 13 chips measured in ml-engineering (MAMF) against their dense peak", "2026-11"
)
STEP_EFFICIENCY = Constant(0.64, "1", _FITTED, "2026-11")
BALANCE_AT_HALF = Constant(1600, "FLOP/B", _FITTED, "2026-11")
LOSS_PER_DOUBLING = Constant(0.013, "1", _FITTED, "2026-11")
MOE_EFFICIENCY = Constant(0.59, "1", _FITTED, "2026-11")
ONE_CHIP = Constant(1, "chip")
NODE_CHIPS = Constant(8, "chip", "the usual server of eight, at which the fit has its origin", "2026-11")


@status("unsupported_precision", spoils="peak_flop_per_s")
def unsupported_precision(peak_flop_per_s: Value) -> Value:
    """Whether the chip has no peak at this precision [truth].

    Source: the vendor's data sheet, by way of the catalogue.
    """
    return missing(peak_flop_per_s)


@status("no_memory_data", spoils="memory_efficiency")
def no_memory_data(mem_bw_byte_per_s: Value) -> Value:
    """Whether the chip's memory bandwidth is not known [truth].

    Source: the catalogue.
    """
    return missing(mem_bw_byte_per_s)


@status("no_network_data", spoils="scaling_efficiency")
def no_network_data(chips: Value, scaleup_domain: Value, scaleout_byte_per_s: Value) -> Value:
    """Whether the chips must talk over a network of which nothing is known [truth].

    More chips than the fast network joins, and no figure for the network beyond.

    Source: the catalogue.
    """
    leaves_domain = both(chips > ONE_CHIP, negate(chips <= scaleup_domain))
    return both(missing(scaleout_byte_per_s), leaves_domain)


def matmul_efficiency(achievable_matmul_fraction: Value) -> Value:
    """Share of the peak that a large matrix product reaches on its own [1].

    The catalogue's measured fraction, else 0.786, the median of the measured chips.

    Source: maximum achievable matmul FLOPS (MAMF), ml-engineering compute/accelerator; one figure per chip and
    precision.
    """
    return where(missing(achievable_matmul_fraction), TYPICAL_MATMUL_FRACTION, achievable_matmul_fraction)


def memory_efficiency(peak_flop_per_s: Value, mem_bw_byte_per_s: Value) -> Value:
    """Share of a step left by work that waits for memory [1].

    1 / (1 + balance/1600) with balance = peak_flop_per_s / mem_bw_byte_per_s in FLOP per byte: 0.91 for an A100 in
    bf16, 0.84 for an H100, 0.73 for the same chip in fp8, whose peak doubles while its memory does not.

    Source: roofline argument (Williams et al. 2009, doi 10.1145/1498765.1498785); 1600 fitted, see the module.
    """
    return 1.0 / (1.0 + peak_flop_per_s / mem_bw_byte_per_s / BALANCE_AT_HALF)


def scaling_efficiency(chips: Value) -> Value:
    """Share of a step left by waiting for other chips [1].

    1 / (1 + 0.013·log2(chips/8)) above 8 chips: 0.87 at 16,384.

    Source: fitted, see the module; the form is that of the straggler term in published step-time models.
    """
    doublings = log(maximum(chips / NODE_CHIPS, 1.0)) / log(2.0)
    return 1.0 / (1.0 + LOSS_PER_DOUBLING * doublings)


def sparsity_efficiency(params: Value, params_active: Value) -> Value:
    """Share of a step left by routing tokens to experts [1].

    0.59 for a mixture of experts, 1 for a dense model. Published layouts differ by 1.5-2x for the same model: take it
    with a wide band.

    Source: fitted on 13 runs of Qwen3 and DeepSeek-V3, see the module.
    """
    return where(params_active < params, MOE_EFFICIENCY, 1.0)


def mfu(
    matmul_efficiency: Value, memory_efficiency: Value, scaling_efficiency: Value, sparsity_efficiency: Value
) -> Value:
    """Share of the dense peak that goes into the model's FLOP while the run is stepping [1].

    0.64 · matmul_efficiency · memory_efficiency · scaling_efficiency · sparsity_efficiency. Time lost to failures is
    not in it, see ``goodput``. Against the 142 published runs of the fit the median error is 15 %, the 90th percentile
    53 % (small models on many chips, naive sharding); against all 164 it is 16 % and 72 % (long contexts).

    Source: fitted, see the module.
    """
    return STEP_EFFICIENCY * matmul_efficiency * memory_efficiency * scaling_efficiency * sparsity_efficiency
