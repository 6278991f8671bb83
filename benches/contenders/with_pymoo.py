"""pymoo, which leaves it to moocore since 0.6.2."""

from __future__ import annotations

import numpy as np
from pymoo.util.nds.non_dominated_sorting import find_non_dominated

from contenders.with_points import Finder
from workload import Floats, Indices


class Pymoo(Finder):
    """Its quickest way: ``NonDominatedSorting`` would rank all points."""

    def front(self, points: Floats) -> Indices:
        """The places of the points that no other beats; of equal ones the first."""
        found = find_non_dominated(points)  # equal points are all among them
        _, first = np.unique(points[found], axis=0, return_index=True)
        return np.asarray(found[first], dtype=np.int64)
