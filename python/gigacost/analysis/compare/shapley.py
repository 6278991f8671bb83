"""Shapley values: what each of some changes contributes to the difference that they make together.

A *hybrid* is the set of the changes that are made, as the bits of a number: 0 is before, all bits set is after. The
changes are made one after the other, in an order; each contributes what the value moves by when its turn comes. Its
contribution is the mean over orders. Only orders count whose every step has a value: with some hybrids a design
cannot be had, and no way leads over it. Where there is no such order, changes are made together:

* up to ``EXACT`` changes, all orders count. The fewest changes that open a way are one block; of equally few the first.
* beyond, ``PAIRS`` random orders and their reversals. If none of them has a value everywhere, the choices of labels are
  one block, and then all changes.

Every order adds up to the whole difference, so their mean does; it is exact before it is rounded once. Made in the
other direction, the changes contribute the negatives, to the last bit.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from gigacost.queries.summary import rounded

EXACT = 10
"""How many changes are attributed over all of their orders."""
PAIRS = 1024
"""How many random orders, each with its reversal, stand for all of more changes."""
SEED = 0
"""Of the random orders: they are the same in every run."""

Evaluate: TypeAlias = Callable[[Sequence[int]], Sequence[float]]
"""The values of some hybrids; NaN where there is none."""
Blocks: TypeAlias = tuple[tuple[int, ...], ...]
"""Changes that are made together, each change in one block."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """What changes contribute."""

    blocks: Blocks
    contributions: tuple[float, ...]
    """Of each block."""
    errors: tuple[float, ...]
    """The standard error of each contribution; 0 where all orders count."""
    exact: bool
    """Whether all orders count."""
    orders: int
    """How many orders have a value everywhere, of those that were looked at."""
    hybrids: int
    """How many hybrids were evaluated."""
    impossible: int
    """How many of them have no value."""


def attributed(count: int, evaluate: Evaluate, choices: Collection[int] = ()) -> Attribution:
    """The contributions of ``count`` changes. ``choices`` are those that other changes may depend on.

    Before and after must have a value.
    """
    game = _Game(evaluate)
    if count <= EXACT:
        game.look_at(range(1 << count))
    for blocks in _blocks(count, choices):
        exact = len(blocks) <= EXACT
        found = _over_all_orders(game, blocks) if exact else _over_random_orders(game, blocks)
        if found:
            orders, contributions, errors = found
            impossible = sum(map(math.isnan, game.known.values()))
            return Attribution(blocks, contributions, errors, exact, orders, len(game.known), impossible)
    raise ValueError("before and after have no value")


def _blocks(count: int, choices: Collection[int]) -> Iterator[Blocks]:
    """What is tried one after the other; in the last one everything changes at once."""
    yield tuple((change,) for change in range(count))
    if count > EXACT:
        yield from (_joined(count, together) for together in (sorted(choices), range(count)) if len(together) > 1)
        return
    for size in range(2, count + 1):
        for together in itertools.combinations(range(count), size):
            yield _joined(count, together)


def _joined(count: int, together: Sequence[int]) -> Blocks:
    """Some changes as one block, in the place of its first."""
    others = [(change,) for change in range(count) if change not in together]
    return tuple(sorted([tuple(together), *others]))


class _Game:
    """The values of hybrids, each evaluated once."""

    def __init__(self, evaluate: Evaluate) -> None:
        self.evaluate = evaluate
        self.known: dict[int, float] = {}

    def look_at(self, hybrids: Iterable[int]) -> None:
        new = [hybrid for hybrid in dict.fromkeys(hybrids) if hybrid not in self.known]
        if new:
            self.known.update(zip(new, self.evaluate(new), strict=True))


_Found: TypeAlias = tuple[int, tuple[float, ...], tuple[float, ...]]
"""The number of orders, contributions, standard errors."""


def _over_all_orders(game: _Game, blocks: Blocks) -> _Found | None:
    """The means over all orders of the blocks. Orders are not listed: the ways to and from each hybrid are counted."""
    hybrids = [0]
    for block in blocks:
        hybrids += [hybrid | _bits(block) for hybrid in hybrids]
    game.look_at(hybrids)
    values = [game.known[hybrid] for hybrid in hybrids]
    to, onward = _ways(values), _ways(values[::-1])[::-1]
    orders = to[-1]
    if not orders:
        return None
    sums = []
    for i in range(len(blocks)):
        bit = 1 << i
        steps = ((s, to[s] * onward[s | bit]) for s in range(len(values)) if not s & bit)
        moved = (ways * _difference(values[s], values[s | bit]) for s, ways in steps if ways)
        sums.append(sum(moved, Fraction(0)))
    return orders, tuple(rounded(total / orders) for total in sums), (0.0,) * len(blocks)


def _ways(values: Sequence[float]) -> list[int]:
    """How many orders lead to each hybrid over hybrids that have a value. Turned around: how many lead on from it."""
    ways = [1] + [0] * (len(values) - 1)
    for hybrid in range(1, len(values)):
        if not math.isnan(values[hybrid]):
            bits = (1 << i for i in range(hybrid.bit_length()))
            ways[hybrid] = sum(ways[hybrid ^ bit] for bit in bits if hybrid & bit)
    return ways


def _over_random_orders(game: _Game, blocks: Blocks) -> _Found | None:
    """The means over random orders of the blocks and their reversals, with standard errors from pair to pair."""
    shuffled = random.Random(SEED)  # noqa: S311 - a sample, no secret
    pairs = []
    for _ in range(PAIRS):
        order = list(range(len(blocks)))
        shuffled.shuffle(order)
        pairs.append((order, order[::-1]))
    ways = [[(order, _hybrids(order, blocks)) for order in pair] for pair in pairs]
    game.look_at(hybrid for pair in ways for _, hybrids in pair for hybrid in hybrids)
    orders = [0] * PAIRS
    moved = [[Fraction(0)] * PAIRS for _ in blocks]
    for p, pair in enumerate(ways):
        for order, hybrids in pair:
            values = [game.known[hybrid] for hybrid in hybrids]
            if not any(map(math.isnan, values)):
                orders[p] += 1
                for block, (before, after) in zip(order, itertools.pairwise(values), strict=True):
                    moved[block][p] += _difference(before, after)
    count = sum(orders)
    if not count:
        return None
    means = [sum(of_pairs, Fraction(0)) / count for of_pairs in moved]
    errors = tuple(_error(of_pairs, orders, mean) for of_pairs, mean in zip(moved, means, strict=True))
    return count, tuple(map(rounded, means)), errors


def _hybrids(order: Sequence[int], blocks: Blocks) -> list[int]:
    """The hybrids that an order leads over."""
    return list(itertools.accumulate((_bits(blocks[block]) for block in order), int.__or__, initial=0))


def _error(moved: Sequence[Fraction], orders: Sequence[int], mean: Fraction) -> float:
    """The standard error of a mean: pairs of orders are independent of each other, the two of a pair are not."""
    pairs = len(orders)
    squares = math.fsum(float(total - count * mean) ** 2 for total, count in zip(moved, orders, strict=True))
    return math.sqrt(squares * pairs / (pairs - 1)) / sum(orders)


def _bits(block: Iterable[int]) -> int:
    return sum(1 << change for change in block)


def _difference(before: float, after: float) -> Fraction:
    return Fraction(after) - Fraction(before)
