"""numexpr, hoisted by hand: broadcast expressions over all cores, blocked by numexpr itself."""

from __future__ import annotations

from typing import Any

import numexpr
import numpy as np

from hoisted import CORES, Hoisted, hoisted
from workload import COLUMNS, Floats, Indices, Workload

_CLUSTERS = 16
"""How many clusters are streamed at a time: enough work for a call, little enough for the cache."""
_COLUMNS = {
    "training_flop": "flop * one",
    "mfu": "mfu * ones",
    "train_days": "flop * days",
    "chip_hours": "flop * hours",
    "cost_compute_usd": "flop * compute",
    "facility_mw": "facility * ones",
    "energy_mwh": "flop * mwh",
    "cost_energy_usd": "flop * energy",
    "cost_total_usd": "flop * total + setup",
    "loss": "loss * one",
}


class Numexpr:
    """Its own threads, one for each core."""

    def __init__(self) -> None:
        numexpr.set_num_threads(CORES)

    def materialise(self, w: Workload) -> dict[str, Floats]:
        """Ten arrays."""
        h = hoisted(w)
        columns = {name: np.empty((len(h.mfu), h.flop.size)) for name in COLUMNS}
        terms = _terms(h, slice(None))
        for name, column in columns.items():
            numexpr.evaluate(_COLUMNS[name], terms, out=column)
        return {name: column.ravel() for name, column in columns.items()}

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """Chunks of some clusters each, and the minimum, maximum and sum of what is in them."""
        h = hoisted(w)
        chunk = np.empty((_CLUSTERS, h.flop.size))
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in COLUMNS}
        for start in range(0, len(h.mfu), _CLUSTERS):
            terms = _terms(h, slice(start, start + _CLUSTERS))
            for name in COLUMNS:
                rows = chunk[: len(terms["days"])]
                numexpr.evaluate(_COLUMNS[name], terms, out=rows)
                found[name].append((float(rows.min()), float(rows.max()), float(rows.sum())))
        return {name: _together(parts) for name, parts in found.items()}

    def best(self, w: Workload) -> Indices:
        """The index of the cheapest cluster and price that fits, for each run."""
        h = hoisted(w)
        terms: dict[str, Any] = {"total": h.total_usd.ravel(), "setup": np.tile(h.setup_usd, len(h.total_usd))}
        winner = np.empty(h.flop.shape, dtype=np.int64)
        for size in range(len(w.params)):
            legal = np.flatnonzero(np.tile(h.fits[:, size], len(h.total_usd)))
            some = {name: term[legal] for name, term in terms.items()}
            costs = numexpr.evaluate("flop * total + setup", {**some, "flop": h.flop[size][:, None]})
            winner[size] = legal[costs.argmin(axis=1)]
        return winner.ravel() * h.flop.size + np.arange(h.flop.size)


def _terms(h: Hoisted, clusters: slice) -> dict[str, Floats]:
    """Terms of runs as rows, terms of clusters as columns."""
    of_clusters = {
        "mfu": h.mfu,
        "days": h.days,
        "hours": h.hours,
        "compute": h.compute_usd,
        "facility": h.facility_mw,
        "mwh": h.mwh,
        "energy": h.energy_usd[0],
        "total": h.total_usd[0],
        "setup": h.setup_usd,
        "one": np.ones(len(h.mfu)),
    }
    of_runs = {"flop": h.flop, "loss": h.loss, "ones": np.ones(h.flop.shape)}
    terms = {name: term[clusters, None] for name, term in of_clusters.items()}
    return terms | {name: term.reshape(1, -1) for name, term in of_runs.items()}


def _together(parts: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    low, high, total = zip(*parts, strict=True)
    return min(low), max(high), float(np.sum(total))
