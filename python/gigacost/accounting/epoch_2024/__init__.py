"""The accounting of Epoch AI's "The rising costs of training frontier AI models" (arXiv 2405.21015), as overrides.

Owned chips: ``total_run_usd`` is the amortised CapEx and energy, ``cluster_capex_usd`` the hardware acquisition cost.
Rented: ``total_run_usd`` is the cloud cost. ``total_development_usd`` adds experiments and people.

Hardware loses value from the day on which it could be had, in a straight line for as long as the run lasts. There is
no building, no financing, no upkeep, no idle time and no data; the network is 19 % of the cluster as by default.
Chip-hours are those given, else chips times hours, else FLOP at a utilisation of 37.5 %.
"""

from __future__ import annotations

DRIVERS = ("dates", "hours", "hardware", "energy", "electricity", "rental")
"""The modules with what differs from the model."""

FIXED = {
    "mfu": 0.375,  # the median of 33 known ones, over all chip-hours: losses are in it
    "goodput": 1.0,
    "post_training_share": 0.0,  # published arithmetic is that of all of the training
    "straight_line": 0.0,
    "chip_life_years": 1e6,  # chips are as old as they can be, and none too old
    "is_sold": 1.0,  # a TPU has the price of what could be bought in its place
    "other_it_factor": 1.0,
    "facility_usd_per_w": 0.0,
    "cost_of_capital": 0.0,
    "maintenance_share_per_year": 0.0,
    "fleet_utilisation": 1.0,
    "cost_data_processing_usd": 0.0,
    "cost_data_storage_usd": 0.0,
    "cost_data_transfer_usd": 0.0,
}
"""What this accounting gives a number, most of it because it does not count it."""
