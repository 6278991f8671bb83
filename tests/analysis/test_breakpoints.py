"""Break points: what looking at every value says, where no lead lies within two neighbours of the first grid."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gigacost.analysis.breakpoints import breakpoints
from gigacost.analysis.inverse.unknown import CLOSE, numbers_between


@given(st.lists(st.integers(1, 9999), max_size=8, unique=True), st.data())
def test_every_change_that_the_grid_sees_is_found(places: list[int], data: st.DataObject) -> None:
    changes = sorted(place / 100 for place in places)
    leads = data.draw(st.lists(st.integers(0, 3), min_size=len(changes) + 1, max_size=len(changes) + 1))
    grid = sorted({0.0, 100.0, *((low + high) / 2 for low, high in pairwise(changes))})

    def winner(value: float) -> int:
        return leads[bisect_right(changes, value)]

    def winners(values: Sequence[float]) -> list[int]:
        return [winner(value) for value in values]

    expected = [at for at, left, right in zip(changes, leads, leads[1:], strict=False) if left != right]
    found = breakpoints(grid, winners, numbers_between)
    assert all(winner(low) != winner(high) for low, high in found)
    assert len(found) == len(expected)
    for (low, high), at in zip(found, expected, strict=True):
        assert low < at <= high
        assert high - low <= CLOSE * high


def test_a_lead_between_two_neighbours_is_missed_as_it_says() -> None:
    def winners(values: Sequence[float]) -> list[bool]:
        return [0.4 < value < 0.6 for value in values]

    assert breakpoints([0.0, 1.0], winners, numbers_between) == []
    assert len(breakpoints([0.0, 0.5, 1.0], winners, numbers_between)) == 2


def test_no_value_is_asked_for_twice() -> None:
    asked: list[float] = []

    def winners(values: Sequence[float]) -> list[bool]:
        asked.extend(values)
        return [value > 0.3 for value in values]

    ((low, high),) = breakpoints([0.0, 0.5, 1.0], winners, numbers_between)
    assert low <= 0.3 < high
    assert len(asked) == len(set(asked)) < 120
