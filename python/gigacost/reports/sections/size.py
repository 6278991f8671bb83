"""How big that is, beside things that people know."""

from __future__ import annotations

from gigacost.reports.parts import Block, Paragraph, Section, Table, Text, heads
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import part, told

_ROWS = (
    ("facility_mw", "power of the site", "MW"),
    ("reactors", "as large nuclear reactors", "1"),
    ("households", "as US households, while it runs", "1"),
    ("household_years", "energy, as households for a year", "1"),
    ("energy_mwh", "energy", "MWh"),
    ("carbon_t", "emissions of operation", "t"),
    ("water_l", "water", "l"),
    ("raw_data_pb", "raw text that is read", "PB"),
    ("checkpoint_pb", "checkpoints that are written", "PB"),
    ("mouse_cortex_mm3", "parameters, as synapses of mouse cortex", "mm3"),
    ("mouse_cortex_neurons", "neurons in that piece", "1"),
    ("mouse_cortex_pb", "data that imaging it makes", "PB"),
    ("human_cortex_fraction", "of the synapses of a human cortex", "%"),
)
"""Quantities, what they are in words, and how they are written."""


def section(context: Context) -> Section | None:
    """How big that is; None where the model does not say."""
    known = {name: context.estimate.get(name) for name, _, _ in _ROWS}
    rows = [((what,), _figure(known[name], name, unit)) for name, what, unit in _ROWS if known[name] is not None]
    if not rows:
        return None
    caption: Text = ("The run beside things that people know",)
    table = Table("size", caption, heads("what", "how much"), tuple(rows), frozenset({1}), folded=True)
    blocks: list[Block] = []
    power, homes, cortex = (known[name] for name in ("facility_mw", "households", "mouse_cortex_mm3"))
    if power is not None and homes is not None:
        said: Text = (
            "The site takes ",
            *told(power, "facility_mw", "MW"),
            ", the run as much as ",
            *told(homes, "households", "1"),
            " US households.",
        )
        if cortex is not None:
            said += (
                " The model has as many parameters as ",
                *told(cortex, "mouse_cortex_mm3", "mm3"),
                " of mouse cortex has synapses.",
            )
        blocks.append(Paragraph(said))
    areas: Text = ("Areas are in proportion.",)
    blocks += context.pictured("scale", context.estimate.to_dict(), areas, "The run, drawn to scale", table)
    return Section("size", "How big that is", tuple(blocks))


def _figure(value: float | None, name: str, unit: str) -> Text:
    return part(value, name) if unit == "%" else told(value, name, unit)
