"""What a plan says before a run starts, and what the model makes of it when some of it turns out otherwise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.analysis.sensitivity.uncertain_inputs import UncertainInput, made_of, relevant, uncertain_inputs
from gigacost.catalog.default_distributions import defaults
from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, SpecError, show
from gigacost.queries.estimates import estimated
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws
from gigacost.tracking.completion import Completion, Prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COUNT = 4096
"""How many draws there are where nobody says."""
RUN, TOTAL = "total_run_usd", "cost_total_usd"
HOURS, POWER = "train_hours", "load_factor"
PRICES = {"rent": "rent_usd_per_chip_hour", "energy": "electricity_usd_per_kwh", "colo": "colo_usd_per_kw_month"}
"""The price that a kind of bill tells of."""
CONTRIBUTIONS = {"rent": "cost_rent_usd", "energy": "cost_energy_usd", "colo": "cost_colo_usd"}
_AS_IN = {"rent": "rental_usd_per_chip_hour", "energy": PRICES["energy"], "colo": PRICES["colo"]}
_NEEDED = ("tokens", HOURS, "goodput", "training_flop", "run_flop", "mfu")
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Plan:
    """A single design with its uncertainty."""

    bound: Bound
    draws: Draws

    @classmethod
    def of(cls, bound: Bound, draws: Draws) -> Plan:
        """The plan of a specification. Raises SpecError where it is of several designs, or cannot be carried out."""
        if bound.size != 1 or bound.spec.axes:
            raise SpecError(Fault("combinations", show(bound.size), "a run is tracked by one design", "no axes"))
        return cls(Bound(replace(bound.own, default_uncertain=True, draws=draws), bound.model, bound.catalog), draws)

    @cached_property
    def values(self) -> Mapping[str, float]:
        """The quantities of the plan. Raises SpecError for what is missing."""
        found = estimated(self.bound, TOTAL)
        known = {name: value for name, value in found.quantities.items() if value is not None}
        known |= {name: value for name, value in found.inputs.items() if isinstance(value, int | float)}
        missing = [name for name in _NEEDED if name not in known]
        if missing:
            what = "a run is tracked by what its plan says of it"
            raise SpecError(
                *(Fault(name, "", f"missing: {what}", "a plan with params, tokens, chips") for name in missing)
            )
        return known

    @cached_property
    def pretraining_share(self) -> float:
        """Pre-training's share of the run's hours."""
        return self.values["training_flop"] / self.values["run_flop"]

    @cached_property
    def prior(self) -> Prior:
        """What it says of pace and stops."""
        goodput = min(self.values["goodput"], 0.999)
        stop_hours = max(self.values.get("lost_hours_per_failure", 0.5), 0.01)
        running = self.values[HOURS] * self.pretraining_share * goodput
        return Prior(
            self.values["tokens"],
            self.values["tokens"] / running,
            self.spread("mfu", "tuning"),
            (1.0 / goodput - 1.0) / stop_hours,
            stop_hours,
        )

    @cached_property
    def uncertain(self) -> dict[str, UncertainInput]:
        """What is uncertain of its cost and its hours."""
        return relevant(self.bound, [TOTAL, HOURS], uncertain_inputs(self.bound))

    def spread(self, name: str, otherwise: str) -> float:
        """The standard deviation of a quantity's logarithm in draws; what ships for another name where it has none."""
        values = self.drawn([name], self.uncertain)[name]
        found = float(np.log(values[values > 0.0]).std()) if (values > 0.0).any() else 0.0
        if not found > _NO_SPREAD:
            text = defaults()[otherwise].distribution
            distribution = Distribution.parse(text, otherwise, self.bound.model.unit(otherwise))
            found = float(np.log(distribution.quantile((np.arange(256) + 0.5) / 256)).std())
        return found

    def price_spread(self, kind: str) -> float:
        """The same of the price that a kind of bill tells of."""
        return self.spread(PRICES[kind], _AS_IN[kind])

    def drawn(self, names: list[str], uncertain: Mapping[str, UncertainInput]) -> dict[str, Floats]:
        """Quantities in all draws of some uncertain names."""
        moving = {name: one.distribution.relative for name, one in uncertain.items()}
        found = Variations(self.bound, names, moving).values({name: self.bound.draws[name] for name in uncertain})
        return {name: np.broadcast_to(found[name][0], (self.draws.count,)) for name in names}

    def before(self) -> Completion:
        """How it ends as far as the plan itself knows."""
        found = self.drawn([HOURS, "goodput", "mfu"], self.uncertain)
        hours = found[HOURS] * self.pretraining_share
        pace = self.prior.pace * found["mfu"] / self.values["mfu"]
        rate = np.full(self.draws.count, self.prior.stops_per_hour)
        lost = np.full(self.draws.count, self.prior.stop_hours)
        return Completion(hours, hours * found["goodput"], pace, rate, lost)

    def costs(self, factors: Mapping[str, Floats]) -> dict[str, Floats]:
        """The run's cost and the total, in draws in which its hours, power and prices are so many times those planned.

        What else is uncertain is drawn as in an estimate; what the factors say of is not drawn twice.
        """
        said = frozenset[str]().union(*(made_of(self.bound, [name]) | {name} for name in factors))
        kept = {name: one for name, one in self.uncertain.items() if name not in said}
        moving = {name: one.distribution.relative for name, one in kept.items()} | dict.fromkeys(factors, True)
        moves = {name: self.bound.draws[name] for name in kept} | dict(factors)
        found = Variations(self.bound, [RUN, TOTAL], moving).values(moves)
        return {name: np.asarray(values[0]) for name, values in found.items()}

    def total_at(self, factors: Mapping[str, float]) -> float:
        """The total of the plan's own values but for some factors."""
        moves = {name: np.array([factor]) for name, factor in factors.items()}
        return float(Variations(self.bound, [TOTAL], dict.fromkeys(factors, True)).values(moves)[TOTAL][0][0])

    def usd_per_hour(self, kind: str) -> float:
        """What a kind of bill comes to in an hour of the run."""
        value = self.values.get(CONTRIBUTIONS[kind], 0.0)
        return 0.0 if math.isnan(value) else value / self.values[HOURS]
