"""How many rows of a space meet its condition: counted where that is quick, else an interval from a sample."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.picked import Picked
from gigacost.compiler.plan import Query
from gigacost.queries.askers import Here
from gigacost.queries.asks import AskCount
from gigacost.queries.export import Table, batches
from gigacost.queries.forecast.order import spread_order

SAMPLE = 1 << 16
"""How many combinations a sample has, where time allows."""
_ROUNDS = 16
_SEED = 20261130
_PLACES = 12
_Z = 1.959963984540054
"""Half of the width of an interval of 95 %, in standard deviations of a normal distribution."""


class Kept(NamedTuple):
    """How many combinations meet the condition."""

    low: int
    high: int
    """The same as ``low`` where they were counted; else the interval of 95 %."""
    share: float
    """Of all combinations, as likely as not."""
    sampled: int
    """Combinations that were drawn."""
    places: tuple[int, ...] = ()
    """Some that meet it, and"""
    others: tuple[int, ...] = ()
    """some that do not, spread over the space."""


class _TimeIsUpError(Exception):
    """A count takes too long."""


def kept(bound: Bound, *, seconds: float, threads: int | None) -> Kept:
    """How many combinations meet the condition: exact where ``seconds`` are enough to count them."""
    count = _counted(bound, seconds, threads)
    found = sample(bound, bound.size, seconds if count is None else 0.0, threads)
    return found if count is None else found._replace(low=count, high=count, share=count / bound.size)


def _counted(bound: Bound, seconds: float, threads: int | None) -> int | None:
    """The number of combinations that meet the condition; None where counting them takes longer."""
    end = time.perf_counter() + seconds

    def look(_: int) -> None:
        if time.perf_counter() > end:
            raise _TimeIsUpError

    try:
        return Here(threads, look).ask(bound, AskCount(Query((), bound.spec.where)))[0]
    except _TimeIsUpError:
        return None


def sample(bound: Bound, size: int, seconds: float, threads: int | None) -> Kept:
    """Of the first ``size`` combinations, by a sample of single ones: one at random from each of equal stretches.

    The interval is Wilson's, of a binomial share. Stretches can only make a sample's share vary less than draws from
    all of the space would, so it is on the safe side.
    """
    import numpy as np

    made = lower.compiled(bound, Query((), bound.spec.where))
    stretches, rng, start = min(SAMPLE, size), np.random.default_rng(_SEED), time.perf_counter()
    found: list[int] = []
    others: list[int] = []
    for first in range(min(_ROUNDS, stretches)):
        mine = range(first, stretches, _ROUNDS)
        places = [_place(size, stretches, one, draw) for one, draw in zip(mine, rng.random(len(mine)), strict=True)]
        met = _met(bound, made, places, threads)
        found += met
        others += sorted({*places}.difference(met))
        if time.perf_counter() - start > seconds:
            break
    seen = len(found) + len(others)
    low, high = interval(len(found), seen)
    least, most = max(math.floor(size * low), len(found)), min(math.ceil(size * high), size - len(others))
    return Kept(least, most, len(found) / seen, seen, _some(found), _some(others))


def _place(size: int, stretches: int, stretch: int, draw: float) -> int:
    """A combination of a stretch."""
    begin, end = size * stretch // stretches, size * (stretch + 1) // stretches
    return min(begin + int(float(draw) * (end - begin)), end - 1)


def _met(bound: Bound, made: lower.Compiled, places: list[int], threads: int | None) -> list[int]:
    """Those of some combinations that meet the condition."""
    picked = Picked(bound, places)
    columns = [("index", 0, picked.indices)]
    table = Table(lower.program(picked, made).rows(columns, made.keep), (0, len(places)), {}, lambda error: error)
    return [int(index) for batch in batches(table, threads) for index in batch.column("index")]


def _some(places: list[int]) -> tuple[int, ...]:
    """A few of them, spread, in an order that is spread too should time run out."""
    places.sort()
    count = min(len(places), _PLACES)
    even = [places[len(places) * (2 * place + 1) // (2 * count)] for place in range(count)]
    return tuple(even[place] for place in spread_order(count))


def interval(found: int, seen: int) -> tuple[float, float]:
    """Wilson's interval of 95 % for a share of which ``found`` of ``seen`` draws tell."""
    share, spread = found / seen, _Z * _Z / seen
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)
