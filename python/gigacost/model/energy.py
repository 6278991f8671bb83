"""Energy: from the chips over the servers and other IT to the grid, and what it costs.

Three boundaries, because published figures use all three:

* chip: thermal design power of the accelerators, nothing else (Llama's and BLOOM's "dynamic" energy);
* IT: average draw of the servers, 14 % more for switches, storage and management nodes;
* facility: IT times PUE (cooling, power conversion), which is what the grid delivers and the owner pays.

Energy uses the average draw. Megawatts use the nameplate: a site must be able to carry it.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Input, contribution, rule, status
from gigacost.model.constants import KWH_PER_MWH, W_H_PER_KWH, W_PER_KW, W_PER_MW
from gigacost.ops import Value, both, missing, negate, where

TDP_W = catalogued("tdp_w", "Thermal design power of the accelerator.", default=MISSING)
SYSTEM_W = catalogued("system_w", "Power of the server per accelerator.", default=MISSING)
SYSTEM_POWER_IS_MEAN = catalogued(
    "system_power_is_mean",
    "1 where system_w is a measured average, 0 where it is the nameplate.",
    default=0.0,
    source="definition",
)
AVERAGE_POWER_FRACTION = catalogued(
    "average_power_fraction",
    "Average draw in training over the server's nameplate.",
    default=0.75,
    source="Epoch AI (arXiv 2405.21015) appendix A.4: 0.75 for GPU servers, 0.43 for TPU",
    date="2024-05",
)
OTHER_IT_FACTOR = Input(
    "other_it_factor",
    "1",
    "IT power over server power: switches, storage, management nodes.",
    default=1.14,
    source="Epoch AI ai-companies, IT power by chip: 1,453.5 W per H100 against 1,275 W of DGX H100",
    date="2026",
    low=1,
    high=10,
)
PUE = catalogued("pue", "Power of the facility over power of the IT.", default=MISSING, plausible=(1.0, 2.5))
ELECTRICITY_USD_PER_KWH = catalogued(
    "electricity_usd_per_kwh", "Price of electricity for an owner of chips.", default=MISSING, plausible=(0.01, 0.5)
)
NEGATIVE_ELECTRICITY_PRICES = Input(
    "negative_electricity_prices",
    "1",
    "Whether a price of electricity below 0 is meant (1), as spot markets have it for hours, or is a mistake (0).",
    default=0.0,
    source="definition: a tariff is paid, not received",
    high=1,
    integer=True,
)


@rule("below 0", allowed=">= 0; or negative_electricity_prices = 1 beside it")
def electricity_earns(electricity_usd_per_kwh: Value, negative_electricity_prices: Value) -> Value:
    """Whether electricity has a negative price that nobody said is meant [truth].

    Source: definition.
    """
    return both(electricity_usd_per_kwh < 0, negate(negative_electricity_prices == 1))


@status("no_power_data", spoils="server_w")
def no_power_data(system_w: Value) -> Value:
    """Whether neither the server's nor the chip's power is published [truth].

    Source: the catalogue.
    """
    return missing(system_w)


@status("no_owned_power_data", spoils="owned_server_w")
def no_owned_power_data(is_rented: Value, system_w: Value) -> Value:
    """Whether an owner cannot know the power to house and to pay for [truth].

    Apart from ``no_power_data``, so that a rented chip of unknown power still has a price.

    Source: the catalogue.
    """
    return both(negate(is_rented == 1.0), missing(system_w))


@status("no_tdp", spoils="energy_chip_kwh")
def no_tdp(tdp_w: Value) -> Value:
    """Whether the vendor publishes no thermal design power [truth].

    Source: the catalogue.
    """
    return missing(tdp_w)


@status("no_pue", spoils="facility_overhead")
def no_pue(pue: Value) -> Value:
    """Whether the region has no PUE [truth].

    Source: the catalogue.
    """
    return missing(pue)


@status("no_owned_pue", spoils="metered_w")
def no_owned_pue(is_rented: Value, pue: Value) -> Value:
    """Whether an owner's meter cannot be known for want of a PUE [truth].

    Source: the catalogue.
    """
    return both(negate(is_rented == 1.0), missing(pue))


@status("no_electricity_price", spoils="electricity_usd_per_kwh")
def no_electricity_price(is_rented: Value, electricity_usd_per_kwh: Value) -> Value:
    """Whether an owner's electricity has no price in this region [truth].

    Source: the catalogue; tariffs never fall back on another region's.
    """
    return both(negate(is_rented == 1.0), missing(electricity_usd_per_kwh))


def server_w(system_w: Value) -> Value:
    """Power of the server per accelerator, on the catalogue's basis [W/chip].

    system_w: the nameplate, or for most TPU the measured mean, which makes their megawatts a lower bound.

    Source: the catalogue.
    """
    return system_w


def load_factor(system_power_is_mean: Value, average_power_fraction: Value) -> Value:
    """Average draw over the power on the catalogue's basis [1].

    average_power_fraction of a nameplate, 1 of a measured mean.

    Source: Epoch AI (arXiv 2405.21015) appendix A.4.
    """
    return where(system_power_is_mean == 1.0, 1.0, average_power_fraction)


def facility_overhead(pue: Value) -> Value:
    """Power of the facility over power of the IT [1].

    pue.

    Source: the catalogue; ISO/IEC 30134-2 for the definition.
    """
    return pue


def it_peak_w(server_w: Value, other_it_factor: Value) -> Value:
    """Nameplate power of all IT per accelerator [W/chip].

    server_w · other_it_factor: 1,275 W · 1.14 = 1,453.5 W for an H100.

    Source: Epoch AI ai-companies, IT power by chip.
    """
    return server_w * other_it_factor


def it_average_w(it_peak_w: Value, load_factor: Value) -> Value:
    """Average draw of all IT per accelerator in training [W/chip].

    it_peak_w · load_factor.

    Source: Epoch AI (arXiv 2405.21015) appendix A.4.
    """
    return it_peak_w * load_factor


def it_mw(chips: Value, it_peak_w: Value) -> Value:
    """Nameplate power of the cluster's IT [MW].

    chips · it_peak_w / 1e6.

    Source: definition.
    """
    return chips * it_peak_w / W_PER_MW


def facility_mw(it_mw: Value, facility_overhead: Value) -> Value:
    """Power that the site must be able to carry [MW].

    it_mw · PUE, without load factor: 182 MW for 100,000 H100 at a PUE of 1.25 (Colossus 1 reports 181 MW).

    Source: Epoch AI timelines of frontier data centres, Colossus 1.
    """
    return it_mw * facility_overhead


def average_mw(chips: Value, it_average_w: Value, facility_overhead: Value) -> Value:
    """Average power that the run takes from the grid [MW].

    chips · it_average_w · PUE / 1e6.

    Source: definition.
    """
    return chips * it_average_w * facility_overhead / W_PER_MW


def energy_chip_kwh(chip_hours: Value, tdp_w: Value) -> Value:
    """Energy of the final run at the boundary of the chips [kWh].

    chip_hours · tdp_w / 1000, no load factor: 433,196 kWh for BLOOM, as published.

    Source: Luccioni et al. 2022 (arXiv 2211.02001) section 4.2; Llama 3 model card.
    """
    return chip_hours * tdp_w / W_H_PER_KWH


def energy_it_kwh(chip_hours: Value, it_average_w: Value) -> Value:
    """Energy of the final run at the boundary of the IT [kWh].

    chip_hours · it_average_w / 1000.

    Source: Epoch AI (arXiv 2405.21015) appendix A.4.
    """
    return chip_hours * it_average_w / W_H_PER_KWH


def energy_kwh(energy_it_kwh: Value, facility_overhead: Value) -> Value:
    """Energy of the final run at the boundary of the facility [kWh].

    energy_it_kwh · PUE.

    Source: Epoch AI (arXiv 2405.21015) appendix A.4.
    """
    return energy_it_kwh * facility_overhead


def energy_mwh(energy_kwh: Value) -> Value:
    """Energy of the final run at the boundary of the facility [MWh].

    energy_kwh / 1000.

    Source: definition.
    """
    return energy_kwh / KWH_PER_MWH


def owned_server_w(is_rented: Value, system_w: Value) -> Value:
    """Power of the server per accelerator that its owner must house; 0 for rented chips [W/chip].

    Source: the catalogue.
    """
    return where(is_rented == 1.0, 0.0, system_w)


def it_nameplate_kw(chips: Value, owned_server_w: Value, other_it_factor: Value) -> Value:
    """Nameplate power of IT to be housed by the owner of the chips; 0 for rented chips [kW].

    chips · owned_server_w · other_it_factor / 1000. Whatever the market, the cluster's IT power is ``it_mw``.

    Source: Epoch AI ai-companies, IT power by chip.
    """
    return chips * owned_server_w * other_it_factor / W_PER_KW


def metered_w(is_rented: Value, owned_server_w: Value, load_factor: Value, other_it_factor: Value, pue: Value) -> Value:
    """Average power per accelerator on the owner's electricity bill; 0 for rented chips [W/chip].

    owned_server_w · load_factor · other_it_factor · PUE.

    Source: Epoch AI (arXiv 2405.21015) appendix A.4.
    """
    return where(is_rented == 1.0, 0.0, owned_server_w * load_factor * other_it_factor * pue)


@contribution(to="total_run_usd")
def cost_energy_usd(is_rented: Value, chip_hours: Value, metered_w: Value, electricity_usd_per_kwh: Value) -> Value:
    """Electricity for the final run on owned or colocated chips [$].

    chip_hours · metered_w / 1000 · electricity_usd_per_kwh; 0 for rented chips, whose electricity is in the rent.

    Source: Epoch AI (arXiv 2405.21015) section 2.3.
    """
    return where(is_rented == 1.0, 0.0, chip_hours * metered_w / W_H_PER_KWH * electricity_usd_per_kwh)
