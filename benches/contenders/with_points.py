"""What the libraries are given that find a front among points: an array of the combinations that fit, by numpy.

gigacost gets no such array.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod

import numpy as np

from hoisted import CORES, hoisted, in_threads
from workload import Floats, Indices, Workload

_STRIP = 4096
"""How many clusters, prices and model sizes are computed at a time."""


class Points:
    """Not the front: what it takes to compute its points. All cores."""

    def pareto(self, w: Workload) -> Floats:
        """A row of cost, days and loss for each combination that fits."""
        return _points(w, _legal(w))


class Finder(ABC):
    """A library at work on points that are there before the clock starts."""

    def prepare(self, w: Workload) -> None:
        """Compute the points."""
        _given(w)

    def pareto(self, w: Workload) -> Indices:
        """The indices of the combinations that no other beats."""
        points, legal = _given(w)
        block, token = np.divmod(self.front(points), len(w.tokens))
        return legal[block] * len(w.tokens) + token

    @abstractmethod
    def front(self, points: Floats) -> Indices:
        """The places of the points that no other beats; of equal ones the first."""


@functools.cache
def _given(w: Workload) -> tuple[Floats, Indices]:
    legal = _legal(w)
    return _points(w, legal), legal


def _legal(w: Workload) -> Indices:
    """Which prices, clusters and model sizes fit, whatever the tokens."""
    h = hoisted(w)
    return np.flatnonzero(np.tile(h.fits.ravel(), len(h.total_usd)))


def _points(w: Workload, legal: Indices) -> Floats:
    h = hoisted(w)
    points = np.empty((len(legal), len(w.tokens), 3))

    def fill(start: int, stop: int) -> None:
        for first in range(start, stop, _STRIP):
            some = slice(first, min(first + _STRIP, stop))
            design, size = np.divmod(legal[some], len(w.params))
            price, cluster = np.divmod(design, len(h.mfu))
            flop, into = h.flop[size], points[some]
            np.multiply(flop, h.total_usd[price, cluster][:, None], out=into[..., 0])
            into[..., 0] += h.setup_usd[cluster][:, None]
            np.multiply(flop, h.days[cluster][:, None], out=into[..., 1])
            into[..., 2] = h.loss[size]

    in_threads(fill, len(legal), CORES)
    return points.reshape(-1, 3)
