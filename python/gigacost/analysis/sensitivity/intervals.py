"""Intervals around an estimate: of contributions, subtotals and what a run needs, over draws of what is left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.analysis.sensitivity.probabilities import probabilities
from gigacost.analysis.sensitivity.uncertain_inputs import relevant, shipped, with_uncertain
from gigacost.compiler.bound import Bound
from gigacost.compiler.draws import draws_of
from gigacost.sampling.draws import Draws
from gigacost.sampling.statistics import spread

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate

RUN = ("train_days", "chip_hours", "facility_mw", "mfu", "goodput", "energy_mwh", "carbon_t")
"""What a run needs."""


def with_intervals(found: Estimate, bound: Bound, draws: int | Draws, threads: int | None = None) -> Estimate:
    """The estimate of a specification with its intervals, from the distributions that ship. Raises SpecError."""
    names = [*found.breakdown, *found.subtotals, *(name for name in RUN if name in found.quantities)]
    known = shipped(bound)
    chosen = draws if isinstance(draws, Draws) else Draws(draws)
    drawn = with_uncertain(bound, known, chosen)
    uncertain = relevant(drawn, names, known)
    columns = draws_of(drawn.spec)
    moving = {name: one.distribution.relative for name, one in uncertain.items()}
    moves = {name: columns[name] for name in uncertain}
    values = Variations(drawn, names, moving, threads).values(moves)
    total = next(reversed([*found.subtotals]), names[0])
    (impossible,) = probabilities(drawn, total, moving, moves, threads)
    intervals = {name: _interval(values[name][0].tolist()) for name in names}
    return replace(found, intervals=intervals, probabilities=impossible)


def _interval(values: list[float]) -> Mapping[str, float | None]:
    figures = spread(values).to_dict()
    return {name: figures[name] for name in ("mean", "std", "p5", "p10", "p50", "p90", "p95")}
