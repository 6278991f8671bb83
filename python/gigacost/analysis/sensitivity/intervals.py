"""Intervals around an estimate: of contributions, subtotals and what a run needs, over draws of what is left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.analysis.sensitivity.uncertain_inputs import believing, concerning, shipped
from gigacost.compiler.bound import Bound
from gigacost.compiler.draws import draws_of
from gigacost.sampling.draws import Draws
from gigacost.sampling.statistics import spread

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model
    from gigacost.queries.estimates import Estimate
    from gigacost.spec.spec import Spec

RUN = ("train_days", "chip_hours", "facility_mw", "mfu", "goodput", "energy_mwh", "carbon_t")
"""What a run needs."""


def with_intervals(
    found: Estimate, spec: Spec, model: Model, catalog: Catalog, draws: int | Draws, threads: int | None = None
) -> Estimate:
    """The estimate of a specification with its intervals, from the distributions that ship. Raises SpecError."""
    names = [*found.breakdown, *found.subtotals, *(name for name in RUN if name in found.quantities)]
    known = shipped(Bound(spec, model, catalog))
    chosen = draws if isinstance(draws, Draws) else Draws(draws)
    bound = believing(Bound(spec, model, catalog), known, chosen)
    beliefs = concerning(bound, names, known)
    columns = draws_of(bound.spec)
    moving = {name: belief.distribution.relative for name, belief in beliefs.items()}
    values = Variations(bound, names, moving, threads).values({name: columns[name] for name in beliefs})
    return replace(found, intervals={name: _interval(values[name][0].tolist()) for name in names})


def _interval(values: list[float]) -> Mapping[str, float | None]:
    figures = spread(values).to_dict()
    return {name: figures[name] for name in ("mean", "std", "p5", "p10", "p50", "p90", "p95")}
