"""Things whose size people know, or can picture: what the size of a run is held against. Each with source and date."""

from __future__ import annotations

from typing import NamedTuple


class KnownSize(NamedTuple):
    """A figure of the world, not of a run."""

    value: float
    unit: str
    source: str
    date: str


_MICRONS = (
    "MICrONS Consortium, Nature 640 (doi 10.1038/s41586-025-08790-w): one cubic millimetre of mouse visual cortex"
)
_TIMELINES = "Epoch AI, timelines of frontier data centres: xAI Colossus 1, 100,000 H100"
_TOUR = "ServeTheHome on xAI Colossus: eight servers of eight H100 a rack, over 1,500 racks (secondary)"

REACTOR = KnownSize(
    1114, "MW/reactor", "US EIA, Today in Energy: Vogtle 4 (AP1000) enters commercial operation", "2024-05-01"
)
HOUSEHOLD = KnownSize(
    10715, "kWh/(household·yr)", "US EIA, FAQ 97: average US residential customer in 2020", "2021-10-07"
)
TOWN = KnownSize(10_000, "household", "a definition: this number of US households is called a town here", "")
MEMPHIS = KnownSize(245_836, "household", "US census, QuickFacts: Memphis, Tennessee (secondary)", "2010-04-01")
COLOSSUS_1_POWER = KnownSize(181, "MW", _TIMELINES, "2024-09-02")
COLOSSUS_1_CHIPS = KnownSize(100_000, "chip", _TIMELINES, "2024-09-02")
RACK = KnownSize(64, "chip/rack", _TOUR, "2024-10")
HALL = KnownSize(25_000, "chip/hall", "Supermicro on xAI Colossus: four halls of about 25,000 (secondary)", "2024-10")

MOUSE_CORTEX_SYNAPSES = KnownSize(523e6, "synapse/mm3", _MICRONS, "2025-04-09")
MOUSE_CORTEX_NEURONS = KnownSize(84e3, "neuron/mm3", _MICRONS, "2025-04-09")
MOUSE_CORTEX_PETABYTES = KnownSize(1.6, "PB/mm3", _MICRONS, "2025-04-09")
HUMAN_CORTEX_SYNAPSES = KnownSize(
    1.5e14, "synapse", "Pakkenberg et al. 2003 (doi 10.1016/S0531-5565(02)00151-1): human neocortex", "2003-01"
)
