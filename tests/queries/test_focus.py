"""Billing data: FOCUS's columns and values, and amounts that add up to the totals."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import re
from collections.abc import Mapping
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from cli_runner import SPEC, invoke, listing, spec_file
from focus_rules import breaches, of_parquet, of_text
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost import Model, Sweep, estimate
from gigacost.cli import main
from gigacost.errors import SpecError
from gigacost.queries import focus

DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": 70e9, "tokens": 1e12}
COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
NUMBERS = (
    *COSTS, "CommitmentDiscountQuantity", "ConsumedQuantity", "ContractedUnitPrice", "ListUnitPrice", "PricingQuantity",
    "x_EffectiveUnitPrice",
)  # fmt: skip
RESERVED = {
    "hardware": "h100-sxm", "chips": 256, "params": 13e9, "tokens": 2e12, "runs_per_year": 3, "market": "reserved_1y",
}  # fmt: skip


def _rows(sweep: Sweep, **options: Any) -> list[dict[str, str]]:
    sink = io.StringIO()
    done = focus.write(sweep, sink, **options)
    rows = list(csv.DictReader(io.StringIO(sink.getvalue())))
    assert done.rows == len(rows)
    assert done.designs == len({row["x_DesignId"] for row in rows})
    return rows


def _by(rows: list[dict[str, str]], column: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _sum(rows: list[dict[str, str]], column: str = "EffectiveCost", **where: str) -> Decimal:
    with localcontext(Context(prec=100)):
        chosen = [row for row in rows if all(row[name] == cell for name, cell in where.items())]
        return sum((Decimal(row[column]) for row in chosen), Decimal(0))


def _hours(start: dt.datetime, end: dt.datetime) -> float:
    return (end - start) / dt.timedelta(hours=1)


def _exact(usd: float | None) -> Decimal:
    return Decimal(repr(usd))


def test_the_columns_are_those_of_focus_in_their_order_and_then_ours() -> None:
    own = [column for column in focus.COLUMNS if column.startswith("x_")]
    theirs = [column for column in focus.COLUMNS if not column.startswith("x_")]
    assert [*sorted(theirs), *sorted(own)] == list(focus.COLUMNS)


@pytest.mark.parametrize("market", ["on_demand", "reserved_1y", "reserved_3y", "spot", "own", "colo"])
def test_each_contribution_is_the_sum_of_its_rows_to_the_last_digit(market: str) -> None:
    more = {"horizon_years": 2.0, "runs_per_year": 2.0} if market == "own" else {}
    fixed = {**_without_chips(), **more, "market": market}
    sweep = Sweep({"chips": [512, 1024, 2048]}, fixed=fixed)
    for chips, rows in zip((512, 1024, 2048), _by(_rows(sweep), "x_DesignId").values(), strict=True):
        run = estimate(**fixed, chips=chips)
        for name, usd in run.breakdown.items():
            assert _sum(rows, x_ContributionName=name) == _exact(usd)
        assert float(_sum(rows)) == pytest.approx(run["cost_total_usd"], rel=1e-15)
        assert _sum(rows, "BilledCost") == _sum(rows)


def test_subtotals_add_up_too() -> None:
    run = estimate(**DESIGN, market="own")
    rows = _rows(Sweep(fixed={**DESIGN, "market": "own"}))
    below = {"total_run_usd"}
    for name in ("total_run_usd", "total_development_usd", "total_project_usd", "cost_total_usd"):
        below.add(name)
        part = [row for row in rows if row["x_SubtotalName"] in below]
        assert float(_sum(part)) == pytest.approx(run[name], rel=1e-12)
    assert {row["x_ContributionName"] for row in rows} == {name for name, usd in run.breakdown.items() if usd}


def test_a_run_on_a_commitment_is_billed_its_part_and_charged_what_it_uses_and_what_nobody_does() -> None:
    """A third of 8,766 hours of 256 chips at $2.65: the experiments first, then the run, then nobody."""
    run, rows = estimate(**RESERVED), _rows(Sweep(fixed=RESERVED))
    bought = _by(rows, "ChargeCategory")["Purchase"]
    parts = {"cost_experiments_usd": "Used", "cost_rent_usd": "Used", "cost_unused_usd": "Unused"}
    used = [row for row in rows if row["CommitmentDiscountStatus"]]
    assert {(row["x_ContributionName"], row["CommitmentDiscountStatus"]) for row in used} == set(parts.items())
    assert _sum(bought, "BilledCost") == _sum(used) == sum(_exact(run[name]) for name in parts)
    assert float(_sum(bought, "BilledCost")) == pytest.approx(256 * 8766 / 3 * 2.65, rel=1e-12)
    assert {row["BilledCost"] for row in used} == {row["EffectiveCost"] for row in bought} == {"0"}
    assert float(_sum(bought, "CommitmentDiscountQuantity")) == pytest.approx(256 * 8766 / 3, rel=1e-12)
    ends = [
        (min(row["ChargePeriodStart"] for row in rows_), max(row["ChargePeriodEnd"] for row in rows_))
        for rows_ in (_by(rows, "x_ContributionName")[name] for name in parts)
    ]
    assert (ends[0][0], ends[0][1], ends[1][1]) == ("2026-11-21T00:00:00Z", ends[1][0], ends[2][0])
    assert ends[2][1] == "2027-03-22T18:00:00Z"  # 121.75 days later
    assert {row["x_EffectiveUnitPrice"] for row in [*bought, *used]} == {"2.65"}


def test_in_each_month_a_commitment_costs_what_its_used_and_unused_hours_cost() -> None:
    for term in (False, True):
        for rows in _by(_rows(Sweep(fixed=RESERVED), term=term), "BillingPeriodStart").values():
            for used, bought in (("EffectiveCost", "BilledCost"), ("CommitmentDiscountQuantity",) * 2):
                covered = [row for row in rows if row["CommitmentDiscountStatus"]]
                assert _sum(covered, used) == _sum(rows, bought, ChargeCategory="Purchase") > 0


def test_all_runs_of_a_commitment_fill_its_term() -> None:
    one, rows = _rows(Sweep(fixed=RESERVED)), _rows(Sweep(fixed=RESERVED), term=True)
    assert float(_sum(rows, "BilledCost", ChargeCategory="Purchase")) == pytest.approx(256 * 8766 * 2.65, rel=1e-12)
    assert float(_sum(rows)) == pytest.approx(3 * estimate(**RESERVED)["cost_total_usd"], rel=1e-15)  # type: ignore[operator]
    assert _sum(rows) == 3 * _sum(one)
    assert {row["ResourceId"] for row in rows} == {
        f"design-0/{name}" for name in ("commitment", "run-1", "run-2", "run-3")
    }
    assert len({row["CommitmentDiscountId"] for row in rows} - {""}) == 1
    bought = _by(rows, "ChargeCategory")["Purchase"]
    assert (bought[0]["ChargePeriodStart"], bought[-1]["ChargePeriodEnd"]) == (
        "2026-11-21T00:00:00Z", "2027-11-21T06:00:00Z",
    )  # fmt: skip
    assert [row["ChargePeriodEnd"] for row in bought[:-1]] == [row["ChargePeriodStart"] for row in bought[1:]]
    for row in bought:
        ends = (dt.datetime.fromisoformat(row[f"ChargePeriod{end}"]) for end in ("Start", "End"))
        assert float(row["PricingQuantity"]) == pytest.approx(256 * _hours(*ends), abs=0.005)
    longer = _rows(Sweep(fixed={**RESERVED, "market": "reserved_3y"}), term=True)
    assert len({row["ResourceId"] for row in longer}) == 1 + 9
    same = {**RESERVED, "market": "on_demand"}
    assert _rows(Sweep(fixed=same), term=True) == _rows(Sweep(fixed=same))


def test_a_commitment_of_one_run_alone_is_that_of_the_whole_term() -> None:
    alone = {name: value for name, value in RESERVED.items() if name != "runs_per_year"}
    rows = _rows(Sweep(fixed=alone))
    assert float(_sum(rows, "BilledCost", ChargeCategory="Purchase")) == pytest.approx(256 * 8766 * 2.65, rel=1e-12)
    assert _rows(Sweep(fixed=alone), term=True) == rows


def test_runs_that_a_commitment_holds_no_whole_number_of_are_billed_one_by_one() -> None:
    sweep = Sweep(fixed={**RESERVED, "runs_per_year": 2.5})
    assert _rows(sweep)
    sink = io.StringIO()
    with pytest.raises(SpecError, match=r"runs_per_year = 2\.5: a commitment of reserved_1y holds 2\.5 runs"):
        focus.write(sweep, sink, term=True)
    assert sink.getvalue() == ""


def test_a_run_longer_than_its_commitment_leaves_nothing_unused() -> None:
    rows = _rows(Sweep(fixed={**RESERVED, "chips": 8, "runs_per_year": 0.1}))
    assert "Unused" not in {row["CommitmentDiscountStatus"] for row in rows}
    assert _sum(rows, "BilledCost", ChargeCategory="Purchase") == _sum(rows, CommitmentDiscountStatus="Used") > 0


@pytest.mark.parametrize("more", [{"preset": "epoch-2024"}, {"commitment_hours": 4383.0}, {"fleet_utilisation": 0.5}])
def test_commitments_of_other_kinds_keep_the_rules(more: dict[str, Any]) -> None:
    sink = io.StringIO()
    options = {"preset": more["preset"]} if "preset" in more else {}
    fixed = {**RESERVED, **{name: value for name, value in more.items() if name not in options}}
    if "fleet_utilisation" in more:
        del fixed["runs_per_year"]
    assert focus.write(Sweep(fixed=fixed, **options), sink).designs == 1
    data = of_text(sink.getvalue())
    assert breaches(data) == set()
    names = {row["CommitmentDiscountName"] for row in data.rows} - {None}
    years = "0.5" if "commitment_hours" in more else "1"
    assert names == {f"{years}-year commitment of 256 x h100-sxm"}


def test_the_list_price_of_committed_hours_is_what_their_provider_asks_without_a_commitment() -> None:
    rows = _rows(Sweep(fixed=RESERVED))
    committed = [row for row in rows if row["CommitmentDiscountId"]]
    assert {row["ProviderName"] for row in committed} == {"surveys of specialty clouds"}
    assert {(row["ListUnitPrice"], row["ContractedUnitPrice"]) for row in committed} == {("2.95", "2.95")}
    assert {row["SkuId"] for row in committed} == {"chip-hours/h100-sxm"}
    own = _rows(Sweep(fixed={**RESERVED, "rental_usd_per_chip_hour": 2.0}))
    assert {row["ListUnitPrice"] for row in own if row["CommitmentDiscountId"]} == {"2"}
    assert {row["SkuId"] for row in _rows(Sweep(fixed=DESIGN)) if row["ServiceName"] == "Rented chips"} == {
        "chip-hours/h100-sxm",
    }  # fmt: skip


def test_rows_are_cut_at_the_months_and_the_run_starts_at_the_date_of_prices() -> None:
    fixed = {**DESIGN, "as_of": "2026-01-31"}
    days = estimate(**fixed)["train_days"]
    assert days is not None
    assert 15 < days < 16
    rows = _rows(Sweep(fixed=fixed))
    assert [
        (row["BillingPeriodStart"], row["ChargePeriodStart"], row["BillingPeriodEnd"])
        for row in rows if row["x_ContributionName"] == "cost_rent_usd"
    ] == [
        ("2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
    ]  # fmt: skip
    assert max(row["ChargePeriodEnd"] for row in rows).startswith("2026-02-15T")
    for row in rows:
        assert row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= row["BillingPeriodEnd"]
    rent = [row for row in rows if row["x_ContributionName"] == "cost_rent_usd"]
    assert float(rent[0]["EffectiveCost"]) / float(_sum(rent)) == pytest.approx(1.0 / days, rel=1e-6)


def test_what_keeps_the_model_current_is_charged_after_the_run() -> None:
    rows = _rows(Sweep(fixed={**DESIGN, "market": "on_demand", "horizon_years": 2, "as_of": "2026-01-31"}))
    later = [row for row in rows if row["x_ContributionName"] == "cost_retraining_usd"]
    run = [row for row in rows if row["x_ContributionName"] == "cost_rent_usd"]
    assert later[0]["ChargePeriodStart"] == run[-1]["ChargePeriodEnd"]
    assert later[-1]["ChargePeriodEnd"].startswith("2028-02-16T")
    assert {row["PricingCategory"] for row in later} == {"Other"}


def test_rent_is_priced_by_chip_hours_of_who_quotes_it() -> None:
    rows = _by(_rows(Sweep(fixed=DESIGN)), "x_ContributionName")
    rent, run = rows["cost_rent_usd"], estimate(**DESIGN)
    assert float(_sum(rent, "PricingQuantity")) == pytest.approx(run["chip_hours"], rel=1e-14)
    assert {(row["PricingUnit"], row["SkuPriceId"], row["ListUnitPrice"]) for row in rent} == {
        ("Chip-Hours", "chip-hours/h100-sxm/on_demand", "3.2"),
    }  # fmt: skip
    assert rent[0]["ProviderName"] == rent[0]["PublisherName"] == rent[0]["InvoiceIssuerName"] == "Hyperstack"
    assert float(_sum(rows["cost_experiments_usd"], "ConsumedQuantity")) == pytest.approx(
        1.2 * float(_sum(rent, "ConsumedQuantity")), rel=1e-12
    )
    assert rows["cost_staff_usd"][0]["ProviderName"] == "Own staff"
    owned = _by(_rows(Sweep(fixed={**DESIGN, "market": "own"})), "ServiceName")
    assert {owned[name][0]["ProviderName"] for name in ("Owned chips", "Experiments", "Financing")} == {"Own site"}
    assert {row["CommitmentDiscountId"] for rows in owned.values() for row in rows} == {""}
    given_ = _by(_rows(Sweep(fixed={**DESIGN, "rental_usd_per_chip_hour": 2.0})), "ServiceName")
    assert given_["Rented chips"][0]["ProviderName"] == "neocloud"


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
    assert set(_by(_rows(sweep), "x_DesignId")) == {"design-0", "design-1"}
    assert set(_by(_rows(sweep, limit=1), "x_DesignId")) == {"design-0"}
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
    assert printed[0].out.startswith(b"AvailabilityZone,BilledCost,")
    assert b"FOCUS 1.2; 3 designs without a cost are left out" in printed[0].err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv.gz", "spec.toml"]


def test_an_estimate_prints_its_bill(capsys: pytest.CaptureFixture[str]) -> None:
    design = ("--hardware", "h100-sxm", "--chips", "1024", "--params", "70B", "--tokens", "1T")
    ran = invoke(capsys, "estimate", *design, "--market", "on_demand,own", "--format", "focus")
    assert ran.code == 0
    designs = _by(list(csv.DictReader(io.StringIO(ran.out))), "x_DesignId")
    for market, rows in zip(("on_demand", "own"), designs.values(), strict=True):
        assert float(_sum(rows)) == pytest.approx(estimate(**DESIGN, market=market)["cost_total_usd"], rel=1e-15)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "x.arrow"), "FOCUS is written as CSV or Parquet"),
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


def test_no_number_of_a_bill_has_an_exponent_or_a_zero_at_its_end() -> None:
    """Electricity at a billionth of a dollar costs some ten millionths, and so small a failure rate is a tag."""
    few = {"electricity_usd_per_kwh": 1e-13, "failures_per_chip_hour": 2e-05}
    rows = _rows(Sweep({"market": ["own"]}, fixed={**DESIGN, **few}))
    energy = [row for row in rows if row["x_ContributionName"] == "cost_energy_usd"]
    assert Decimal(0) < _sum(energy) < Decimal("1e-5")
    for row in rows:
        for name in NUMBERS:
            assert re.fullmatch(r"([0-9]+(\.[0-9]*[1-9])?)?", row[name]), (name, row[name])
        assert '"failures_per_chip_hour":0.00002' in row["Tags"]
        assert '"params":70000000000,' in row["Tags"]
        assert json.loads(row["Tags"])["electricity_usd_per_kwh"] == 1e-13


DESIGNS = st.fixed_dictionaries(
    {
        "hardware": st.sampled_from(["h100-sxm", "a100-sxm-80", "tpu-v5e", "b200"]),
        "chips": st.sampled_from([8, 64, 256, 4096]),
        "params": st.floats(1e8, 1e12),
        "tokens": st.floats(1e9, 2e13),
        "market": st.sampled_from(["on_demand", "spot", "reserved_1y", "reserved_3y", "own", "colo"]),
        "as_of": st.sampled_from(["2025-12-31", "2026-02-28", "2026-11-21"]),
        "experiments_factor": st.sampled_from([1.0, 2.2, 7.1]),
    },
    optional={
        "runs_per_year": st.sampled_from([0.5, 1.0, 3.0, 7.0]),
        "horizon_years": st.sampled_from([0.5, 3.0]),
        "provider_class": st.sampled_from(["neocloud", "hyperscaler"]),
        "rental_usd_per_chip_hour": st.floats(0.01, 30.0),
    },
)


@settings(max_examples=60, deadline=None)
@given(DESIGNS, st.booleans())
def test_of_any_design_the_rules_hold_and_amounts_add_up(fixed: dict[str, Any], wants_term: bool) -> None:  # noqa: FBT001
    sweep = Sweep(fixed=fixed)
    runs = fixed.get("runs_per_year", 1.0) * {"reserved_1y": 1, "reserved_3y": 3}.get(fixed["market"], 0)
    term = wants_term and max(runs, 1) == int(max(runs, 1))
    sink, file = io.StringIO(), io.BytesIO()
    done = focus.write(sweep, sink, term=term)
    assert focus.write_parquet(sweep, file, term=term) == done
    data, again = of_text(sink.getvalue()), of_parquet(file)
    if not done.designs:
        return
    assert breaches(data) == breaches(again) == set()
    rows = [{name: value for name, value in row.items() if not name.startswith("x_")} for row in data.rows]
    assert rows == [{name: row[name] for name in rows[0]} for row in again.rows]
    once = len({row["ResourceId"] for row in data.rows if row["ResourceType"] == "Training run"})
    with localcontext(Context(prec=100)):
        effective = sum(row["EffectiveCost"] for row in data.rows)
        assert sum(row["BilledCost"] for row in data.rows) == effective
        total = sweep.to_numpy(["cost_total_usd"])["cost_total_usd"][0]
        assert abs(effective - once * Decimal(float(total))) < Decimal("1e-15") * effective
