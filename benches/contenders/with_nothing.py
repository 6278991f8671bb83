"""No computation: what it costs to have the memory."""

from __future__ import annotations

import numpy as np

from hoisted import CORES, in_threads
from workload import COLUMNS, Floats, Workload


class Nothing:
    """All cores."""

    def materialise(self, w: Workload) -> dict[str, Floats]:
        """The bytes of ten columns, touched for the first time; pages as large as the allocator asks for."""
        columns = [np.empty((CORES, w.size // CORES)) for _ in COLUMNS]

        def fill(start: int, stop: int) -> None:
            for column in columns:
                column[start:stop].fill(1.0)

        in_threads(fill, CORES, CORES)
        return {name: column.ravel() for name, column in zip(COLUMNS, columns, strict=True)}
