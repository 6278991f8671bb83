"""``break_even`` finds the curve that brute force finds, and the crossings that algebra does."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from inverse import BY, UNKNOWN, Inverse, inverses

import gigacost
from gigacost import BreakEven, Input, Model, SpecError, Sweep, break_even, reference, status, zipped
from gigacost.ops import Value, where


@given(inverses())
def test_the_curve_of_an_axis_is_that_of_brute_force(problem: Inverse) -> None:
    sweep = problem.sweep
    if len(sweep.bound.digits) < 2 or len(sweep.bound.digits["x1"].values) < 2:
        return
    best: dict[float, dict[float, float]] = {value: {} for value in sorted(sweep.bound.digits[UNKNOWN].values)}  # type: ignore[type-var]
    for row in problem.feasible():
        there = best[row.axes[UNKNOWN]]
        there[row.axes["x1"]] = min(row.by, there.get(row.axes["x1"], math.inf))
    if len({tuple(sorted(there.items())) for there in best.values()}) == 1 and any(best.values()):
        with pytest.raises(SpecError, match="makes no difference"):
            break_even(UNKNOWN, sweep, between="x1", by=BY)
        return
    found = break_even(UNKNOWN, sweep, between="x1", by=BY)
    assert {(row[UNKNOWN], row["x1"]): row[BY] for row in found.curve} == {
        (value, option): cost for value, there in best.items() for option, cost in there.items()
    }
    options = sweep.bound.digits["x1"].values
    winners = {
        value: min((option for option in options if option in there), key=there.__getitem__, default=None)  # type: ignore[arg-type]
        for value, there in best.items()
    }
    assert_intervals(found, winners)
    assert found.feasible == any(best.values())
    assert bool(found.relaxations) == (not found.feasible and bool(problem.blamed()))


def assert_intervals(found: BreakEven, winners: dict[float, Any]) -> None:
    """That each value is in the interval of its winner, and that intervals meet where it changes."""
    within = {value: [one for one in found.intervals if one.low <= value <= one.high] for value in winners}
    assert {value: [one.option for one in intervals] for value, intervals in within.items()} == {
        value: [winner] for value, winner in winners.items()
    }
    assert [crossing.value for crossing in found.crossings] == [one.low for one in found.intervals[1:]]


X = Input("x", "1", "", low=-math.inf, plausible=(0.0, 10.0))
WAY = Input("way", "1", "", integer=True)


def bill(x: Value, way: Value) -> Value:
    """Owning costs 8 + x, renting 2 + 3 x, waiting 14 [$]."""
    return where(way == 0, 8.0 + x, where(way == 1, 2.0 + 3.0 * x, 14.0))


WAYS = Model(X, WAY, bill)


def test_three_straight_lines_by_hand() -> None:
    found = break_even("x", between={"way": [0, 1, 2]}, by="bill", model=WAYS)
    assert [one.option for one in found.intervals] == [1, 0, 2]
    assert [crossing.value for crossing in found.crossings] == pytest.approx([3.0, 6.0], rel=1e-12)
    assert (found.intervals[0].low, found.intervals[-1].high) == (0.0, 10.0)
    for crossing, (below, above) in zip(found.crossings, [(1, 0), (0, 2)], strict=True):
        assert crossing.below is not None
        assert crossing.above is not None
        assert (crossing.below["way"], crossing.above["way"]) == (below, above)
        assert crossing.above["x"] == crossing.value
        assert 0.0 < crossing.value - crossing.below["x"] <= 1e-12 * crossing.value
        assert crossing.below["bill"] == pytest.approx(crossing.above["bill"], rel=1e-11)
    assert len(found.curve) == 3 * (65 + 4)
    assert found.to_dict()["crossings"][0]["above"]["way"] == 0


def test_two_changes_between_neighbours_of_the_first_grid() -> None:
    coarse = break_even("x", between={"way": [0, 1, 2]}, over={"from": 0, "to": 10, "steps": 2}, by="bill", model=WAYS)
    assert [one.option for one in coarse.intervals] == [1, 0, 2]
    assert [crossing.value for crossing in coarse.crossings] == pytest.approx([3.0, 6.0], rel=1e-12)


def test_of_equals_the_first_option_wins() -> None:
    for options, winners in (([0, 1], [1, 0]), ([1, 0], [1, 0])):
        found = break_even("x", between={"way": options}, over={"from": 0, "to": 6, "step": 3}, by="bill", model=WAYS)
        assert [one.option for one in found.intervals] == winners
        (crossing,) = found.crossings
        assert crossing.value == 3.0 if options[0] == 0 else 3.0 < crossing.value < 3.0 + 1e-11


def test_where_an_option_is_not_to_be_had_another_wins_and_none_wins_nothing() -> None:
    found = break_even("x", between={"way": [0, 1]}, where="bill <= 12 and not (x < 1)", by="bill", model=WAYS)
    assert [one.option for one in found.intervals] == [None, 1, 0, None]
    assert [crossing.value for crossing in found.crossings] == pytest.approx([1.0, 3.0, 4.0], rel=1e-12)
    assert (found.crossings[0].below, found.crossings[-1].above) == (None, None)
    assert found.to_dict()["crossings"][0]["below"] is None


def test_nothing_feasible_says_what_would_have_to_give() -> None:
    found = break_even("x", between={"way": [0, 1]}, where="bill <= 1", by="bill", model=WAYS)
    assert (found.feasible, found.crossings, [one.option for one in found.intervals]) == (False, (), [None])
    assert [(one.constraint, one.needed, one.change) for one in found.relaxations[0].yielding] == [
        ("bill <= 1", 2.0, 1.0)
    ]

    @status("gone", spoils="bill")
    def gone(x: Value) -> Value:
        """Whether it is gone [truth]."""
        return x > -1.0

    nothing = break_even("x", between={"way": [0, 1]}, by="bill", model=Model(WAYS, gone))
    assert (nothing.relaxations, nothing.meta["states"]) == ((), {"gone": 130})


def test_an_axis_of_multiples_crosses_at_a_whole_number() -> None:
    over = {"from": 0, "to": 9, "steps": 3, "multiple_of": 1}
    with pytest.raises(SpecError, match="multiple_of"):
        break_even("x", between={"way": [0, 2]}, over={**over, "multiple_of": 2.5}, by="bill", model=WAYS)
    found = break_even("x", between={"way": [1, 2]}, over=over, by="bill", model=WAYS)
    (crossing,) = found.crossings
    assert crossing.below is not None
    assert (crossing.below["x"], crossing.value) == (4.0, 5.0)


def test_all_other_axes_are_gone_through_for_each_option() -> None:
    def rent(x: Value, way: Value, size: Value) -> Value:
        """The larger the cheaper, but for renting [$]."""
        return where(way == 0, 8.0 + x - size, 2.0 + 3.0 * x + size)

    model = Model(X, WAY, Input("size", "1", "", default=0.0), rent)
    found = break_even("x", Sweep({"size": [2.0, 1.0, 3.0], "way": [0, 1]}, model=model), between="way", by="rent")
    (crossing,) = found.crossings
    assert crossing.value == pytest.approx((8 - 3 - 2 - 1) / 2, rel=1e-12)
    assert crossing.below is not None
    assert crossing.above is not None
    assert (crossing.below["size"], crossing.above["size"]) == (1.0, 3.0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"between": "wya", "way": [0, 1]}, 'between = "wya": not an axis of this space'),
        ({"between": {"way": [0]}}, "between = [0]: one option, where several are compared"),
        ({"between": {"way": 0}}, "between = 0: one option, where several are compared"),
        ({"between": {"way": [0, 0]}}, "way[1] = 0: the same as"),
        ({"between": {"way": [0, 1], "x": [1, 2]}}, "not the options of one axis; allowed: an axis, or one with its"),
        ({"between": ["way"]}, "not the options of one axis"),
        ({"between": {"wya": [0, 1]}}, 'wya = [0, 1]: unknown name "wya"; did you mean "way"?'),
        ({"between": {"way": [0, 2]}, "unknown": "way"}, 'between = "way": the unknown itself'),
        ({"unknown": "y"}, 'unknown = "y": unknown name'),
        ({"unknown": "z"}, 'unknown = "z": neither the condition nor bill depends on it'),
        ({"over": {"from": 0, "to": 4, "steps": 0}}, "over.steps = 0: out of range"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(changes: dict[str, Any], says: str) -> None:
    model = Model(WAYS, Input("z", "1", "", default=1.0, plausible=(0.0, 1.0)), lambda_named_other())
    asked = {"unknown": "x", "between": {"way": [0, 1]}, "by": "bill", "model": model, "x": 1.0, **changes}
    with pytest.raises(SpecError) as caught:
        break_even(asked.pop("unknown"), **asked)
    assert says in str(caught.value)


def lambda_named_other() -> Any:
    def other(z: Value) -> Value:
        """Something else [1]."""
        return z + 1.0

    return other


def test_options_that_walk_with_others_are_refused() -> None:
    table = zipped({"way": [0, 1], "x": [1.0, 2.0]})
    with pytest.raises(SpecError, match='between = "way": a column of a table'):
        break_even("x", Sweep({"designs": table}, model=WAYS), between="way", by="bill")


OWN = {"params": "70B", "tokens": "15T", "hardware": "h100-sxm", "chips": 1024}


@pytest.mark.parametrize(
    ("unknown", "given_", "over"),
    [
        ("assumed_fleet_utilisation", {}, (0.05, 1)),
        ("owned_utilisation", {}, (0.05, 1)),
        ("chip_life_years", {"straight_line": 1}, ("6 months", "10 yr")),
        ("value_decline_oom_per_year", {}, (0.01, 1)),
        ("chip_price_usd", {}, None),
        ("rental_usd_per_chip_hour", {}, None),
        ("electricity_usd_per_kwh", {"rental_usd_per_chip_hour": 2.4}, (0, 1)),
        ("runs_per_year", {"chips": 4096}, (0.5, 2.6)),
        ("cost_of_capital", {"rental_usd_per_chip_hour": 2.4}, (0, 0.5)),
    ],
)
def test_owning_breaks_even_with_renting(
    unknown: str, given_: dict[str, Any], over: tuple[float, float] | None
) -> None:
    """At the crossing, an estimate of either comes to the same."""
    found = break_even(unknown, {**OWN, **given_}, between={"market": ["own", "on_demand"]}, over=over)
    (crossing,) = found.crossings
    costs = [
        gigacost.estimate({**OWN, **given_, unknown: crossing.value, "market": market})["cost_total_usd"]
        for market in ("own", "on_demand")
    ]
    assert costs[0] == pytest.approx(costs[1], rel=1e-10)
    assert {one.option for one in found.intervals} == {"own", "on_demand"}


def test_runs_a_year_are_whole_numbers_where_asked() -> None:
    over = {"from": 1, "to": 60, "multiple_of": 1}
    found = break_even(
        "runs_per_year", params="13B", tokens="2T", hardware="h100-sxm", chips=256,
        between={"market": ["own", "on_demand"]}, over=over,
    )  # fmt: skip
    crossing, full = found.crossings
    assert crossing.value == round(crossing.value)
    assert crossing.below is not None
    assert crossing.below["runs_per_year"] == crossing.value - 1
    # Beyond what one cluster has time for, it is not owned.
    assert [one.option for one in found.intervals] == ["on_demand", "own", "on_demand"]
    room = gigacost.estimate(params="13B", tokens="2T", hardware="h100-sxm", chips=256)["possible_runs_per_year"]
    assert room is not None
    assert full.value == math.floor(room) + 1


def test_what_makes_no_difference_is_said() -> None:
    with pytest.raises(SpecError, match="makes no difference to cost_total_usd of market = on_demand, reserved_1y"):
        break_even("electricity_usd_per_kwh", OWN, between={"market": ["on_demand", "reserved_1y"]})


def test_the_curve_is_what_top_finds() -> None:
    axes = {"electricity_usd_per_kwh": [0.05, 0.1], "market": ["own", "spot"], "chips": [512, 1024]}
    fixed = {"params": "70B", "tokens": "15T", "hardware": "h100-sxm", "mfu": 0.4}  # known: the reference is slow
    sweep = Sweep(axes, fixed=fixed, columns=["train_days"])
    found = break_even("electricity_usd_per_kwh", sweep, between="market")
    indices = reference.top(sweep, 1, "cost_total_usd", per=["electricity_usd_per_kwh", "market"])
    assert [tuple(row[name] for name in axes) for row in found.curve] == [
        tuple(sweep.bound.axis_values(index).values()) for index in indices
    ]
