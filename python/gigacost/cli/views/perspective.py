"""How big a run is, beside reactors, households and a mouse's cortex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacost.units.numbers import grouped, scaled, share

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate


def perspective_lines(one: Estimate) -> list[str]:
    """Power, data and parameters beside things that people know."""
    known = one.quantities
    lines = []
    reactors, homes, power = known.get("reactors"), known.get("households"), known.get("facility_mw")
    if reactors is not None and homes is not None and power is not None:
        plant = f"{share(reactors)} of a nuclear reactor" if reactors < 1 else f"{scaled(reactors)} nuclear reactors"
        lines.append(f"{grouped(power)} MW is {plant}; the run draws as much as {scaled(homes)} US households")
    raw, cortex = known.get("raw_data_pb"), known.get("mouse_cortex_mm3")
    if raw is not None:
        lines.append(f"{scaled(raw)} PB of raw text are read to make the corpus")
    human = known.get("human_cortex_fraction")
    if cortex is not None and human is not None:
        lines.append(
            f"as many parameters as synapses in {scaled(cortex)} mm³ of mouse cortex, or {share(human)} of a human's"
        )
    return lines
