"""Intervals around an estimate: of contributions, subtotals and what a run needs, over draws of what is left open."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.analysis.sensitivity.probabilities import probabilities
from gigacost.analysis.sensitivity.uncertain_inputs import is_aggregate, made_of, relevant, uncertain_inputs
from gigacost.compiler.bound import Bound
from gigacost.compiler.draws import draws_of
from gigacost.compiler.illegal_draws import faults
from gigacost.errors import SpecError
from gigacost.sampling.draws import Draws
from gigacost.sampling.statistics import PERCENTILES, spread

if TYPE_CHECKING:
    from gigacost.analysis.sensitivity.perturbation import Floats
    from gigacost.compiler.draws import Columns
    from gigacost.graph.model import Model
    from gigacost.queries.estimates import Estimate

Interval: TypeAlias = Mapping[str, float | None]
"""``feasible``, the share of the draws that no state spoils; ``mean``, ``std`` and percentiles (``p5`` ... ``p95``).

Where a state spoils some, there is no mean, and there are the percentiles of amounts that lie below those draws.
"""
RUN = ("train_days", "chip_hours", "facility_mw", "mfu", "goodput", "energy_mwh", "carbon_t")
"""What a run needs."""


def with_intervals(found: Estimate, bound: Bound, draws: Draws, threads: int | None = None) -> Estimate:
    """The estimate of a specification with its intervals, from what it states and what ships. Raises SpecError."""
    asked = [*found.breakdown, *found.subtotals, *(name for name in RUN if name in found.quantities)]
    names = [name for name in asked if found.quantities[name] is not None]
    drawn = _with_defaults(bound, draws)
    uncertain = relevant(drawn, names, uncertain_inputs(drawn))
    values = _values(drawn, names, list(uncertain), drawn.draws, threads)
    intervals = {name: _interval(values[name], amount=is_amount(bound.model, name)) for name in names}
    total = next(reversed([*found.subtotals]), asked[0])
    moving = {name: one.distribution.relative for name, one in uncertain.items()}
    (impossible,) = probabilities(drawn, total, moving, {name: drawn.draws[name] for name in uncertain}, threads)
    meta = {**found.meta, "draws": draws.to_dict()}
    return replace(found, intervals=intervals, probabilities=impossible, meta=meta)


def intervals_of_both(
    a: Bound, b: Bound, quantity: str, draws: Draws, threads: int | None = None
) -> dict[str, Interval]:
    """Of a quantity in two designs, and of the difference ``b - a``: a draw has the same points in both.

    None of an aggregate over draws.
    """
    if is_aggregate(a, quantity):
        return {}
    sides = [_with_defaults(bound, draws) for bound in (a, b)]
    known = {name: one for side in sides for name, one in side.uncertain.items()}
    found = []
    for side in sides:
        columns = draws_of({**known, **side.uncertain}, draws)
        uncertain = [name for name in side.uncertain if name in made_of(side, [quantity])]
        found.append(_values(side, [quantity], uncertain, columns, threads)[quantity])
    amount = is_amount(a.model, quantity)
    told = {"a": _interval(found[0], amount=amount), "b": _interval(found[1], amount=amount)}
    return {**told, "difference": _interval(found[1] - found[0], amount=False)}


def _with_defaults(bound: Bound, draws: Draws) -> Bound:
    """The design with what ships about what it leaves open, and with these draws. Raises SpecError for illegal ones."""
    drawn = Bound(replace(bound.own, default_uncertain=True, draws=draws), bound.model, bound.catalog)
    wrong = list(faults(drawn))
    if wrong:
        raise SpecError(*wrong)
    return drawn


def _values(
    bound: Bound, names: Sequence[str], uncertain: Sequence[str], columns: Columns, threads: int | None
) -> dict[str, Floats]:
    """The quantities of a design in all draws of what is uncertain."""
    moving = {name: bound.uncertain[name].relative for name in uncertain}
    found = Variations(bound, names, moving, threads).values({name: columns[name] for name in uncertain})
    return {name: found[name][0] for name in names}


def is_amount(model: Model, name: str) -> bool:
    """Whether a quantity is the dearer the more it is: dollars, days, energy, and no share."""
    return name in model.quantities and model.quantities[name].unit not in {"", "1", "truth"}


def _interval(values: Floats, *, amount: bool) -> Interval:
    """The interval of some values, where NaN is missing.

    Of an ``amount``, a draw without it is dearer than all others: that leaves the percentiles which lie below.
    """
    found = spread(values)
    figures = found.to_dict()
    if amount and 0.0 < found.feasible < 1.0:
        ordered = sorted(value for value in values.tolist() if not math.isnan(value))
        places = {f"p{percent}": percent * (len(values) - 1) // 100 for percent in PERCENTILES}
        figures |= {name: ordered[place] if place < len(ordered) else None for name, place in places.items()}
    return {name: figures[name] for name in ("feasible", "mean", "std", *(f"p{percent}" for percent in PERCENTILES))}
