"""``solve`` finds what every combination, looked at one by one, says, and tells why nothing is feasible."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inverse import BY, UNKNOWN, Inverse, inverses, often

import gigacost
from gigacost import Input, InternalError, Model, Solution, SpecError, Sweep, solve, status, zipped
from gigacost.expressions.constraints import LARGEST
from gigacost.ops import Value, floor


@given(inverses())
def test_an_axis_is_solved_as_brute_force_does(problem: Inverse) -> None:
    rows = problem.feasible()
    for smallest in (False, True):
        found = solve(UNKNOWN, problem.sweep, by=BY, smallest=smallest)
        if not rows:
            assert found.value is None
            assert not found.feasible
            assert found.ended_by == "infeasible"
            continue
        best = (min if smallest else max)(row.axes[UNKNOWN] for row in rows)
        design = min((row for row in rows if row.axes[UNKNOWN] == best), key=lambda row: (row.by, row.index))
        assert found.value == best
        assert found.design[BY] == design.by
        assert {name: found.design[name] for name in design.axes} == design.axes
        assert found.relaxations == ()
        assert_ended(problem, found, best, smallest=smallest)


def assert_ended(problem: Inverse, found: Solution, best: float, *, smallest: bool) -> None:
    """What keeps the unknown from the next value of its axis."""
    values = {row[UNKNOWN] for row in map(problem.sweep.bound.axis_values, range(problem.sweep.size))}
    further = [value for value in values if (value < best if smallest else value > best)]
    if not further:
        assert found.ended_by == "range"
        assert found.binding == ()
        return
    blamed = problem.blamed(max(further) if smallest else min(further))
    texts = {problem.parts[i].text for chosen in blamed for i in chosen}
    assert set(found.binding) == texts
    assert found.ended_by == ("constraints" if texts else "states")


@given(inverses())
def test_what_would_have_to_give_is_what_brute_force_says(problem: Inverse) -> None:
    if problem.feasible():
        return
    found = solve(UNKNOWN, problem.sweep, by=BY)
    blamed = problem.blamed()
    assert len(found.relaxations) == len(blamed)
    for relaxation, (chosen, row) in zip(found.relaxations, blamed.items(), strict=True):
        parts = [problem.parts[i] for i in chosen]
        assert [one.constraint for one in relaxation.yielding] == [part.text for part in parts]
        assert {name: relaxation.design[name] for name in row.axes} == row.axes
        for one, part in zip(relaxation.yielding, parts, strict=True):
            told = part.limit and -LARGEST <= row.side(part) < LARGEST
            assert one.needed == (row.side(part) if told else None)
    if not blamed:
        assert not problem.rows()
        assert sum(found.meta["states"].values()) == problem.sweep.size


@given(inverses(), st.integers(2, 9))
def test_what_is_refined_is_the_end_of_what_is_feasible_as_the_grid_sees_it(problem: Inverse, steps: int) -> None:
    spec, model = problem.sweep.spec, problem.sweep.model
    axes = {axis.name: axis for axis in spec.axes if axis.name != UNKNOWN}

    def feasible(values: Sequence[float]) -> set[float]:
        assert spec.where is not None
        sweep = Sweep({UNKNOWN: values, **axes}, where=spec.where.text, columns=[BY], model=model)
        return {row.axes[UNKNOWN] for row in Inverse(sweep).feasible()}

    grid = [-3.0 + 12.0 * i / (steps - 1) for i in range(steps)]
    seen = feasible(grid)
    found = solve(UNKNOWN, problem.sweep, over={"from": -3, "to": 9, "steps": steps}, by=BY)
    if found.value is None:
        assert not seen
        return
    assert feasible([found.value]) == {found.value}
    assert found.value >= max(seen)
    assert all(value > found.value for value in grid if value > max(seen))
    assert (found.ended_by == "range") == (found.value == 9.0)


def test_random_problems_are_of_all_kinds() -> None:
    """The laws above would hold of nothing at all."""
    seen = set()

    @settings(often, max_examples=120, database=None, derandomize=True)
    @given(inverses())
    def look(problem: Inverse) -> None:
        seen.add("feasible" if problem.feasible() else len(next(iter(problem.blamed()), ())))

    look()
    assert {"feasible", 0, 1, 2} <= seen


def price(x: Value, y: Value) -> Value:
    """A straight line with a foot [$]."""
    return 3.0 * x + y


def area(x: Value) -> Value:
    """The square [1]."""
    return x * x


X = Input("x", "1", "", low=-math.inf, plausible=(0.1, 1000.0))
N = Input("n", "1", "", low=1, high=1e6, integer=True)
LINES = Model(X, Input("y", "$", "", default=0.0), price, area)


@pytest.mark.parametrize(
    ("where_", "over", "smallest", "value"),
    [
        ("price <= 100", (0, 1000), 0, 33.0),
        ("price <= 100", (1, 1e6), 0, 33.0),
        ("price <= 100", None, 0, 33.0),
        ("price >= 100", None, 1, 33.0),
        ("price < 100 and area <= 400", None, 0, 20.0),
        ("area <= 2", (0, 5), 0, math.sqrt(2)),
        ("area >= 2", (0, 5), 1, math.sqrt(2)),
        ("x <= 0", (-1, 2), 0, 0.0),
        ("area <= 2", (-7, 5), 1, -math.sqrt(2)),
        ("x < 1e-20", (0, 1), 0, 1e-20),
    ],
)
def test_straight_lines_and_squares_by_hand(
    where_: str, over: tuple[float, float] | None, smallest: int, value: float
) -> None:
    found = solve("x", where=where_, over=over, smallest=bool(smallest), by="price", model=LINES, y=1.0)
    assert found.value == pytest.approx(value, rel=2e-12, abs=0.0)
    assert found.ended_by == "constraints"
    assert found.design["x"] == found.value
    assert found.meta["combinations"] < 400


def test_the_answer_is_feasible_and_its_neighbour_is_not() -> None:
    found = solve("x", where="area <= 2", over=(0, 5), by="price", model=LINES)
    assert found.value is not None
    assert found.value * found.value <= 2 < (found.value * (1 + 1e-12)) ** 2


def test_the_best_design_is_the_cheapest_at_the_answer() -> None:
    found = solve("x", where="area <= 100", by="price", model=LINES, y=[7.0, 5.0, 6.0])
    assert found.value == pytest.approx(10.0, rel=1e-12)
    assert found.design["y"] == 5.0
    assert [(held.constraint, held.quantity, held.binds) for held in found.constraints] == [
        ("area <= 100", "area", True)
    ]
    assert found.constraints[0].value == found.design["x"] ** 2
    assert found.binding == ("area <= 100",)


def test_whole_numbers_and_multiples() -> None:
    def cost(n: Value) -> Value:
        """A line [$]."""
        return 2.0 * n

    model = Model(N, cost)
    for over, value in (
        ((1, 1_000_000), 500_003),
        ({"from": 1, "to": 1_000_000, "steps": 3}, 500_003),
        ({"from": 8, "to": 800_000, "multiple_of": 8}, 500_000),
        ({"from": 7, "to": 700_000, "step": 7, "multiple_of": 7}, 499_996 + 7),
    ):
        found = solve("n", where="cost <= 1000007", over=over, by="cost", model=model)
        assert found.value == value
        assert isinstance(found.value, int)
    plain = Model(Input("x", "1", "", low=-math.inf), area)
    found = solve("x", where="area <= 90", over={"from": 0, "to": 60, "multiple_of": 1}, by="area", model=plain)
    assert (found.value, type(found.value)) == (9.0, float)


def test_the_end_of_the_range_is_said() -> None:
    found = solve("x", where="price <= 1e9", by="price", model=LINES)
    assert (found.value, found.ended_by, found.binding) == (1000.0, "range", ())
    assert found.meta["range"] == [0.1, 1000.0]
    assert solve("x", where="price > 1", over=(5, 6), smallest=True, by="price", model=LINES).value == 5.0


def test_a_state_may_end_it() -> None:
    @status("too_wide", spoils="price")
    def too_wide(x: Value) -> Value:
        """Whether x is beyond 5 [truth]."""
        return x > 5.0

    model = Model(LINES, too_wide)
    found = solve("x", where="price <= 100", by="price", model=model)
    assert found.value == pytest.approx(5.0, rel=1e-12)
    assert (found.ended_by, found.binding) == ("states", ())
    nowhere = solve("x", where="area <= 10000", over=(6, 9), by="price", model=model)
    assert (nowhere.relaxations, nowhere.meta["states"]) == ((), {"too_wide": 65})


def test_holes_narrower_than_the_first_grid_are_passed_over_as_it_says() -> None:
    def wave(x: Value) -> Value:
        """The distance from the whole number below [1]."""
        return x - floor(x)

    model = Model(Input("x", "1", "", low=-math.inf), wave)
    coarse = solve("x", where="wave <= 0.25", over={"from": 0, "to": 10, "steps": 6}, by="wave", model=model)
    assert coarse.ended_by == "range"
    fine = solve(
        "x", where="wave <= 0.25 and x < 9.9", over={"from": 0, "to": 10, "steps": 101}, by="wave", model=model
    )
    assert fine.value == pytest.approx(9.25, rel=1e-12)
    missed = solve("x", where="x >= 0.51 and x <= 0.52", over={"from": 0, "to": 1, "steps": 3}, by="wave", model=model)
    assert not missed.feasible


def test_what_would_have_to_give_by_hand() -> None:
    asked: dict[str, Any] = {"over": (1, 100), "by": "price", "model": LINES}
    one = solve("x", where="price <= 2 and x <= 50", **asked)
    (relaxation,) = one.relaxations
    (yielding,) = relaxation.yielding
    assert (yielding.constraint, yielding.quantity) == ("price <= 2", "price")
    assert (yielding.needed, yielding.change) == (3.0, 0.5)
    assert relaxation.design["x"] == 1.0
    either = solve("x", where="price <= 6 and x >= 5", **asked)
    assert [[one.needed for one in each.yielding] for each in either.relaxations] == [
        [pytest.approx(15.0, rel=2e-12)],
        [pytest.approx(2.0, rel=2e-12)],
    ]
    both = solve("x", where="price <= 2 and area <= 0.5 and not (x > 200)", **asked)
    (relaxation,) = both.relaxations
    assert [(one.constraint, one.needed, one.change) for one in relaxation.yielding] == [
        ("price <= 2", 3.0, 0.5),
        ("area <= 0.5", 1.0, 1.0),
    ]
    dropped = solve("x", where="not (x > 0)", **asked)
    assert [(one.needed, one.change) for one in dropped.relaxations[0].yielding] == [(None, None)]
    zero = solve("x", where="price <= 0", **asked)
    assert [(one.needed, one.change) for one in zero.relaxations[0].yielding] == [(3.0, None)]
    three = solve("x", where="price <= 2 and area <= 0.5 and x < 1", **asked)
    assert [len(one.yielding) for one in three.relaxations] == [3]


def test_a_column_of_a_table_can_be_solved_for() -> None:
    table = zipped({"x": [1.0, 5.0, 3.0], "y": [1.0, 2.0, 9.0]})
    sweep = Sweep({"designs": table}, where="price <= 20", model=LINES)
    found = solve("x", sweep, by="price")
    assert (found.value, found.design["y"], found.ended_by) == (5.0, 2.0, "range")
    with pytest.raises(SpecError, match="a column of a table"):
        solve("x", sweep, over=(0, 1), by="price")


def test_a_sweep_and_keywords_over_it() -> None:
    sweep = Sweep({"y": [1.0, 2.0]}, fixed={"x": 3.0}, where="price <= 10", model=LINES, columns=["area"])
    found = solve("x", sweep, by="price")
    assert found.value == pytest.approx(3.0, rel=1e-12)
    assert set(found.design) == {"x", "y", "area", "price"}
    assert solve("x", sweep, y=[4.0], by="price").value == pytest.approx(2.0, rel=1e-12)
    assert solve("x", sweep, where="price <= 13", by="price").value == pytest.approx(4.0, rel=1e-12)
    with pytest.raises(SpecError, match="model: a sweep brings its own"):
        solve("x", sweep, model=LINES, by="price")


def test_an_infinite_quantity_is_left_out() -> None:
    def ratio(x: Value, y: Value) -> Value:
        """A quotient [1]."""
        return x / y

    found = solve("x", where="ratio >= 5 and x <= 10", by="area", model=Model(LINES, ratio), y=[0.0])
    assert found.value == pytest.approx(10.0, rel=1e-12)
    assert found.constraints[0].value is None


def test_what_is_not_finite_and_compared_is_told() -> None:
    def inverse(x: Value) -> Value:
        """One over what is left [1]."""
        return 1.0 / (x - 2.0)

    with pytest.raises(InternalError, match="inverse is inf"):
        solve("x", {"x": [1.0, 2.0]}, by="inverse", model=Model(inverse))


def test_answers_do_not_depend_on_threads_and_report_progress() -> None:
    told: list[int] = []
    asked: dict[str, Any] = {
        "where": "area <= 2",
        "by": "price",
        "model": LINES,
        "y": {"from": 0, "to": 9, "steps": 99},
    }
    answers = [solve("x", threads=threads, progress=told.append, **asked).to_dict() for threads in (1, 2, 5)]
    assert answers[0] == answers[1] == answers[2]
    assert max(told, default=0) <= answers[0]["meta"]["combinations"]


@pytest.mark.parametrize(
    ("unknown", "changes", "says"),
    [
        ("xx", {}, 'unknown = "xx": unknown name'),
        ("aera", {}, 'unknown = "aera": unknown name; did you mean "area"?'),
        ("x", {"by": "pric"}, 'by = "pric": not a number of this model; did you mean "price"?'),
        (
            "x",
            {"where": "prices <= 1"},
            'query.where = "prices <= 1": column 1: unknown name "prices"; did you mean "pr',
        ),
        ("x", {"where": "price"}, "expected a condition, got a number"),
        ("x", {"over": (1,)}, "over = (1,): not a range; allowed: (low, high), or a range as of an axis"),
        ("x", {"over": 5}, "over = 5: not a range"),
        ("x", {"over": (2, 1)}, "over.from = 2: above the end of the range"),
        ("x", {"over": (0, math.inf)}, "infinite"),
        ("x", {"over": {"from": 0, "to": 1, "setps": 3}}, "over.setps = 3: unknown key; allowed: from, to, steps"),
        ("x", {"over": {"from": 0}}, "over.to: missing"),
        ("x", {"over": ("1 kg", 2)}, "over.from"),
        ("x", {"threads": 0}, "threads = 0"),
        ("x", {"z": 3}, 'z = 3: unknown name "z"'),
        (
            "y",
            {"by": "area", "where": "area <= 1", "x": 1.0, "over": (0, 1)},
            'unknown = "y": neither the condition nor area depends',
        ),
        ("y", {"x": 1.0}, "over: nothing says where to look for y; allowed: (low, high) within"),
        ("x", {"catalog": "book.yaml"}, "not a price book"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(unknown: str, changes: dict[str, Any], says: str) -> None:
    asked = {"where": "price <= 100", "by": "price", "model": LINES, "y": 1.0, **changes}
    if unknown == "y":
        del asked["y"]
    with pytest.raises(gigacost.Error) as caught:
        solve(unknown, **asked)
    assert says in str(caught.value)


def test_a_label_or_a_condition_is_no_number() -> None:
    design = {"chips": 1024, "params": "13B", "tokens": "2T"}
    with pytest.raises(SpecError, match='unknown = "hardware": has labels'):
        solve("hardware", design)
    with pytest.raises(SpecError, match='unknown = "no_price": a condition of the model'):
        solve("no_price", design, hardware="h100-sxm")
    with pytest.raises(SpecError, match="tokens: missing value"):
        solve("params", hardware="h100-sxm", chips=8)


def test_presets_dates_and_architectures_as_for_an_estimate() -> None:
    over = {"from": 1024, "to": 65536, "multiple_of": 1024}
    asked: dict[str, Any] = {"preset": "llama-3.1-405b", "as_of": "2026-06-01", "market": "on_demand"}
    found = solve("chips", where="train_days <= 100", over=over, smallest=True, **asked)
    assert found.value is not None
    less = [gigacost.estimate(chips=int(found.value) - gap, **asked)["train_days"] for gap in (0, 1024)]
    assert [days is not None and days <= 100 for days in less] == [True, False]
    named = {"hardware": "h100-sxm", "chips": 1024}
    tokens = solve("tokens", named, where="train_days <= 30", model="llama-3.1-8b", as_of="2025-06-01").value
    known = gigacost.estimate(named, tokens=tokens, model="llama-3.1-8b", as_of="2025-06-01")["train_days"]
    assert known == pytest.approx(30.0, rel=1e-9)


def test_a_solved_design_costs_what_an_estimate_of_it_says() -> None:
    design: dict[str, Any] = {
        "hardware": ["h100-sxm", "b200-sxm"], "chips": [1024, 2048, 4096], "market": ["own", "on_demand"],
        "columns": ["cost_total_usd", "train_days", "facility_mw"],
    }  # fmt: skip
    tokens = solve("tokens", params="70B", where="cost_total_usd <= 50e6 and train_days <= 90", **design)
    assert tokens.value is not None
    chosen = {name: tokens.design[name] for name in ("hardware", "chips", "market")}
    known = gigacost.estimate(params="70B", tokens=tokens.value, **chosen)
    assert known["cost_total_usd"] == tokens.design["cost_total_usd"] <= 50e6
    assert known["train_days"] == tokens.design["train_days"] <= 90
    for hardware in design["hardware"]:
        for chips in design["chips"]:
            for market in design["market"]:
                more = gigacost.estimate(
                    params="70B", tokens=tokens.value * (1 + 2e-12), hardware=hardware, chips=chips, market=market
                )
                assert more["cost_total_usd"] > 50e6 or more["train_days"] > 90  # type: ignore[operator]
    assert set(tokens.binding) <= {"cost_total_usd <= 50e6", "train_days <= 90"}
    assert tokens.binding
