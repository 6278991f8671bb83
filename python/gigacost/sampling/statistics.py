"""Spreads: what the values of a quantity in all draws say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gigacost._record import Record

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


def spread(values: Sequence[float], central: float = math.nan) -> Spread:
    """The spread of a quantity's values in all draws, where NaN is missing."""
    count = len(values)
    missing = sum(map(math.isnan, values))
    at = None if math.isnan(central) else central
    if missing:
        return Spread(at, (count - missing) / count)
    ordered = sorted(values)
    mean = math.fsum(values) / count if ordered[0] < ordered[-1] else ordered[0] + 0.0
    std = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / count)
    return Spread(at, 1.0, mean, std, *(ordered[q * (count - 1) // 100] for q in PERCENTILES))
