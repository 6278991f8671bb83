"""How simulated runs really go: none of it is drawn from what the tracker takes for granted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from gigacost.tracking.completion import Prior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 4
"""Steps of the pace an hour of running."""
_SLOWEST = 0.4
"""A run is drawn for as long as it takes at this share of its level."""
_MEMORY = 400
"""Steps after which noise is forgotten."""
_LEAST_STOP = 0.02
_BIAS, _WIDER = -0.1, 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """A run as it really goes."""

    tokens: Floats
    """Done after each step of running."""
    stop_at: Floats
    """Hours of running after which it stops, rising."""
    stop_hours: Floats
    price: Floats
    """What an hour costs over what was planned, each day."""

    @property
    def running(self) -> Floats:
        """The hours of running at each step."""
        return np.arange(len(self.tokens)) / STEPS

    def hours_at(self, tokens: float) -> float:
        """The elapsed hours when so many tokens are done."""
        ran = float(np.interp(tokens, self.tokens, self.running))
        return ran + float(self.stop_hours[self.stop_at < ran].sum())

    def log(self, until: float) -> tuple[Floats, Floats]:
        """A row each hour until then: elapsed hours and tokens."""
        hours = np.append(np.arange(0.0, until), until)
        begins = self.stop_at + np.cumsum(self.stop_hours) - self.stop_hours
        elapsed = np.stack([begins, begins + self.stop_hours], axis=1).ravel()
        last = (len(self.tokens) - 1) / STEPS
        knots = np.concatenate([[0.0], elapsed, [last + float(self.stop_hours.sum())]])
        ran = np.interp(hours, knots, np.concatenate([[0.0], np.repeat(self.stop_at, 2), [last]]))
        return hours, np.interp(ran, self.running, self.tokens)

    def paid(self, hours: float) -> float:
        """What so many hours cost, in hours at the planned price."""
        days = hours / 24.0
        whole = int(days)
        return 24.0 * float(self.price[:whole].sum() + (days - whole) * self.price[whole])


def _noise(count: int, std: float, freedom: float, rng: np.random.Generator) -> Floats:
    """Autocorrelated noise with heavy tails."""
    rho = rng.uniform(0.5, 0.98)
    drawn = rng.standard_t(freedom, count) * std * np.sqrt((1.0 - rho**2) * (freedom - 2.0) / freedom)
    kernel = rho ** np.arange(min(count, _MEMORY))
    size = 1 << (count + len(kernel)).bit_length()
    return np.asarray(np.fft.irfft(np.fft.rfft(drawn, size) * np.fft.rfft(kernel, size), size)[:count])


def _level(prior: Prior, rng: np.random.Generator, freedom: float = 4.0) -> float:
    drawn = rng.standard_t(freedom)
    return float(np.clip(_BIAS + _WIDER * prior.pace_std * drawn, -1.5, 1.5))


def _steps(prior: Prior, level: float) -> int:
    return int(prior.running_hours / (np.exp(level) * _SLOWEST) * STEPS) + 2


def _tokens(prior: Prior, log_pace: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(prior.pace * np.exp(np.clip(log_pace, -3.0, 3.0)) / STEPS)])


def _stops_per_hour(prior: Prior, rng: np.random.Generator) -> float:
    return float(prior.stops_per_hour * 1.5 * np.exp(rng.uniform(-np.log(5.0), np.log(5.0))))


def _mean_stop(prior: Prior, rng: np.random.Generator) -> float:
    return float(prior.stop_hours * np.exp(rng.normal(0.2, 0.6)))


def _arrivals(rate: float, hours: float, rng: np.random.Generator) -> Floats:
    return np.sort(rng.uniform(0.0, hours, rng.poisson(rate * hours)))


def _price(hours: float, rng: np.random.Generator) -> Floats:
    """A level a half wider than rents are, dearer on average, with credits and surcharges a day of Laplace noise."""
    days = int(hours / 24.0) + 2
    return np.asarray(np.exp(np.clip(0.1 + 0.35 * rng.standard_t(4), -1.5, 1.5) + rng.laplace(0.0, 0.02, days)))


def _truth(tokens: Floats, at: Floats, lengths: Floats, rng: np.random.Generator) -> Truth:
    lengths = np.maximum(lengths, _LEAST_STOP)
    hours = (len(tokens) - 1) / STEPS + float(lengths.sum())
    return Truth(tokens, at, lengths, _price(hours, rng))


def _usual_stops(prior: Prior, hours: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    at = _arrivals(_stops_per_hour(prior, rng), hours, rng)
    return at, rng.weibull(rng.uniform(0.6, 1.2), len(at)) * _mean_stop(prior, rng)


def _usual_pace(prior: Prior, rng: np.random.Generator) -> Floats:
    level = _level(prior, rng)
    count = _steps(prior, level)
    noise = _noise(count, float(np.exp(rng.normal(np.log(0.03), 0.5))), 4.0, rng)
    drift = abs(rng.standard_t(3)) * 0.07 / np.sqrt(prior.running_hours * STEPS)
    return np.asarray(level + noise + np.cumsum(rng.standard_normal(count)) * drift)


def usual(prior: Prior, rng: np.random.Generator) -> Truth:
    """A run as the tracker is made for, of other distributions; level and price are biased, wider, of heavier tails.

    Its level is a tenth below the plan, Student's t with 4 degrees of freedom, 1.5 times as wide as the plan's. The
    noise lasts for hours and has t tails; the drift is a random walk, by 7 % over a run times t with 3 degrees. Stops
    come at 0.3 to 7.5 times the planned rate, log-uniform, with Weibull lengths of shape 0.6 to 1.2.
    """
    log_pace = _usual_pace(prior, rng)
    return _truth(_tokens(prior, log_pace), *_usual_stops(prior, len(log_pace) / STEPS, rng), rng)


def heavy_tails(prior: Prior, rng: np.random.Generator) -> Truth:
    """Pareto lengths of index 1.5, whose variance is infinite; noise t with 2.2 degrees of freedom, the level 2.5."""
    level = _level(prior, rng, 2.5)
    count = _steps(prior, level)
    log_pace = level + _noise(count, 0.05, 2.2, rng)
    at = _arrivals(_stops_per_hour(prior, rng), count / STEPS, rng)
    lengths = (1.0 + rng.pareto(1.5, len(at))) * _mean_stop(prior, rng) / 3.0
    return _truth(_tokens(prior, log_pace), at, lengths, rng)


def regimes(prior: Prior, rng: np.random.Generator) -> Truth:
    """About three times a run the pace jumps by a normal tenth, and stops become up to 3 times as frequent or rare."""
    level = _level(prior, rng)
    count = _steps(prior, level)
    hours = count / STEPS
    edges = np.concatenate([[0.0], _arrivals(3.0 / prior.running_hours * np.exp(level), hours, rng), [hours]])
    changes = np.concatenate([[0.0], rng.normal(0.0, 0.1, len(edges) - 2)]).cumsum()
    place = np.searchsorted(edges, np.arange(count) / STEPS, side="right") - 1
    rate, mean = _stops_per_hour(prior, rng), _mean_stop(prior, rng)
    found = [
        low + _arrivals(rate * np.exp(rng.uniform(-np.log(3.0), np.log(3.0))), high - low, rng)
        for low, high in itertools.pairwise(edges.tolist())
    ]
    at = np.concatenate(found)
    lengths = rng.weibull(rng.uniform(0.6, 1.2), len(at)) * mean
    return _truth(_tokens(prior, level + changes[place] + _noise(count, 0.03, 4.0, rng)), at, lengths, rng)


def rare_outages(prior: Prior, rng: np.random.Generator) -> Truth:
    """As usual, and one outage a run on average of 2 to 10 % of the planned time."""
    log_pace = _usual_pace(prior, rng)
    hours = len(log_pace) / STEPS
    at, lengths = _usual_stops(prior, hours, rng)
    rare = _arrivals(1.0 / prior.running_hours * np.exp(float(np.median(log_pace))), hours, rng)
    long = prior.hours * rng.uniform(0.02, 0.1, len(rare))
    both = np.concatenate([at, rare])
    order = np.argsort(both, kind="stable")
    return _truth(_tokens(prior, log_pace), both[order], np.concatenate([lengths, long])[order], rng)


Simulator: TypeAlias = Callable[[Prior, np.random.Generator], Truth]
SIMULATORS: Mapping[str, Simulator] = {
    "usual": usual,
    "heavy_tails": heavy_tails,
    "regimes": regimes,
    "rare_outages": rare_outages,
}
