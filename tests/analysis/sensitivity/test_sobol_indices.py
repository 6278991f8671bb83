"""Sobol indices: those worked out by hand, and those of SALib, within the standard errors that they come with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import sobol as salib_analysis
from SALib.sample import sobol as salib_sample

import gigacost
from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.analysis.sensitivity.sobol_indices import Index, sobol_indices
from gigacost.analysis.sensitivity.uncertain_inputs import relevant, uncertain_inputs
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import METHODS, Draws

Floats = NDArray[np.float64]
WITHIN = 4.0
"""Standard errors that an estimate may be off."""

ANGLE = Distribution.parse(f"uniform {-math.pi!r}..{math.pi!r}", "x")
UNIT = Distribution.parse("uniform 0..1", "x")
ANGLES = dict.fromkeys(("x1", "x2", "x3"), ANGLE)
A, B = 7.0, 0.1


def ishigami(x: Mapping[str, Floats]) -> Floats:
    found: Floats = np.sin(x["x1"]) + A * np.sin(x["x2"]) ** 2 + B * x["x3"] ** 4 * np.sin(x["x1"])
    return found


VARIANCE = A**2 / 8 + B * math.pi**4 / 5 + B**2 * math.pi**8 / 18 + 0.5
FIRST = {"x1": 0.5 * (1 + B * math.pi**4 / 5) ** 2 / VARIANCE, "x2": A**2 / 8 / VARIANCE, "x3": 0.0}
TOGETHER = B**2 * math.pi**8 * (1 / 18 - 1 / 50) / VARIANCE
TOTAL = {"x1": FIRST["x1"] + TOGETHER, "x2": FIRST["x2"], "x3": TOGETHER}


def errors(found: Mapping[str, Index]) -> list[float]:
    """How many standard errors each index of the Ishigami function is off."""
    first = [(index.first - FIRST[name]) / index.first_error for name, index in found.items()]
    return first + [(index.total - TOTAL[name]) / index.total_error for name, index in found.items()]


@pytest.mark.parametrize("method", METHODS)
def test_the_ishigami_function_has_the_indices_worked_out_by_hand(method: str) -> None:
    found = sobol_indices(ANGLES, ishigami, Draws(16384, 3, method))
    assert found is not None
    assert list(found) == ["x1", "x2", "x3"]
    assert max(map(abs, errors(found))) < WITHIN
    assert all(index.first_error < 0.02 and index.total_error < 0.02 for index in found.values())


@pytest.mark.parametrize("method", METHODS)
def test_standard_errors_are_as_large_as_the_errors_are(method: str) -> None:
    """Over many seeds, errors in units of their standard errors have a mean square near 1."""
    off: list[float] = []
    for seed in range(40):
        found = sobol_indices(ANGLES, ishigami, Draws(1024, seed, method))
        assert found is not None
        off += errors(found)
    assert 0.6 < math.sqrt(sum(z * z for z in off) / len(off)) < 1.6


def test_sobol_points_are_worth_many_random_ones() -> None:
    sobol, random = (sobol_indices(ANGLES, ishigami, Draws(16384, 0, method)) for method in METHODS)
    assert sobol is not None
    assert random is not None
    assert all(3 * sobol[name].first_error < random[name].first_error for name in ANGLES)


def test_ishigami_agrees_with_salib() -> None:
    problem = {"num_vars": 3, "names": list(ANGLES), "bounds": [[-math.pi, math.pi]] * 3}
    points = salib_sample.sample(problem, 4096, calc_second_order=False, seed=1)
    theirs = salib_analysis.analyze(
        problem, ishigami(dict(zip(ANGLES, points.T, strict=True))), calc_second_order=False, seed=1
    )
    agree(sobol_indices(ANGLES, ishigami, Draws(4096)), theirs)


def agree(ours: Mapping[str, Index] | None, theirs: Mapping[str, Any]) -> None:
    """Within the standard errors of both; SALib has intervals of 95 %."""
    assert ours is not None
    for place, index in enumerate(ours.values()):
        for value, error, key in (
            (index.first, index.first_error, "S1"),
            (index.total, index.total_error, "ST"),
        ):
            both = math.hypot(error, theirs[f"{key}_conf"][place] / 1.96)
            assert abs(value - theirs[key][place]) < WITHIN * both + 1e-12


def test_the_default_model_agrees_with_salib() -> None:
    names = (
        "tuning",
        "experiments_factor",
        "rental_usd_per_chip_hour",
        "steady_share",
        "staff_fte_years",
        "equity_usd",
    )
    sweep = gigacost.Sweep(
        fixed={"params": "70B", "tokens": "15T", "hardware": "h100-sxm", "chips": 2048, "market": "on_demand"},
        uncertain="default",
    )
    uncertain = {name: one for name, one in uncertain_inputs(sweep.bound).items() if name in names}
    uncertain = relevant(sweep.bound, ["cost_total_usd"], uncertain)
    assert sorted(uncertain) == sorted(names)
    distributions = {name: one.distribution for name, one in sorted(uncertain.items())}
    moving = {name: one.relative for name, one in distributions.items()}
    variations = Variations(sweep.bound, ["cost_total_usd"], moving)

    def cost(moves: Mapping[str, Floats]) -> Floats:
        return variations.values(moves)["cost_total_usd"][0]

    problem = {"num_vars": len(names), "names": list(distributions), "bounds": [[0.0, 1.0]] * len(names)}
    points = np.clip(salib_sample.sample(problem, 4096, calc_second_order=False, seed=2), 1e-12, 1 - 1e-12)
    columns = zip(distributions.items(), points.T, strict=True)
    costs = cost({name: one.quantile(column) for (name, one), column in columns})
    theirs = salib_analysis.analyze(problem, costs, calc_second_order=False, seed=2)
    ours = sobol_indices(distributions, cost, Draws(4096, 5))
    agree(ours, theirs)
    assert ours is not None
    assert ours["experiments_factor"].first > 0.2 > ours["equity_usd"].first > 0.001


def test_a_sum_and_a_product_by_hand() -> None:
    names = dict.fromkeys("ab", UNIT)
    found = sobol_indices(names, lambda x: 2.0 * x["a"] + x["b"] + 5e6, Draws(4096))
    assert found is not None
    assert [found[name].first for name in names] == pytest.approx([0.8, 0.2], abs=1e-3)
    assert [found[name].total for name in names] == pytest.approx([0.8, 0.2], abs=1e-3)
    # (a − ½)(b − ½): neither alone, both together
    found = sobol_indices(names, lambda x: (x["a"] - 0.5) * (x["b"] - 0.5), Draws(4096))
    assert found is not None
    assert all(abs(index.first) < WITHIN * index.first_error < 0.1 for index in found.values())
    assert all(abs(index.total - 1.0) < WITHIN * index.total_error < 0.1 for index in found.values())


def test_an_input_that_does_nothing_has_exactly_no_index() -> None:
    found = sobol_indices({"a": UNIT, "b": UNIT}, lambda x: x["a"], Draws(256))
    assert found is not None
    assert found["b"] == Index(0.0, 0.0, 0.0, 0.0)


def test_without_variance_or_with_a_hole_there_are_none() -> None:
    assert sobol_indices({"a": UNIT}, lambda x: 0.0 * x["a"] + 3.0, Draws(64)) is None
    assert sobol_indices({"a": UNIT}, lambda x: np.where(x["a"] < 0.01, np.nan, x["a"]), Draws(4096)) is None
    assert sobol_indices({}, lambda _: np.zeros(1), Draws(64)) is None


def test_few_draws_are_enough_for_a_number() -> None:
    found = sobol_indices({"a": UNIT}, lambda x: x["a"], Draws(2))
    assert found is not None
    assert 0.0 <= found["a"].total < 3.0


def test_order_of_the_inputs_does_not_matter() -> None:
    one = sobol_indices(ANGLES, ishigami, Draws(256))
    assert one == sobol_indices(dict(reversed(ANGLES.items())), ishigami, Draws(256))


def test_the_same_bits_everywhere() -> None:
    """Golden: of a function of + − × alone."""
    found = sobol_indices({"a": UNIT, "b": UNIT}, lambda x: x["a"] * (1.0 + x["b"]), Draws(512, 7))
    assert found is not None
    assert [found["a"].first.hex(), found["a"].total.hex(), found["b"].first_error.hex()] == GOLDEN


GOLDEN = ["0x1.c5ba439092a5bp-1", "0x1.d2ffdc81f0829p-1", "0x1.85d2863faa42ep-7"]
