"""gigacost: the model as it is written in ``cluster.py``, asked through ``Sweep``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from brute import NEVER, pruned_from
from workload import BY, COLUMNS, OBJECTIVES, Floats, Indices, Workload


class Gigacost:
    """All cores."""

    def materialise(self, w: Workload) -> dict[str, Floats]:
        """Arrays of the ten columns, filled in place."""
        return w.sweep().to_numpy(COLUMNS)

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """Statistics, which read every value; the sums are exact."""
        found = w.sweep().summary(COLUMNS, quantiles=(), std=False).columns
        return {name: (found[name].min, found[name].max, found[name].sum) for name in COLUMNS}

    def best(self, w: Workload) -> Indices:
        """The index of the cheapest cluster and price that fits, for each run."""
        return np.array(w.sweep(where="fits").find(1, BY, per=["params", "tokens"]))

    def top(self, w: Workload, k: int) -> Indices:
        """The indices of the ``k`` cheapest that fit."""
        return np.array(w.sweep(where="fits").find(k, BY))

    def pareto(self, w: Workload) -> Indices:
        """The indices of those that fit and that no other of these beats."""
        return w.sweep(where="fits").pareto(OBJECTIVES).indices

    def parquet(self, w: Workload, path: Path) -> None:
        """A file; there is nothing to choose."""
        w.sweep().write(path)

    def csv(self, w: Workload, path: Path) -> None:
        """A file; there is nothing to choose."""
        w.sweep().write(path)


class GigacostBrute:
    """The same questions, with a look at every combination."""

    def best(self, w: Workload) -> Indices:
        """As ``Gigacost`` has it."""
        with pruned_from(NEVER):
            return Gigacost().best(w)

    def top(self, w: Workload, k: int) -> Indices:
        """As ``Gigacost`` has it."""
        with pruned_from(NEVER):
            return Gigacost().top(w, k)

    def pareto(self, w: Workload) -> Indices:
        """As ``Gigacost`` has it."""
        with pruned_from(NEVER):
            return Gigacost().pareto(w)


class GigacostBatches:
    """Rows as a stream of Arrow batches, read by numpy in one thread."""

    def stream(self, w: Workload) -> dict[str, tuple[float, float, float]]:
        """The minimum, maximum and sum of what is in each batch."""
        parts: dict[str, list[tuple[float, float, float]]] = {name: [] for name in COLUMNS}
        for batch in w.sweep().batches():
            for name in COLUMNS:
                values = batch.column(name)
                parts[name].append((float(values.min()), float(values.max()), float(values.sum())))
        return {
            name: (min(low), max(high), float(np.sum(total)))
            for name, (low, high, total) in ((name, zip(*found, strict=True)) for name, found in parts.items())
        }
