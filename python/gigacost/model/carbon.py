"""Carbon and water: emissions of the electricity, of making the hardware, and water for cooling.

Location-based: the grid's average where the run takes place, whatever certificates were bought.
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Input, status
from gigacost.model.constants import G_PER_T, HOURS_PER_YEAR, KG_PER_T
from gigacost.ops import Value, missing

CARBON_G_PER_KWH = catalogued("carbon_g_per_kwh", "CO2 equivalent of a kilowatt-hour of the grid.", default=MISSING)
WUE_L_PER_KWH = Input(
    "wue_l_per_kwh",
    "L/kWh",
    "Water evaporated on site per kilowatt-hour of IT (water usage effectiveness).",
    default=0.27,
    source=(
        "Microsoft, fiscal year 2025; the median of five: Amazon 0.12, Meta 0.19, Microsoft 0.27, "
        "US mean 0.38 (LBNL 2024), Google 1.15"
    ),
    date="2025",
    high=100,
    plausible=(0.0, 3.0),
)
EMBODIED_KG_PER_CHIP = Input(
    "embodied_kg_per_chip",
    "kg/chip",
    "CO2 equivalent of making an accelerator and its share of the server.",
    default=462.5,
    source=(
        "Luccioni et al. 2022 (arXiv 2211.02001) section 4.1: 150 kg per GPU and 2,500 kg per server of 8; "
        "Chien et al. 2023 (doi 10.1145/3604930.3605705) find 318 kg per A100"
    ),
    date="2022-11",
    high=1e6,
)
EMBODIED_LIFE_YEARS = Input(
    "embodied_life_years",
    "yr",
    "Years over which making the hardware is spread.",
    default=6.0,
    source="Luccioni et al. 2022 (arXiv 2211.02001) section 4.1",
    date="2022-11",
    low_open=True,
    high=100,
)
EMBODIED_USE_FRACTION = Input(
    "embodied_use_fraction",
    "1",
    "Share of its life in which the hardware works.",
    default=0.85,
    source="Luccioni et al. 2022 (arXiv 2211.02001) section 4.1",
    date="2022-11",
    low_open=True,
    high=1,
)


@status("no_carbon_data", spoils="carbon_g_per_kwh")
def no_carbon_data(carbon_g_per_kwh: Value) -> Value:
    """Whether nothing is known about the region's grid [truth].

    Source: the catalogue.
    """
    return missing(carbon_g_per_kwh)


def carbon_chip_t(energy_chip_kwh: Value, carbon_g_per_kwh: Value) -> Value:
    """Emissions of the final run's electricity at the boundary of the chips, CO2 equivalent [t].

    energy_chip_kwh · carbon_g_per_kwh / 1e6. This is what Llama's model cards report.

    Source: Llama 3.1 model card; grid by Ember.
    """
    return energy_chip_kwh * carbon_g_per_kwh / G_PER_T


def carbon_it_t(energy_it_kwh: Value, carbon_g_per_kwh: Value) -> Value:
    """Emissions of the final run's electricity at the boundary of the IT, CO2 equivalent [t].

    energy_it_kwh · carbon_g_per_kwh / 1e6.

    Source: grid by Ember.
    """
    return energy_it_kwh * carbon_g_per_kwh / G_PER_T


def carbon_t(energy_kwh: Value, carbon_g_per_kwh: Value) -> Value:
    """Emissions of the final run's electricity at the boundary of the facility, CO2 equivalent [t].

    energy_kwh · carbon_g_per_kwh / 1e6.

    Source: grid by Ember.
    """
    return energy_kwh * carbon_g_per_kwh / G_PER_T


def carbon_embodied_t(
    chip_hours: Value, embodied_kg_per_chip: Value, embodied_life_years: Value, embodied_use_fraction: Value
) -> Value:
    """Emissions of making the hardware, the final run's share, CO2 equivalent [t].

    chip_hours · embodied_kg_per_chip / (embodied_life_years · 8766 h · embodied_use_fraction) / 1000. The building and
    the network are not in it.

    Source: Luccioni et al. 2022 (arXiv 2211.02001) section 4.1: 11.2 t for BLOOM.
    """
    working_hours = embodied_life_years * HOURS_PER_YEAR * embodied_use_fraction
    return chip_hours * embodied_kg_per_chip / working_hours / KG_PER_T


def carbon_total_t(carbon_t: Value, carbon_embodied_t: Value) -> Value:
    """Emissions of the final run, electricity and hardware, CO2 equivalent [t].

    carbon_t + carbon_embodied_t.

    Source: Luccioni et al. 2022 (arXiv 2211.02001) section 4.
    """
    return carbon_t + carbon_embodied_t


def water_l(energy_it_kwh: Value, wue_l_per_kwh: Value) -> Value:
    """Water evaporated on site for the final run [L].

    energy_it_kwh · wue_l_per_kwh. Water at the power plants is not in it.

    Source: ISO/IEC 30134-9 for the definition.
    """
    return energy_it_kwh * wue_l_per_kwh
