"""What changes contribute: every order of them, one by one, is the measure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost.analysis.compare.shapley import PAIRS, Attribution, Blocks, attributed

NOTHING = math.nan
Game = Callable[[int], float]


def played(count: int, game: Game, choices: Sequence[int] = ()) -> Attribution:
    return attributed(count, lambda hybrids: [game(hybrid) for hybrid in hybrids], choices)


def in_order(order: Sequence[Sequence[int]], game: Game) -> list[Fraction] | None:
    """What each block moves the value by in one order; None where it leads over a hybrid without a value."""
    hybrid, moved = 0, {}
    for block in order:
        before = hybrid
        hybrid |= sum(1 << change for change in block)
        if math.isnan(game(hybrid)):
            return None
        moved[tuple(block)] = Fraction(game(hybrid)) - Fraction(game(before))
    return [moved[block] for block in sorted(moved)]


def by_hand(blocks: Blocks, game: Game) -> tuple[float, ...] | None:
    """The mean over all orders, listed."""
    orders = [found for order in itertools.permutations(blocks) if (found := in_order(order, game)) is not None]
    return tuple(float(sum(moved) / len(orders)) for moved in zip(*orders, strict=True)) if orders else None


def all_blocks(count: int) -> Iterator[Blocks]:
    """Each change for itself, then ever more of them together."""
    for size in (1, *range(2, count + 1)):
        for together in itertools.combinations(range(count), size):
            others = [(change,) for change in range(count) if change not in together]
            yield tuple(sorted([together, *others]))


values = st.one_of(st.floats(-1e3, 1e3), st.integers(-3, 3).map(float), st.just(NOTHING))


@st.composite
def games(draw: st.DrawFn) -> list[float]:
    """The values of all hybrids of up to four changes; before and after have one."""
    table = draw(st.lists(values, min_size=1 << draw(st.integers(1, 4)), max_size=16).map(_to_power))
    return [0.5, *table[1:-1], draw(st.floats(-1e3, 1e3))]


def _to_power(table: list[float]) -> list[float]:
    return table[: 1 << (len(table).bit_length() - 1)]


@settings(max_examples=300)
@given(games())
def test_contributions_are_the_mean_over_all_orders(table: list[float]) -> None:
    count = len(table).bit_length() - 1
    found = played(count, table.__getitem__)
    expected = next((blocks, by) for blocks in all_blocks(count) if (by := by_hand(blocks, table.__getitem__)))
    assert (found.blocks, found.contributions) == expected
    assert (found.exact, found.hybrids, set(found.errors)) == (True, len(table), {0.0})
    assert found.impossible == sum(map(math.isnan, table))


@settings(max_examples=200)
@given(games())
def test_they_add_up_and_turn_around(table: list[float]) -> None:
    count = len(table).bit_length() - 1
    found = played(count, table.__getitem__)
    assert math.fsum(found.contributions) == pytest.approx(table[-1] - table[0], rel=1e-15, abs=1e-12)
    back = played(count, table[::-1].__getitem__)
    assert back.contributions == tuple(-one for one in found.contributions)
    assert (back.blocks, back.orders) == (found.blocks, found.orders)


def test_a_product_by_hand() -> None:
    # x·y from (1, 1) to (2, 3): x first 1 -> 2 -> 6, y first 1 -> 3 -> 6.
    found = played(2, [1.0, 2.0, 3.0, 6.0].__getitem__)
    assert found.contributions == (((2 - 1) + (6 - 3)) / 2, ((6 - 2) + (3 - 1)) / 2) == (2.0, 3.0)


def test_nothing_contributes_nothing() -> None:
    assert played(0, [7.0].__getitem__) == Attribution((), (), (), exact=True, orders=1, hybrids=1, impossible=0)
    game = [1.0, 2.0, 5.0, 9.0]
    idle = played(3, lambda hybrid: game[hybrid & 3])
    assert idle.contributions == (*played(2, game.__getitem__).contributions, 0.0)


def test_no_order_leads_over_what_is_impossible() -> None:
    # The second change needs the first: 1 -> 4 -> 5 is the only way.
    found = played(2, [1.0, 4.0, NOTHING, 5.0].__getitem__)
    assert (found.contributions, found.orders, found.impossible) == ((3.0, 1.0), 1, 1)


def test_what_can_only_change_together_contributes_together() -> None:
    # 0 and 2 need each other; 1 is free.
    table = [1.0, NOTHING, 2.0, NOTHING, NOTHING, 5.0, NOTHING, 8.0]
    found = played(3, table.__getitem__)
    assert found.blocks == ((0, 2), (1,))
    assert found.contributions == ((4 + 6) / 2, (1 + 3) / 2)


def test_before_and_after_have_a_value() -> None:
    with pytest.raises(ValueError, match="no value"):
        played(1, [1.0, NOTHING].__getitem__)


def square(weights: Sequence[float]) -> Game:
    """The square of a sum; each change contributes its weight times the sum of all."""
    return lambda hybrid: math.fsum(weight for i, weight in enumerate(weights) if hybrid >> i & 1) ** 2


def test_random_orders_come_near_and_say_how_near() -> None:
    weights = [float(i + 1) for i in range(13)]
    found = played(13, square(weights))
    assert (found.exact, found.orders, found.impossible) == (False, 2 * PAIRS, 0)
    assert math.fsum(found.contributions) == pytest.approx(sum(weights) ** 2, rel=1e-15)
    # An order and its reversal together give the exact mean of a square: nothing is left to chance.
    assert found.contributions == tuple(weight * sum(weights) for weight in weights)
    assert found.errors == (0.0,) * 13
    cube = played(13, lambda hybrid: math.sqrt(square(weights)(hybrid)) ** 3)
    total, squares = sum(weights), sum(weight * weight for weight in weights)
    for weight, one, error in zip(weights, cube.contributions, cube.errors, strict=True):
        # By the mean over subsets: of three different weights a third each, of w²·v two thirds to w.
        exact = weight**3 + 1.5 * (weight**2 * (total - weight) + weight * (squares - weight**2))
        exact += weight * ((total - weight) ** 2 - (squares - weight**2))
        assert 0.0 < error < 0.1 * exact
        assert abs(one - exact) < 5 * error


def test_random_orders_turn_around() -> None:
    def game(hybrid: int) -> float:
        return math.sin(hybrid) if hybrid % 3 or hybrid == 4095 or not hybrid else NOTHING

    found, back = played(12, game), played(12, lambda hybrid: game(4095 - hybrid))
    assert 0 < found.orders < 2 * PAIRS
    assert back.contributions == tuple(-one for one in found.contributions)
    assert back.errors == found.errors
    assert found == played(12, game)


def test_random_orders_lead_over_nothing_impossible() -> None:
    # Change 1 needs change 0: half of the orders are left.
    found = played(12, lambda hybrid: NOTHING if hybrid & 3 == 2 else float(hybrid))
    assert found.orders == PAIRS
    assert found.contributions == tuple(float(1 << i) for i in range(12))


@pytest.mark.parametrize(("count", "exact"), [(14, False), (12, True)])
def test_of_many_changes_the_choices_are_one(count: int, exact: bool) -> None:  # noqa: FBT001 - a parameter
    def game(hybrid: int) -> float:
        return float(hybrid) if hybrid & 7 in {0, 7} else NOTHING

    found = played(count, game, [0, 1, 2])
    assert (found.blocks[0], found.exact) == ((0, 1, 2), exact)
    assert found.contributions == (7.0, *(float(1 << i) for i in range(3, count)))


def test_of_many_changes_all_are_one_at_last() -> None:
    ends = {0: 1.0, (1 << 12) - 1: 5.0}
    found = played(12, lambda hybrid: ends.get(hybrid, NOTHING), [0, 1])
    assert (found.blocks, found.contributions) == ((tuple(range(12)),), (4.0,))


def test_each_hybrid_is_evaluated_once() -> None:
    seen: list[int] = []

    def evaluate(hybrids: Sequence[int]) -> list[float]:
        seen.extend(hybrids)
        return [float(hybrid) if hybrid in {0, 3, 7} else NOTHING for hybrid in hybrids]

    attributed(3, evaluate)
    assert len(seen) == len(set(seen)) == 8
