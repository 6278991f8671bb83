"""Units: their algebra, the numbers that carry them, and quantities as people write them."""

from __future__ import annotations

import contextlib
import copy
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost import ops
from gigacost.errors import SpecError, UnitError
from gigacost.graph.declarations import MISSING, Constant
from gigacost.units.algebra import ONE, Unit
from gigacost.units.dimension_check import TRUTH, UnitValue
from gigacost.units.quantities import parse_quantity

SYMBOLS = ("chip", "h", "s", "$", "FLOP", "m3", "W")
units = st.dictionaries(st.sampled_from(SYMBOLS), st.integers(-3, 3).filter(bool)).map(
    lambda powers: Unit(tuple(sorted(powers.items())))
)
HOUR = Constant(3600, "s/h")
DAY = Constant(24, "h/d")


@given(units)
def test_a_unit_reads_back_what_it_writes(unit: Unit) -> None:
    assert Unit.parse(str(unit)) == unit


@given(units, units)
def test_quotient_undoes_product(a: Unit, b: Unit) -> None:
    assert a * b / b == a
    assert (a * a).sqrt() == a
    assert a**3 == a * a * a


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1", "1"),
        ("h·chip", "chip·h"),
        ("$/(chip·h)", "$/(chip·h)"),
        ("1/h", "1/h"),
        ("h·h", "h^2"),
        ("W·h/kWh", "W·h/kWh"),
    ],
)
def test_a_unit_has_one_spelling(text: str, canonical: str) -> None:
    assert str(Unit.parse(text)) == canonical


@pytest.mark.parametrize("text", ["", "h/", "a/b/c", "$/chip·h", "h h", "(h)", "2h", "h^x", "·h"])
def test_a_malformed_unit_is_refused(text: str) -> None:
    with pytest.raises(UnitError):
        Unit.parse(text)


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        (lambda h, s: h * HOUR + s, "s"),
        (lambda h, s: s / h, "s/h"),
        (lambda h, _: ops.sqrt(2.0 * h * h), "h"),
        (lambda h, _: -h + 0, "h"),
        (lambda h, _: 0 - h, "h"),
        (lambda h, _: ops.minimum(h, math.inf), "h"),
        (lambda h, _: ops.where(h > 0, h, MISSING), "h"),
        (lambda h, _: ops.power(h, 2), "h^2"),
        (lambda h, _: ops.exp(h / DAY / Constant(1, "d")), "1"),
        (lambda h, _: ops.ceil(h), "h"),
        (lambda h, _: 1 / h, "1/h"),
        (lambda h, _: ops.total(h, h, 0), "h"),
        (lambda h, _: 2.0 * HOUR * h, "s"),
        (lambda h, s: ops.both(h > 0, ops.negate(s <= 1 * HOUR * h)), "truth"),
        (lambda h, _: ops.missing(h), "truth"),
    ],
)
def test_units_follow_the_formula(formula: object, unit: str) -> None:
    result = formula(UnitValue(3.0, "h"), UnitValue(5.0, "s"))  # type: ignore[operator]
    assert result.unit == Unit.parse(unit)


@pytest.mark.parametrize(
    "formula",
    [
        lambda h, s: h + s,
        lambda h, s: h < s,
        lambda h, _: h + 1,
        lambda h, _: h * 3600 + Constant(5, "s"),
        lambda h, _: ops.exp(h),
        lambda h, _: ops.power(h, 0.5),
        lambda h, _: ops.power(2.0, h),
        lambda h, _: ops.sqrt(h),
        lambda h, s: ops.where(h > 0, h, s),
        lambda h, _: ops.where(h, 1, 0),
        lambda h, _: ops.both(h, h > 0),
        lambda h, _: (h > 0) + 1,
        ops.minimum,
        lambda h, _: h + "1",
        lambda _h, _s: HOUR + DAY,
    ],
)
def test_what_units_forbid_is_refused(formula: object) -> None:
    with pytest.raises(UnitError):
        formula(UnitValue(3.0, "h"), UnitValue(5.0, "s"))  # type: ignore[operator]


@pytest.mark.parametrize("value", [UnitValue(1.0, "h"), UnitValue(1.0, "h") > 0])
def test_branching_is_refused_with_the_cure(value: UnitValue) -> None:
    with pytest.raises(TypeError, match="where, both, either"):
        bool(value)


def test_choosing_between_literals_fits_any_unit() -> None:
    chosen = ops.where(UnitValue(True, TRUTH), 0, MISSING)  # noqa: FBT003
    assert (UnitValue(3.0, "h") + chosen).unit == Unit.parse("h")
    assert ops.where(UnitValue(True, TRUTH), 1, 0).unit == ONE  # noqa: FBT003


def test_dividing_by_zero_is_ieee() -> None:
    assert (UnitValue(-1.0, "h") / UnitValue(0.0, "s")).number == -math.inf
    assert math.isnan((UnitValue(0.0, "h") / 0).number)


def test_constants_keep_their_unit_in_arithmetic() -> None:
    assert (2.0 * HOUR, (2.0 * HOUR).unit) == (7200.0, "s/h")
    assert (HOUR * DAY, (HOUR * DAY).unit) == (86_400.0, "s/d")
    assert ((1 / HOUR).unit, (HOUR / 2).unit, (-HOUR).unit, (HOUR + HOUR).unit) == ("h/s", "s/h", "s/h", "s/h")  # type: ignore[attr-defined]
    assert -HOUR == -3600.0


def test_formulas_of_plain_numbers_stay_numbers_whatever_constants_they_meet() -> None:
    hours, days = 6.0, 2.0
    assert hours / DAY + days == 2.25
    assert hours * HOUR + days * DAY == 21_648.0
    assert 1.0 - Constant(0.25, "1") == 0.75


def test_constants_survive_copies() -> None:
    for copied in (pickle.loads(pickle.dumps(HOUR)), copy.deepcopy(HOUR)):
        assert (copied, copied.unit) == (3600.0, "s/h")


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("70B", "param", 70e9),
        ("15T", "token", 15e12),
        ("15.6T tokens", "token", 15.6e12),
        ("1.5K", "run", 1500.0),
        ("256 GPUs", "chip", 256.0),
        ("30.84M GPU-hours", "chip·h", 30.84e6),
        ("90 d", "h", 2160.0),
        ("90d", "d", 90.0),
        ("9000 h", "d", 375.0),
        ("1 yr", "h", 8766.0),
        ("1 month", "h", 730.5),
        ("30 min", "h", 0.5),
        ("3 \u00b5s", "s", 3e-6),
        ("3 \u03bcs", "s", 3e-6),
        ("2.10 $/h", "$/(chip·h)", 2.1),
        ("$2.50/GPU-hour", "$/(chip·h)", 2.5),
        ("$2.50", "$", 2.5),
        ("2.50 USD", "$", 2.5),
        ("$50M", "$", 50e6),
        ("387K $/yr", "$/(FTE·yr)", 387_000.0),
        ("0.08 $/kWh", "$/kWh", 0.08),
        ("80 $/MWh", "$/kWh", 0.08),
        ("150 MW", "MW", 150.0),
        ("700 W", "W/chip", 700.0),
        ("0.7 kW", "W", 700.0),
        ("40 GB", "GB", 40.0),
        ("1 GiB", "B", 2.0**30),
        ("1.5 PB", "B", 1.5e15),
        ("80B", "B", 80.0),
        ("400 Gbit/s", "B/s", 50e9),
        ("45 %", "1", 0.45),
        ("3%/yr", "1/yr", 0.03),
        ("989 TFLOP/s", "FLOP/(chip·s)", 989e12),
        ("989 TFLOPS", "FLOP/(chip·s)", 989e12),
        ("1 TFLOP", "FLOP", 1e12),
        ("5 kWh", "MWh", 0.005),
        ("400 gCO2e/kWh", "g/kWh", 400.0),
        ("1.8 L/kWh", "L/kWh", 1.8),
        ("12.5", "anything", 12.5),
        ("-1e-3", "1", -1e-3),
    ],
)
def test_quantities_are_read_exactly(text: str, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "says"),
    [
        ("7b", "param", '"7B"'),
        ("7bn", "param", '"7B"'),
        ("7 B", "param", '"7B"'),
        ("7G", "param", '"7B"'),
        ("1 T tokens", "token", '"1T"'),
        ("7k", "token", '"7K"'),
        ("\u20ac2", "$", "another currency"),
        ("2 EUR", "$", "another currency"),
        ("50 cents", "$", "another currency"),
        ("80 Gb", "GB", "gigabits? (those are written Gbit); allowed: a number in GB, or with a unit that measures"),
        ("80 Gb", "GB", 'did you mean "80 GB"?'),
        ("1 TFLOPS", "FLOP", "a rate"),
        ("1 TFLOP", "FLOP/(chip·s)", "an amount"),
        ("1 TFLOPs", "FLOP", "ambiguous"),
        ("5 W/h", "kWh", '"5 Wh"'),
        ("5 Wh", "kW", "an amount"),
        ("5 dB", "1", "decibels"),
        ("20 \u00b0C", "1", "degrees"),
        ("\uff11\uff12", "1", "digits 0-9"),
        ("\u0663", "1", "digits 0-9"),
        ("1_000", "1", "separators"),
        ("1,000", "1", "separators"),
        ("1 000", "1", "not a unit"),
        ("2.10 $ / h", "$/h", "one blank"),
        ("8 ", "1", "blanks around"),
        (" 8", "1", "blanks around"),
        ("", "1", "missing value"),
        ("1e400", "1", "overflows"),
        ("9e307 MWh", "Wh", "overflows"),
        ("1e-400", "1", "too small"),
        ("nan", "1", "not finite"),
        ("-inf", "1", "not finite"),
        ("90 d", "$", "does not measure"),
        ("45 %", "token", "does not measure"),
        ("5 chips", "token", "does not measure"),
        ("150M", "MW", "unknown unit"),
        ("150 mW", "MW", '"MW"'),
        ("$5 h", "$", "cannot be followed"),
        ("0x10", "1", "unknown unit"),
        ("__import__('os')", "1", "separators"),
        ("9" * 100, "1", "too long"),
        ("\x1b[31m8", "1", "\\x1b[31m8"),
    ],
)
def test_what_could_be_misread_is_refused(text: str, unit: str, says: str) -> None:
    with pytest.raises(SpecError) as raised:
        parse_quantity(text, unit)
    assert says in str(raised.value)
    assert raised.value.value
    assert "\x1b" not in str(raised.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_bare_number_reads_as_python_reads_it(value: float) -> None:
    if value != 0.0 or math.copysign(1.0, value) > 0:
        assert parse_quantity(repr(value), "h") == value


@given(st.text(max_size=20), st.sampled_from(["param", "h", "$/(chip·h)", "1", "B", "FLOP"]))
def test_any_text_is_read_or_refused(text: str, unit: str) -> None:
    with contextlib.suppress(SpecError):
        assert math.isfinite(parse_quantity(text, unit))
