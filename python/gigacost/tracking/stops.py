"""Stops: how often they come and how long they take, from here to the end.

The rate has a gamma distribution: the plan's counts for half a stop, beside those so far. Where these came in bursts
they count for less, and those to come vary by as much more. The lengths are those seen, with weights of a Dirichlet
process about what is likely without them: Student's t distribution of their logarithms. No family of lengths is taken
for granted, and what has not been seen yet stays possible.

Source: Gelman et al., Bayesian Data Analysis (3rd edition, 2013), chapters 2.6, 3.3 and 23.2; Ferguson 1973 (doi
10.1214/aos/1176342360).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigacost.tracking.progress import Progress

    Floats = NDArray[np.float64]

RATE_SHAPE = 0.5
"""How many stops what the plan says of their rate counts for."""
LENGTH_WEIGHT = 1.0
"""How many stops what the plan says of their length counts for."""
_CONCENTRATION = 2.0
"""How many of the stops seen what has not been seen counts for, beside the square root of their number."""
_LENGTH_STD = 1.2
"""Standard deviation of the logarithm of a length, before any was seen."""
_LENGTH_FREEDOM = 3.0
"""How many stops that counts for."""
_LONGEST_SHARE = 0.5
"""No stop takes longer than this share of the planned run."""
_WINDOWS = 10
_MOST_LISTED = 4000
"""From this many stops on, their sum is that of a normal distribution."""


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """Draws of what is to come."""

    per_hour: Floats
    """Stops an hour of running."""
    mean_hours: Floats
    """The mean length."""
    lost_hours: Floats
    """What all of those to come cost."""


def stops_to_come(
    seen: Progress, running_hours: Floats, per_hour: float, hours: float, whole_hours: float, rng: np.random.Generator
) -> Stops:
    """Draws of the stops in so many hours of running each, after those seen.

    ``per_hour`` and ``hours`` are the plan's rate and length; ``whole_hours`` is how long it takes.
    """
    count = len(running_hours)
    bursts = _bursts(seen)
    shape = RATE_SHAPE + len(seen.stop_hours) / bursts
    scale = RATE_SHAPE / per_hour + seen.running_hours / bursts
    rate = rng.gamma(shape, 1.0 / scale, count)
    expected = rate * running_hours
    if bursts > 1.0:
        varied = rng.gamma(np.maximum(expected / (bursts - 1.0), 1e-9), bursts - 1.0)
        comes = rng.poisson(varied)
    else:
        comes = rng.poisson(expected)
    longest = _LONGEST_SHARE * whole_hours
    unseen = _unseen(seen.stop_hours, hours, longest, rng, (count, 64))
    weights = _weights(len(seen.stop_hours), rng, count)
    mean = weights[:, 0] * unseen.mean(axis=1) + weights[:, 1:] @ seen.stop_hours
    return Stops(rate, mean, _lost(comes, weights, unseen, seen.stop_hours, rng))


def _bursts(seen: Progress) -> float:
    """The variance of the stops in windows over their mean, at least 1; pulled to 1 where there are few."""
    many = len(seen.stop_hours)
    if many < _WINDOWS:
        return 1.0
    edges = np.linspace(0.0, max(seen.running_hours, float(seen.stop_at[-1])), _WINDOWS + 1)
    counts, _ = np.histogram(seen.stop_at, edges)
    ratio = float(counts.var(ddof=1) / counts.mean())
    return max(1.0, (_WINDOWS + ratio * (_WINDOWS - 1)) / (2 * _WINDOWS - 1))


def _weights(seen: int, rng: np.random.Generator, count: int) -> Floats:
    """Of what has not been seen, first, and of each length seen."""
    drawn = rng.standard_gamma(np.concatenate([[_CONCENTRATION + math.sqrt(seen)], np.ones(seen)]), (count, seen + 1))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def _unseen(seen: Floats, hours: float, longest: float, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draws of lengths by a lognormal distribution of which mean and variance are not known; rows have one each."""
    logs = np.log(np.maximum(seen, 1e-4))
    prior = math.log(hours) - _LENGTH_STD**2 / 2.0
    weight = LENGTH_WEIGHT + len(logs)
    middle = float(logs.mean()) if len(logs) else prior
    mean = (LENGTH_WEIGHT * prior + len(logs) * middle) / weight
    freedom = _LENGTH_FREEDOM + len(logs)
    squares = _LENGTH_FREEDOM * _LENGTH_STD**2 + float(((logs - middle) ** 2).sum())
    squares += LENGTH_WEIGHT * len(logs) / weight * (middle - prior) ** 2
    variance = squares / rng.chisquare(freedom, (shape[0], 1))
    centre = mean + np.sqrt(variance / weight) * rng.standard_normal((shape[0], 1))
    drawn = centre + np.sqrt(variance) * rng.standard_normal(shape)
    return np.exp(np.minimum(drawn, math.log(longest)))


def _lost(comes: NDArray[np.int64], weights: Floats, unseen: Floats, seen: Floats, rng: np.random.Generator) -> Floats:
    """The sum of so many lengths for each draw."""
    rare = rng.binomial(comes, weights[:, 0])
    most = int(rare.max(initial=0))
    if most <= _MOST_LISTED:
        picked = unseen[np.arange(len(comes))[:, None], rng.integers(unseen.shape[1], size=(len(comes), most))]
        total = np.where(np.arange(most) < rare[:, None], picked, 0.0).sum(axis=1)
    else:
        total = rare * unseen.mean(axis=1) + np.sqrt(rare) * unseen.std(axis=1) * rng.standard_normal(len(comes))
    if not len(seen):
        return np.asarray(total)
    shares = weights[:, 1:] / weights[:, 1:].sum(axis=1, keepdims=True)
    often = rng.multinomial(comes - rare, shares)
    return np.asarray(np.maximum(total, 0.0) + often @ seen)
