"""Variations: a name that is moved is as if it had been given, but that layouts stay where they are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gigacost
from gigacost import Input, InternalError, Model, SpecError, Sweep, estimate, ops, status
from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.compiler import lower
from gigacost.graph.wiring import Search
from gigacost.ops import Value

DESIGN: dict[str, Any] = {"params": "13B", "tokens": "2T", "chips": 512}
COST = "cost_total_usd"
amounts = st.floats(0.25, 4.0)


def cost(sweep: Sweep, moving: dict[str, bool], **moves: list[float]) -> list[list[float]]:
    """The cost of each combination under each move."""
    variations = Variations(sweep.bound, [COST], moving)
    return variations.values({name: np.array(values) for name, values in moves.items()})[COST].tolist()


def test_without_moves_it_is_what_the_sweep_says() -> None:
    sweep = Sweep({"market": ["own", "on_demand"], "hardware": ["h100-sxm", "a100-sxm-80"]}, fixed=DESIGN)
    moving = {"mfu": True, "electricity_usd_per_kwh": False, "pue": True}
    still = [[value] for value in sweep.to_numpy([COST])[COST].tolist()]
    assert cost(sweep, moving) == still
    assert cost(sweep, moving, mfu=[math.nan, 1.0], pue=[1.0, math.nan]) == [[one, one] for (one,) in still]


@given(amounts, amounts, amounts, amounts)
@settings(max_examples=15)
def test_a_moved_input_costs_what_an_estimate_with_it_costs(
    electricity: float, price: float, experiments: float, wue: float
) -> None:
    """None of these has a part in the layout."""
    sweep = Sweep(fixed={**DESIGN, "hardware": "h100-sxm", "market": "own"})
    moving = {
        "electricity_usd_per_kwh": True,
        "chip_price_usd": False,
        "experiments_factor": False,
        "wue_l_per_kwh": False,
    }
    moves = {
        "electricity_usd_per_kwh": [electricity],
        "chip_price_usd": [price * 20000.0],
        "experiments_factor": [1.0 + experiments],
        "wue_l_per_kwh": [wue],
    }
    ((found,),) = cost(sweep, moving, **moves)
    base = estimate(sweep.spec.fixed).assumption("electricity_usd_per_kwh").value
    assert isinstance(base, float)
    inputs = {
        **{name: values[0] for name, values in moves.items()},
        "electricity_usd_per_kwh": base * electricity,
    }
    assert found == estimate({**sweep.spec.fixed, **inputs})[COST]


@given(st.floats(0.2, 1.2))
@settings(max_examples=15)
def test_a_moved_quantity_is_what_it_would_be_otherwise_times_the_factor(factor: float) -> None:
    given_ = {**DESIGN, "hardware": "h100-sxm", "market": "on_demand"}
    mfu = estimate(given_)["mfu"]
    assert mfu is not None
    ((found,),) = cost(Sweep(fixed=given_), {"mfu": True}, mfu=[factor])
    assert found == pytest.approx(estimate({**given_, "mfu": mfu * factor})[COST], rel=1e-12)


X = Input("x", "1", "", default=3.0, low=-math.inf)
Y = Input("y", "1", "", default=10.0, low=-math.inf)


def doubled(x: Value) -> Value:
    """Twice x [1]."""
    return 2.0 * x


def result(doubled: Value, x: Value, y: Value) -> Value:
    """Some of each [1]."""
    return doubled * x + y


PLAIN = Model(X, Y, doubled, result)


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(-100, 100))
def test_a_moved_input_moves_what_is_made_of_it_and_a_factor_multiplies(x: float, twice: float, y: float) -> None:
    bound = Sweep(model=PLAIN).bound

    def found(moving: dict[str, bool], **moves: float) -> float:
        variations = Variations(bound, ["result"], moving)
        return float(variations.values({name: np.array([to]) for name, to in moves.items()})["result"][0, 0])

    assert found({}) == 6.0 * 3.0 + 10.0
    assert found({"x": False}, x=x) == 2.0 * x * x + 10.0
    assert found({"x": True}, x=x) == 2.0 * (3.0 * x) * (3.0 * x) + 10.0
    assert found({"doubled": False, "x": False}, doubled=twice, x=x) == twice * x + 10.0
    assert found({"doubled": True, "x": False}, doubled=twice, x=x) == 2.0 * x * twice * x + 10.0
    assert found({"result": True, "y": False}, result=x, y=y) == (6.0 * 3.0 + y) * x
    assert found({"result": True, "y": False}, y=y) == 6.0 * 3.0 + y


def test_what_is_searched_for_stays() -> None:
    def distance(size: Value, x: Value) -> Value:
        """How far the size is from x [1]."""
        return (size - x) * (size - x)

    def allowed(size: Value) -> Value:
        """Whether it may be [truth]."""
        return size >= 0.0

    search = Search("nearest", (("size", (1.0, 2.0, 3.0, 4.0, 5.0)),), "distance", "allowed")
    model = Model(X, distance, allowed, search)
    variations = Variations(Sweep(model=model).bound, ["distance"], {"x": False})
    moved = variations.values({"x": np.array([math.nan, 1.0, 4.5])})["distance"].tolist()
    assert moved == [[0.0, 4.0, 2.25]]  # from size 3, which is nearest to the central 3


def test_a_state_spoils_only_the_moves_in_which_it_holds() -> None:
    @status("too_much", spoils="result")
    def too_much(doubled: Value) -> Value:
        """Whether it is too much [truth]."""
        return doubled > 7.0

    variations = Variations(Sweep(model=Model(PLAIN, too_much)).bound, ["result", "doubled"], {"x": False})
    found = variations.values({"x": np.array([1.0, 4.0, math.nan])})
    assert found["result"][0].tolist()[::2] == [12.0, 28.0]
    assert math.isnan(found["result"][0, 1])
    assert found["doubled"].tolist() == [[2.0, 8.0, 6.0]]


def test_a_state_that_central_values_decide_is_the_same_for_all_moves() -> None:
    @status("too_much", spoils="result", central=True)
    def too_much(doubled: Value) -> Value:
        """Whether it is too much [truth]."""
        return doubled > 7.0

    for x, spoiled in ((3.0, False), (4.0, True)):
        sweep = Sweep(fixed={"x": x}, model=Model(PLAIN, too_much))
        found = Variations(sweep.bound, ["result", "too_much"], {"x": False}).values(
            {"x": np.array([1.0, 4.0, math.nan])}
        )
        assert np.isnan(found["result"]).tolist() == [[spoiled] * 3]
        assert found["too_much"].tolist() == [[0.0, 1.0, float(spoiled)]]


def test_what_is_not_finite_is_told_with_its_move() -> None:
    def inverse(x: Value) -> Value:
        """One over it [1]."""
        return 1.0 / x

    variations = Variations(Sweep({"y": [1.0, 2.0]}, model=Model(X, Y, inverse, joint)).bound, ["joint"], {"x": True})
    with pytest.raises(InternalError, match=r"joint is inf.*\(y = 1\.0, x x 0\.0\)"):
        variations.values({"x": np.array([1.0, 0.0])})


def joint(inverse: Value, y: Value) -> Value:
    """Both [1]."""
    return ops.maximum(inverse, y)


def test_what_is_missing_is_told() -> None:
    with pytest.raises(SpecError, match="hardware"):
        Variations(Sweep(fixed={"params": "13B", "tokens": "2T"}).bound, [COST], {})


def test_the_same_for_any_number_of_threads_and_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = Sweep({"market": ["own", "on_demand"]}, fixed={**DESIGN, "hardware": "h100-sxm"})
    moves = {"mfu": np.linspace(0.3, 1.1, 3001), "pue": np.linspace(0.9, 1.1, 3001)}
    answers = []
    for threads, blocks in ((1, None), (2, None), (5, (8, 64, 256, 1, 4))):
        monkeypatch.setattr(lower, "BLOCKS", blocks)
        variations = Variations(sweep.bound, [COST], dict.fromkeys(moves, True), threads)
        answers.append(variations.values(moves)[COST].tobytes())
        assert variations.evaluations == 6002
    assert len(set(answers)) == 1


def test_equal_questions_share_a_tape() -> None:
    sweep = Sweep(fixed={**DESIGN, "hardware": "h100-sxm"})
    one, other = (Variations(sweep.bound, [COST], {"pue": True}) for _ in range(2))
    assert one._made is other._made
    assert one._made is not Variations(sweep.bound, [COST], {"pue": False})._made
    assert gigacost.estimate(sweep.spec.fixed)[COST] == one.values({})[COST][0, 0]
