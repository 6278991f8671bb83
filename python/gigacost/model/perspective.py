"""Perspective: how big is this, for people who cannot picture it."""

from __future__ import annotations

from gigacost import known_sizes
from gigacost.graph.declarations import Constant
from gigacost.model.constants import B_PER_PB, HOURS_PER_YEAR, TB_PER_PB, W_H_PER_KWH, W_PER_MW
from gigacost.ops import Value

MW_PER_REACTOR = Constant(*known_sizes.REACTOR)
KWH_PER_HOUSEHOLD_YEAR = Constant(*known_sizes.HOUSEHOLD)
MOUSE_CORTEX_SYNAPSES_PER_MM3 = Constant(*known_sizes.MOUSE_CORTEX_SYNAPSES)
MOUSE_CORTEX_NEURONS_PER_MM3 = Constant(*known_sizes.MOUSE_CORTEX_NEURONS)
MOUSE_CORTEX_PB_PER_MM3 = Constant(*known_sizes.MOUSE_CORTEX_PETABYTES)
HUMAN_CORTEX_SYNAPSES = Constant(*known_sizes.HUMAN_CORTEX_SYNAPSES)
PARAMS_PER_SYNAPSE = Constant(1, "param/synapse")
"""A comparison of counts, not a claim that one does the work of the other."""


def reactors(facility_mw: Value) -> Value:
    """Nuclear reactors that the site would keep busy [reactor].

    facility_mw / 1114.

    Source: US EIA, Vogtle 4, 1,114 MW net.
    """
    return facility_mw / MW_PER_REACTOR


def households(average_mw: Value) -> Value:
    """US households that draw as much as the run while it lasts [household].

    average_mw · 1e6 · 8766 / 1000 / 10715.

    Source: US EIA, FAQ 97, 10,715 kWh a year.
    """
    return average_mw * W_PER_MW * HOURS_PER_YEAR / W_H_PER_KWH / KWH_PER_HOUSEHOLD_YEAR


def household_years(energy_kwh: Value) -> Value:
    """Years for which the run's energy would supply one US household [household·yr].

    energy_kwh / 10715.

    Source: US EIA, FAQ 97.
    """
    return energy_kwh / KWH_PER_HOUSEHOLD_YEAR


def checkpoint_pb(checkpoint_bytes: Value) -> Value:
    """Size of one full checkpoint [PB].

    checkpoint_bytes / 1e15.

    Source: definition.
    """
    return checkpoint_bytes / B_PER_PB


def raw_data_pb(raw_tb: Value) -> Value:
    """Raw text that the corpus is made of [PB].

    raw_tb / 1000. One cubic millimetre of mouse cortex makes 1.6 PB of images.

    Source: definition; MICrONS Consortium 2025.
    """
    return raw_tb / TB_PER_PB


def mouse_cortex_mm3(params: Value) -> Value:
    """Mouse cortex with as many synapses as the model has parameters [mm3].

    params / 523e6.

    Source: MICrONS Consortium 2025.
    """
    return params / PARAMS_PER_SYNAPSE / MOUSE_CORTEX_SYNAPSES_PER_MM3


def mouse_cortex_neurons(mouse_cortex_mm3: Value) -> Value:
    """Neurons in that piece of mouse cortex [neuron].

    mouse_cortex_mm3 · 84,000.

    Source: MICrONS Consortium 2025.
    """
    return mouse_cortex_mm3 * MOUSE_CORTEX_NEURONS_PER_MM3


def mouse_cortex_pb(mouse_cortex_mm3: Value) -> Value:
    """Data that imaging that piece of mouse cortex would make [PB].

    mouse_cortex_mm3 · 1.6.

    Source: MICrONS Consortium 2025.
    """
    return mouse_cortex_mm3 * MOUSE_CORTEX_PB_PER_MM3


def human_cortex_fraction(params: Value) -> Value:
    """Parameters over the synapses of a human neocortex [1].

    params / 1.5e14.

    Source: Pakkenberg et al. 2003.
    """
    return params / PARAMS_PER_SYNAPSE / HUMAN_CORTEX_SYNAPSES
