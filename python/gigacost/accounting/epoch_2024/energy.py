"""Power of servers by the chips' thermal design power, and what the energy costs."""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Constant, Input, status
from gigacost.model.constants import W_H_PER_KWH
from gigacost.ops import Value, both, missing, negate, where

_PAPER = "Epoch AI, arXiv 2405.21015v2"

IS_HYPERSCALER = Input(
    "is_hyperscaler",
    "1",
    "Whether Google, DeepMind, Microsoft, Amazon or Meta trains (1), or anybody else (0), OpenAI among them.",
    default=0.0,
    source="assumption: anybody else",
    high=1,
    integer=True,
)
EARLY_TDP_W = catalogued("early_tdp_w", "Thermal design power as Epoch AI had it in 2024.", default=MISSING)
PUBLISHED_ENERGY_KWH = Input(
    "published_energy_kwh", "kWh", "Energy of the final run, where it was published.", default=MISSING, high=1e15
)
SERVER_POWER_PER_TDP = catalogued(
    "server_power_per_tdp",
    "Power of a server per chip ÷ thermal design power of the chip.",
    default=1.8,
    source=f"{_PAPER} A.4",
    date="2024-05",
)
HYPERSCALER_PUE = Constant(1.10, "1", f"{_PAPER} A.4", "2024-05")
OTHER_PUE = Constant(1.25, "1", f"{_PAPER} A.4", "2024-05")
GPU_LOAD = Constant(0.75, "1", f"{_PAPER} A.4: average power of a server ÷ its nameplate", "2024-05")
TPU_LOAD = Constant(0.43, "1", f"{_PAPER} A.4: average power of a server ÷ its nameplate", "2024-05")


def _by_tdp(early_tdp_w: Value, tdp_w: Value, server_power_per_tdp: Value) -> Value:
    """Power of a server per chip, by the figure of 2024 where it was another one since [W/chip]."""
    return where(missing(early_tdp_w), tdp_w, early_tdp_w) * server_power_per_tdp


@status("no_power_data", spoils="server_w")
def no_power_data(early_tdp_w: Value, tdp_w: Value) -> Value:
    """Whether the chip's thermal design power is not published [truth].

    Source: the catalogue.
    """
    return both(missing(early_tdp_w), missing(tdp_w))


@status("no_owned_power_data", spoils="owned_server_w")
def no_owned_power_data(is_rented: Value, early_tdp_w: Value, tdp_w: Value) -> Value:
    """Whether an owner cannot know the power to pay for [truth].

    Source: the catalogue.
    """
    return both(negate(is_rented == 1), both(missing(early_tdp_w), missing(tdp_w)))


def server_w(early_tdp_w: Value, tdp_w: Value, server_power_per_tdp: Value) -> Value:
    """Nameplate power of the server per accelerator [W/chip].

    TDP · 1.82 (H100), 2.03 (A100), 1.67 (V100), 1.8 (other GPU), 1.56 (TPU v4 and later; v3 1.47, v2 1.64, v1 2.93).

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return _by_tdp(early_tdp_w, tdp_w, server_power_per_tdp)


def owned_server_w(is_rented: Value, early_tdp_w: Value, tdp_w: Value, server_power_per_tdp: Value) -> Value:
    """Nameplate power of the server per accelerator that its owner pays for; 0 for rented chips [W/chip].

    As server_w.

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return where(is_rented == 1, 0, _by_tdp(early_tdp_w, tdp_w, server_power_per_tdp))


def load_factor(is_tpu: Value) -> Value:
    """Average power of a server in training ÷ its nameplate [1].

    0.75, of a TPU 0.43.

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return where(is_tpu == 1, TPU_LOAD, GPU_LOAD)


def pue(is_hyperscaler: Value) -> Value:
    """Power of the facility over power of the IT [1].

    1.10 for hyperscalers, 1.25 for everybody else.

    Source: Epoch AI, arXiv 2405.21015v2 A.4.
    """
    return where(is_hyperscaler == 1, HYPERSCALER_PUE, OTHER_PUE)


def cost_energy_usd(
    is_rented: Value,
    published_energy_kwh: Value,
    chip_hours: Value,
    metered_w: Value,
    electricity_usd_per_kwh: Value,
) -> Value:
    """Electricity for the final run on owned chips; 0 for rented ones [$].

    chip_hours · metered_w / 1000 · electricity_usd_per_kwh, or what published_energy_kwh costs where it is given.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.3.
    """
    reckoned = chip_hours * metered_w / W_H_PER_KWH
    energy = where(missing(published_energy_kwh), reckoned, published_energy_kwh)
    return where(is_rented == 1, 0, energy * electricity_usd_per_kwh)
