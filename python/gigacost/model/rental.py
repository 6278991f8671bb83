"""Rented compute: the rate times the hours. What a commitment adds is unused capacity (``capacity``)."""

from __future__ import annotations

from gigacost.graph.declarations import contribution
from gigacost.ops import Value


def rent_at_rate_usd(rent_usd_per_chip_hour: Value, chip_hours: Value) -> Value:
    """The run's chip-hours at the market's rate, without any commitment; 0 where nothing is rented [$].

    rate · chip_hours. The figure to hold against published cloud costs of a run.

    Source: definition.
    """
    return rent_usd_per_chip_hour * chip_hours


@contribution(to="total_run_usd")
def cost_rent_usd(rent_at_rate_usd: Value) -> Value:
    """Rent of the chip-hours that the run uses [$].

    rent_at_rate_usd. Hours committed beyond those used are cost_unused_usd; interrupted hours are in the goodput.

    Source: definition.
    """
    return rent_at_rate_usd
