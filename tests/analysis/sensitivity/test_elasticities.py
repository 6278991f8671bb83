"""Elasticities: the reverse pass is the derivative of what is computed, and what is made of it obeys the laws."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from forward import carried
from hypothesis import given, settings
from hypothesis import strategies as st
from parity import EXAMPLES, blocks, thorough
from strategies import Problem, problems

import gigacost
from gigacost import Model, SpecError, Sweep, elasticities, estimate
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound, Table
from gigacost.compiler.plan import Query
from gigacost.graph.declarations import Input
from gigacost.ops import Value, maximum, minimum, power, where
from gigacost.units.algebra import Unit

RENTED = {"hardware": "h100-sxm", "chips": 16384, "params": "405B", "tokens": "15.6T"}
KNOWN = RENTED | {"mfu": 0.4}
ORDERS = 290.0
"""Orders of magnitude within which no product along a path overflows."""
ordinary = st.floats(0.25, 4.0).map(lambda x: round(x, 3))


@pytest.fixture(autouse=True)
def _restored_blocks() -> Iterator[None]:
    yield
    lower.BLOCKS = None


def test_backward_is_forward_whatever_the_model() -> None:
    compared = 0

    @settings(thorough, max_examples=2 * EXAMPLES)
    @given(problems(60), blocks, st.data())
    def check(problem: Problem, cut: Any, data: st.DataObject) -> None:
        nonlocal compared
        lower.BLOCKS = cut
        bound, names = problem.sweep.bound, tuple(problem.quantities)
        made = lower.compiled(bound, Query(names))
        for leaf in made.tape.leaves if data.draw(st.booleans()) else ():
            groups = bound.table(leaf).groups
            values = data.draw(st.lists(ordinary, min_size=(n := points(bound, groups)), max_size=n))
            bound._tables[leaf] = Table(groups, np.array(values))
        rows = data.draw(st.lists(st.integers(0, bound.size - 1), min_size=1, max_size=4))
        program = lower.program(bound, made)
        expected = [carried(bound, made.plan, row) for row in rows]
        for name in names:
            for row, duals, (value, slopes, _) in zip(
                rows, expected, program.gradients(made.nodes[name], rows), strict=True
            ):
                dual = duals[name]
                assert value == dual.value or (math.isnan(value) and math.isnan(dual.value))
                for leaf, slope in zip(made.tape.leaves, slopes, strict=True):
                    if math.isnan(leaf_value(bound, leaf, row)):
                        assert math.isnan(slope)
                    elif leaf not in dual.slopes:
                        assert slope == 0.0
                    elif dual.slopes[leaf].orders < ORDERS:
                        assert dual.slopes[leaf].is_met_by(slope, len(made.tape))
                        compared += slope not in {0.0, 1.0, -1.0}

    check()
    assert compared > EXAMPLES / 2


def points(bound: Bound, groups: tuple[int, ...]) -> int:
    return math.prod(bound.sizes[group] for group in groups)


def leaf_value(bound: Bound, leaf: str, row: int) -> float:
    table, digits = bound.table(leaf), []
    for size in reversed(bound.sizes):
        row, digit = divmod(row, size)
        digits.insert(0, digit)
    place = 0
    for group in table.groups:
        place = place * bound.sizes[group] + digits[group]
    return float(table.values[place])


def slopes_of(function: Any, **values: float) -> dict[str, float | None]:
    model = Model(function, *(Input(name, "1", "", low=-math.inf) for name in values))
    found = elasticities(function.__name__, model=model, **values)
    return {one.name: one.derivative for one in found}


def test_a_homogeneous_function_has_elasticities_that_sum_to_its_degree() -> None:
    def output(labour: Value, capital: Value, land: Value) -> Value:
        return power(labour, 0.5) * power(capital, 0.25) * power(land, 0.25) + maximum(labour, minimum(capital, land))

    found = elasticities("output", model=Model(output), labour=3.0, capital=5.0, land=0.7)
    assert math.fsum(one.elasticity for one in found if one.elasticity is not None) == pytest.approx(1.0, rel=1e-15)


def test_ties_follow_the_operand_that_is_returned() -> None:
    def least(a: Value, b: Value) -> Value:
        return minimum(a, b)

    def most(a: Value, b: Value) -> Value:
        return where(a >= b, a, b)

    assert slopes_of(least, a=2.0, b=2.0) == {"a": 0.0, "b": 1.0}
    assert slopes_of(most, a=2.0, b=2.0) == {"a": 1.0, "b": 0.0}


def test_rent_counts_as_its_share_of_the_total() -> None:
    run = estimate(KNOWN)
    rate = elasticities("cost_total_usd", KNOWN)["rental_usd_per_chip_hour"]
    # What is proportional to the rate: a dearer hour changes these contributions, and no others.
    dearer = estimate(KNOWN, rental_usd_per_chip_hour=2.0 * run.assumption("rental_usd_per_chip_hour").value)
    rented = [name for name, cost in run.breakdown.items() if cost != dearer.breakdown[name]]
    assert set(rented) == {"cost_rent_usd", "cost_experiments_usd"}
    assert rate.elasticity == pytest.approx(sum(run[name] for name in rented) / run["cost_total_usd"], rel=1e-14)
    assert rate.derivative == pytest.approx(run["chip_hours"] * run.assumption("experiments_factor").value, rel=1e-14)


def test_rent_alone_is_worked_by_hand() -> None:
    run, found = estimate(KNOWN), elasticities("cost_rent_usd", KNOWN)
    assert found.value == run["cost_rent_usd"]
    assert found["rental_usd_per_chip_hour"].elasticity == 1.0
    assert found["rental_usd_per_chip_hour"].derivative == pytest.approx(run["chip_hours"], rel=1e-15)
    assert found["mfu"].elasticity == pytest.approx(-1.0, rel=1e-14)
    assert found["tokens"].elasticity == pytest.approx(1.0, rel=1e-14)
    # The peak and the share of it that is used stand side by side.
    assert found["peak_flop_per_s"].elasticity == pytest.approx(-1.0, rel=1e-14)


@pytest.mark.parametrize("market", ["own", "colo", "on_demand", "reserved_1y"])
@pytest.mark.parametrize("quantity", ["total_run_usd", "total_development_usd", "cost_experiments_usd"])
def test_money_comes_from_money(market: str, quantity: str) -> None:
    """Where the model has no prices of its own, prices that all double double the cost."""
    found = elasticities(quantity, RENTED, market=market)
    powers = [(dict(Unit.parse(one.unit).powers).get("$", 0), one.elasticity) for one in found if one.unit]
    assert math.fsum(power * share for power, share in powers if share) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("market", ["own", "on_demand"])
def test_derivatives_are_those_of_small_steps(market: str) -> None:
    layout = {name: estimate(RENTED, market=market)[name] for name in ("tp", "pp", "vp", "cp", "ep", "microbatch")}
    # What is searched is held fixed.
    given = RENTED | {"market": market} | {name: value for name, value in layout.items() if value is not None}
    found = elasticities("cost_total_usd", RENTED, market=market)
    step, compared = 1e-5, 0
    for one in found:
        if one.whole or not one.value or one.elasticity is None or abs(one.elasticity) < 1e-4 or one.name == "params":
            continue
        try:
            ends = [estimate(given, **{one.name: one.value * (1 + side * step)}) for side in (-1, 1)]
        except SpecError:
            continue
        low, high = (end["cost_total_usd"] for end in ends)
        assert (high - low) / (2 * step * found.value) == pytest.approx(one.elasticity, rel=1e-4, abs=1e-6), one.name
        compared += 1
    assert compared > 10


def test_every_figure_of_a_run_has_a_derivative_unless_it_is_left_out() -> None:
    for preset in ("olmo-2-7b", "llama-3.1-405b"):
        found = elasticities("cost_total_usd", preset=preset)
        for one in found:
            assert (one.derivative is None) == (one.value is None), one
        sizes = [abs(one.elasticity) for one in found if one.elasticity is not None]
        assert sizes == sorted(sizes, reverse=True)
        assert found.inputs[0].elasticity is not None
        json.dumps(found.to_dict(), allow_nan=False)


def test_a_combination_of_a_sweep_is_asked_as_a_run_is() -> None:
    sweep = Sweep({"market": ["own", "on_demand"], "mfu": [0.3, 0.4]}, fixed=RENTED, where="chips > 0")
    for index, (market, mfu) in enumerate((m, u) for m in ("own", "on_demand") for u in (0.3, 0.4)):
        found = sweep.elasticities("total_run_usd", at=index)
        alone = elasticities("total_run_usd", RENTED, market=market, mfu=mfu)
        assert found.inputs == alone.inputs
        assert found.value == alone.value
        assert found["mfu"].value == mfu
    with pytest.raises(SpecError, match="at = 4: not a combination"):
        sweep.elasticities(at=4)


def test_what_an_input_is_comes_with_it() -> None:
    found = elasticities("cost_total_usd", RENTED, market="own", electricity_usd_per_kwh=0.05)
    given = found["electricity_usd_per_kwh"]
    assert (given.origin, given.value, given.unit, given.derivative_unit) == ("given", 0.05, "$/kWh", "kWh")
    assert found["chips"].whole
    assert not found["electricity_usd_per_kwh"].whole
    assert found["system_w"].origin == "catalogue"
    assert found["system_w"].source
    names = [one.name for one in found]
    assert "owns_chips" not in names
    assert "zero_stage" not in names
    assert "hardware" not in names


def test_an_input_of_zero_has_a_derivative_and_no_elasticity() -> None:
    def bill(price: Value, discount: Value) -> Value:
        return price * (1 - discount)

    found = elasticities("bill", model=Model(bill), price=7.0, discount=0.0)
    assert (found["discount"].derivative, found["discount"].elasticity) == (-7.0, 0.0)
    free = elasticities("bill", model=Model(bill), price=7.0, discount=1.0)
    assert free.value == 0.0
    assert [one.elasticity for one in free] == [None, None]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["hardware"], "a choice of the catalogue, which has no derivative"),
        (["owns_chips"], "a switch, which has no derivative"),
        (["mfu"], "computed here; allowed: give it a value: mfu = ..."),
        (["carbon_g_per_kwh"], "cost_total_usd does not depend on it here"),
        (["electricty_usd_per_kwh"], 'did you mean "electricity_usd_per_kwh"'),
        ("mfu", "computed here; allowed: give it a value: mfu = ..."),
        (7, "expected a name, or a list of names"),
    ],
)
def test_what_has_none_is_said(inputs: Any, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        elasticities("cost_total_usd", RENTED, inputs=inputs)
    assert message in str(refused.value)


def test_a_quantity_must_be_a_number_that_is_there() -> None:
    with pytest.raises(SpecError, match="a condition, not a number"):
        elasticities("no_price", RENTED)
    with pytest.raises(SpecError, match="not a number of this model"):
        elasticities("cost_totl_usd", RENTED)
    with pytest.raises(SpecError):
        elasticities("cost_total_usd", hardware="h100-sxm")
    small = {name: value for name, value in RENTED.items() if name != "chips"} | {"model": "llama-3.1-405b"}
    sweep = Sweep({"chips": [1, 16384]}, fixed=small)
    assert sweep.elasticities(at=1).value > 0.0
    with pytest.raises(SpecError, match="null at this combination, whose status is"):
        sweep.elasticities(at=0)


def test_a_shape_that_is_rounded_is_told_apart() -> None:
    found = elasticities("train_days", RENTED)
    assert found["params"].stepped  # its typical layers and widths are whole
    assert found["chips"].stepped
    assert not found["gemm_efficiency"].stepped


def test_names_are_the_package_s() -> None:
    assert gigacost.elasticities is elasticities
    assert "rental_usd_per_chip_hour: 1," in repr(elasticities("cost_rent_usd", KNOWN))
    with pytest.raises(KeyError, match='did you mean "chips"'):
        elasticities("cost_total_usd", KNOWN)["chip"]
