"""``uncertainty`` by hand, by estimates made one by one, and by looking at every draw."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gigacost
from gigacost import Input, Model, SpecError, Sweep, estimate, status, uncertainty
from gigacost.catalog.default_distributions import defaults
from gigacost.ops import Value, where
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws, sample
from gigacost.sampling.statistics import spread

DESIGN: dict[str, Any] = {"params": "70B", "tokens": "15T", "hardware": "h100-sxm", "chips": 2048}
OWN = Input("own", "1", "", low=0, high=1)
CHIP = Input("chip", "$", "", default=5.0)
RENT = Input("rent", "$", "", default=8.0)


def cost(own: Value, chip: Value, rent: Value) -> Value:
    """What it costs [$]."""
    return where(own == 1.0, 2.0 * chip + 10.0, 3.0 * rent)


MODEL = Model(OWN, CHIP, RENT, cost)
BOTH: dict[str, Any] = {"own": [1, 0], "of": "cost", "model": MODEL}


def test_flips_and_swings_by_hand() -> None:
    found = uncertainty(**BOTH, uncertain={"chip": "uniform 0..10", "rent": "uniform 6..10"}, draws=256)
    assert [option.inputs for option in found.options] == [{"own": 1.0}, {"own": 0.0}]
    assert [option.spread.central for option in found.options] == [20.0, 24.0]
    assert found.best == 0
    chip, rent = found.influences
    assert (chip.input.name, chip.low, chip.high, chip.at_low, chip.at_high, chip.swing) == (
        *("chip", 0.5, 9.5, 11.0, 29.0),
        18.0,
    )
    assert (rent.at_low, rent.at_high, rent.swing) == (20.0, 20.0, 0.0)
    (flip,) = chip.flips
    assert (flip.value, flip.below, flip.above) == (pytest.approx(7.0, rel=2e-12), 0, 1)
    assert flip.value > 7.0  # at a tie the first option is the best
    (flip,) = rent.flips
    assert (flip.value, flip.below, flip.above) == (pytest.approx(20 / 3, rel=2e-12), 1, 0)


def test_the_worth_of_knowing_by_hand() -> None:
    """Two values of each name: of the four combinations the draws have as many of each."""
    found = uncertainty(**BOTH, uncertain={"chip": "empirical 1, 9", "rent": "empirical 6, 10"}, draws=64)
    own, rented = (option.spread for option in found.options)
    assert (own.mean, own.std, own.p5, own.p50, own.p95) == (20.0, 8.0, 12.0, 12.0, 28.0)
    assert (rented.mean, rented.std) == (24.0, 6.0)
    assert [option.best for option in found.options] == [0.75, 0.25]
    assert found.worth_of_all == 2.5  # 20 − (12 + 12 + 18 + 28) / 4
    assert found.influence("chip").worth == 2.0  # 20 − (12 + 24) / 2
    assert found.influence("rent").worth == 1.0  # 20 − (18 + 20) / 2
    chip = found.influence("chip").index
    assert chip is not None
    assert (chip.first, chip.total) == (pytest.approx(1.0, abs=1e-9), pytest.approx(1.0, abs=1e-9))
    assert found.influence("chip").std_if_known == pytest.approx(0.0, abs=1e-3)
    assert found.influence("rent").std_if_known == 8.0


def test_the_worth_of_knowing_a_range_by_hand() -> None:
    """Of min(2 chip + 10, 20) with chip from 0 to 10: 20 − (15 + 20) / 2."""
    found = uncertainty(**BOTH, rent=20 / 3, uncertain={"chip": "uniform 0..10"}, draws=64)
    assert found.influence("chip").worth == pytest.approx(2.5, rel=1e-12)
    assert found.worth_of_all == pytest.approx(2.5, rel=0.02)


def test_what_is_left_once_a_name_is_known_by_hand() -> None:
    """Of 1, 3, 3, 9: a mean of 4, a variance of 9, of which 4 are those of 2 and 6, the means once a is known."""
    model = Model(Input("a", "1", ""), Input("b", "1", ""), product)
    found = uncertainty(of="product", model=model, uncertain=dict.fromkeys("ab", "empirical 1, 3"), draws=4096)
    assert (found.spread.mean, found.spread.std) == (4.0, 3.0)
    for one in found.influences:
        assert one.index is not None
        assert one.index.first == pytest.approx(4 / 9, abs=4 * one.index.first_error)
        assert one.index.total == pytest.approx(5 / 9, abs=4 * one.index.total_error)
        assert one.std_if_known == pytest.approx(math.sqrt(5.0), rel=0.02)


def product(a: Value, b: Value) -> Value:
    """Both [1]."""
    return a * b


def test_one_design_has_neither_flips_nor_worth() -> None:
    found = uncertainty(own=1, of="cost", model=MODEL, uncertain={"chip": "x uniform 0.5..1.5"}, draws=16)
    (only,) = found.influences
    assert (only.flips, only.worth, found.worth_of_all, found.options[0].best) == ((), None, None, 1.0)
    assert found.options[0].inputs == {}
    assert found.spread.central == 20.0
    assert found.inputs["own"] == 1.0
    with pytest.raises(KeyError):
        found.influence("rent")


def test_a_name_without_a_value_is_centrally_its_median() -> None:
    model = Model(Input("a", "$", ""), Input("b", "$", "", default=2.0), total)
    found = uncertainty(of="total", model=model, uncertain={"a": "triangular 1 2 5", "b": "uniform 3..4"}, draws=64)
    median = Distribution.parse("triangular 1 2 5", "a").median
    assert found.spread.central == 2.0 + median
    assert found.influence("b").at_low == 3.05 + median
    with pytest.raises(SpecError, match="a: missing value"):
        uncertainty(of="total", model=model, uncertain={"a": "x triangular 1 2 5"})


def test_what_is_derived_is_uncertain_too() -> None:
    sweep = Sweep({"own": [1, 0]}, model=MODEL, derive={"double": "2 * cost"})
    found = sweep.uncertainty("double", uncertain={"chip": "uniform 0..10"}, draws=64)
    assert (found.unit, found.spread.central) == ("", 40.0)
    assert (found.influence("chip").at_low, found.influence("chip").at_high) == (22.0, 58.0)


def total(a: Value, b: Value) -> Value:
    """Both [$]."""
    return a + b


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_a_spread_is_that_of_numpy(values: list[float]) -> None:
    found = spread(values, 1.5)
    assert (found.central, found.feasible) == (1.5, 1.0)
    assert found.mean == pytest.approx(np.mean(values), rel=1e-12, abs=1e-9)
    assert found.std == pytest.approx(np.std(values), rel=1e-9, abs=1e-6)
    for percent in (5, 10, 50, 90, 95):
        assert getattr(found, f"p{percent}") == sorted(values)[math.floor(percent * (len(values) - 1) / 100)]


def test_a_spread_is_missing_where_a_draw_is() -> None:
    found = spread([1.0, math.nan, 3.0, 4.0])
    assert (found.central, found.feasible, found.mean, found.p50) == (None, 0.75, None, None)


def test_states_take_draws_and_options_away() -> None:
    @status("dear", spoils="cost")
    def dear(chip: Value, own: Value) -> Value:
        """Whether a chip that is bought is too dear [truth]."""
        return where(own == 1.0, chip, 0.0) > 7.5

    stated = {"chip": "uniform 0..10", "rent": "uniform 6..10"}
    found = uncertainty(**{**BOTH, "model": Model(MODEL, dear)}, uncertain=stated, draws=256)
    own, rented = (option.spread for option in found.options)
    assert (own.feasible, own.mean, own.p95) == (0.75, None, None)
    assert rented.mean is not None
    chip = found.influence("chip")
    assert (chip.at_low, chip.at_high, chip.swing, chip.index, chip.std_if_known) == (11.0, None, 0.0, None, None)
    (flip,) = chip.flips
    assert (flip.value, flip.below, flip.above) == (pytest.approx(7.0, rel=2e-12), 0, 1)
    assert sum(option.best for option in found.options) == 1.0
    assert found.worth_of_all == 0.0  # of what is feasible in all draws there is one
    all_dear = {**BOTH, "model": Model(MODEL, dear), "own": 1, "chip": 9.0}
    with pytest.raises(SpecError, match="a chip that is bought is too dear"):
        uncertainty(**all_dear, uncertain={"chip": "x uniform 0.5..2"})


def test_each_draw_is_what_an_estimate_of_it_is() -> None:
    """None of these has a part in the layout, so the search would choose the same."""
    stated = {"experiments_factor": "uniform 1..4", "staff_fte": "uniform 50..100"}
    found = uncertainty(**DESIGN, uncertain=stated, defaults=False, draws=8)
    drawn = sample({name: Distribution.parse(text, name) for name, text in stated.items()}, Draws(8))
    rows = zip(*(drawn[name].tolist() for name in stated), strict=True)
    costs = [estimate({**DESIGN, **dict(zip(stated, row, strict=True))})["cost_total_usd"] for row in rows]
    assert None not in costs
    assert found.spread == spread([one for one in costs if one is not None], found.spread.central or 0.0)


def test_it_is_what_aggregates_over_draws_say() -> None:
    stated = {"mfu": "x uniform 0.5..1.1", "chip_price_usd": "x lognormal 90% 0.5..2", "pue": "triangular 1.05 1.1 1.3"}
    draws = Draws(300, 4, correlate=[("mfu", "pue", 0.5)])
    aggregates = ("mean", "p5", "p10", "p50", "p90", "p95")
    columns = [f"{aggregate}(cost_total_usd)" for aggregate in aggregates]
    sweep = Sweep(
        {"market": ["own", "on_demand"]}, fixed=DESIGN, uncertain=stated, draws=draws.to_dict(), columns=columns
    )
    found = uncertainty(sweep)
    assert found.to_dict() == sweep.uncertainty().to_dict()
    assert found.draws == draws
    assert {one.input.name for one in found.influences} == stated.keys()
    for row, option in zip(sweep.top(2, by="mean(cost_total_usd)").rows, found.options, strict=True):
        assert row["market"] == option.inputs["market"]
        told = option.spread.to_dict()
        assert [row[column] for column in columns] == [told[aggregate] for aggregate in aggregates]
    with_more = uncertainty(sweep, defaults=True)
    assert len(with_more.influences) > len(found.influences)
    assert with_more.influence("pue").input.source == "stated"


@pytest.mark.parametrize("market", ["own", "on_demand"])
def test_the_ends_of_a_swing_are_estimates(market: str) -> None:
    found = uncertainty(**DESIGN, market=market, draws=64)
    base = estimate(DESIGN, market=market)
    assert found.spread.central == base["cost_total_usd"]
    told = [one for one in found.influences if one.input.name in base.inputs or one.input.name not in base]
    assert len(told) > 3
    for one in told:
        name, value = one.input.name, base.assumption(one.input.name).value
        for end, at in ((one.low, one.at_low), (one.high, one.at_high)):
            moved = end * float(value or 0.0) if one.input.distribution.relative else end
            assert estimate({**DESIGN, name: moved}, market=market)["cost_total_usd"] == at


def test_at_a_flip_estimates_change_places() -> None:
    found = uncertainty(**DESIGN, market=["own", "on_demand"], draws=64)
    assert found.best == 0
    (flip,) = found.influence("chip_price_usd").flips
    price = float(estimate(DESIGN, market="own").assumption("chip_price_usd").value or 0.0)

    def cheapest(factor: float) -> str:
        costs = {
            market: estimate(DESIGN, market=market, chip_price_usd=price * factor)["cost_total_usd"] or math.inf
            for market in ("own", "on_demand")
        }
        return min(costs, key=lambda market: costs[market])

    assert cheapest(flip.value * (1 + 1e-11)) == "on_demand"
    assert cheapest(flip.value * (1 - 1e-11)) == "own"


def test_what_is_given_is_known_and_what_does_nothing_is_left_out() -> None:
    found = uncertainty(**DESIGN, market="own", electricity_usd_per_kwh=0.05, draws=64)
    names = {one.input.name for one in found.influences}
    assert {"chip_price_usd", "pue", "tuning"} <= names
    assert "electricity_usd_per_kwh" not in names
    assert "rental_usd_per_chip_hour" in found.meta["idle"]
    assert names.isdisjoint(found.meta["idle"])
    assert all(one.input.source == defaults()[one.input.name].source for one in found.influences)
    stated = uncertainty(
        **DESIGN, market="own", electricity_usd_per_kwh=0.05, uncertain={"electricity_usd_per_kwh": "x uniform 1..2"}
    )
    assert stated.influence("electricity_usd_per_kwh").input.source == "stated"
    alone = uncertainty(
        **DESIGN, market="own", uncertain={"pue": Distribution.parse("uniform 1..2", "")}, defaults=False
    )
    assert [one.input.name for one in alone.influences] == ["pue"]


def test_the_same_for_any_number_of_threads() -> None:
    answers = [
        json.dumps(uncertainty(**DESIGN, market=["own", "on_demand"], draws=512, threads=threads).to_dict())
        for threads in (1, 2, 5)
    ]
    assert len(set(answers)) == 1


def test_random_draws_and_seeds_come_near_each_other() -> None:
    found = [uncertainty(**DESIGN, draws=Draws(4096, seed, method)) for seed, method in ((0, "sobol"), (1, "random"))]
    means = [one.spread.mean or 0.0 for one in found]
    assert means[0] != means[1]
    assert means[0] == pytest.approx(means[1], rel=0.03)
    for one in found[0].influences:
        index, other = one.index, found[1].influence(one.input.name).index
        assert index is not None
        assert other is not None
        assert abs(index.first - other.first) < 4.5 * math.hypot(index.first_error, other.first_error) + 1e-9


def test_correlated_names_have_no_indices() -> None:
    draws = Draws(256, correlate=[("chip", "rent", 0.8)])
    found = uncertainty(**BOTH, uncertain={"chip": "uniform 0..10", "rent": "uniform 6..10"}, draws=draws)
    assert [(one.index, one.worth) for one in found.influences] == [(None, None)] * 2
    assert "independent" in found.meta["notes"][0]
    free = uncertainty(**BOTH, uncertain={"chip": "uniform 0..10", "rent": "uniform 6..10"}, draws=256)
    assert found.worth_of_all != free.worth_of_all
    with pytest.raises(SpecError, match="not uncertain"):
        uncertainty(**BOTH, uncertain={"chip": "uniform 0..10"}, draws=draws)


def test_knowing_one_name_is_worth_no_more_than_knowing_all() -> None:
    found = uncertainty(**DESIGN, market=["own", "on_demand", "reserved_1y"], draws=1024)
    assert found.worth_of_all is not None
    worths = [one.worth for one in found.influences]
    assert all(worth is not None and -1.0 < worth <= 1.02 * found.worth_of_all for worth in worths)
    assert sum(option.best for option in found.options) == 1.0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"uncertain": {"chips": "uniform 1..2"}},
            'uncertain.chips = "uniform 1..2": unknown name "chips"; did you mean "chip"?',
        ),
        ({"uncertain": {"chip": "unifrom 1..2"}}, 'did you mean "uniform"?'),
        ({"uncertain": {"chip": 5, "rent": "x"}}, "expected string, got integer"),
        ({"uncertain": {"chip": "uniform 1..2"}, "of": "costs"}, 'of = "costs": not a number'),
        ({"of": "p90(cost)"}, 'of = "p90(cost)": an aggregate over draws; expected a plain quantity'),
        ({"uncertain": {}}, "uncertain: nothing that cost is made of is uncertain"),
        ({"uncertain": {"spare": "uniform 1..2"}}, 'uncertain.spare = "uniform 1..2": makes no difference to cost'),
        ({"uncertain": {"chip": "uniform 1..2"}, "draws": 0}, "draws.count = 0: out of range"),
        ({"uncertain": {"chip": "uniform 1..2"}, "rent": list(range(65))}, "combinations = 130: too many options"),
        ({"uncertain": {"chip": "uniform 1..2"}, "threads": 0}, "threads = 0"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(changes: dict[str, Any], says: str) -> None:
    model = Model(MODEL, Input("spare", "$", "", default=1.0), unused)
    with pytest.raises(SpecError) as caught:
        uncertainty(**{**BOTH, "model": model, **changes})
    assert says in str(caught.value)


def test_a_name_of_an_aggregate_is_one_too() -> None:
    sweep = Sweep(fixed=DESIGN, uncertain="default", derive={"safe": "p90(cost_total_usd)"})
    with pytest.raises(SpecError, match=r'of = "safe": an aggregate over draws'):
        sweep.uncertainty("safe", draws=8)


def unused(spare: Value) -> Value:
    """Something else [$]."""
    return 2.0 * spare


def test_an_impossible_design_says_why() -> None:
    with pytest.raises(SpecError) as caught:
        uncertainty({**DESIGN, "chips": 1})
    with pytest.raises(SpecError) as same:
        estimate({**DESIGN, "chips": 1})
    assert str(caught.value) == str(same.value)
    with pytest.raises(SpecError, match="no option is feasible at central values"):
        uncertainty({**DESIGN, "chips": [1, 2]})
    with pytest.raises(SpecError) as lacking:
        uncertainty(params="70B")
    assert sorted(fault.field for fault in lacking.value.faults) == ["chips", "hardware", "tokens"]


def test_labels_and_conditions_are_refused() -> None:
    sweep = Sweep(fixed=DESIGN, where="train_days <= 90")
    with pytest.raises(SpecError, match=r"query\.where.*options are compared without a condition"):
        uncertainty(sweep)
    with pytest.raises(SpecError, match="has labels, and no distribution"):
        uncertainty(DESIGN, uncertain={"market": "uniform 1..2"})


@settings(max_examples=10)
@given(st.integers(2, 300))
def test_intervals_of_an_estimate_are_those_of_its_uncertainty(count: int) -> None:
    one = estimate(DESIGN, market="own", draws=count)
    names = {*one.breakdown, *one.subtotals, "train_days", "energy_mwh"}
    assert names <= one.intervals.keys()
    for figures in one.intervals.values():
        low, middle, high = (figures[name] for name in ("p5", "p50", "p95"))
        assert low is not None
        assert middle is not None
        assert high is not None
        assert low <= middle <= high
    total_ = uncertainty(DESIGN, market="own", draws=count).spread
    assert one.intervals["cost_total_usd"].items() <= total_.to_dict().items()
    assert json.loads(json.dumps(one.to_dict()))["intervals"]["cost_total_usd"]["p95"] == total_.p95
    again = gigacost.estimate(DESIGN, market="own")
    assert again.intervals == {}
    assert again.quantities == one.quantities
