"""Compute spent on the way to the final run: experiments, ablations, failed runs. Restarts are in the goodput."""

from __future__ import annotations

from gigacost.graph.declarations import Input, contribution
from gigacost.ops import Value

EXPERIMENTS_FACTOR = Input(
    "experiments_factor",
    "1",
    "All compute of the development ÷ compute of the final run.",
    default=2.2,
    source="Epoch AI, arXiv 2405.21015, section 2.5: median 2.2 (90 % CI 1.2 to 4)",
    date="2024-05",
    low=1.0,
    high=1000.0,
    plausible=(1.0, 6.0),
)


@contribution(to="total_development_usd")
def cost_experiments_usd(experiments_factor: Value, run_compute_usd: Value, cost_energy_usd: Value) -> Value:
    """Compute and energy of experiments and failed runs [$].

    (f − 1) · (run_compute_usd + cost_energy_usd).

    Source: Epoch AI, arXiv 2405.21015, section 2.5.
    """
    return (experiments_factor - 1) * (run_compute_usd + cost_energy_usd)
