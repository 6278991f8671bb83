"""Owned chips in somebody else's building: power and space by the kW and month, energy by the meter.

The rent of the hall replaces facility CapEx. Metered energy, PUE included, is ``cost_energy_usd`` as for an owned site.
"""

from __future__ import annotations

from gigacost.graph.declarations import Input, contribution
from gigacost.model.constants import HOURS_PER_MONTH
from gigacost.ops import Value, both, where

COLO_USD_PER_KW_MONTH = Input(
    "colo_usd_per_kw_month",
    "$/(kW·month)",
    "Rent of power and space in a wholesale data centre, per kW of nameplate IT power; energy comes on top.",
    default=163.44,
    source="CBRE: US average of wholesale colocation in 2023, from secondary sources (bands of 2026: 115 to 280)",
    date="2023",
    high=1e6,
    plausible=(50.0, 500.0),
)


@contribution(to="total_run_usd")
def cost_colo_usd(
    owns_chips: Value,
    owns_facility: Value,
    colo_usd_per_kw_month: Value,
    it_nameplate_kw: Value,
    train_hours: Value,
) -> Value:
    """Rent of colocated power and space during the run; 0 in other markets [$].

    $/kW-month · nameplate IT power · months. Energy is metered apart.

    Source: CBRE, wholesale colocation in the US (2023).
    """
    rent = colo_usd_per_kw_month * it_nameplate_kw * train_hours / HOURS_PER_MONTH
    return where(both(owns_chips == 1, owns_facility == 0), rent, 0)
