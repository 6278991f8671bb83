"""The level of something that is measured again and again: where it is, and where its mean will be from now on.

A measurement is a level, of which the plan says how uncertain it is, plus a drift (an Ornstein-Uhlenbeck process, which
forgets within a while) plus noise. How strong the drift is, how long it lasts and how strong the noise is are learned
from the measurements themselves, over a grid of each. What is forecast is the mixture of all of them, whose tails are
heavier than a normal distribution's, the more so the less has been measured.

Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), chapters 2 and 4.2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LENGTHS = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0])
"""In which share of the whole run the drift forgets, each as likely as the others; the last is about a random walk."""
_CHANGES = np.concatenate([[0.0], np.geomspace(0.005, 0.5, 11)])
"""Standard deviations of the drift's change over a run, of the logarithm."""
_USUAL_CHANGE = 0.05
"""The scale of the half-Cauchy distribution of these."""
_SCALES = 1.0 / np.sqrt(-2.0 * np.expm1(-1.0 / _LENGTHS))
"""The standard deviation of a drift that changes by 1 over a run, for each length."""
_STEADY = 0.1
"""How likely it is that there is no drift at all."""
_NOISES = np.geomspace(0.4, 2.5, 7)
"""Standard deviations of the noise, as multiples of what neighbours differ by."""
_LEAST_NOISE = 1e-4
_SPLIT = 1000
"""Shares of the run are told apart by a thousandth."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What the mean will be over the rest, as a mixture of normal distributions."""

    weights: Floats
    means: Floats
    stds: Floats
    spread: Floats
    """The variance around its mean over the rest that each has."""

    def draw(self, rng: np.random.Generator, count: int) -> tuple[Floats, Floats]:
        """Draws of the mean over the rest, and of the variance around it."""
        chosen = rng.choice(len(self.weights), count, p=self.weights)
        return self.means[chosen] + self.stds[chosen] * rng.standard_normal(count), self.spread[chosen]


def forecast(measured: Floats, share: float, mean: float, std: float) -> Forecast:
    """What measurements at equal distances, over the first ``share`` of a run, say of the rest.

    ``mean`` and ``std`` are what was thought before of the level; all are logarithms.
    """
    count = len(measured)
    grid = _grid(count, max(round(share * _SPLIT), 1))
    noise = _noise(measured) * _NOISES
    rest = measured - mean
    ys, ones, past = grid.turned @ rest, grid.turned.sum(axis=2), grid.past
    drift = (_SCALES[:, None, None] * _CHANGES[None, :, None]) ** 2
    variance = noise[None, None, :, None] ** 2 + drift[..., None] * grid.values[:, None, None, :]

    def product(a: Floats, b: Floats) -> Floats:
        return np.asarray((a[:, None, None, :] * b[:, None, None, :] / variance).sum(axis=-1))

    a, b, d = product(ones, ones), product(ones, ys), product(ys, ys)
    e, g, k = drift * product(past, ones), drift * product(past, ys), drift**2 * product(past, past)
    precision = 1.0 / std**2 + a
    level = b / precision
    fit = np.log(variance).sum(axis=-1) + np.log(precision * std**2) + d - b * level
    weights = np.exp(-0.5 * (fit - fit.min())) * grid.prior[None, :, None]
    left = noise[None, None, :] ** 2 * (share / count) / max(1.0 - share, share / count)
    within = drift * grid.ahead[:, None, None]
    variances = (1.0 - e) ** 2 / precision + np.maximum(within - k, 0.0) + left
    around = np.broadcast_to(noise[None, None, :] ** 2 + drift - within, weights.shape)
    return Forecast(
        (weights / weights.sum()).ravel(),
        (mean + level + g - e * level).ravel(),
        np.sqrt(variances).ravel(),
        np.ascontiguousarray(around).ravel(),
    )


def _noise(measured: Floats) -> float:
    """How strong the noise is, by how neighbours differ: robust against a drift."""
    if len(measured) < 3:  # noqa: PLR2004 - two differences
        return _USUAL_CHANGE
    return max(float(np.median(np.abs(np.diff(measured)))) / 0.6745 / 2**0.5, _LEAST_NOISE)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """What does not depend on what was measured; an axis for the lengths first."""

    values: Floats
    """Eigenvalues of the drift's covariance between the measurements."""
    turned: Floats
    """Its eigenvectors, a row each."""
    past: Floats
    """Covariances of the mean of the rest with the measurements, in that basis."""
    ahead: Floats
    """Variance of the mean of the rest."""
    prior: Floats
    """Of the strengths of the drift."""


@lru_cache(maxsize=512)
def _grid(count: int, parts: int) -> _Grid:
    share = min(parts / _SPLIT, 1.0 - 1.0 / _SPLIT)
    width = share / count
    starts: Floats = width * np.arange(count, dtype=np.float64)
    found = [_of_length(length, starts, width, share) for length in map(float, _LENGTHS)]
    values, turned, past, ahead = (np.array(each) for each in zip(*found, strict=True))
    density = _CHANGES[1:] / (1.0 + (_CHANGES[1:] / _USUAL_CHANGE) ** 2)
    prior = np.concatenate([[_STEADY], (1.0 - _STEADY) * density / density.sum()])
    return _Grid(values, turned, past, ahead, prior)


def _of_length(length: float, starts: Floats, width: float, share: float) -> tuple[Floats, Floats, Floats, float]:
    gaps = np.maximum(np.abs(starts[:, None] - starts[None, :]) - width, 0.0)
    own = -np.expm1(-width / length) * length / width
    covariance = np.exp(-gaps / length) * own**2
    np.fill_diagonal(covariance, _mean_variance(width, length))
    values, vectors = np.linalg.eigh(covariance)
    left = 1.0 - share
    rest = -np.expm1(-left / length) * length / left
    past = np.exp(-(share - starts - width) / length) * own * rest
    return np.maximum(values, 0.0), vectors.T, vectors.T @ past, _mean_variance(left, length)


def _mean_variance(width: float, length: float) -> float:
    """The variance of the mean of a drift of variance 1 over a width."""
    ratio = width / length
    return float(2.0 / ratio - 2.0 / ratio**2 * -np.expm1(-ratio))
