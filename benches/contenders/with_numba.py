"""numba, hoisted by hand: loops over clusters in parallel, contiguous inside, without fast-math."""

from __future__ import annotations

import numpy as np
from numba import get_num_threads, njit, prange

from hoisted import hoisted
from workload import COLUMNS, Floats, Indices, Workload

_ROOM = 8
"""How many times the wanted number of candidates a thread collects before it throws most of them away."""


class Numba:
    """All cores, compiled before the clock starts."""

    def materialise(self, w: Workload) -> dict[str, Floats]:
        """Ten arrays."""
        clusters, flop, loss = _terms(w)
        columns = [np.empty((len(clusters), flop.size)) for _ in COLUMNS]
        _fill(clusters, flop.ravel(), loss.ravel(), *columns)
        return {name: column.ravel() for name, column in zip(COLUMNS, columns, strict=True)}

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """Strips of the ten columns, handed to a consumer that knows no more of them than where they lie."""
        clusters, flop, loss = _terms(w)
        lanes = _stream(clusters, flop, loss, get_num_threads())
        low, high = lanes[:, 0].min(axis=(0, 2)), lanes[:, 1].max(axis=(0, 2))
        total = lanes[:, 2].sum(axis=(0, 2))
        return {name: (float(low[i]), float(high[i]), float(total[i])) for i, name in enumerate(COLUMNS)}

    def best(self, w: Workload) -> Indices:
        """The index of the cheapest cluster and price that fits, for each run."""
        h = hoisted(w)
        winner: Indices = _best(h.total_usd, h.setup_usd, h.fits, h.flop)
        return winner.ravel() * h.flop.size + np.arange(h.flop.size)

    def top(self, w: Workload, k: int) -> Indices:
        """The indices of the ``k`` cheapest that fit."""
        h = hoisted(w)
        costs, indices = _top(h.total_usd, h.setup_usd, h.fits, h.flop, k, get_num_threads())
        order = np.lexsort((indices.ravel(), costs.ravel()))[: min(k, np.count_nonzero(indices >= 0))]
        return np.asarray(indices.ravel()[order])


def _terms(w: Workload) -> tuple[Floats, Floats, Floats]:
    """The terms of the clusters side by side, and those of the runs."""
    h = hoisted(w)
    of_clusters = (
        h.mfu, h.days, h.hours, h.compute_usd, h.facility_mw, h.mwh, h.energy_usd[0], h.total_usd[0], h.setup_usd,
    )  # fmt: skip
    return np.column_stack(of_clusters), h.flop, h.loss


@njit(parallel=True, cache=True)
def _fill(clusters, flop, loss, training_flop, mfu, days, hours, compute, facility, mwh, energy, total, out_loss):
    for c in prange(len(clusters)):
        t = clusters[c]
        for i in range(len(flop)):
            training_flop[c, i] = flop[i]
            mfu[c, i] = t[0]
            days[c, i] = flop[i] * t[1]
            hours[c, i] = flop[i] * t[2]
            compute[c, i] = flop[i] * t[3]
        for i in range(len(flop)):
            facility[c, i] = t[4]
            mwh[c, i] = flop[i] * t[5]
            energy[c, i] = flop[i] * t[6]
            total[c, i] = flop[i] * t[7] + t[8]
            out_loss[c, i] = loss[i]


@njit(cache=True)
def _produce(t, flop, loss, strip):
    for i in range(len(flop)):
        strip[0, i] = flop[i]
        strip[1, i] = t[0]
        strip[2, i] = flop[i] * t[1]
        strip[3, i] = flop[i] * t[2]
        strip[4, i] = flop[i] * t[3]
        strip[5, i] = t[4]
        strip[6, i] = flop[i] * t[5]
        strip[7, i] = flop[i] * t[6]
        strip[8, i] = flop[i] * t[7] + t[8]
        strip[9, i] = loss[i]


@njit(cache=True)
def _consume(strip, lanes):
    """Lane by lane, so that it is vectorised without changing the order of any sum."""
    for column in range(strip.shape[0]):
        low, high, total = lanes[0, column], lanes[1, column], lanes[2, column]
        values = strip[column]
        for i in range(len(values)):
            value = values[i]
            low[i] = min(low[i], value)
            high[i] = max(high[i], value)
            total[i] += value


@njit(parallel=True, cache=True)
def _stream(clusters, flop, loss, workers):
    lanes = np.zeros((workers, 3, 10, flop.shape[1]))
    for worker in prange(workers):
        lanes[worker, 0] = np.inf
        lanes[worker, 1] = -np.inf
        strip = np.empty((10, flop.shape[1]))
        for c in range(len(clusters) * worker // workers, len(clusters) * (worker + 1) // workers):
            for size in range(flop.shape[0]):
                _produce(clusters[c], flop[size], loss[size], strip)
                _consume(strip, lanes[worker])
    return lanes


@njit(parallel=True, cache=True)
def _best(total, setup, fits, flop):
    prices, clusters = total.shape
    winner = np.zeros(flop.shape, dtype=np.int64)
    for size in prange(flop.shape[0]):
        best = np.full(flop.shape[1], np.inf)
        first = np.zeros(flop.shape[1], dtype=np.int64)
        row = flop[size]
        for price in range(prices):
            for c in range(clusters):
                if not fits[c, size]:
                    continue
                factor, fixed, index = total[price, c], setup[c], price * clusters + c
                for i in range(len(row)):
                    cost = row[i] * factor + fixed
                    better = cost < best[i]
                    best[i] = cost if better else best[i]
                    first[i] = index if better else first[i]
        winner[size] = first
    return winner


@njit(parallel=True, cache=True)
def _top(total, setup, fits, flop, k, workers):
    prices, clusters = total.shape
    costs = np.full((workers, k), np.inf)
    indices = np.full((workers, k), -1, dtype=np.int64)
    for worker in prange(workers):
        near = np.empty(_ROOM * k + flop.shape[1])
        where = np.empty(len(near), dtype=np.int64)
        count, limit = 0, np.inf
        cost = np.empty(flop.shape[1])
        rows = prices * clusters
        for row in range(rows * worker // workers, rows * (worker + 1) // workers):
            c = row % clusters
            factor, fixed = total[row // clusters, c], setup[c]
            for size in range(flop.shape[0]):
                if not fits[c, size]:
                    continue
                below = 0
                for i in range(flop.shape[1]):
                    cost[i] = flop[size, i] * factor + fixed
                    below += cost[i] < limit
                if below == 0:
                    continue
                if count + flop.shape[1] > len(near):
                    order = np.argsort(near[:count])[:k]
                    near[:k], where[:k] = near[order], where[order]
                    count = len(order)
                    limit = near[count - 1]
                for i in range(flop.shape[1]):
                    if cost[i] < limit:
                        near[count], where[count] = cost[i], (row * flop.shape[0] + size) * flop.shape[1] + i
                        count += 1
        order = np.argsort(near[:count])[:k]
        costs[worker, : len(order)], indices[worker, : len(order)] = near[order], where[order]
    return costs, indices
