"""The run's compute in one figure, whichever market it comes from."""

from __future__ import annotations

from gigacost.ops import Value, total


def run_compute_usd(
    cost_chips_usd: Value,
    cost_servers_usd: Value,
    cost_network_usd: Value,
    cost_facility_usd: Value,
    cost_financing_usd: Value,
    cost_maintenance_usd: Value,
    cost_colo_usd: Value,
    cost_rent_usd: Value,
) -> Value:
    """Compute of the final run without energy, in every market [$].

    Sum of its parts: owned chips, servers, network and facility, financing, upkeep, colocation, rent. A memo.

    Source: definition.
    """
    return total(
        cost_chips_usd,
        cost_servers_usd,
        cost_network_usd,
        cost_facility_usd,
        cost_financing_usd,
        cost_maintenance_usd,
        cost_colo_usd,
        cost_rent_usd,
    )


def usd_per_chip_hour(run_compute_usd: Value, cost_energy_usd: Value, chip_hours: Value) -> Value:
    """All-in cost of an hour of one chip that is in use, energy included [$/(chip·h)].

    (run_compute_usd + cost_energy_usd) / chip_hours. Idle hours come on top: divide by fleet_utilisation.

    Source: definition.
    """
    return (run_compute_usd + cost_energy_usd) / chip_hours
