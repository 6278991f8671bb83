"""A missing price is no end: the run stands, what needs the price is null, and the nearest quotes are named."""

from __future__ import annotations

import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

import gigacost
from gigacost import Catalog, Input, Model, SpecError, Sweep, contribution, estimate, status
from gigacost.graph.declarations import Subtotal
from gigacost.ops import Value, missing
from gigacost.queries import missing_prices
from gigacost.queries.estimates import Estimate
from gigacost.queries.request import Request

Capture = pytest.CaptureFixture[str]
BOOK = Catalog.bundled()
RUN: dict[str, Any] = {"params": "1B", "tokens": "100B", "chips": 64}
FLAGS = ("--params", "1B", "--tokens", "100B", "--chips", "64")
TOTALS = ("total_run_usd", "total_development_usd", "total_project_usd", "cost_total_usd")
UNPRICED = next(  # bought, and nobody says for how much
    chip
    for chip in BOOK.labels("hardware")
    if BOOK.cite("is_sold", {"hardware": chip}).value == 1.0
    and BOOK.cite("chip_price_usd", {"hardware": chip, "as_of": BOOK.date}).is_missing
    and not BOOK.cite("peak_flop_per_s", {"hardware": chip, "precision": "bf16"}).is_missing
    and BOOK.cite("scaleout_byte_per_s", {"hardware": chip}).value > 0
)
CASES: dict[str, dict[str, Any]] = {
    "no_price": {**RUN, "hardware": "trn1"},  # rented by hyperscalers alone
    "not_sold": {**RUN, "hardware": "tpu-v4", "market": "own", "chip_price_usd": 5000},
    "no_chip_price": {**RUN, "hardware": UNPRICED, "market": "own"},
    "no_electricity_price": {**RUN, "hardware": "h100-sxm", "market": "own", "region": "chn"},
}
TRN1 = ("--hardware", "trn1")


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> tuple[str, Estimate]:
    return request.param, estimate(CASES[request.param])


def test_the_run_stands_and_the_total_is_null(case: tuple[str, Estimate]) -> None:
    state, one = case
    assert one.status == state
    known = ("train_days", "chip_hours", "memory_per_chip_gib", "mfu", "goodput", "training_flop", "cost_staff_usd")
    assert all(one[name] for name in known)
    assert all(one[name] is None for name in TOTALS), "never the sum of the rest"
    assert [price.state for price in one.missing_prices] == [state]


def test_the_same_is_null_as_in_the_row_of_a_sweep(case: tuple[str, Estimate]) -> None:
    state, one = case
    row = Sweep(fixed=CASES[state], columns=[*one.quantities]).to_numpy()
    assert row["status"].tolist() == [state]
    nulls = {name for name in one.quantities if math.isnan(row[name][0])}
    assert nulls == {name for name, value in one.quantities.items() if value is None}
    assert all(row[name][0] == one[name] for name in one.quantities if name not in nulls)


def test_what_is_null_has_no_interval_and_days_have_theirs(case: tuple[str, Estimate]) -> None:
    drawn = estimate(CASES[case[0]], draws=64)
    assert drawn.intervals.keys().isdisjoint(name for name, value in drawn.quantities.items() if value is None)
    days = drawn.intervals["train_days"]
    assert days["feasible"] == 1.0
    assert (days["p10"] or 0.0) < (days["p50"] or 0.0) < (days["p90"] or 0.0)
    assert drawn.quantities == case[1].quantities


def test_strict_makes_it_an_error(case: tuple[str, Estimate]) -> None:
    state, one = case
    with pytest.raises(SpecError) as caught:
        estimate(CASES[state], strict=True)
    assert [price.message for price in one.missing_prices] == [str(fault) for fault in caught.value.faults]
    assert one.meta["warnings"][-1:] == [price.message for price in one.missing_prices]


def test_what_is_given_in_its_place_gives_a_total(case: tuple[str, Estimate]) -> None:
    state, one = case
    (price,) = one.missing_prices
    more = {"is_sold": 1} if state == "not_sold" else {}
    priced = estimate({**CASES[state], price.input: 2.0, **more})
    assert (priced.status == state) is (priced["cost_total_usd"] is None) is False
    assert priced.missing_prices == ()
    assert priced["train_days"] == one["train_days"]


def test_the_nearest_quotes_are_those_of_the_catalogue() -> None:
    (price,) = estimate(CASES["no_price"]).missing_prices
    assert (price.input, price.unit) == ("rental_usd_per_chip_hour", "$/(chip·h)")
    assert price.nearest
    for quote in price.nearest:
        at = {"hardware": "trn1", "market": quote.market, "provider_class": quote.provider_class, "as_of": quote.as_of}
        assert BOOK.cite(quote.input, at).value == quote.value
        assert f"{quote.market} from a {quote.provider_class} (${quote.value:.2f})" in price.message


def test_the_nearest_dates_are_those_before_and_after() -> None:
    row = {"hardware": "trn1", "market": "on_demand", "provider_class": "neocloud"}
    early, late = (
        {**row, "usd_per_chip_hour": usd, "date": day} for usd, day in ((3.0, "2023-01-10"), (4.0, "2026-06-01"))
    )
    (price,) = estimate({**CASES["no_price"], "as_of": "2025-01-01"}, catalog={"rental": [early, late]}).missing_prices
    then = [(one.as_of, one.value) for one in price.nearest if one.as_of != "2025-01-01"]
    assert then == [("2024-07-10", 3.0), ("2026-06-01", 4.0)]
    assert "in this market as of 2024-07-10 ($3.00) or 2026-06-01 ($4.00)" in price.message


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"chips": 1, "params": "70B"}, "out of memory"),
        ({"as_of": "2020-01-01"}, "cannot be had at 2020-01-01"),
        ({"chips": 900_000_000}, "never finishes"),
    ],
)
def test_what_no_price_makes_possible_stays_an_error(inputs: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError, match=says):
        estimate({**CASES["no_price"], **inputs})


def test_a_plan_that_cannot_be_carried_out_is_not_a_missing_price() -> None:
    bound = Request.of(None, {**RUN, "hardware": "trn1"}, None, None, None, None, None, strict=False).bound
    model = bound.model
    prices = [state.name for state in model.states if missing_prices.is_price(bound, state.name)]
    assert sorted(prices) == sorted(CASES)


def test_a_model_of_ones_own_has_missing_prices_too() -> None:
    fee = Input("fee_usd_per_h", "$/h", "What an hour costs.", default=math.nan)
    hours = Input("hours", "h", "How long.")

    @contribution(to="all_usd")
    def fee_usd(hours: Value, fee_usd_per_h: Value) -> Value:
        """What is paid [$]."""
        return hours * fee_usd_per_h

    def days(hours: Value) -> Value:
        """How many days it takes [d]."""
        return hours / gigacost.Constant(24.0, "h/d", "definition", "")

    @status("no_fee", spoils="fee_usd_per_h")
    def no_fee(fee_usd_per_h: Value) -> Value:
        """Whether nobody knows what an hour costs [truth]."""
        return missing(fee_usd_per_h)

    model = Model(fee, hours, Subtotal("all_usd", "All of it [$]."), fee_usd, days, no_fee)
    one = estimate(model=model, hours=48.0)
    assert (one.status, one["all_usd"], one["days"]) == ("no_fee", None, 2.0)
    (price,) = one.missing_prices
    assert (price.input, price.nearest) == ("fee_usd_per_h", ())
    assert "nobody knows what an hour costs" in price.message
    assert estimate(model=model, hours=48.0, fee_usd_per_h=1.0)["all_usd"] == 48.0


def test_it_is_plain_data_and_survives_pickling(case: tuple[str, Estimate]) -> None:
    state, one = case
    plain = json.loads(json.dumps(one.to_dict(), allow_nan=False))
    assert plain["status"] == state
    assert plain["subtotals"] == dict.fromkeys(TOTALS)
    (price,) = plain["missing_prices"]
    assert list(price) == ["state", "input", "unit", "message", "nearest"]
    assert all(
        list(quote) == ["input", "value", "unit", "market", "provider_class", "as_of"] for quote in price["nearest"]
    )
    assert pickle.loads(pickle.dumps(one)) == one
    assert f"cost_total_usd=None, status='{state}'>" in repr(one)
    assert "total_run_usd" not in repr(one)


@pytest.mark.parametrize(
    "asked",
    [
        lambda: gigacost.elasticities("cost_total_usd", CASES["no_price"]),
        lambda: gigacost.uncertainty(**CASES["no_price"], draws=16),
        lambda: gigacost.compare(CASES["no_price"], CASES["no_price"]),
    ],
    ids=["elasticities", "uncertainty", "compare"],
)
def test_who_cannot_do_without_it_says_which(asked: Callable[[], object]) -> None:
    with pytest.raises(SpecError, match="nobody quotes trn1 in this market from a neocloud"):
        asked()


def test_what_needs_no_price_is_explained_and_derived_without_one() -> None:
    assert gigacost.elasticities("train_days", CASES["no_price"]).value == estimate(CASES["no_price"])["train_days"]
    days, total = (gigacost.explain(name, **CASES["no_price"]) for name in ("train_days", "cost_total_usd"))
    assert days.value == estimate(CASES["no_price"])["train_days"]
    assert days.null == ""
    assert total.value is None
    assert total.text.startswith("cost_total_usd [$] = null\n")
    assert "nobody quotes trn1" in total.null == total.to_dict()["null"]


def test_the_screen_says_what_is_known_and_what_to_give(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", *FLAGS, *TRN1)
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    one = estimate(CASES["no_price"])
    assert "no total" in text
    assert "no_price days" in text
    assert "not known: rent" in text
    assert "No total: nobody quotes trn1 in this market from a neocloud" in text
    assert f"(--set rental_usd_per_chip_hour={one.missing_prices[0].nearest[0].value:.3g})" in text
    assert "in total" not in text
    staff = next(line for line in done.out.splitlines() if line.startswith("  staff"))
    assert "%" not in staff, "no share of a total that nobody knows"


def test_json_says_it_as_data_and_the_warning_goes_to_stderr(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", *FLAGS, *TRN1, "--json")
    assert done.code == 0
    assert done.json == estimate(CASES["no_price"], draws=4096).to_dict()
    assert done.err.startswith('warning: market = "on_demand": no price: nobody quotes trn1')


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (("--strict",), 2, 'error: market = "on_demand": no price: nobody quotes trn1'),
        (("--format", "focus"), 2, 'error: market = "on_demand": no price: nobody quotes trn1'),
        (("--assert", "cost_total_usd < 1e9"), 4, "does not hold (cost_total_usd is null, status no_price)"),
        (("--assert", "train_days < 90"), 0, ""),
        (("--no-intervals",), 0, ""),
        (("--all",), 0, ""),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_exit_codes(capsys: Capture, more: tuple[str, ...], code: int, says: str) -> None:
    done = invoke(capsys, "estimate", *FLAGS, *TRN1, *more)
    assert done.code == code
    assert done.err.count("\n") == (1 if says else 0)
    assert says in done.err


def test_sources_list_the_price_that_is_missing(capsys: Capture) -> None:
    out = " ".join(invoke(capsys, "estimate", *FLAGS, *TRN1, "--sources").out.split())
    assert "missing: no quote for trn1" in out


def test_in_a_comparison_its_column_says_so_and_the_others_stand(capsys: Capture) -> None:
    asked = ("estimate", *FLAGS, "--hardware", "h100-sxm,trn1")
    done = invoke(capsys, *asked)
    assert (done.code, done.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines() if line.strip()}
    assert rows["status"] == ["ok", "no_price"]
    assert rows["cost_total_usd"][0].startswith("$")
    assert rows["cost_total_usd"][1] == rows["experiments"][1] == "—"
    assert "—" not in rows["days"]
    assert "No total (on_demand): nobody quotes trn1 in this market" in " ".join(done.out.split())
    told = invoke(capsys, *asked, "--json").json
    assert [one["status"] for one in told] == ["ok", "no_price"]
    assert told[0]["subtotals"] == estimate({**RUN, "hardware": "h100-sxm"}).subtotals
    assert invoke(capsys, *asked, "--strict").code == 2


def test_a_contribution_that_is_unknown_in_one_column_is_never_0(capsys: Capture) -> None:
    out = invoke(capsys, "estimate", *FLAGS, "--hardware", "trn1", "--market", "on_demand,spot", "--all").out
    (rent,) = [line.split() for line in out.splitlines() if line.startswith(("   rent", "  rent"))] or [["rent", "—"]]
    assert "$0" not in rent


def test_two_designs_are_compared_as_far_as_both_have_prices() -> None:
    h100, trn1 = ({**RUN, "hardware": chip} for chip in ("h100-sxm", "trn1"))
    found = gigacost.compare(h100, trn1, draws=16)
    assert found.a.value == estimate(h100)["cost_total_usd"]
    assert (found.b.value, found.difference) == (None, None)
    assert found.b.missing_prices == estimate(trn1).missing_prices
    assert found.a.missing_prices == ()
    terms = {term.name: term for driver in found.drivers for term in driver.contributions()}
    assert (terms["cost_rent_usd"].b, terms["cost_rent_usd"].difference) == (None, None)
    assert terms["cost_staff_usd"].difference == 0.0
    assert [(one.name, one.contribution) for one in found.assumptions] == [("hardware", None)]
    assert [*found.intervals] == ["a"]
    json.dumps(found.to_dict(), allow_nan=False)
    assert "-> None" in repr(found)
    turned = gigacost.compare(trn1, h100)
    assert (turned.a.value, turned.b.value) == (None, found.a.value)
    days = gigacost.compare(h100, trn1, by="train_days")
    assert days.difference == (days.b.value or 0.0) - (days.a.value or 0.0)
    with pytest.raises(SpecError, match=r"b\.market = \"on_demand\": no price: nobody quotes trn1"):
        gigacost.compare(h100, trn1, strict=True)


def test_compare_shows_what_both_have_and_what_one_lacks(capsys: Capture, tmp_path: Path) -> None:
    spec = tmp_path / "run.toml"
    spec.write_text('version = 1\n[fixed]\nhardware = "h100-sxm"\nchips = 64\nparams = "1B"\ntokens = "100B"\n')
    asked = ("compare", str(spec), str(spec), "--set-b", "provider_class=hyperscaler", "--set-b", "hardware=mi250x")
    done = invoke(capsys, *asked)
    assert done.code == 0
    assert "warning" not in done.err
    text = " ".join(done.out.split())
    assert "B has no price: nobody quotes mi250x in this market from a hyperscaler" in text
    assert "(--set-b rental_usd_per_chip_hour=" in text
    assert "hardware h100-sxm → mi250x" in text
    assert invoke(capsys, *asked, "--assert", "difference < 1").code == 4
    assert invoke(capsys, *asked, "--json").json["difference"] is None


def test_a_bill_leaves_out_the_design_without_a_price(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", *FLAGS, "--hardware", "h100-sxm,trn1", "--format", "focus")
    assert done.code == 0
    assert "1 designs without a cost are left out" in done.err
    assert "nobody quotes trn1" in done.err
    assert "trn1" not in done.out
