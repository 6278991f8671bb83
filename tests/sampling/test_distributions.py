"""Distributions: what is written is read back, quantiles are those of scipy, and each fault says what is wrong."""

from __future__ import annotations

import math
import pickle

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gigacost.errors import SpecError
from gigacost.sampling.distributions import Distribution, Empirical, Family, Lognormal, Normal, Triangular, Uniform
from gigacost.sampling.normal import exps, logs, normal_probability, normal_quantile

SHARES = np.array([1e-9, 0.001, 0.05, 0.3, 0.5, 0.6180339887, 0.95, 0.999, 1 - 1e-9])
numbers = st.floats(-1e12, 1e12).map(lambda x: x + 0.0)
amounts = st.floats(1e-3, 1e6)
percents = st.floats(1.0, 99.0) | st.integers(1, 99).map(float)
shares = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)


def upwards(values: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(values, values).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: (min(pair), max(pair)))


@st.composite
def triangles(draw: st.DrawFn) -> Triangular:
    low, high = draw(upwards(numbers))
    return Triangular(low, draw(st.floats(low, high)) + 0.0, high)


@st.composite
def samples(draw: st.DrawFn) -> Empirical:
    values = draw(st.lists(st.tuples(numbers, st.floats(0.001, 1000.0)), min_size=1, max_size=8))
    if draw(st.booleans()):
        values = [(value, 1.0) for value, _ in values]
    found = Empirical(*zip(*sorted(values), strict=True))
    return found if len(set(found.weights)) > 1 else Empirical(found.values, (1.0,) * len(values))


families = st.one_of(
    st.builds(lambda percent, ends: Normal(percent, *ends), percents, upwards(numbers)),
    st.builds(lambda percent, ends: Lognormal(percent, *ends), st.floats(50.0, 99.0), upwards(amounts)),
    st.builds(lambda ends: Uniform(*ends), upwards(numbers)),
    triangles(),
    samples(),
)
distributions = st.builds(Distribution, families, st.none() | upwards(numbers), st.booleans())


@given(distributions)
def test_a_distribution_is_read_back_from_its_text(distribution: Distribution) -> None:
    again = Distribution.parse(distribution.text, "x")
    assert again == distribution
    assert again.text == distribution.text
    assert pickle.loads(pickle.dumps(again)) == again


@given(distributions, st.lists(shares, min_size=1, max_size=20))
def test_quantiles_rise_within_their_limits(distribution: Distribution, asked: list[float]) -> None:
    values = distribution.quantile(np.array(sorted(asked)))
    widest = np.abs(values).max() * 1e-12
    assert np.isfinite(values).all()
    assert (np.diff(values) >= -widest).all()
    if distribution.within:
        assert (values >= distribution.within[0]).all()
        assert (values <= distribution.within[1]).all()


@given(families)
def test_clipping_leaves_what_is_inside_of_the_limits(family: Family) -> None:
    free = Distribution(family).quantile(SHARES)
    low, high = float(free[2]), float(free[6])
    clipped = Distribution(family, (low, high)).quantile(SHARES)
    inside = (free >= low) & (free <= high)
    assert (clipped[inside] == free[inside]).all()
    assert set(clipped[~inside]) <= {low, high}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("normal 90% 0.3..0.5", stats.norm(0.4, 0.1 / stats.norm.ppf(0.95))),
        ("normal 50% -3..-1", stats.norm(-2.0, 1.0 / stats.norm.ppf(0.75))),
        ("lognormal 90% 0.5..2", stats.lognorm(math.log(2) / stats.norm.ppf(0.95))),
        ("lognormal 80% 3..12", stats.lognorm(math.log(2) / stats.norm.ppf(0.9), scale=6.0)),
        ("uniform -1..3", stats.uniform(-1.0, 4.0)),
        ("triangular 1 2 5", stats.triang(0.25, 1.0, 4.0)),
        ("triangular 1 1 5", stats.triang(0.0, 1.0, 4.0)),
        ("triangular 1 5 5", stats.triang(1.0, 1.0, 4.0)),
    ],
)
def test_quantiles_are_those_of_scipy(text: str, same: object) -> None:
    found = Distribution.parse(text, "x")
    np.testing.assert_allclose(found.quantile(SHARES), same.ppf(SHARES), rtol=1e-13, atol=1e-15)  # type: ignore[attr-defined]
    many = found.quantile((np.arange(4096) + 0.5) / 4096)
    assert many.mean() == pytest.approx(same.mean(), rel=1e-3)  # type: ignore[attr-defined]
    assert many.std() == pytest.approx(same.std(), rel=5e-3)  # type: ignore[attr-defined]
    assert found.median == pytest.approx(same.median(), rel=1e-14)  # type: ignore[attr-defined]


def test_empirical_quantiles_by_hand() -> None:
    even = Distribution.parse("empirical 3, 1, 2, 2", "x")
    assert even.quantile(np.array([0.01, 0.25, 0.2500001, 0.5, 0.75, 0.76, 0.99])).tolist() == [1, 1, 2, 2, 2, 3, 3]
    weighted = Distribution.parse("empirical 5: 1, 4: 3", "x")
    assert weighted.quantile(np.array([0.74, 0.75, 0.76])).tolist() == [4, 4, 5]
    assert weighted.median == 4.0
    assert weighted.text == "empirical 4: 3, 5: 1"
    assert Distribution.parse("empirical 7: 2, 8: 2", "x").quantile(np.array([0.5, 0.51])).tolist() == [7, 8]


def test_what_is_relative_has_no_unit_and_what_is_absolute_may_have_one() -> None:
    price = Distribution.parse("normal 90% 6 $/MWh..0.10 $/kWh", "x", "$/kWh")
    assert price.text == "normal 90% 0.006..0.1"
    assert Distribution.parse("triangular $1K $2K $3K", "x", "$").text == "triangular 1000 2000 3000"
    assert Distribution.parse("triangular 10 % 12 % 30 %", "x").text == "triangular 0.1 0.12 0.3"
    factor = Distribution.parse("x uniform 50 %..2e2 %", "x", "$/kWh")
    assert (factor.text, factor.relative) == ("x uniform 0.5..2", True)
    with pytest.raises(SpecError, match="is an amount"):
        Distribution.parse("x uniform 1 d..2 d", "x", "d")


def test_epochs_mfu_is_clipped_as_they_clip_it() -> None:
    mfu = Distribution.parse("normal 90% 0.10..0.65 within 0.01..0.99", "mfu")
    values = mfu.quantile(np.array([0.001, 0.05, 0.5, 0.95, 0.9999]))
    assert values.tolist() == pytest.approx([0.01, 0.10, 0.375, 0.65, 0.99], rel=1e-15)
    assert values[0] == 0.01


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "missing value"),
        (0.3, "expected string, got number"),
        ("", "not a distribution"),
        ("0.3..0.5", 'unknown distribution "0.3..0.5"; allowed: normal, lognormal'),
        ("norml 90% 1..2", 'did you mean "normal"?'),
        ("normal", "the probability of the interval is missing; allowed: normal 90% LOW..HIGH"),
        ("normal 1..2", "the probability of the interval is missing"),
        ("normal 90 % 1..2", "the probability of the interval is missing"),
        ("normal 0% 1..2", '"0" is not the probability of an interval'),
        ("normal 100% 1..2", "0% < probability < 100%"),
        ("normal 90% 1", '"1" is not an interval'),
        ("normal 90% 2..1", "an interval goes upwards"),
        ("normal 90% 1..1", "an interval goes upwards"),
        ("normal 90% 1..nan", "not finite"),
        ("normal 90% -1e308..1e308", "too wide"),
        ("normal 0.001% -1e307..1e307", "its tails reach beyond"),
        ("lognormal 1% 1e-9..1e12", "its tails reach beyond"),
        ("lognormal 90% 1e299..1e305", "its tails reach beyond"),
        ("lognormal 90% 0..2", "a lognormal distribution is above 0"),
        ("uniform 10 %..0.2", '"0.2" has no unit, and others have one'),
        ("uniform 1 d..2 d", "amount"),
        ("triangular 1 2", "expected three numbers"),
        ("triangular 1 3 2", "go upwards"),
        ("triangular 1 1 1", "go upwards"),
        ("triangular -1e200 0 1e200", "too wide"),
        ("empirical", "missing value"),
        ("empirical 1: 2, 3", "some values have a weight and others none"),
        ("empirical 1: 0, 2: 1", "a weight is above 0"),
        ("empirical 1: 1e308, 2: 1e308", "a weight is above 0, and so is their finite sum"),
        ("uniform 1..2 within", 'unknown unit "within"'),
        ("uniform 1..2 within 3", "allowed: within 0.01..0.99"),
        ("y uniform 1..2", 'unknown distribution "y"'),
    ],
)
def test_a_text_that_is_no_distribution_is_refused(text: object, says: str) -> None:
    with pytest.raises(SpecError) as caught:
        Distribution.parse(text, "uncertain.pue")
    assert str(caught.value).startswith("uncertain.pue")
    assert says in str(caught.value)


def test_the_normal_distribution_is_that_of_mpmath() -> None:
    mpmath.mp.dps = 40
    tails = 10.0 ** -np.arange(1, 300, 7)
    p = np.concatenate([tails, np.linspace(0.001, 0.999, 333), 1 - tails[tails > 1e-16]])
    for share, z in zip(p.tolist(), normal_quantile(p).tolist(), strict=True):
        # One step of Newton from z to the exact quantile is what z is wrong by.
        wrong = (mpmath.ncdf(z) - mpmath.mpf(share)) / mpmath.npdf(z)
        assert abs(wrong) <= 1e-15 * max(abs(z), 1e-3)
    z = np.concatenate([np.linspace(-8.0, 8.0, 641), [-7.0710678118654, 7.0710678118655]])
    for at, share in zip(z.tolist(), normal_probability(z).tolist(), strict=True):
        assert share == pytest.approx(float(mpmath.ncdf(at)), rel=2e-13)
    assert normal_probability(np.array([-40.0, 40.0])).tolist() == [2.0**-60, 1 - 2.0**-53]


def test_the_same_bits_everywhere() -> None:
    """Golden: what other machines and releases of numpy have to give too."""
    u = np.array([1e-10, 0.01, 0.3, 0.77, 0.999])
    assert [value.hex() for value in normal_quantile(u).tolist()] == GOLDEN_NORMAL
    assert [value.hex() for value in Distribution.parse("lognormal 90% 0.5..2", "x").quantile(u).tolist()] == (
        GOLDEN_LOGNORMAL
    )
    assert [value.hex() for value in normal_probability(normal_quantile(u)).tolist()] == GOLDEN_PROBABILITY
    assert exps(logs(np.array([[1.0], [1.0]]))).tolist() == [[1.0], [1.0]]
    assert exps(np.array([])).shape == (0,)


GOLDEN_NORMAL = [
    "-0x1.97203597a2154p+2",
    "-0x1.29c5c4630ff0ep+1",
    "-0x1.0c7e39582c5fap-1",
    "0x1.7a4a225c019b3p-1",
    "0x1.8b8cbb7204470p+1",
]
GOLDEN_LOGNORMAL = [
    "0x1.18a3f6dad4403p-4",
    "0x1.8030f6e4d19d3p-2",
    "0x1.9a7c43a9ce77ep-1",
    "0x1.5d8260c756350p+0",
    "0x1.d6b88767787edp+1",
]
GOLDEN_PROBABILITY = [
    "0x1.b7cdfda50094dp-34",
    "0x1.47ae147ae147bp-7",
    "0x1.3333333333335p-2",
    "0x1.8a3d70a3d70a4p-1",
    "0x1.ff7ced916872bp-1",
]
