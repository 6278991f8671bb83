"""numpy, hoisted by hand: runs of one cluster at a time, so that what a call writes stays in the cache."""

from __future__ import annotations

import numpy as np

from hoisted import CORES, Hoisted, hoisted, in_threads
from workload import COLUMNS, Floats, Indices, Workload

_STRIP = 1024
"""How many clusters and prices are compared at a time in the search for the best of a group."""


class Numpy:
    """In one thread as it comes, or in several: numpy works without the interpreter's lock."""

    def __init__(self, workers: int = CORES) -> None:
        self.workers = workers

    def materialise(self, w: Workload) -> dict[str, Floats]:
        """Ten arrays."""
        h = hoisted(w)
        columns = {name: np.empty((len(h.mfu), h.flop.size)) for name in COLUMNS}

        def fill(start: int, stop: int) -> None:
            for cluster in range(start, stop):
                _rows(h, cluster, [columns[name][cluster] for name in COLUMNS])

        in_threads(fill, len(h.mfu), self.workers)
        return {name: column.ravel() for name, column in columns.items()}

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """Chunks of a cluster each, and the minimum, maximum and sum of what is in them."""
        h = hoisted(w)
        low, high, total = (np.empty((len(h.mfu), len(COLUMNS))) for _ in range(3))

        def read(start: int, stop: int) -> None:
            chunk = np.empty((len(COLUMNS), h.flop.size))
            for cluster in range(start, stop):
                _rows(h, cluster, chunk)
                chunk.min(axis=1, out=low[cluster])
                chunk.max(axis=1, out=high[cluster])
                chunk.sum(axis=1, out=total[cluster])

        in_threads(read, len(h.mfu), self.workers)
        found = zip(low.min(axis=0), high.max(axis=0), total.sum(axis=0), strict=True)
        return {name: (float(a), float(b), float(c)) for name, (a, b, c) in zip(COLUMNS, found, strict=True)}

    def best(self, w: Workload) -> Indices:
        """The index of the cheapest cluster and price that fits, for each run."""
        h = hoisted(w)
        factor, setup = h.total_usd.ravel(), np.tile(h.setup_usd, len(h.total_usd))
        winner = np.empty(h.flop.shape, dtype=np.int64)

        def search(start: int, stop: int) -> None:
            for size in range(start, stop):
                legal = np.flatnonzero(np.tile(h.fits[:, size], len(h.total_usd)))
                some, fixed = factor[legal], setup[legal]
                winner[size] = legal[_smallest(h.flop[size], some, fixed)]

        in_threads(search, len(w.params), self.workers)
        return winner.ravel() * h.flop.size + np.arange(h.flop.size)

    def top(self, w: Workload, k: int) -> Indices:
        """The indices of the ``k`` cheapest that fit."""
        h = hoisted(w)
        found: list[tuple[Floats, Indices]] = []

        def search(start: int, stop: int) -> None:
            costs, indices = np.empty(0), np.empty(0, dtype=np.int64)
            limit = np.inf
            cost = np.empty(h.flop.shape)
            for row in range(start, stop):
                price, cluster = divmod(row, len(h.mfu))
                np.multiply(h.flop, h.total_usd[price, cluster], out=cost)
                cost += h.setup_usd[cluster]
                near = np.flatnonzero(cost <= limit)
                near = near[h.fits[cluster][near // len(w.tokens)]]
                if near.size:
                    costs = np.concatenate([costs, cost.ravel()[near]])
                    indices = np.concatenate([indices, near + row * h.flop.size])
                    if costs.size > k:
                        kept = np.argpartition(costs, k - 1)[:k]
                        costs, indices = costs[kept], indices[kept]
                        limit = costs.max()
            found.append((costs, indices))

        in_threads(search, h.total_usd.size, self.workers)
        costs, indices = (np.concatenate(part) for part in zip(*found, strict=True))
        return np.asarray(indices[np.lexsort((indices, costs))[:k]])


def _rows(h: Hoisted, cluster: int, into: list[Floats] | Floats) -> None:
    """The ten columns of a cluster, for one price."""
    flop = h.flop.ravel()
    into[0][:] = flop
    into[1][:] = h.mfu[cluster]
    np.multiply(flop, h.days[cluster], out=into[2])
    np.multiply(flop, h.hours[cluster], out=into[3])
    np.multiply(flop, h.compute_usd[cluster], out=into[4])
    into[5][:] = h.facility_mw[cluster]
    np.multiply(flop, h.mwh[cluster], out=into[6])
    np.multiply(flop, h.energy_usd[0, cluster], out=into[7])
    np.multiply(flop, h.total_usd[0, cluster], out=into[8])
    into[8] += h.setup_usd[cluster]
    into[9][:] = h.loss.ravel()


def _smallest(flop: Floats, factor: Floats, setup: Floats) -> Indices:
    """For each FLOP, the position of the smallest ``flop * factor + setup``; the first of equals."""
    best = np.full(len(flop), np.inf)
    winner = np.zeros(len(flop), dtype=np.int64)
    for start in range(0, len(factor), _STRIP):
        costs = np.multiply.outer(flop, factor[start : start + _STRIP])
        costs += setup[start : start + _STRIP]
        position = costs.argmin(axis=1)
        smallest = costs[np.arange(len(flop)), position]
        better = smallest < best
        best = np.where(better, smallest, best)
        winner = np.where(better, position + start, winner)
    return winner
