"""Billing data: FOCUS's columns and values, and amounts that add up to the totals."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_runner import SPEC, invoke, listing, spec_file
from hypothesis import given
from hypothesis import strategies as st

from gigacost import Model, Sweep, estimate
from gigacost.cli import main
from gigacost.errors import SpecError
from gigacost.queries import focus

DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": 70e9, "tokens": 1e12}
MANDATORY = (
    "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd",
    "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart",
    "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit",
    "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
)  # fmt: skip
"""Of FOCUS 1.2."""
NULLABLE = {"ChargeClass", "RegionId"}
CATEGORIES = {
    "AI and Machine Learning", "Analytics", "Compute", "Networking", "Other", "Storage",
}  # fmt: skip
COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
UNIT = re.compile(r"[A-Z][a-z]+(-[A-Z][a-z]+)?")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _rows(sweep: Sweep, **options: Any) -> list[dict[str, str]]:
    sink = io.StringIO()
    done = focus.write(sweep, sink, **options)
    rows = list(csv.DictReader(io.StringIO(sink.getvalue())))
    assert done.rows == len(rows)
    assert done.designs == len({row["ResourceId"] for row in rows})
    return rows


def _by_design(rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["ResourceId"], []).append(row)
    return found


def _added(rows: list[dict[str, str]]) -> float:
    total = 0.0
    for row in rows:
        total += float(row["BilledCost"])
    return total


def test_the_columns_are_those_of_focus_in_their_order_and_then_ours() -> None:
    own = [column for column in focus.COLUMNS if column.startswith("x_")]
    theirs = [column for column in focus.COLUMNS if not column.startswith("x_")]
    assert [*sorted(theirs), *sorted(own)] == list(focus.COLUMNS)
    assert set(MANDATORY) <= set(theirs)
    assert all(re.fullmatch("(x_)?([A-Z][a-z]+)+", column) for column in focus.COLUMNS)


@pytest.mark.parametrize("market", ["on_demand", "reserved_1y", "spot", "own", "colo"])
def test_amounts_add_up_to_the_total_to_the_last_bit(market: str) -> None:
    more = {"horizon_years": 2.0, "runs_per_year": 2.0} if market == "own" else {}
    sweep = Sweep({"chips": [512, 1024, 2048]}, fixed={**_without_chips(), **more, "market": market})
    designs = _by_design(_rows(sweep))
    totals = sweep.to_numpy(["cost_total_usd"])["cost_total_usd"]
    assert [_added(rows) for rows in designs.values()] == totals.tolist()


def test_subtotals_add_up_too() -> None:
    run = estimate(**DESIGN, market="own")
    rows = _rows(Sweep(fixed={**DESIGN, "market": "own"}))
    below = {"total_run_usd"}
    for name in ("total_run_usd", "total_development_usd", "total_project_usd", "cost_total_usd"):
        below.add(name)
        part = [row for row in rows if row["x_SubtotalName"] in below]
        assert _added(part) == pytest.approx(run[name], rel=1e-12)
    assert {row["x_ContributionName"] for row in rows} == {name for name, usd in run.breakdown.items() if usd}


def test_every_value_is_as_focus_wants_it() -> None:
    sweep = Sweep({"market": ["own", "colo", "on_demand", "reserved_3y", "spot"]}, fixed=DESIGN)
    rows = _rows(sweep)
    for row in rows:
        assert None not in row.values()
        assert not [column for column, cell in row.items() if cell == "" and column not in NULLABLE]
        assert row["ChargeClass"] == ""
        assert (row["BillingCurrency"], row["ChargeCategory"]) == ("USD", "Usage")
        assert row["ServiceCategory"] in CATEGORIES
        assert row["PricingCategory"] in {"Standard", "Dynamic", "Committed", "Other"}
        assert len({row[cost] for cost in COSTS}) == 1
        assert math.isfinite(float(row["BilledCost"]))
        assert float(row["PricingQuantity"]) > 0
        assert UNIT.fullmatch(row["PricingUnit"])
        times = [
            row[name] for name in ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodEnd")
        ]
        assert all(TIME.fullmatch(time) for time in times)
        assert times == sorted(times)
        tags = json.loads(row["Tags"])
        assert (tags["hardware"], tags["chips"]) == ("h100-sxm", 1024)
    assert {row["PricingCategory"] for row in rows if row["ServiceName"] == "Rented chips"} == {
        "Standard", "Committed", "Dynamic",
    }  # fmt: skip


def test_the_charge_period_is_the_run_from_the_date_of_prices_on() -> None:
    fixed = {**DESIGN, "as_of": "2026-01-31"}
    days = estimate(**fixed)["train_days"]
    assert days is not None
    row = _rows(Sweep(fixed=fixed))[0]
    assert (row["ChargePeriodStart"], row["BillingPeriodStart"]) == ("2026-01-31T00:00:00Z", "2026-01-01T00:00:00Z")
    assert row["BillingPeriodEnd"] == "2026-03-01T00:00:00Z"
    assert 15 < days < 16
    assert row["ChargePeriodEnd"].startswith("2026-02-15T")


def test_rent_is_priced_by_chip_hours_of_who_quotes_it() -> None:
    rows = {row["ServiceName"]: row for row in _rows(Sweep(fixed=DESIGN))}
    rent, run = rows["Rented chips"], estimate(**DESIGN)
    assert float(rent["PricingQuantity"]) == run["chip_hours"]
    assert (rent["PricingUnit"], rent["SkuId"]) == ("Chip-Hours", "cost_rent_usd/h100-sxm/on_demand")
    assert rent["ProviderName"] == rent["PublisherName"] == rent["InvoiceIssuerName"] == "Hyperstack"
    assert rows["Staff"]["ProviderName"] == "Own staff"
    owned = {row["ServiceName"]: row for row in _rows(Sweep(fixed={**DESIGN, "market": "own"}))}
    assert {owned[name]["ProviderName"] for name in ("Owned chips", "Experiments", "Financing")} == {"Own site"}
    given = {row["ServiceName"]: row for row in _rows(Sweep(fixed={**DESIGN, "rental_usd_per_chip_hour": 2.0}))}
    assert given["Rented chips"]["ProviderName"] == "neocloud"


def test_designs_without_a_cost_are_left_out_and_counted() -> None:
    sink = io.StringIO()
    sweep = Sweep({"hardware": ["h100-sxm", "trn1"]}, fixed={key: DESIGN[key] for key in ("chips", "params", "tokens")})
    done = focus.write(sweep, sink)
    assert (done.designs, done.left_out) == (1, 1)
    assert "nan" not in sink.getvalue()
    endless = {**DESIGN, "params": 1e9, "tokens": 1e20, "chips": 8, "market": "own"}
    late = focus.write(Sweep(fixed=endless), io.StringIO())
    assert (late.designs, late.left_out) == (0, 1)


def test_a_limit_counts_designs_and_a_condition_holds() -> None:
    sweep = Sweep({"chips": [512, 1024, 2048]}, fixed=_without_chips(), where="chips >= 1024")
    assert set(_by_design(_rows(sweep))) == {"design-0", "design-1"}
    assert set(_by_design(_rows(sweep, limit=1))) == {"design-0"}
    assert {json.loads(row["Tags"])["chips"] for row in _rows(sweep)} == {1024, 2048}


def _without_chips() -> Mapping[str, Any]:
    return {key: value for key, value in DESIGN.items() if key != "chips"}


def test_text_that_looks_like_a_formula_is_made_harmless() -> None:
    book = {"date": "2026", "regions": {"=1+1": {"pue": 1.1, "country": "usa"}}}
    sweep = Sweep(fixed={**DESIGN, "region": "=1+1"}, catalog=book)
    assert {row["RegionId"] for row in _rows(sweep)} == {"'=1+1"}
    assert {row["RegionId"] for row in _rows(sweep, csv_safe=False)} == {"=1+1"}


def test_there_is_no_bill_in_other_dollars_or_of_a_model_without_a_total() -> None:
    with pytest.raises(SpecError, match="a bill is in dollars of its day"):
        focus.write(Sweep(fixed=DESIGN, base_year=2023), io.StringIO())
    with pytest.raises(SpecError, match="the model has no cost_total_usd"):
        focus.write(Sweep({"x": [1.0]}, model=Model(_double)), io.StringIO())


def _double(x: float) -> float:
    """Twice as much [1]."""
    return 2.0 * x


def test_a_file_is_what_standard_output_gets(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    spec = spec_file(tmp_path, SPEC)
    outputs = ("-", str(tmp_path / "a.csv"), str(tmp_path / "b.csv.gz"))
    printed = []
    for output in outputs:
        with pytest.raises(SystemExit) as ended:
            main(["sweep", spec, "--format", "focus", "-o", output])
        assert ended.value.code == 0
        printed.append(capsysbinary.readouterr())
    assert printed[0].out == Path(outputs[1]).read_bytes() == gzip.decompress(Path(outputs[2]).read_bytes())
    assert printed[0].out.startswith(b"BilledCost,BillingAccountId,")
    assert b"FOCUS 1.2; 3 designs without a cost are left out" in printed[0].err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv.gz", "spec.toml"]


def test_an_estimate_prints_its_bill(capsys: pytest.CaptureFixture[str]) -> None:
    design = ("--hardware", "h100-sxm", "--chips", "1024", "--params", "70B", "--tokens", "1T")
    ran = invoke(capsys, "estimate", *design, "--market", "on_demand,own", "--format", "focus")
    assert ran.code == 0
    designs = _by_design(list(csv.DictReader(io.StringIO(ran.out))))
    for market, rows in zip(("on_demand", "own"), designs.values(), strict=True):
        assert _added(rows) == estimate(**DESIGN, market=market)["cost_total_usd"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "x.parquet"), "FOCUS is written as CSV"),
        (("-o", "x.csv", "--columns", "mfu"), "the columns of FOCUS are what they are"),
        (("-o", "x.csv", "--base-year", "2023"), "a bill is in dollars of its day"),
        (("-o", "x.csv", "--format", "fokus"), "fokus"),
    ],
)
def test_bad_calls_write_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = spec_file(tmp_path, SPEC)
    before = listing(tmp_path)
    form = () if "--format" in arguments else ("--format", "focus")
    ran = invoke(capsys, "sweep", spec, *form, *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert listing(tmp_path) == before


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_a_plain_decimal_and_the_same_number_when_read_again(value: float) -> None:
    text = focus.plain(value)
    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
    assert float(text) == value
    assert math.copysign(1.0, float(text)) == math.copysign(1.0, value)


def test_no_number_of_a_bill_has_an_exponent() -> None:
    """Electricity at a billionth of a dollar costs some ten millionths, and so small a failure rate is a tag."""
    few = {"electricity_usd_per_kwh": 1e-13, "failures_per_chip_hour": 2e-05}
    rows = _rows(Sweep({"market": ["own"]}, fixed={**DESIGN, **few}))
    (energy,) = [row for row in rows if row["x_ContributionName"] == "cost_energy_usd"]
    assert 0.0 < float(energy["BilledCost"]) < 1e-5
    for row in rows:
        assert all(re.fullmatch(r"[0-9]+\.[0-9]+", row[column]) for column in (*COSTS, "PricingQuantity"))
        assert '"failures_per_chip_hour":0.00002' in row["Tags"]
        assert json.loads(row["Tags"])["electricity_usd_per_kwh"] == 1e-13
