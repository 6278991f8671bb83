"""power, exp and log: how far from the exact result, and the same everywhere."""

from __future__ import annotations

import math

import mpmath
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost import _engine

many = settings(max_examples=3000)
ULPS = 1.0
"""The bound that pruning by intervals will rely on."""


def ulps(found: float, exact: mpmath.mpf) -> float:
    """How many units in the last place a result is off; 0 where both overflow or underflow alike."""
    if abs(exact) >= mpmath.mpf(2) ** 1024:
        return 0.0 if math.isinf(found) else math.inf
    nearest = float(exact)
    return float(abs(mpmath.mpf(found) - exact) / mpmath.mpf(math.ulp(nearest)))


@many
@given(st.floats(-745, 710))
def test_exp_is_within_its_error_bound(x: float) -> None:
    with mpmath.workprec(200):
        assert ulps(_engine.apply("exp", x), mpmath.exp(x)) <= ULPS


@many
@given(st.floats(min_value=5e-324, allow_infinity=False))
def test_log_is_within_its_error_bound(x: float) -> None:
    with mpmath.workprec(200):
        assert ulps(_engine.apply("log", x), mpmath.log(x)) <= ULPS


@many
@given(st.floats(min_value=1e-300, max_value=1e300), st.floats(-50, 50))
def test_power_is_within_its_error_bound(base: float, exponent: float) -> None:
    with mpmath.workprec(2200):
        assert ulps(_engine.apply("power", base, exponent), mpmath.power(base, exponent)) <= ULPS


def test_zeros_infinities_and_nan_follow_ieee_754() -> None:
    inf, nan = math.inf, math.nan
    power = [
        (0.0, -1.0, inf),
        (-8.0, 1 / 3, nan),
        (0.0, 0.0, 1.0),
        (nan, 0.0, 1.0),
        (2.0, 2000.0, inf),
        (-2.0, 3.0, -8.0),
    ]
    for base, exponent, expected in power:
        found = _engine.apply("power", base, exponent)
        assert found == expected or (math.isnan(found) and math.isnan(expected)), (base, exponent, found)
    assert _engine.apply("exp", 1000.0) == inf
    assert _engine.apply("log", 0.0) == -inf
    assert math.isnan(_engine.apply("log", -1.0))
