"""Compute spent on the way to the final run: experiments, ablations, failed runs. Restarts are in the goodput."""

from __future__ import annotations

from gigacost.graph.declarations import Alternative, Constant, Input, contribution
from gigacost.ops import Value, where

_FOLLOWER = "Epoch AI, arXiv 2405.21015, section 2.5: median 2.2 (90 % CI 1.2 to 4)"
FOLLOWER_FACTOR = Constant(2.2, "1", _FOLLOWER, "2024-05")
FRONTIER_FACTOR = Constant(
    7.1,
    "1",
    "Epoch AI, Final training runs account for a minority of R&D compute spending: about 10 % of it at OpenAI; at Z.ai "
    "12.3 and at MiniMax 22.6 %, as others quote it; 1 ÷ their geometric mean, 14.1 %",
    "2026-03-23",
)

DEVELOPER = Input(
    "developer",
    "1",
    "Who develops: a follower, who repeats what others have shown, or a frontier lab, whose research finds it. Sets "
    "experiments_factor where that is not given: 2.2, or 7.1.",
    default=0.0,
    source=_FOLLOWER,
    date="2024-05",
    high=1,
    integer=True,
    words=("follower", "frontier"),
)
EXPERIMENTS_FACTOR = Input(
    "experiments_factor",
    "1",
    "All compute of the development ÷ compute of the final run.",
    default=float(FOLLOWER_FACTOR),
    source=_FOLLOWER,
    date="2024-05",
    low=1.0,
    high=1000.0,
    plausible=(1.0, 12.0),
)


def _factor_of_developer(developer: Value) -> Value:
    """All compute of the development ÷ compute of the final run, by who develops [1]."""
    return where(developer == 1, FRONTIER_FACTOR, FOLLOWER_FACTOR)


FACTOR_BY_DEVELOPER = Alternative("experiments_factor", ("developer",), _factor_of_developer)


@contribution(to="total_development_usd")
def cost_experiments_usd(experiments_factor: Value, run_compute_usd: Value, cost_energy_usd: Value) -> Value:
    """Compute and energy of experiments and failed runs [$].

    (f − 1) · (run_compute_usd + cost_energy_usd).

    Source: Epoch AI, arXiv 2405.21015, section 2.5.
    """
    return (experiments_factor - 1) * (run_compute_usd + cost_energy_usd)
