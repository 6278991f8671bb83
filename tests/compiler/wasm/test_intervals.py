"""Intervals: no value that is computed lies outside of what encloses it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost._engine import apply
from gigacost.compiler.wasm import tables
from gigacost.compiler.wasm.intervals import FALSE, TRUE, Interval, hull, operation, selected
from gigacost.compiler.wasm.tape import BINARY, UNARY

numbers = st.sampled_from(
    [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e308, -5e-324, 1.0, -1.0, 0.5, 2.0, -3.0, 7.5, 1e-300, 2.5]
) | st.floats(-20.0, 20.0)
some = st.lists(numbers, min_size=1, max_size=4)


def is_inside(value: float, interval: Interval) -> bool:
    if math.isnan(value):
        return interval.nan
    place = (value, math.copysign(1.0, value))
    low, high = ((end, math.copysign(1.0, end)) for end in interval[:2])
    return low <= place <= high


@settings(max_examples=400)
@given(some, some, st.sampled_from([*UNARY, *BINARY]))
def test_no_value_lies_outside(first: list[float], second: list[float], name: str) -> None:
    operands = [first] if name in UNARY else [first, second]
    found = operation(name, [hull(one) for one in operands])
    for a in first:
        for b in second:
            value = apply(name, a) if name in UNARY else apply(name, a, b)
            assert is_inside(value, found), (name, a, b, value, found)


@given(some, some, some)
def test_what_is_chosen_lies_inside(condition: list[float], a: list[float], b: list[float]) -> None:
    found = selected(*map(hull, (condition, a, b)))
    for holds in condition:
        for chosen in a if holds != 0.0 else b:
            assert is_inside(chosen, found)


@given(some)
def test_the_hull_of_an_array_is_that_of_its_values(values: list[float]) -> None:
    a, b = hull(values), tables.hull_of(np.array(values))
    assert repr(a) == repr(b)


@settings(max_examples=400)
@given(st.lists(numbers, min_size=6, max_size=6), st.lists(numbers, min_size=6, max_size=6), st.data())
def test_arrays_are_computed_to_the_bits_of_the_engine(first: list[float], second: list[float], data: Any) -> None:
    name = data.draw(st.sampled_from([*UNARY, *BINARY]))
    a, b = np.array(first), np.array(second)
    found = tables.computed(name, [a] if name in UNARY else [a, b])
    expected = [apply(name, x) if name in UNARY else apply(name, x, y) for x, y in zip(first, second, strict=True)]
    for one, other in zip(found.tolist(), expected, strict=True):
        assert (
            math.isnan(other) if math.isnan(one) else (one, math.copysign(1, one)) == (other, math.copysign(1, other))
        )


@pytest.mark.parametrize(
    ("name", "operands", "expected"),
    [
        ("less", [(1.0, 2.0), (3.0, 4.0)], TRUE),
        ("less_equal", [(5.0, 6.0), (3.0, 4.0)], FALSE),
        ("both", [(1.0, 2.0), (0.0, 0.0)], FALSE),
        ("subtract", [(1.0, 1.0), (0.0, 0.25)], Interval(0.75, 1.0)),
        ("divide", [(1.0, 2.0), (0.0, 4.0)], Interval(0.25, math.inf)),
    ],
)
def test_intervals_by_hand(name: str, operands: list[tuple[float, float]], expected: Interval) -> None:
    assert operation(name, [Interval(*one) for one in operands]) == expected
