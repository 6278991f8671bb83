"""Draws: evenly spread, correlated as stated, and the same bits for the same seed."""

from __future__ import annotations

import itertools
import math
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import _sobol, norm, qmc  # type: ignore[attr-defined]

from gigacost.errors import SpecError
from gigacost.sampling import sobol
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import METHODS, Draws, correlated, sample, unit_points
from gigacost.sampling.normal import normal_quantile

NAMES = ["a", "b", "c", "d", "e"]
UNIT = Distribution.parse("uniform 0..1", "x")


@given(st.integers(0, 10), st.integers(0, 255), st.integers(0, 2**63 - 1), st.integers(0, 3))
@settings(max_examples=60)
def test_each_dimension_has_a_point_in_each_interval(power: int, dimension: int, seed: int, block: int) -> None:
    """The first 2^m points lie one in each of 2^m intervals, and so do the next ones."""
    size = 1 << power
    names = [f"n{i}" for i in range(dimension + 1)]
    points = sobol.sobol_points(names, size * (block + 1), seed)[names[-1]][size * block :]
    assert sorted(np.floor(points * size).tolist()) == list(range(size))


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_pairs_of_the_first_dimensions_have_a_point_in_each_box(seed: int) -> None:
    """The first two are a (0, m, 2)-net in base 2: boxes of all shapes with equal area have one point each."""
    points = sobol.sobol_points(["x", "y"], 256, seed)
    for power in range(9):
        wide, high = 1 << power, 1 << (8 - power)
        boxes = np.floor(points["x"] * wide) * high + np.floor(points["y"] * high)
        assert sorted(boxes.tolist()) == list(range(256))


def test_directions_are_those_of_scipy() -> None:
    """Joe and Kuo's table as scipy has it, which begins with another dimension's numbers nowhere."""
    theirs = np.zeros((sobol.DIMENSIONS, 30), np.uint64)
    _sobol._initialize_v(theirs, dim=sobol.DIMENSIONS, bits=30)
    ours = [[direction >> 2 for direction in sobol._directions(d)[:30]] for d in range(sobol.DIMENSIONS)]
    assert ours == theirs.tolist()


@given(st.integers(0, 2**63 - 1), st.integers(2, 300), st.sampled_from(METHODS))
@settings(max_examples=50)
def test_points_are_inside_of_the_cube_and_begin_alike(seed: int, count: int, method: str) -> None:
    points = unit_points(NAMES, Draws(count, seed, method))
    more = unit_points(NAMES, Draws(2 * count + 1, seed, method))
    for name in NAMES:
        assert points[name].shape == (count,)
        assert (points[name] > 0.0).all()
        assert (points[name] < 1.0).all()
        assert (points[name] == more[name][:count]).all()


def test_extreme_words_stay_inside() -> None:
    words = np.array([0, 2**52 - 1], np.uint64)
    assert sobol._between(words).tolist() == [2.0**-53, 1 - 2.0**-53]


def test_sobol_is_spread_more_evenly_than_random() -> None:
    for seed in range(3):
        spread = {
            method: qmc.discrepancy(np.column_stack(list(unit_points(NAMES, Draws(512, seed, method)).values())))
            for method in METHODS
        }
        assert spread["sobol"] < spread["random"] / 10


def test_the_error_of_a_mean_falls_faster_with_sobol() -> None:
    """Of a smooth function: about as 1/n, where random points have 1/√n."""

    def error(method: str, count: int) -> float:
        """Root mean square over some seeds; the mean is 1."""
        errors = []
        for seed in range(16):
            points = unit_points(NAMES, Draws(count, seed, method)).values()
            product = math.prod(1.0 + (point - 0.5) for point in points)
            errors.append(float(np.mean(product)) - 1.0)
        return math.sqrt(sum(e * e for e in errors) / len(errors))

    assert error("sobol", 4096) < error("sobol", 256) / 8
    assert error("random", 4096) > error("random", 256) / 8
    assert error("sobol", 4096) < error("random", 4096) / 20


def test_random_points_look_random() -> None:
    points = unit_points(NAMES, Draws(2**14, 7, "random"))
    for name in NAMES:
        counts = np.histogram(points[name], 64, (0.0, 1.0))[0]
        assert 20 < ((counts - 256.0) ** 2 / 256.0).sum() < 120  # chi square with 63 degrees of freedom
    for a, b in itertools.combinations(NAMES, 2):
        assert abs(np.corrcoef(points[a], points[b])[0, 1]) < 0.04


def test_random_draws_of_an_input_depend_on_its_name_alone() -> None:
    draws = Draws(100, 3, "random")
    alone, more = sample({"m": UNIT}, draws), sample({"a": UNIT, "m": UNIT, "z": UNIT}, draws)
    assert (alone["m"] == more["m"]).all()
    assert (more["a"] != more["m"]).all()


def test_sobol_draws_do_not_depend_on_the_order_in_which_names_are_given_nor_on_later_ones() -> None:
    one = sample({"m": UNIT, "a": UNIT, "z": UNIT}, Draws(64))
    other = sample({"a": UNIT, "m": UNIT}, Draws(64))
    assert list(one) == ["m", "a", "z"]
    assert all((one[name] == other[name]).all() for name in other)


def test_seeds_differ_and_each_mean_is_near() -> None:
    for method in METHODS:
        one, other = (sample({"x": UNIT}, Draws(256, seed, method))["x"] for seed in (0, 1))
        assert (one != other).all()
        assert one.mean() == pytest.approx(0.5, abs=0.06)


def test_a_scrambled_point_is_uniform_over_seeds() -> None:
    firsts = [sobol.sobol_points(["x"], 1, seed)["x"][0] for seed in range(2000)]
    counts = np.histogram(firsts, 20, (0.0, 1.0))[0]
    assert 5 < ((counts - 100.0) ** 2 / 100.0).sum() < 45  # chi square with 19 degrees of freedom


@pytest.mark.parametrize("method", METHODS)
def test_correlations_are_those_stated(method: str) -> None:
    stated = [("a", "c", 0.7), ("c", "d", -0.4), ("a", "d", 0.1)]
    draws = Draws(2**14, 5, method, stated)
    points = correlated(unit_points(NAMES, draws), draws)
    wanted = {frozenset((a, b)): value for a, b, value in stated}
    for a, b in itertools.combinations(NAMES, 2):
        found = np.corrcoef(normal_quantile(points[a]), normal_quantile(points[b]))[0, 1]
        assert found == pytest.approx(wanted.get(frozenset((a, b)), 0.0), abs=0.03)
    for name in NAMES:  # each by itself stays uniform
        assert np.abs(np.sort(points[name]) - (np.arange(2**14) + 0.5) / 2**14).max() < 0.02
    plain = unit_points(NAMES, draws)
    assert all((points[name] == plain[name]).all() for name in ("b", "e"))


def test_two_correlated_normals_by_hand() -> None:
    draws = Draws(8, 1, "sobol", [("a", "b", 0.6)])
    plain, mixed = unit_points(["a", "b"], draws), correlated(unit_points(["a", "b"], draws), draws)
    x, y = norm.ppf(plain["a"]), norm.ppf(plain["b"])
    np.testing.assert_allclose(mixed["a"], plain["a"], rtol=1e-12)
    np.testing.assert_allclose(mixed["b"], norm.cdf(0.6 * x + 0.8 * y), rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"count": 0}, "draws.count = 0: out of range; allowed: 2 to 4194304"),
        ({"count": 2.0}, "draws.count = 2.0: not a whole number"),
        ({"count": True}, "not a whole number"),
        ({"seed": -1}, "draws.seed = -1: out of range"),
        ({"seed": "0"}, "not a whole number"),
        ({"method": "sobel"}, 'draws.method = "sobel": unknown method; allowed: sobol, random; did you mean "sobol"?'),
        ({"method": None}, "unknown method"),
        ({"correlate": "ab"}, "not a list of pairs"),
        ({"correlate": [("a", "b")]}, "draws.correlate[0] = ('a', 'b'): not two names and a number"),
        ({"correlate": ["abc"]}, "not two names and a number"),
        ({"correlate": [("a", "b", "0.3")]}, "not two names and a number"),
        ({"correlate": [("a", "b", True)]}, "not two names and a number"),
        ({"correlate": [("a", "a", 0.3)]}, "an input with itself"),
        ({"correlate": [("a", "b", 1.0)]}, "no correlation of two inputs; allowed:"),
        ({"correlate": [("a", "b", math.nan)]}, "no correlation of two inputs"),
        ({"correlate": [("a", "b", 0.1), ("b", "a", 0.1)]}, "draws.correlate[1] = ('b', 'a', 0.1): the pair stands a"),
    ],
)
def test_draws_that_make_no_sense_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError) as caught:
        Draws(**given)
    assert says in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        Draws(0, -1, "x", [("a", "a", 2)])
    assert len(caught.value.faults) == 4


def test_correlations_that_contradict_each_other_are_refused() -> None:
    contradiction = [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)]
    nothing_left = [("a", "b", 0.6), ("b", "c", 0.8)]  # c would be made of a and b alone
    for pairs in (contradiction, nothing_left):
        with pytest.raises(SpecError, match="contradict each other"):
            sample(dict.fromkeys(NAMES, UNIT), Draws(4, correlate=pairs))
    with pytest.raises(SpecError, match=r'draws\.correlate = "f": not uncertain'):
        sample(dict.fromkeys(NAMES, UNIT), Draws(4, correlate=[("a", "f", 0.5)]))


def test_sobol_has_an_end() -> None:
    names = [f"n{i}" for i in range(257)]
    with pytest.raises(SpecError, match=r"no more than 256 dimensions, and 257 are needed; allowed: random"):
        unit_points(names, Draws(4))
    assert len(unit_points(names, Draws(4, method="random"))) == 257
    assert len(unit_points(names[:256], Draws(4))) == 256


def test_draws_are_plain_data_and_pickled() -> None:
    draws = Draws(10, 2, "random", [["a", "b", 0]])  # type: ignore[list-item] # as a file has it
    assert draws.correlate == (("a", "b", 0.0),)
    assert Draws(**draws.to_dict()) == draws
    assert pickle.loads(pickle.dumps(draws)) == draws
    assert hash(draws) == hash(Draws(**draws.to_dict()))
    assert Draws().to_dict() == {"count": 1024, "seed": 0, "method": "sobol"}


def test_splitmix_is_the_published_one() -> None:
    """Its first words from 1234567, as in the reference implementation's test vector."""
    start = np.array([1234567], np.uint64)
    words = [int(word) for word in sobol._mixed(start, np.arange(1, 4, dtype=np.uint64))]
    assert words == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("method", METHODS)
def test_the_same_bits_everywhere(method: str) -> None:
    """Golden: what other machines and releases of numpy have to give too."""
    distributions = {"a": UNIT, "b": Distribution.parse("x lognormal 90% 0.5..2", "x")}
    found = sample(distributions, Draws(5, 42, method, [("a", "b", 0.25)]))
    assert {name: [value.hex() for value in values.tolist()] for name, values in found.items()} == GOLDEN[method]


GOLDEN = {
    "sobol": {
        "a": [
            "0x1.627d76f800dabp-4",
            "0x1.17dbda256084bp-1",
            "0x1.1210c3862bcb3p-2",
            "0x1.b29c1539757a7p-1",
            "0x1.6ecce9cd34ad5p-3",
        ],
        "b": [
            "0x1.519fbf98e6175p+0",
            "0x1.772cf2bfe1bfcp-1",
            "0x1.7e19a09a9a5a6p-1",
            "0x1.4d804dc753b44p+0",
            "0x1.09f529c2f8a7ep-1",
        ],
    },
    "random": {
        "a": [
            "0x1.627d76f800dabp-4",
            "0x1.dca3a7d304ffap-4",
            "0x1.a547cf1c15fedp-1",
            "0x1.f7fc94ac4d301p-1",
            "0x1.3fc16fb1acb10p-1",
        ],
        "b": [
            "0x1.519fbf98e6175p+0",
            "0x1.a764f28b262fep-1",
            "0x1.ab1cbcb6c4b79p+1",
            "0x1.72a7ffa456aabp+0",
            "0x1.776054afd62a8p-2",
        ],
    },
}
