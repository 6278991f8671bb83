"""Aggregates over draws: what they mean, by hand, and what is refused."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_runner import invoke
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost import InternalError, Model, SpecError, Sweep, ops, reference
from gigacost.catalog import Catalog
from gigacost.compiler.checks import namespace
from gigacost.graph import declarations
from gigacost.ops import Value
from gigacost.spec.reader import read_mapping

THREE = "empirical 1, 2, 4"
COUNT = 300
"""Three draws of each of the three values in every nine, for Sobol and for random points alike only about so."""


def product(a: Value, b: Value) -> Value:
    return a * b


def square(a: Value) -> Value:
    return a * a


@declarations.status("too_much", spoils="product")
def is_too_much(a: Value) -> Value:
    return a > 3.0


MODEL = Model(
    declarations.Input("a", "1", "", default=3.0, low=-math.inf),
    declarations.Input("b", "1", "", default=10.0, low=-math.inf),
    product,
    square,
)
SPOILED = MODEL.extend(is_too_much)


def sweep(*columns: str, model: Model = MODEL, **more: Any) -> Sweep:
    given: dict[str, Any] = {"uncertain": {"a": THREE}, "draws": {"count": COUNT}} | more
    return Sweep({"b": [10.0, 20.0]}, columns=columns, model=model, **given)


def rows(found: Sweep) -> list[dict[str, Any]]:
    told = list(found.top(found.size, "b").rows)
    assert [{**row, "index": i} for i, row in enumerate(reference.rows(found))] == told
    return told


def draws_of(found: Sweep, name: str = "a") -> list[float]:
    return list(found.bound.drawn[name])


def test_an_aggregate_is_made_of_the_values_in_all_draws() -> None:
    found = sweep("product", "mean(product)", "p5(product)", "p50(product)", "quantile(product, 1)")
    values = sorted(value * 10.0 for value in draws_of(found))
    assert set(values) == {10.0, 20.0, 40.0}
    first, second = rows(found)
    assert first["product"] == 30.0, "a plain column has the central value"
    assert first["mean(product)"] == math.fsum(values) / COUNT
    assert (first["p5(product)"], first["p50(product)"], first["quantile(product, 1)"]) == (10.0, 20.0, 40.0)
    assert second["quantile(product, 1)"] == 80.0


def test_the_same_draw_is_used_everywhere_in_a_row() -> None:
    found = sweep("mean(square - a * a)", "P(square == a * a)", "P(square == 4)")
    share = draws_of(found).count(2.0) / COUNT
    assert [list(row.values())[2:] for row in rows(found)] == [[0.0, 1.0, share]] * 2


def test_a_relative_distribution_multiplies_what_is_there_otherwise() -> None:
    of_an_input = sweep("quantile(product, 1)", uncertain={"a": "x " + THREE})
    assert [row["quantile(product, 1)"] for row in rows(of_an_input)] == [120.0, 240.0]
    of_an_axis = sweep("quantile(product, 1)", uncertain={"b": "x " + THREE})
    assert [row["quantile(product, 1)"] for row in rows(of_an_axis)] == [120.0, 240.0]
    of_a_quantity = sweep("quantile(product, 1)", "product", uncertain={"product": "x " + THREE})
    assert [(row["quantile(product, 1)"], row["product"]) for row in rows(of_a_quantity)] == [(120, 30), (240, 60)]


def test_an_absolute_distribution_replaces_a_quantity() -> None:
    found = sweep("quantile(product + b, 1)", "product", uncertain={"product": THREE})
    assert [(row["quantile(product + b, 1)"], row["product"]) for row in rows(found)] == [(14.0, 30.0), (24.0, 60.0)]


@settings(max_examples=60)
@given(st.floats(-1e6, 1e6), st.integers(2, 9))
def test_the_mean_of_equal_draws_is_what_they_are(value: float, count: int) -> None:
    found = sweep("mean(a)", "p50(a)", uncertain={"a": f"empirical {value!r}"}, draws={"count": count})
    assert [(row["mean(a)"], row["p50(a)"]) for row in rows(found)] == [(value, value)] * 2


def test_what_has_no_other_value_is_centrally_its_median() -> None:
    model = Model(
        declarations.Input("a", "1", "", low=-math.inf), declarations.Input("b", "1", "", default=1.0), product
    )
    found = sweep("product", "quantile(product, 0)", model=model, uncertain={"a": "uniform 2..4"})
    assert rows(found)[0]["product"] == 30.0
    assert 2.0 * 10.0 <= rows(found)[0]["quantile(product, 0)"] < 2.1 * 10.0


def test_what_no_draw_changes_is_what_it_is() -> None:
    found = sweep("mean(b)", "p90(b / 3)", "P(b > 15)")
    assert [list(row.values())[2:] for row in rows(found)] == [[10.0, 10.0 / 3, 0.0], [20.0, 20.0 / 3, 1.0]]


def test_aggregates_stand_wherever_a_number_does() -> None:
    found = sweep("margin", derive={"margin": "p90(product) - product"}, where="P(product >= 40) >= 0.5")
    assert [(row["index"], row["margin"]) for row in found.top(9, "margin").rows] == [(1, 20.0)]
    assert found.count() == 1
    assert found.summary(["margin"]).columns["margin"].max == 20.0
    assert found.bounds("p10(product)").max == 20.0


def test_a_draw_in_a_state_spoils_the_aggregate_but_not_the_row() -> None:
    found = sweep("product", "mean(product)", "mean(square)", "P(product > 15)", model=SPOILED)
    share = draws_of(found).count(2.0) / COUNT  # where a is 4, the product is missing
    for row in rows(found):
        assert row["status"] == "too_much_in_draws"
        assert row["mean(product)"] is None
        assert row["product"] == 3.0 * row["b"]
        assert row["mean(square)"] is not None
    assert rows(found)[0]["P(product > 15)"] == share
    assert found.find(5, "mean(product)") == []
    assert found.summary(["product"]).states == {"ok": 2, "too_much": 0}
    assert found.summary(["mean(product)"]).states == {"ok": 0, "too_much": 0, "too_much_in_draws": 2}


def test_a_central_state_spoils_aggregates_too() -> None:
    found = sweep("mean(product)", "P(product > 15)", model=SPOILED, fixed={"a": 5.0})
    assert [(row["status"], row["mean(product)"], row["P(product > 15)"]) for row in rows(found)] == [
        ("too_much", None, None),
        ("too_much", None, None),
    ]


def test_draws_in_a_state_that_central_values_decide_count_like_any_others() -> None:
    @declarations.status("too_much", spoils="product", central=True)
    def is_too_much(a: Value) -> Value:
        """Whether it is too much [truth]."""
        return a > 3.0

    decided = MODEL.extend(is_too_much)
    asked = ("mean(product)", "P(product > 15)", "P(is_too_much)")
    found, plain = sweep(*asked, model=decided), sweep(*asked[:2])
    share = draws_of(found).count(4.0) / COUNT
    for row, other in zip(rows(found), rows(plain), strict=True):
        assert {**other, "status": "ok", "P(is_too_much)": share} == row
    spoiled = sweep(*asked, model=decided, fixed={"a": 5.0})
    assert [list(row.values())[2:] for row in rows(spoiled)] == [["too_much", None, None, share]] * 2


def test_a_search_sees_central_values() -> None:
    def distance(guess: Value, a: Value) -> Value:
        return ops.maximum(guess - a, a - guess)

    def legal(guess: Value) -> Value:
        return guess > -1.0

    model = Model(declarations.Input("a", "1", "", default=3.0), distance, legal)
    model = model.search("nearest", over={"guess": [1.0, 2.0, 3.0, 4.0]}, minimise="distance", among="legal")
    found = Sweep(
        {},
        columns=["guess", "quantile(guess, 1)", "distance", "quantile(distance, 1)"],
        model=model,
        uncertain={"a": THREE},
        draws={"count": 64},
    )
    (row,) = found.top(1, "distance").rows
    assert list(row.values())[1:] == [3.0, 3.0, 0.0, 2.0]


def test_an_aggregate_that_is_not_finite_names_its_row() -> None:
    found = sweep("mean(1 / (b - 10 * a))", fixed={})
    with pytest.raises(InternalError, match=r"combination 0 \(b = 10") as raised:
        found.to_numpy()
    assert raised.value.row == 0
    with pytest.raises(InternalError):
        reference.rows(found)


def test_means_are_rounded_once() -> None:
    values = [1e300, 1.0, -1e300, 3.0, 1e-300, 2.0**-1074]
    found = sweep("mean(a)", uncertain={"a": "empirical " + ", ".join(map(repr, values))}, draws={"count": 1000})
    assert rows(found)[0]["mean(a)"] == math.fsum(draws_of(found)) / 1000


def test_draws_are_those_of_the_seed(tmp_path: Path) -> None:
    def one(seed: int, method: str = "sobol") -> Any:
        uncertain = {"a": "normal 90% 1..3"}
        found = sweep("mean(product)", uncertain=uncertain, draws={"count": 64, "seed": seed, "method": method})
        return rows(found)[0]["mean(product)"], found.spec.sha256

    assert one(1) == one(1)
    assert len({one(1), one(2), one(1, "random"), one(2, "random")}) == 4
    meta = sweep("mean(product)", draws={"count": 64, "seed": 7}).meta
    assert (meta["draws"], meta["seed"], meta["method"]) == ("64", "7", "sobol")
    del tmp_path


def test_any_number_of_threads_gives_the_same_bits() -> None:
    found = Sweep(
        {"chips": {"from": 256, "to": 8192, "steps": 40, "scale": "log"}},
        fixed={"hardware": "h100-sxm", "params": "70B", "tokens": "2T"},
        uncertain={"mfu": "normal 90% 0.3..0.5 within 0.1..0.9", "electricity_usd_per_kwh": "x lognormal 90% 0.7..1.5"},
        draws={"count": 5000, "correlate": [["mfu", "electricity_usd_per_kwh", 0.5]]},
        columns=["mean(cost_total_usd)", "p5(cost_total_usd)", "p95(train_days)", "P(train_days <= 60)"],
    )
    alone = found.to_numpy(threads=1)
    for threads in (2, 3, 5):
        together = found.to_numpy(threads=threads)
        for name, values in alone.items():
            np.testing.assert_array_equal(values, together[name])


def test_a_specification_goes_round() -> None:
    found = sweep("p90(product)", draws={"count": 16, "seed": 3, "method": "random"}, where="P(product > 3) > 0.5")
    names = namespace(MODEL, Catalog.bundled())
    again = read_mapping(found.spec.to_dict(), names)
    assert again == found.spec
    assert again.sha256 == found.spec.sha256
    changed = read_mapping(again.to_dict(), names, settings=[("uncertain.a", "uniform 1..2"), ("draws.count", "32")])
    assert (changed.uncertain["a"].text, changed.draws.count, changed.draws.seed) == ("uniform 1..2", 32, 3)
    assert changed.sha256 != found.spec.sha256
    assert "replaces" in changed.notes[0]
    copy = pickle.loads(pickle.dumps(found))
    assert rows(copy) == rows(found)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"columns": ["p90(p10(product))"]}, 'columns[0] = "p90(p10(product))": column 5: p10 inside p90'),
        ({"derive": {"d": "mean(a)", "e": "p90(d)"}}, "d is an aggregate over draws already, inside p90"),
        ({"uncertain": {}, "columns": ["p90(product)"]}, "p90 is over draws, and nothing is uncertain here"),
        ({"columns": ["p90(nothing)"]}, 'unknown name "nothing"'),
        ({"columns": ["product + (1)"]}, "a column is a name or an aggregate over draws"),
        ({"columns": ["quantile(product, 1.5)"]}, '"1.5" is not a quantile; allowed: a number from 0 to 1'),
        ({"columns": ["quantile(product)"]}, 'expected ","'),
        ({"columns": ["P(product)"]}, "expected a condition, got a number"),
        ({"columns": ["mean(product > 1)"]}, "expected a number, got a condition"),
        ({"columns": ["p0(product)"]}, 'unknown function "p0"'),
        ({"where": "p90(product)"}, "expected a condition, got a number"),
        ({"uncertain": {"c": THREE}}, 'uncertain.c = "empirical 1, 2, 4": unknown name "c"'),
        ({"uncertain": {"a": "nrmal 1..2"}}, 'did you mean "normal"?'),
        ({"uncertain": {"a": 3}}, "expected string, got integer"),
        ({"uncertain": {"a": None}}, "uncertain.a: missing value"),
        ({"draws": {"count": 1}}, "draws.count = 1: out of range; allowed: 2 to"),
        ({"draws": {"count": 2**40}}, "draws.count = 1099511627776: out of range"),
        ({"draws": {"count": 2**18 + 1}}, "draws.count = 262145: out of range; allowed: 2 to 262144"),
        ({"draws": {"count": 1.5}}, "draws.count = 1.5: not a whole number"),
        ({"draws": {"seed": -1}}, "draws.seed = -1: out of range"),
        ({"draws": {"method": "sobel"}}, 'did you mean "sobol"?'),
        ({"draws": {"counts": 8}}, "draws.counts = 8: unknown key; allowed: count, seed, method, correlate"),
        ({"draws": {"correlate": [["a", "c", 0.5]]}}, '"c": not uncertain'),
        ({"draws": {"correlate": [["a", "b", 1.5]]}}, "no correlation of two inputs"),
    ],
)
def test_aggregates_refuse_what_has_no_meaning(more: dict[str, Any], says: str) -> None:
    given: dict[str, Any] = {"uncertain": {"a": THREE}, "columns": ["product"], "model": MODEL} | more
    with pytest.raises(SpecError) as raised:
        Sweep({"b": [1.0]}, **given)
    assert says in str(raised.value)


def test_correlations_that_contradict_each_other_are_refused() -> None:
    model = Model(*(declarations.Input(name, "1", "", default=1.0) for name in "abc"), product)
    pairs = [["a", "b", 0.9], ["b", "c", 0.9], ["a", "c", -0.9]]
    with pytest.raises(SpecError, match="not positive definite"):
        Sweep({}, uncertain=dict.fromkeys("abc", "uniform 0..1"), draws={"correlate": pairs}, model=model)


@pytest.mark.parametrize(
    ("uncertain", "says"),
    [
        ("mfu=normal 90% 0.1..0.7", "allowed: 0 < mfu <= 1"),
        ("mfu=uniform 0.5..1.5", 'uncertain.mfu = "uniform 0.5..1.5": draws 1.4'),
        ("chips=uniform 8..16", "allowed: a whole number"),
        ("hardware=uniform 1..2", "hardware has labels, and no distribution"),
        ("tp=empirical 1, 2", "the model chooses it itself (search layout), from central values"),
        ("goodput=x uniform 1..2", ""),
        ("tokens=x uniform 0.5..2", ""),
        ("params=x uniform -1..2", "x -0.99"),
    ],
)
def test_draws_that_no_run_could_have_are_refused(
    uncertain: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spec.toml"
    path.write_text('version = 1\n[fixed]\nhardware = "h100-sxm"\nparams = "7B"\ntokens = "1T"\nchips = 64\n')
    more = ("--uncertain", uncertain, "--draws", "4096", "--columns", "train_days", "--by", "train_days")
    outcome = invoke(capsys, "top", path, *more)
    assert (outcome.code, says in outcome.err) == (2 if says else 0, True), outcome.err
    assert not says or "--uncertain" in outcome.err


def test_the_command_line_makes_things_uncertain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "spec.toml"
    path.write_text('version = 1\n[fixed]\nhardware = "h100-sxm"\nparams = "7B"\ntokens = "1T"\nchips = 64\n')
    columns = "quantile(train_days, 0.5),P(train_days <= 1)"
    more = ("--uncertain", "mfu=uniform 0.3..0.5", "--draws", "16", "--seed", "3", "--columns", columns, "--json")
    outcome = invoke(capsys, "top", path, "--by", "p90(train_days)", *more)
    assert outcome.code == 0, outcome.err
    for told in ('"quantile(train_days, 0.5)"', '"draws": "16"', '"seed": "3"'):
        assert told in outcome.out
