"""How often the tracker's intervals hold, over simulated runs: ``simulate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacost._record import Record
from gigacost.sampling.draws import Draws
from gigacost.tracking.completion import Prior, completion
from gigacost.tracking.level import forecast
from gigacost.tracking.planned import COUNT, Plan
from gigacost.tracking.progress import progress
from gigacost.tracking.truths import SIMULATORS, Simulator, Truth, usual

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigacost.compiler.bound import Bound

    Floats = NDArray[np.float64]

SHARES = (10, 50, 90)
"""Per cent of the tokens after which one looks."""
DRAWS = 1024
_LOW, _HIGH = 0.05, 0.95
_BILL = 24.0
"""Hours from one bill to the next."""


@dataclass(frozen=True, slots=True)
class Coverage(Record):
    """How often the truth lay between P5 and P95, by the share of the run in per cent, and how wide these were."""

    coverage: Mapping[str, float]
    """Of the date."""
    width: Mapping[str, float]
    """The median of P95 - P5 over the true hours."""
    cost_coverage: Mapping[str, float]
    """Of the run's cost, by daily bills."""
    cost_width: Mapping[str, float]
    below: Mapping[str, float]
    """How often the date was earlier than P5."""
    above: Mapping[str, float]
    """How often it was later than P95."""


def simulate(prior: Prior, price_std: float, count: int, seed: int = 0, truth: Simulator = usual) -> Coverage:
    """Look at simulated runs on the way and hold the intervals of date and cost against the truth.

    ``price_std`` is the standard deviation of the logarithm of what an hour costs, by the plan.
    """
    looks = [
        _looks(prior, price_std, truth, np.random.default_rng(source))
        for source in np.random.SeedSequence(seed).spawn(count)
    ]
    found = np.array(looks)
    names = [str(share) for share in SHARES]

    def told(values: Floats) -> dict[str, float]:
        return dict(zip(names, values.tolist(), strict=True))

    date, cost = found[:, :, 0], found[:, :, 2]
    return Coverage(
        told(_held(date).mean(axis=0)),
        told(np.median(found[:, :, 1], axis=0)),
        told(_held(cost).mean(axis=0)),
        told(np.median(found[:, :, 3], axis=0)),
        told((date < _LOW).mean(axis=0)),
        told((date > _HIGH).mean(axis=0)),
    )


def simulate_plan(bound: Bound, count: int, seed: int = 0) -> dict[str, Any]:
    """As ``track --simulate`` prints it: a plan's runs as they usually go; under ``others``, as they should not go."""
    plan = Plan.of(bound, Draws(COUNT, seed))
    prior, price_std = plan.prior, plan.spread("cost_rent_usd", "rental_usd_per_chip_hour")
    found = {name: simulate(prior, price_std, count, seed, truth).to_dict() for name, truth in SIMULATORS.items()}
    first = found.pop("usual")
    meta = {"runs": count, "seed": seed, "draws": DRAWS, "interval": "p5 to p95", "planned_hours": prior.hours}
    return {**first, "others": found, "meta": meta}


def _held(ranks: Floats) -> NDArray[np.bool_]:
    return (ranks >= _LOW) & (ranks <= _HIGH)


def _looks(prior: Prior, price_std: float, truth: Simulator, rng: np.random.Generator) -> list[list[float]]:
    """For each share: where the truth lies among the draws and how wide they are, of the date and of the cost."""
    one = truth(prior, rng)
    end = one.hours_at(prior.tokens)
    paid = one.paid(end)
    found = []
    for share in SHARES:
        seen = progress(*one.log(one.hours_at(prior.tokens * share / 100.0)))
        hours = completion(seen, prior, DRAWS, rng).hours
        cost = _cost(one, seen.hours, share / 100.0, hours, price_std, rng)
        found.append([*_place(hours, end), *_place(cost, paid)])
    return found


def _cost(one: Truth, so_far: float, share: float, hours: Floats, price_std: float, rng: np.random.Generator) -> Floats:
    days = int(so_far / _BILL)
    billed = one.price[:days]
    if days:
        later = forecast(np.log(billed), share, 0.0, price_std).draw(rng, len(hours))[0]
    else:
        later = price_std * rng.standard_normal(len(hours))
    return np.asarray(_BILL * float(billed.sum()) + np.exp(later) * (hours - _BILL * days))


def _place(draws: Floats, truth: float) -> tuple[float, float]:
    low, high = np.quantile(draws, [_LOW, _HIGH])
    return float((draws < truth).mean()), float((high - low) / truth)
