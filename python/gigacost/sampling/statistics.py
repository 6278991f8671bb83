"""Spreads: what the values of a quantity in all draws say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigacost._record import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PERCENTILES = (5, 10, 50, 90, 95)


@dataclass(frozen=True, slots=True)
class Spread(Record):
    """A quantity over draws; None where it is missing in any of them."""

    central: float | None
    """Without any draw: with every uncertain name at its central value."""
    feasible: float
    """Share of the draws in which no state spoils it."""
    mean: float | None = None
    """The correctly rounded sum over the number of draws."""
    std: float | None = None
    p5: float | None = None
    """Element ⌊q·(n−1)⌋ of the sorted values, as the others."""
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None


def spread(values: Sequence[float] | Floats, central: float = math.nan) -> Spread:
    """The spread of a quantity's values in all draws, where NaN is missing."""
    import numpy as np

    drawn = np.asarray(values, dtype=np.float64)
    count, missing = len(drawn), int(np.isnan(drawn).sum())
    at = None if math.isnan(central) else central
    if missing:
        return Spread(at, (count - missing) / count)
    ordered = np.sort(drawn)
    percentiles = ordered[[q * (count - 1) // 100 for q in PERCENTILES]].tolist()
    if ordered[0] == ordered[-1]:
        return Spread(at, 1.0, float(ordered[0]) + 0.0, 0.0, *percentiles)
    mean = math.fsum(drawn.tolist()) / count
    beyond = drawn - mean
    return Spread(at, 1.0, mean, math.sqrt(math.fsum((beyond * beyond).tolist()) / count), *percentiles)
