"""Ranges: what is between two ends, by a number of values or by their distance."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from given_axis import refusal, values
from hypothesis import given
from hypothesis import strategies as st

from gigacost import Sweep
from gigacost.graph.declarations import Input
from gigacost.spec.fields import Field, Typed

ANY = Field("x", unit="h")
CHIPS = Field("chips", "integer", "chip", limits=Input("chips", "chip", "", low=1, integer=True))
HARDWARE = Field("hardware", "label", canonical=str)
PARAMS = Field("params", "number", "param")
PRICE = Field("electricity_usd_per_kwh", unit="$/kWh")


def test_end_points_are_exact_and_steps_do_not_accumulate() -> None:
    points = values(ANY, {"from": 0, "to": 1, "step": 0.1})
    assert points == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def test_a_range_that_misses_its_end_stops_below_it() -> None:
    assert values(ANY, {"from": 0, "to": 1, "step": 0.4}) == (0.0, 0.4, 0.8)
    assert values(CHIPS, {"from": 8, "to": 64, "step": 24}) == (8, 32, 56)


@pytest.mark.parametrize(
    ("field", "table", "expected"),
    [
        (ANY, {"from": 0, "to": 1, "steps": 5}, (0.0, 0.25, 0.5, 0.75, 1.0)),
        (ANY, {"from": 3, "to": 9, "steps": 1}, (3.0,)),
        (ANY, {"from": 5, "to": 5, "step": 1}, (5.0,)),
        (PARAMS, {"from": "1B", "to": "1T", "steps": 4, "scale": "log"}, (1e9, 1e10, 1e11, 1e12)),
        (CHIPS, {"from": 1, "to": 4, "steps": 7}, (1, 2, 3, 4)),  # 1.5 and 2.5 go to the even neighbour
        (CHIPS, {"from": 8, "to": 64, "steps": 15, "multiple_of": 8}, (8, 16, 24, 32, 40, 48, 56, 64)),
        (PARAMS, {"from": "1B", "to": "3B", "steps": 5, "multiple_of": "1B"}, (1e9, 2e9, 3e9)),
    ],
)
def test_a_range_has_these_values(field: Field, table: dict[str, object], expected: tuple[float, ...]) -> None:
    assert values(field, table) == expected


@given(st.floats(1e-300, 1e300), st.floats(1.001, 1e6), st.integers(2, 200))
def test_log_ranges_rise_between_exact_ends(start: float, ratio: float, steps: int) -> None:
    stop = start * ratio
    points: Any = values(ANY, {"from": start, "to": stop, "steps": steps, "scale": "log"})
    assert (points[0], points[-1], len(points)) == (start, stop, steps)
    assert all(a < b for a, b in itertools.pairwise(points))


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(1, 300))
def test_integer_ranges_are_distinct_whole_numbers(start: int, span: int, steps: int) -> None:
    if span == 0:
        steps = 1
    points: Any = values(CHIPS, {"from": start, "to": start + span, "steps": steps})
    assert all(type(point) is int for point in points)
    assert list(points) == sorted(set(points))
    assert points[0] == start


@pytest.mark.parametrize(
    ("field", "table", "says"),
    [
        (ANY, {"from": 0, "to": 1, "step": 0}, "> 0"),
        (ANY, {"from": 1, "to": 10, "step": -1}, "> 0"),
        (ANY, {"from": 1e16, "to": 1e16 + 4, "step": 0.5}, "too small"),
        (ANY, {"from": 1, "to": 1e300, "step": 1}, "1000000"),
        (ANY, {"from": 1, "to": 2, "step": 1e-300}, "1000000"),
        (ANY, {"from": 0, "to": 1, "steps": 0}, "steps = 0"),
        (ANY, {"from": 0, "to": 1, "steps": -1}, "steps = -1"),
        (ANY, {"from": 0, "to": 1, "steps": 2.5}, "whole number"),
        (ANY, {"from": 0, "to": 1, "steps": True}, "boolean"),
        (ANY, {"from": 0, "to": 1, "steps": 10**12}, "steps <= 1000000"),
        (ANY, {"from": 0, "to": 1, "steps": 4, "scale": "log"}, "> 0"),
        (ANY, {"from": -1, "to": 1, "steps": 4, "scale": "log"}, "> 0"),
        (ANY, {"from": 2, "to": 1, "steps": 4}, "axes.x.from = 2"),
        (ANY, {"from": 1, "to": 1, "steps": 4}, "begins where it ends"),
        (ANY, {"from": 1, "to": 1 + 1e-15, "steps": 100}, "same 64-bit float"),
        (ANY, {"from": -1e308, "to": 1e308, "steps": 4}, "too wide"),
        (ANY, {"from": 0, "to": math.inf, "steps": 4}, "infinite"),
        (ANY, {"from": 0, "to": math.nan, "steps": 4}, "nan"),
        (ANY, {"from": 0, "steps": 4}, "axes.x.to: missing"),
        (ANY, {"from": 0, "to": 1}, "either steps"),
        (ANY, {"from": 0, "to": 1, "steps": 4, "step": 1}, "either steps"),
        (ANY, {"from": 0, "to": 1, "steps": 4, "scael": "log"}, 'did you mean "scale"?'),
        (ANY, {"from": 0, "to": 1, "steps": 4, "scale": "cubic"}, '"linear" or "log"'),
        (ANY, {"from": 1, "to": 2, "step": 1, "scale": "log"}, "goes with steps"),
        (CHIPS, {"from": 0, "to": 8, "steps": 4}, "axes.chips.from = 0: out of range"),
        (CHIPS, {"from": 8, "to": 64, "step": 0.5}, "not a whole number"),
        (CHIPS, {"from": 9, "to": 64, "steps": 4, "multiple_of": 8}, "multiples of 8"),
        (CHIPS, {"from": 8, "to": 64, "steps": 4, "multiple_of": 0}, "multiple_of = 0"),
        (HARDWARE, {"from": "a", "to": "b", "steps": 2}, "no range"),
    ],
)
def test_impossible_ranges_are_refused(field: Field, table: dict[str, object], says: str) -> None:
    assert says in refusal(field, table)


decimals = st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=4)
steps = st.decimals("0.0001", 100, allow_nan=False, allow_infinity=False, places=4)


@given(decimals, steps, st.integers(0, 200), st.sampled_from(["", " h", " min"]))
def test_a_step_in_decimals_makes_the_doubles_nearest_to_the_decimals(
    start: Decimal, step: Decimal, count: int, unit: str
) -> None:
    def given(number: Decimal) -> object:
        return f"{number}{unit}" if unit else float(number)

    def nearest(number: Decimal) -> float:
        return float(Fraction(number) / (60 if unit == " min" else 1))

    stop = start + count * step
    points = values(ANY, {"from": given(start), "to": given(stop), "step": given(step)})
    assert points == tuple(nearest(start + i * step) for i in range(count + 1))
    between = values(ANY, {"from": given(start), "to": given(stop + step / 2), "step": given(step)})
    assert between == points


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3), st.floats(0, 200))
def test_any_step_makes_the_doubles_nearest_to_exact_multiples(start: float, step: float, length: float) -> None:
    stop = start + length * step
    points = values(ANY, {"from": start, "to": stop, "step": step})
    exact = [Fraction(repr(start)) + i * Fraction(repr(step)) for i in range(len(points))]
    assert points[:-1] == tuple(map(float, exact[:-1]))
    assert points[-1] in {float(exact[-1]), stop}
    assert abs(Fraction(repr(stop)) - exact[-1]) < Fraction(repr(step))


def test_a_step_is_a_distance_in_any_unit() -> None:
    table = {"from": "50 $/MWh", "to": "0.06 $/kWh", "step": "2 $/MWh"}
    assert values(PRICE, table) == (0.05, 0.052, 0.054, 0.056, 0.058, 0.06)
    table = {"from": "0 min", "to": "1 h", "step": "20 min"}
    assert values(ANY, table) == (0.0, 1 / 3, 2 / 3, 1.0)
    table = {"from": Typed("1.1"), "to": Typed("1.5"), "step": Typed("0.1")}  # as it comes from the command line
    assert values(ANY, table) == (1.1, 1.2, 1.3, 1.4, 1.5)


def test_an_end_that_a_rounded_step_all_but_meets_is_met() -> None:
    assert values(ANY, {"from": 0, "to": 1, "step": 1 / 3}) == (0.0, 1 / 3, 2 / 3, 1.0)
    assert values(ANY, {"from": 0, "to": 1, "step": 0.333}) == (0.0, 0.333, 0.666, 0.999)


@given(st.integers(1, 1000), st.integers(1, 50), st.integers(0, 100))
def test_a_whole_step_makes_whole_numbers(start: int, step: int, count: int) -> None:
    points = values(CHIPS, {"from": start, "to": start + count * step, "step": step})
    assert points == tuple(range(start, start + count * step + 1, step))
    assert all(type(point) is int for point in points)


def test_steps_meet_multiples_where_the_decimals_do() -> None:
    table = {"from": "1B", "to": "3B", "step": "0.1B", "multiple_of": "1B"}
    assert values(PARAMS, table) == (1e9, 2e9, 3e9)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 100))
def test_steps_by_their_number_are_as_they_are_computed(start: float, span: float, count: int) -> None:
    stop = start + span
    points = values(ANY, {"from": start, "to": stop, "steps": count})
    step = (stop - start) / (count - 1)
    assert points == (start, *(start + i * step for i in range(1, count - 1)), stop)


def test_a_condition_in_decimals_finds_its_row() -> None:
    fixed = {"hardware": "h100-sxm", "chips": 64, "params": "1B", "tokens": "1T", "market": "own"}
    for wanted in ("1.2", "1.3", "1.4"):
        sweep = Sweep({"pue": {"from": 1.1, "to": 1.5, "step": 0.1}}, fixed=fixed, where=f"pue == {wanted}")
        assert [row["pue"] for row in sweep.top(5).rows] == [float(wanted)]
    by_number = Sweep({"pue": {"from": 1.1, "to": 1.5, "steps": 5}}, fixed=fixed, where="pue == 1.2")
    assert by_number.count() == 0
