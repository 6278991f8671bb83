"""Why a cost changed: contributions that add up, turn around, and are what changing one thing after the other does."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_runner import spec_file
from shapley import contributions, shapley

import gigacost
from gigacost import Input, InternalError, Model, SpecError, Subtotal, Sweep, compare, contribution
from gigacost.graph import declarations

H100: dict[str, Any] = {"hardware": "h100-sxm", "chips": 1024, "params": "70B", "tokens": "2T"}
B200 = {**H100, "hardware": "b200-sxm", "market": "own", "region": "us-tx", "salary_usd": "500K"}


def estimated(inputs: Mapping[str, Any], by: str = "cost_total_usd") -> float | None:
    """The quantity of one run; None where it is impossible."""
    try:
        return gigacost.estimate(dict(inputs))[by]
    except SpecError:
        return None


def between(a: Mapping[str, Any], b: Mapping[str, Any], by: str = "cost_total_usd") -> dict[str, float] | None:
    """What the differences of two runs contribute, each mixture an estimate of its own."""
    names = [name for name in {**a, **b} if a.get(name) != b.get(name)]

    def value(changed: frozenset[str]) -> float | None:
        taken = {name: (b if name in changed else a).get(name) for name in {**a, **b}}
        return estimated({name: given for name, given in taken.items() if given is not None}, by)

    return shapley(names, value)


x, y, idle = (Input(name, "1", "A number.", default=1.0, low=-math.inf) for name in ("x", "y", "idle"))


def product(x: float, y: float) -> float:
    """Their product [1]."""
    return x * y


def lowest(x: float, y: float) -> float:
    """A sum [1]."""
    return x + y


PRODUCT = Model(x, y, idle, product)


def test_a_product_by_hand() -> None:
    found = compare({"x": 1, "y": 1}, {"x": 2, "y": 3}, by="product", model=PRODUCT)
    # x first: 1 -> 2 -> 6; y first: 1 -> 3 -> 6.
    assert contributions(found) == {"y": ((6 - 2) + (3 - 1)) / 2, "x": ((2 - 1) + (6 - 3)) / 2} == {"y": 3, "x": 2}
    assert (found.a.value, found.b.value, found.difference) == (1.0, 6.0, 5.0)
    assert (found.residue, found.drivers, found.drivers_residue) == (0.0, (), 0.0)
    assert found.assumption("x").share == 2 / 5
    assert [one and one.value for one in (found.assumption("x").a, found.assumption("x").b)] == [1.0, 2.0]
    assert found.meta["exact"]
    assert (found.meta["mixtures"], found.meta["orders"], found.meta["impossible"]) == (4, 2, 0)


def test_what_changes_nothing_contributes_nothing() -> None:
    found = compare({"x": 2}, {"x": 2, "y": 3, "idle": 7}, by="product", model=PRODUCT)
    assert contributions(found) == {"y": 4.0, "idle": 0.0}
    assert found.meta["mixtures"] == 2
    other = compare(H100, {**H100, "market": "own", "provider_class": "hyperscaler", "as_of": "2026-10-01"})
    assert other.assumption("as_of").contribution is not None
    alone = compare({**H100, "market": "own"}, {**H100, "market": "own", "provider_class": "hyperscaler"})
    assert contributions(alone) == {"provider_class": 0.0}
    assert alone.difference == 0.0


def test_no_change_is_zero() -> None:
    found = compare(H100, H100)
    assert (found.difference, found.residue, found.drivers_residue, found.assumptions) == (0.0, 0.0, 0.0, ())
    assert all(term.difference == 0.0 for driver in found.drivers for term in driver.contributions())
    said = compare(H100, {**H100, "market": "on_demand"})
    assert (said.difference, said.assumptions) == (0.0, ())


@pytest.mark.parametrize(
    ("a", "b", "by"),
    [
        pytest.param(H100, B200, "cost_total_usd", id="choices-and-figures"),
        pytest.param(H100, {**H100, "mfu": 0.3, "tp": 4, "chips": 2048}, "train_days", id="given-and-computed"),
        pytest.param({**H100, "goodput": 0.9}, {**B200, "runs_per_year": 2}, "total_run_usd", id="given-here-or-there"),
        pytest.param(
            {**H100, "hardware": "tpu-v5p", "provider_class": "hyperscaler"},
            {**H100, "market": "own", "as_of": "2026-06-01", "provider_class": "neocloud"},
            "cost_total_usd",
            id="impossible-on-the-way",
        ),
        pytest.param(
            {**H100, "precision": "bf16", "hardware": "a100-sxm-80"},
            {**H100, "precision": "fp8", "rental_usd_per_chip_hour": 2.0},
            "cost_total_usd",
            id="a-price-of-ones-own",
        ),
    ],
)
def test_contributions_are_those_of_estimates_one_by_one(a: dict[str, Any], b: dict[str, Any], by: str) -> None:
    found = compare(a, b, by=by)
    assert (found.a.value, found.b.value) == (estimated(a, by), estimated(b, by))
    assert {name: one for name, one in contributions(found).items() if one} == {
        name: one for name, one in (between(a, b, by) or {}).items() if one
    }
    assert abs(found.residue) <= len(found.assumptions) * math.ulp(max(found.a.value, found.b.value))
    back = compare(b, a, by=by)
    assert contributions(back) == {name: -one for name, one in contributions(found).items()}
    assert back.residue == -found.residue


def test_of_many_changes_a_sample_of_orders_adds_up_and_turns_around() -> None:
    many = {"pue": 1.3, "experiments_factor": 3, "goodput": 0.9, "mfu": 0.4, "runs_per_year": 2, "chips": 2048}
    a, b = {**H100, "tp": 4}, {**B200, **many, "tokens": "3T"}
    found, back = compare(a, b), compare(b, a)
    assert not found.meta["exact"]
    assert found.meta["seed"] == 0
    assert contributions(back) == {name: -one for name, one in contributions(found).items()}
    assert abs(found.residue) <= len(found.assumptions) * math.ulp(found.b.value)
    assert all(one.standard_error >= 0.0 for one in found.assumptions)
    assert found.assumption("tp").contribution != 0.0


def test_drivers_are_the_differences_of_the_breakdown() -> None:
    found, a, b = compare(H100, B200), gigacost.estimate(H100), gigacost.estimate(B200)
    terms = {term.name: term for driver in found.drivers for term in driver.contributions()}
    assert terms.keys() == a.breakdown.keys()
    for name, term in terms.items():
        assert (term.a, term.b) == (a.breakdown[name], b.breakdown[name])
        assert term.difference == term.b - term.a
    left = found.difference - math.fsum(term.difference for term in terms.values())
    assert found.drivers_residue == pytest.approx(left, abs=1e-9)
    assert abs(found.drivers_residue) <= len(terms) * math.ulp(max(found.a.value, found.b.value))
    nested = found.drivers[0]
    assert [nested.name, nested.parts[0].name, nested.parts[0].parts[0].name] == [
        "total_project_usd",
        "total_development_usd",
        "total_run_usd",
    ]
    assert (nested.a, nested.b) == (a.subtotals["total_project_usd"], b.subtotals["total_project_usd"])


def test_a_subtotal_that_is_given_has_no_terms() -> None:
    found = compare(H100, {**H100, "total_run_usd": 1e6})
    first = found.drivers[0].parts[0].parts[0]
    assert (first.name, first.parts) == ("total_run_usd", ())
    assert found.assumption("total_run_usd").a is not None
    assert compare(H100, B200, by="cost_staff_usd").drivers == ()


def test_a_choice_can_be_opened_into_its_figures() -> None:
    hardware = compare(H100, {**H100, "hardware": "b200-sxm"}).assumption("hardware")
    figures = {part.name: part for part in hardware.parts}
    assert {"peak_flop_per_s", "mem_gib", "rental_usd_per_chip_hour"} <= figures.keys()
    price = figures["rental_usd_per_chip_hour"]
    assert price.contribution is None
    assert price.unit == "$/(chip·h)"
    known = gigacost.estimate({**H100, "hardware": "b200-sxm"}).assumption("rental_usd_per_chip_hour")
    assert price.b == known
    assert price.a == gigacost.estimate(H100).assumption("rental_usd_per_chip_hour")


def test_an_architecture_and_the_parameters_given_in_its_place_are_one() -> None:
    run = {name: value for name, value in H100.items() if name != "params"}
    found = compare(H100, {**run, "model": "llama-3.1-405b", "chips": 16384})
    assert set(contributions(found)) == {"model", "chips"}
    (params,) = (part for part in found.assumption("model").parts if part.name == "params")
    assert params.a is not None
    assert params.b is not None
    assert (params.a.value, params.a.source, params.b.value) == (70e9, "given", 405.85e9)
    assert found.meta["impossible"] == 0


def test_what_one_side_gives_the_other_computes() -> None:
    change = compare(H100, {**H100, "mfu": 0.3, "tp": 8}).assumption("mfu")
    assert change.a is not None
    assert change.b is not None
    assert (change.a.value, change.a.source) == (gigacost.estimate(H100)["mfu"], "computed by the model")
    assert (change.b.value, change.b.source) == (0.3, "given")
    unused = compare({**H100, "mfu": 0.4}, {**H100, "mfu": 0.4, "tp": 8}).assumption("tp")
    assert (unused.a, unused.contribution) == (None, 0.0)


def book(usd: float, **more: Any) -> dict[str, Any]:
    quote = {"hardware": "h100-sxm", "market": "on_demand", "usd_per_chip_hour": usd}
    return {"name": "acme", "date": "2026-10-01", "rental": [quote], **more}


def test_figures_that_catalogues_disagree_about_are_assumptions() -> None:
    a, b = {**H100, "catalog": book(2.0)}, {**H100, "catalog": book(3.0), "pue": 1.3}
    found = compare(a, b)
    change = found.assumption("rental_usd_per_chip_hour")
    assert change.a is not None
    assert change.b is not None
    assert (change.a.value, change.b.value) == (2.0, 3.0)
    assert "acme" in change.b.source
    first, second = (gigacost.estimate(H100, catalog=book(usd))["cost_total_usd"] for usd in (2.0, 3.0))
    assert first is not None
    assert second is not None
    assert change.contribution == pytest.approx(second - first, rel=1e-12)
    shared = compare(H100, {**H100, "chips": 2048}, catalog=book(2.0))
    assert set(contributions(shared)) == {"chips"}


def test_a_chip_that_one_catalogue_has_is_looked_up_there() -> None:
    chip = {"vendor": "Acme", "kind": "other", "release": "2025-01", "dense_tflops": {"bf16": 500}, "tdp_w": 500}
    price = {"hardware": "x1", "market": "on_demand", "usd_per_chip_hour": 1.0}
    mine = {"name": "acme", "date": "2026-10-01", "accelerators": {"x1": chip}, "rental": [price]}
    run = {**H100, "mfu": 0.4}
    a, b = run, {**run, "hardware": "x1", "chips": 2048, "catalog": mine}
    for found in (compare(a, b), compare(b, a)):
        assert set(contributions(found)) == {"hardware", "chips"}
        assert found.meta["impossible"] == 0


def test_a_hybrid_that_breaks_a_rule_is_impossible() -> None:
    def x_above_y(x: float, y: float) -> bool:
        return x > y

    model = PRODUCT.extend(declarations.rule("x above y", allowed="x <= y")(x_above_y))
    found = compare({"x": 1, "y": 2}, {"x": 3, "y": 4}, by="product", model=model)
    assert contributions(found) == {"x": 8.0, "y": 2.0}
    assert found.meta["impossible"] == 1


def test_a_hybrid_without_a_finite_value_is_named() -> None:
    def ratio(x: float, y: float) -> float:
        """A quotient [1]."""
        return 1.0 / (x - y)

    with pytest.raises(InternalError, match=r"ratio is inf .* of the hybrids \(x = 2.0, y = 2.0\)"):
        compare({"x": 1, "y": 2}, {"x": 2, "y": 1}, by="ratio", model=PRODUCT.extend(ratio))


def test_assumptions_that_can_only_change_together_are_one() -> None:
    def apart(x: float, y: float) -> bool:
        """Whether they differ [truth]."""
        return x != y

    model = PRODUCT.extend(declarations.status("apart", spoils="product")(apart))
    found = compare({"x": 1, "y": 1}, {"x": 2, "y": 2, "idle": 3}, by="product", model=model)
    (both, _) = found.assumptions
    assert (both.name, both.contribution, both.a) == ("x + y", 3.0, None)
    assert [part.name for part in both.parts] == ["x", "y"]
    assert found.meta["impossible"] == 2


def test_a_side_with_axes_is_its_best() -> None:
    sweep = Sweep({"chips": [256, 1024, 4096]}, fixed={**_without("chips"), "market": "own"}, where="train_days <= 60")
    found = compare(sweep, H100)
    best = sweep.top(1).rows[0]
    assert (found.a.value, dict(found.a.axes), found.a.combinations) == (
        best["cost_total_usd"],
        {"chips": best["chips"]},
        3,
    )
    assert contributions(found) == contributions(compare({**H100, "chips": best["chips"], "market": "own"}, H100))
    other = compare(sweep, H100, by="train_days")
    assert other.a.axes == {"chips": 4096}


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in H100.items() if key != name}


def test_a_preset_is_cited() -> None:
    found = compare(
        {"preset": "olmo-2-7b", "as_of": "2026-06-01"}, {"preset": "olmo-2-7b", "as_of": "2026-06-01", "chips": 512}
    )
    chips = found.assumption("chips")
    assert chips.a is not None
    assert chips.a.source == "preset olmo-2-7b"


def test_files_on_both_sides(tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    found = compare(spec, Sweep.from_toml(spec, settings=[("chips", "512")]))
    assert (found.a.source, found.b.source, found.b.combinations) == (spec, spec, 4)
    assert found.a.axes["hardware"] == found.b.axes["hardware"]


def test_derived_quantities_can_be_compared() -> None:
    sweeps = [
        Sweep(fixed={**H100, "market": market}, derive={"per_day": "cost_total_usd / train_days"})
        for market in ("own", "on_demand")
    ]
    found = compare(*sweeps, by="per_day")
    assert set(contributions(found)) == {"market"}
    assert found.assumption("market").contribution == found.difference
    label = {"half": "where(market == 'own', cost_total_usd / 2, cost_total_usd)"}
    by_label = compare(
        *(Sweep(fixed={**H100, "market": market}, derive=label) for market in ("own", "spot")), by="half"
    )
    assert by_label.assumption("market").contribution == by_label.difference
    assert by_label.a.value == (estimated({**H100, "market": "own"}) or 0.0) / 2
    other = Sweep(fixed=H100, derive={"per_day": "cost_total_usd / train_days / 2"})
    with pytest.raises(SpecError, match='by = "per_day": derived otherwise on the two sides'):
        compare(sweeps[0], other, by="per_day")


def test_it_is_plain_data() -> None:
    found = compare(H100, B200)
    assert pickle.loads(pickle.dumps(found)) == found
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["difference"] == found.difference
    assert [one["name"] for one in told["assumptions"]] == [one.name for one in found.assumptions]
    assert told["assumptions"][0]["b"]["source"] == "given"
    assert told["drivers"][0]["parts"]
    assert "<Comparison of cost_total_usd: " in repr(found)
    sizes = [abs(one.contribution or 0.0) for one in found.assumptions]
    assert sizes == sorted(sizes, reverse=True)
    with pytest.raises(KeyError, match='did you mean "hardware"'):
        found.assumption("hardwear")


@pytest.mark.parametrize("by", ["pue", "tp", "chips"])
def test_inputs_and_searched_axes_can_be_compared(by: str) -> None:
    found = compare(H100, {**H100, "region": "us-tx", "chips": 2048, "hardware": "b200-sxm"}, by=by)
    assert math.fsum(contributions(found).values()) == pytest.approx(found.difference)


def test_threads_change_nothing() -> None:
    assert compare(H100, B200, threads=1) == compare(H100, B200, threads=3)


@pytest.mark.parametrize(
    ("a", "b", "more", "says"),
    [
        (H100, {**H100, "chisp": 8}, {}, r'b\.chisp = 8: unknown name "chisp"; did you mean "chips"\?'),
        ({**H100, "mfu": 45}, H100, {}, r"a\.mfu = 45: out of range"),
        (H100, {"hardware": "h100-sxm"}, {}, "chips"),
        (H100, 3, {}, "b = 3: expected a sweep, a path or a mapping, got int"),
        (H100, H100, {"by": "cost_totl_usd"}, 'by = "cost_totl_usd": not a number of this model; did you mean "cost_'),
        (H100, H100, {"by": "market"}, 'by = "market"'),
        (H100, H100, {"threads": 0}, "threads = 0"),
        (H100, {**H100, "hardware": "tpu-v5p", "market": "own"}, {"strict": True}, r'b\.market = "own": tpu-v5p cannot be bought'),
        (H100, {**H100, "precision": "fp4"}, {}, r'b\.precision = "fp4": not on h100-sxm'),
        (H100, "nowhere.toml", {}, "nowhere.toml"),
        (H100, Sweep({"chips": [8, 16]}, fixed=_without("chips"), where="train_days < 1"), {},
         "b: none of its 2 combinations is feasible; gigacost summary says why"),
        (H100, Sweep(fixed=H100, where="train_days < 1"), {}, "b: none of its 1 combinations is feasible"),
        (H100, Sweep(fixed={"x": 1}, model=PRODUCT), {}, "b: costed by another model than a"),
    ],
)  # fmt: skip
def test_bad_sides_are_refused(a: Any, b: Any, more: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=says):
        compare(a, b, **more)


def cost_a_usd(x: float) -> float:
    """A cost [$]."""
    return x


def cost_b_usd(y: float) -> float:
    """A cost [$]."""
    return y


def test_a_model_of_ones_own() -> None:
    add = contribution(to="all_usd")
    model = Model(x, y, add(cost_a_usd), add(cost_b_usd), Subtotal("all_usd", "Both."))
    found = compare({"x": 1}, {"x": 4, "y": 3}, by="all_usd", model=model)
    assert [(term.name, term.difference) for term in found.drivers] == [("cost_a_usd", 3.0), ("cost_b_usd", 2.0)]
    assert contributions(found) == {"x": 3.0, "y": 2.0}


def test_intervals_are_over_the_same_draws_of_both() -> None:
    run = {**H100, "market": "own"}
    found = compare(run, {**run, "electricity_usd_per_kwh": 0.1}, draws=128)
    a, b, difference = (found.intervals[name] for name in ("a", "b", "difference"))
    assert a.items() <= gigacost.uncertainty(run, draws=128).spread.to_dict().items()
    assert compare(run, run, draws=128).intervals["difference"]["std"] == 0.0
    assert b["mean"] is not None
    assert a["mean"] is not None
    assert difference["mean"] == pytest.approx(b["mean"] - a["mean"], rel=1e-9)
    power = compare(run, {**run, "average_power_fraction": 0.75}, draws=128).intervals
    assert power["difference"]["std"] is not None
    assert power["a"]["std"] is not None
    assert power["difference"]["std"] < 0.05 * power["a"]["std"], "what only a leaves open does not move the others"
    assert compare(run, run).intervals == {}


def test_what_is_stated_and_makes_no_difference_to_what_is_compared_is_left_alone() -> None:
    sweep = Sweep(fixed=H100, uncertain={"electricity_usd_per_kwh": "x uniform 0.5..2"})
    assert compare(sweep, sweep, by="train_days", draws=16).intervals["a"]["p90"] is not None
