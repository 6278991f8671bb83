"""How well a combination is known: its price, its speed, whether so many chips are to be had on the spot market."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gigacost.model.market import spot_is_beyond_region

if TYPE_CHECKING:
    from gigacost.compiler.bound import Bound

INSTEAD_OF_LAYOUT = (
    "mfu",
    "step_seconds",
    "whole_run_utilisation",
    "stepping_hours",
    "train_hours",
    "train_days",
    "chip_hours",
)
"""Who gives one of these has no use for the time that a layout would take."""
_PRICE = ("price_votes", "price_age_days", "is_derived")
_SPOT = ("is_interruptible", "chips", "spot_region_chips")
_CALIBRATED = "is_calibrated"


def is_timed(bound: Bound) -> bool:
    """Whether the speed of a run is given, and not that which a layout would have."""
    return not bound.given.isdisjoint(INSTEAD_OF_LAYOUT)


def evidence(bound: Bound, index: int = 0) -> dict[str, float | None]:
    """What is known about a combination, by quantity; None of a price that is given.

    Nothing where it is counted in another way, and only what the model has names for.
    """
    if bound.spec.accounting:
        return {}
    wanted = (*_PRICE, *_SPOT, _CALIBRATED)
    values = bound.leaf_values([name for name in wanted if name in bound.model.inputs and bound.available(name)], index)
    found: dict[str, float | None] = {
        name: None if math.isnan(values[name]) else values[name] for name in _PRICE if name in values
    }
    if _CALIBRATED in values and not is_timed(bound):
        found["is_extrapolated"] = float(values[_CALIBRATED] != 1.0)
    if all(name in values for name in _SPOT):
        found["spot_is_beyond_region"] = float(spot_is_beyond_region(*(values[name] for name in _SPOT)))
    return found
