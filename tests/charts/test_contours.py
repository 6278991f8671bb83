"""Lines of equal value: on a plane they are straight and where they belong; rings close; levels are round."""

from __future__ import annotations

import math

import pytest

from gigacost.charts import contours

AXIS = [float(k) for k in range(9)]


def test_the_lines_of_a_plane_are_straight() -> None:
    grid = [[2 * x + 3 * y for y in AXIS] for x in AXIS]
    (line,) = contours.lines(AXIS, AXIS, grid, 17.5, contours.linear)
    assert len(line) > 8
    assert [2 * x + 3 * y for x, y in line] == pytest.approx([17.5] * len(line))
    assert {min(line)[0], max(line)[0]} == {0.0, 8.0}


def test_a_hill_has_a_ring_around_it_which_closes() -> None:
    grid = [[-math.hypot(x - 4, y - 4) for y in AXIS] for x in AXIS]
    (ring,) = contours.lines(AXIS, AXIS, grid, -2.0, contours.linear)
    assert ring[0] == ring[-1]
    assert [math.hypot(x - 4, y - 4) for x, y in ring] == pytest.approx([2.0] * len(ring), abs=0.1)


def test_a_saddle_does_not_cross_itself() -> None:
    found = contours.lines([0.0, 1.0], [0.0, 1.0], [[1.0, 0.0], [0.0, 1.0]], 0.4, contours.linear)
    assert len(found) == 2
    assert not {point for line in found[:1] for point in line} & {point for line in found[1:] for point in line}


def test_lines_end_where_values_are_missing() -> None:
    grid = [[None if x > 4 else x + y for y in AXIS] for x in AXIS]
    (line,) = contours.lines(AXIS, AXIS, grid, 6.5, contours.linear)
    assert max(x for x, _ in line) == 4.0


def test_powers_are_straight_in_logarithms() -> None:
    logs = [math.log(1 + k) for k in range(9)]
    grid = [[math.exp(x + y) for y in logs] for x in logs]
    (line,) = contours.lines(logs, logs, grid, 7.0, contours.logarithmic)
    assert [x + y for x, y in line] == pytest.approx([math.log(7.0)] * len(line))


@pytest.mark.parametrize(
    ("low", "high", "log", "wanted"),
    [
        (26e3, 234e6, True, [3e4, 1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8]),
        (10.0, 25.0, False, [12.0, 14.0, 16.0, 18.0, 20.0, 22.0, 24.0]),
        (5.0, 5.0, True, []),
    ],
)
def test_levels_are_round_numbers_between_the_ends(low: float, high: float, log: bool, wanted: list[float]) -> None:  # noqa: FBT001 - a case
    assert contours.levels([low, high], log=log) == wanted


def test_there_are_never_too_many_levels() -> None:
    for high in (1.1, 2.0, 40.0, 1e3, 1e9, 1e30):
        for log in (True, False):
            assert 1 <= len(contours.levels([1.0, high], log=log)) <= 10
