"""Dollars of a base year: the index by hand, what is converted and what is not, engine and reference alike."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke, spec_file

from gigacost import Sweep, compare, estimate, reference
from gigacost.catalog import Catalog
from gigacost.catalog.files import data
from gigacost.compiler import constant_dollars
from gigacost.errors import SpecError
from gigacost.model import default

CATALOG = Catalog.bundled()
INDEX = CATALOG.price_index
DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": 70e9, "tokens": 1e12}
JUNE = "2025-06-30"
OF_2023 = [117.19, 117.529, 117.766, 117.726, 117.818, 118.064, 118.355, 118.474, 118.297, 118.513, 118.752, 119.029]
RATIO = math.fsum(OF_2023) / 12 / 123.663
"""Dollars of 2023 for one of June 2025."""


def test_the_index_has_every_month_and_a_source() -> None:
    table = data("price_index")
    assert list(table["values"]) == [str(year) for year in INDEX.years]
    assert all(len(months) == 12 for months in list(table["values"].values())[:-1])
    assert table["index"]["source"]
    assert table["index"]["date"] == INDEX.last == "2026-08"
    # The figures that Epoch AI adjusts to (its repository's inflation.py and papers).
    assert table["values"]["2023"][11] == 119.029
    assert table["values"]["2024"][11] == 119.349


def test_a_ratio_by_hand() -> None:
    cited = INDEX.ratio(2023, dt.date(2025, 6, 30))
    assert cited.value == RATIO
    assert "mean of 2023, 118.126, over that of 2025-06, 123.663" in cited.basis
    assert "PCU518210518210" in cited.source
    assert INDEX.ratio(2025, dt.date(2025, 3, 1)).value == pytest.approx(1, abs=0.03)


def test_the_year_under_way_is_the_mean_of_its_months() -> None:
    cited = INDEX.ratio(2026, dt.date(2026, 8, 31))
    assert cited.value == math.fsum(data("price_index")["values"]["2026"]) / 8 / 125.237
    assert "2026, its first 8 months" in cited.basis


def test_after_its_last_month_the_index_stands_still_and_before_its_first_there_is_none() -> None:
    assert INDEX.covers(dt.date(2026, 8, 1))
    assert not INDEX.covers(dt.date(2026, 9, 1))
    last = INDEX.ratio(2023, dt.date(2026, 8, 1)).value
    for late in (dt.date(2026, 9, 1), dt.date(2026, 12, 31), dt.date(2030, 1, 1)):
        assert INDEX.ratio(2023, late).value == last
    assert "the last known for 2030-01" in INDEX.ratio(2023, dt.date(2030, 1, 1)).basis
    with pytest.raises(KeyError):
        INDEX.ratio(2023, dt.date(2009, 12, 31))


@pytest.mark.parametrize(
    ("unit", "power"), [("$", 1), ("$/(chip·h)", 1), ("FLOP/$", -1), ("h", 0), ("1", 0), ("truth", 0)]
)
def test_the_power_of_the_dollar(unit: str, power: int) -> None:
    assert constant_dollars.power_of_dollar(unit) == power
    assert constant_dollars.converted(8.0, power, 2.0) == 8.0 * 2.0**power


def test_what_is_computed_is_converted_and_what_goes_in_is_not() -> None:
    then, real = estimate(**DESIGN, as_of=JUNE), estimate(**DESIGN, as_of=JUNE, base_year=2023)
    model = default()
    for name, value in then.quantities.items():
        power = constant_dollars.power_of_dollar(model.quantities[name].unit) if name in model.quantities else 0
        assert real[name] == (None if value is None else constant_dollars.converted(value, power, RATIO))
    assert real["cost_total_usd"] != then["cost_total_usd"]
    assert real.subtotals["cost_total_usd"] == then.subtotals["cost_total_usd"] * RATIO  # type: ignore[operator] # no None
    nominal = {one.name: one.value for one in then.assumptions}
    told = {one.name: one for one in real.assumptions}
    ratio = told.pop("dollars_of_2023_per_dollar")
    assert {name: one.value for name, one in told.items()} == nominal
    assert (ratio.value, ratio.date, ratio.origin) == (RATIO, "2026-08", "catalogue")
    assert "PCU518210518210" in ratio.source
    assert (real.meta["base_year"], "base_year" in then.meta) == (2023, False)
    assert real.meta["spec_sha256"] != then.meta["spec_sha256"]


SWEEP: dict[str, Any] = {
    "axes": {"as_of": ["2024-06-01", JUNE, "2026-11-21"], "chips": [512, 1024], "market": ["on_demand", "reserved_1y"]},
    "fixed": {"hardware": "h100-sxm", "params": 70e9, "tokens": 1e12, "mfu": 0.4},
    "derive": {"usd_per_day": "cost_total_usd / train_days", "twice": "2 * usd_per_day"},
    "columns": ["cost_total_usd", "cost_rent_usd", "rental_usd_per_chip_hour", "usd_per_day", "twice", "train_days"],
}


def test_a_sweep_is_converted_row_by_row_at_its_date() -> None:
    then, real = Sweep(**SWEEP).to_numpy(), Sweep(**SWEEP, base_year=2023).to_numpy()
    ratios = {label: INDEX.ratio(2023, dt.date.fromisoformat(label)).value for label in SWEEP["axes"]["as_of"]}
    for i, date in enumerate(then["as_of"].tolist()):
        ratio = ratios[date]
        for name in ("cost_total_usd", "cost_rent_usd"):
            assert real[name][i] == then[name][i] * ratio
        assert real["usd_per_day"][i] == then["cost_total_usd"][i] * ratio / then["train_days"][i]
        assert real["twice"][i] == 2 * real["usd_per_day"][i]
        for name in ("rental_usd_per_chip_hour", "train_days"):
            assert real[name][i] == then[name][i] or math.isnan(then[name][i])


@pytest.mark.parametrize(
    "where", [None, "cost_total_usd <= 3.7e6", "usd_per_day < 250000 and rental_usd_per_chip_hour > 2"]
)
def test_engine_and_reference_agree(where: str | None) -> None:
    sweep = Sweep(**SWEEP, where=where, base_year=2021)
    rows = [row for batch in sweep.batches() for row in _rows(batch, sweep)]
    assert rows == reference.rows(sweep)
    for by in ("cost_total_usd", "twice", "train_days"):
        assert sweep.find(5, by) == reference.top(sweep, 5, by)
    assert sweep.count() == reference.count(sweep)


def _rows(batch: Any, sweep: Sweep) -> list[dict[str, Any]]:
    columns = {}
    for name in sweep.column_names:
        values, labels = batch.column(name).tolist(), batch.labels(name)
        columns[name] = [labels[one] for one in values] if labels is not None else values
    every = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return [{name: None if value != value else value for name, value in row.items()} for row in every]  # noqa: PLR0124


def test_a_condition_is_in_dollars_of_the_base_year() -> None:
    total = estimate(**DESIGN, as_of=JUNE)["cost_total_usd"]
    assert total is not None
    between = (total * RATIO + total) / 2
    design = {**DESIGN, "as_of": JUNE}
    assert Sweep(fixed=design, where=f"cost_total_usd <= {between!r}").count() == 0
    assert Sweep(fixed=design, where=f"cost_total_usd <= {between!r}", base_year=2023).count() == 1


def test_a_quantity_that_is_given_stays_as_it_was_given() -> None:
    fixed = {**DESIGN, "as_of": JUNE, "cost_staff_usd": 1e6}
    sweep = Sweep(fixed=fixed, columns=["cost_staff_usd", "cost_total_usd"], base_year=2023)
    then = Sweep(fixed=fixed, columns=["cost_staff_usd", "cost_total_usd"])
    assert sweep.to_numpy()["cost_staff_usd"].tolist() == [1e6]
    assert sweep.to_numpy()["cost_total_usd"][0] == then.to_numpy()["cost_total_usd"][0] * RATIO


def test_a_comparison_adds_up_in_dollars_of_one_year() -> None:
    a, b = ({**DESIGN, "as_of": date, "base_year": 2023} for date in ("2024-06-01", JUNE))
    found = compare(a, b)
    assert found.a.value == estimate(**DESIGN, as_of="2024-06-01", base_year=2023)["cost_total_usd"]
    assert found.difference == found.b.value - found.a.value
    assert sum(one.contribution or 0.0 for one in found.assumptions) + found.residue == pytest.approx(found.difference)
    with pytest.raises(SpecError, match="in other dollars than a"):
        compare(a, {**b, "base_year": 2024})


def test_a_preset_is_converted_from_its_own_date() -> None:
    then, real = estimate(preset="deepseek-v3"), estimate(preset="deepseek-v3", base_year=2023)
    ratio = INDEX.ratio(2023, dt.date.fromisoformat(str(then.inputs["as_of"]))).value
    assert real["rent_at_rate_usd"] == then["rent_at_rate_usd"] * ratio  # type: ignore[operator] # no None
    assert not [warning for warning in real.meta["warnings"] if "price index" in warning]


def test_dollars_after_the_index_are_warned_of() -> None:
    assert [text for text in estimate(**DESIGN, base_year=2023).meta["warnings"] if "price index" in text] == [
        "base_year = 2023: the price index ends in 2026-08: dollars of 2026-11-21 count as of that month"
    ]
    with pytest.raises(SpecError, match="the price index ends in"):
        estimate(**DESIGN, base_year=2023, strict=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"base_year": 2009}, "base_year = 2009: the price index has no such year; allowed: 2010 to 2026"),
        ({"base_year": 2027}, "base_year = 2027: the price index has no such year; allowed: 2010 to 2026"),
        ({"base_year": -2023}, "base_year = -2023: the price index has no such year"),
        ({"base_year": 2023.5}, "base_year = 2023.5: not a whole number"),
        ({"base_year": True}, "base_year = True: expected integer, got boolean"),
        ({"base_year": "2023"}, "base_year = .2023.: expected integer, got string"),
        ({"base_year": math.nan}, "base_year = nan: missing"),
        ({"base_year": 2023, "as_of": "2009-06-01"}, "as_of = 2009-06-01: before the price index begins"),
    ],
)
def test_bad_years_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said):
        estimate(**DESIGN, **given)


SPEC = """version = 1
base_year = 2023

[axes]
as_of = ["2025-06-30"]

[fixed]
hardware = "h100-sxm"
chips = 1024
params = "70B"
tokens = "1T"

[query]
columns = ["cost_total_usd"]
"""


def test_a_file_and_the_command_line_say_it_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = spec_file(tmp_path, SPEC)
    total = estimate(**DESIGN, as_of=JUNE, base_year=2023)["cost_total_usd"]
    ran = invoke(capsys, "top", spec, "--json")
    assert [row["cost_total_usd"] for row in ran.json["rows"]] == [total]
    assert ran.json["meta"]["base_year"] == "2023"
    assert "computed amounts are in dollars of 2023" in ran.err
    later = invoke(capsys, "top", spec, "--json", "--base-year", "2021")
    assert 'base_year = "2021" from the command line replaces that of the file' in later.err
    assert later.json["rows"][0]["cost_total_usd"] == estimate(**DESIGN, as_of=JUNE, base_year=2021)["cost_total_usd"]
    design = [part for name, value in DESIGN.items() for part in (f"--{name}", str(value))]
    ran = invoke(capsys, "estimate", *design, "--as-of", JUNE, "--base-year", "2023")
    assert "Computed amounts are in dollars of 2023" in ran.out
    again = Sweep.from_toml(spec)
    assert again.spec.base_year == 2023
    assert Sweep.from_spec(again.spec).meta["base_year"] == "2023"
    bad = invoke(capsys, "top", spec_file(tmp_path, SPEC.replace("base_year = 2023", "base_year = 1999")))
    assert bad.code == 2
    assert "base_year = 1999: the price index has no such year; allowed: 2010 to 2026 (" in bad.err
    assert "spec.toml:2)" in bad.err


UNCERTAIN: dict[str, Any] = {
    "uncertain": {"mfu": "normal 90% 0.3..0.5", "salary_usd": "x lognormal 90% 0.5..2"},
    "draws": {"count": 64},
}


def test_an_aggregate_over_draws_is_of_converted_amounts() -> None:
    columns = ["p90(cost_total_usd)", "p10(train_days)", "P(cost_total_usd <= 3.9e6)"]
    sweep: dict[str, Any] = {"axes": SWEEP["axes"], "fixed": SWEEP["fixed"], "columns": columns, **UNCERTAIN}
    then, real = Sweep(**sweep), Sweep(**sweep, base_year=2023)
    ratios = {label: INDEX.ratio(2023, dt.date.fromisoformat(label)).value for label in SWEEP["axes"]["as_of"]}
    shares = set()
    for nominal, converted in zip(reference.rows(then), reference.rows(real), strict=True):
        assert converted["p90(cost_total_usd)"] == nominal["p90(cost_total_usd)"] * ratios[nominal["as_of"]]
        assert converted["p10(train_days)"] == nominal["p10(train_days)"]
        assert converted["P(cost_total_usd <= 3.9e6)"] >= nominal["P(cost_total_usd <= 3.9e6)"]
        shares.add(converted["P(cost_total_usd <= 3.9e6)"] > nominal["P(cost_total_usd <= 3.9e6)"])
    assert True in shares
    assert [row for batch in real.batches() for row in _rows(batch, real)] == reference.rows(real)
    assert real.find(3, "p90(cost_total_usd)") == reference.top(real, 3, "p90(cost_total_usd)")
