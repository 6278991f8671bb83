"""The model that everybody computes: what a cluster takes for a training run. Fifteen quantities, ten of them columns.

Small enough to be written by hand in numpy, numba or SQL, and of the shape that such models have: products, quotients,
three powers, figures of the chip, a condition of low rank (does it fit?) and a sum at the end.
"""

from __future__ import annotations

from gigacost import Input
from gigacost.ops import Value, minimum, power

CHIPS = Input("chips", "chip", "Chips of the cluster.", integer=True, low=1)
PARAMS = Input("params", "param", "Parameters of the model.", low=1)
TOKENS = Input("tokens", "token", "Tokens it is trained on.", low=1)

FLOP_PER_PARAM_AND_TOKEN = 6.0
MFU_OF_REFERENCE = 0.50
REFERENCE_CHIPS = 256.0
MFU_EXPONENT = -0.06
"""Efficiency falls with the size of the cluster: by four per cent for each doubling."""
SECONDS_PER_DAY = 86400.0
HOURS_PER_DAY = 24.0
LIFE_HOURS = 4 * 8766.0
UPKEEP_FACTOR = 1.25
"""From the price of a server to what it costs over its life."""
SETUP_USD_PER_CHIP = 40.0
PUE = 1.2
WATTS_PER_MW = 1e6
KWH_PER_MWH = 1000.0
LOSS_FLOOR, LOSS_A, LOSS_ALPHA, LOSS_B, LOSS_BETA = 1.8172, 482.01, 0.3478, 2085.43, 0.3658
"""The scaling law of Hoffmann et al. as fitted by Besiroglu et al. (2024)."""
STATE_BYTES_PER_PARAM = 16.0
SHARDING_CHIPS = 256.0
"""Weights, gradients and optimiser state are spread over groups of so many chips."""
BYTES_PER_GIB = 2.0**30


def training_flop(params: Value, tokens: Value) -> Value:
    """Arithmetic of the run [FLOP]."""
    return FLOP_PER_PARAM_AND_TOKEN * params * tokens


def mfu(chips: Value) -> Value:
    """Share of the peak that the cluster reaches [1]."""
    return MFU_OF_REFERENCE * power(chips / REFERENCE_CHIPS, MFU_EXPONENT)


def cluster_flop_per_day(peak_flop_per_s: Value, mfu: Value, chips: Value) -> Value:
    """What the cluster computes in a day [FLOP/d]."""
    return peak_flop_per_s * mfu * chips * SECONDS_PER_DAY


def train_days(training_flop: Value, cluster_flop_per_day: Value) -> Value:
    """Duration of the run [d]."""
    return training_flop / cluster_flop_per_day


def chip_hours(train_days: Value, chips: Value) -> Value:
    """Hours of chips [chip·h]."""
    return train_days * (chips * HOURS_PER_DAY)


def usd_per_chip_hour(chip_price_usd: Value, server_overhead_factor: Value) -> Value:
    """An hour of an owned chip [$/(chip·h)]."""
    return chip_price_usd * server_overhead_factor * UPKEEP_FACTOR / LIFE_HOURS


def cost_compute_usd(chip_hours: Value, usd_per_chip_hour: Value) -> Value:
    """The chips' hours [$]."""
    return chip_hours * usd_per_chip_hour


def cost_setup_usd(chips: Value) -> Value:
    """Bringing the cluster up [$]."""
    return chips * SETUP_USD_PER_CHIP


def facility_mw(chips: Value, system_w: Value) -> Value:
    """Power of the site [MW]."""
    return chips * system_w * PUE / WATTS_PER_MW


def energy_mwh(facility_mw: Value, train_days: Value) -> Value:
    """Energy of the run [MWh]."""
    return facility_mw * HOURS_PER_DAY * train_days


def cost_energy_usd(energy_mwh: Value, electricity_usd_per_kwh: Value) -> Value:
    """Electricity [$]."""
    return energy_mwh * (electricity_usd_per_kwh * KWH_PER_MWH)


def cost_total_usd(cost_compute_usd: Value, cost_energy_usd: Value, cost_setup_usd: Value) -> Value:
    """The run in total [$]."""
    return cost_compute_usd + cost_energy_usd + cost_setup_usd


def loss(params: Value, tokens: Value) -> Value:
    """Loss by scaling law [nat/token]."""
    return LOSS_FLOOR + LOSS_A * power(params, -LOSS_ALPHA) + LOSS_B * power(tokens, -LOSS_BETA)


def memory_gib(params: Value, chips: Value) -> Value:
    """Memory that the training state takes on a chip [GiB/chip]."""
    return STATE_BYTES_PER_PARAM * params / minimum(chips, SHARDING_CHIPS) / BYTES_PER_GIB


def fits(memory_gib: Value, mem_gib: Value) -> Value:
    """Whether the state fits into the chips' memory [truth]."""
    return memory_gib <= mem_gib
