"""Costs of published models by Epoch AI's accounting: as published, of the columns that are read and of no others."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import SpecError
from gigacost.catalog.epoch_costs import COMPARED, INPUTS, PARTS, SHIPPED, TOTALS, read_published_costs
from gigacost.validation.validate_costs import CostPrediction, validate_costs

CAPEX, ACQUISITION, CLOUD = TOTALS
with SHIPPED.open(encoding="utf-8", newline="") as shipped:
    ROWS = list(csv.DictReader(shipped))
COLUMNS = list(ROWS[0])
ROW = {
    "version": "paper_v2_2024-12",
    "model": "One",
    "organization": "Somebody",
    "publication_date": "2022-06-30",
    "hardware": "NVIDIA A100 SXM4 40 GB",
    "hardware_quantity": "1000",
    "training_time_h": "100",
    "chip_hours_reported": "100000",
    "training_compute_flop": "1e23",
    "raw_unit_price_usd": "24875",
    "raw_price_date": "2020-05-21",
    "price_basis": "server price / GPUs (no overhead)",
    "hardware_release_date": "2020-05-14",
    "tdp_w_used": "400",
    "cloud_vendor": "Amazon Web Services",
    "cloud_price_type": "Price per chip-hour (on-demand)",
    "cloud_list_price_usd_per_chip_hour": "4",
}
"""Begun on 2022-04-26 at 20:00, on chips to be had from 2020-08-12: 622 whole days before."""


def table(rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def file(folder: Path, text: str) -> Path:
    path = folder / "costs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def one(folder: Path, **cells: str) -> CostPrediction:
    """The prediction of a row as ROW but for some cells."""
    (found,) = validate_costs(file(folder, table([{**ROW, **cells}]))).predictions
    return found


# As published.


def test_every_published_cost_is_found() -> None:
    found = validate_costs()
    assert len(found.predictions) == len(ROWS) == 24
    published = {total: sum(bool(row[total]) for row in ROWS) for total in TOTALS}
    for total, count in published.items():
        assert found.by_column[total].rows == count > 15
        assert found.by_column[total].max_rel_error < 1e-12
    assert found.totals.rows == sum(published.values())
    assert found.is_complete


@pytest.mark.parametrize("part", PARTS)
def test_so_is_every_part(part: str) -> None:
    agreement = validate_costs().by_column[part]
    assert agreement.rows == sum(bool(row[part]) for row in ROWS)
    assert agreement.max_rel_error < 1e-12


def test_the_command_tells_what_python_gives_of_all_24_models(capsys: pytest.CaptureFixture[str]) -> None:
    ran = invoke(capsys, "validate", "costs", "--json")
    assert ran.code == 0
    assert ran.json == validate_costs().to_dict()
    assert {"rows", "max_rel_error", "median_rel_error", "by_column", "per_row"} <= ran.json.keys()
    assert ran.json["rows"] == len(ran.json["per_row"]) == 24
    assert 0 <= ran.json["median_rel_error"] <= ran.json["max_rel_error"] < 1e-12
    assert list(ran.json["by_column"]) == list(COMPARED)
    shown = invoke(capsys, "validate", "costs")
    assert shown.code == 0
    assert "GPT-3.5" in shown.out


def test_the_help_lists_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    words = set(invoke(capsys, "validate", "costs", "--help").out.split())
    assert words & set(COLUMNS) == set(INPUTS)


# Nothing else is read, and all of it is.

GARBAGE = [
    "",
    "nan",
    "NaN",
    "#N/A",
    "-1",
    "1e300",
    "12345.678",
    "text, with a comma",
    'a "quote"',
    "two\nlines",
    "=1+1",
]


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("kept", [(*INPUTS, *TOTALS), INPUTS], ids=["totals-stay", "only-inputs-stay"])
def test_poisoned_columns_change_nothing(garbage: str, kept: Sequence[str], tmp_path: Path) -> None:
    rows = [{name: cell if name in kept else garbage for name, cell in row.items()} for row in ROWS]
    clean, poisoned = validate_costs(), validate_costs(file(tmp_path, table(rows)))
    assert [dict(row.predicted) for row in poisoned.predictions] == [dict(row.predicted) for row in clean.predictions]
    if CAPEX in kept:
        assert poisoned.totals == clean.totals
        assert poisoned.is_complete


def test_columns_that_are_not_read_may_be_missing(tmp_path: Path) -> None:
    found = validate_costs(file(tmp_path, table(ROWS, [*INPUTS, *TOTALS])))
    assert found.totals == validate_costs().totals


CHANGED = {
    "version": {"version": "head_2026-04", "training_time_h": "200"},
    "model": {"model": "GPT-3"},
    "organization": {"organization": "Google"},
    "publication_date": {"publication_date": "2023-06-30"},
    "hardware": {"hardware": "NVIDIA V100"},
    "hardware_quantity": {"hardware_quantity": "2000"},
    "training_time_h": {"training_time_h": "1000"},
    "chip_hours_reported": {"chip_hours_reported": "200000"},
    "raw_unit_price_usd": {"raw_unit_price_usd": "10000"},
    "raw_price_date": {"raw_price_date": "2021-05-21"},
    "price_basis": {"price_basis": "single unit x server overhead"},
    "hardware_release_date": {"hardware_release_date": "2021-05-14"},
    "tdp_w_used": {"tdp_w_used": "300"},
    "cloud_vendor": {"cloud_vendor": "Google Cloud"},
    "cloud_price_type": {"cloud_price_type": "Price per chip-hour (1-year CUD)"},
    "cloud_list_price_usd_per_chip_hour": {"cloud_list_price_usd_per_chip_hour": "3"},
}
BY_FLOP = {"chip_hours_reported": "", "training_time_h": "", "peak_flops_used": "312e12"}


@pytest.mark.parametrize("column", INPUTS)
def test_every_column_that_is_read_counts(column: str, tmp_path: Path) -> None:
    counted_by_flop = {
        "training_compute_flop": {"training_compute_flop": "2e23"},
        "peak_flops_used": {"peak_flops_used": "125e12"},
        "mfu_reported": {"mfu_reported": "0.5"},
    }
    shared = BY_FLOP if column in counted_by_flop else {}
    changed = {**counted_by_flop, **CHANGED}[column]
    before, after = one(tmp_path, **shared), one(tmp_path, **{**shared, **changed})
    totals = [{name: row.predicted[name] for name in TOTALS} for row in (before, after)]
    if column == "version":  # the hours of the cloud alone
        assert totals[1][CLOUD] == 2 * totals[0][CLOUD]
    else:
        assert totals[0] != totals[1]


# By hand.

SERVER_HOUR = 24_875 * 10 ** (-0.14 * 622 / 365.25) * 0.14 * math.log(10) / 8766
"""What a chip's share of a server loses in an hour."""
KWH = 0.4 * 2.03125 * 0.75 * 1.25
"""Of a chip in an hour."""


def approx(value: float) -> Any:
    return pytest.approx(value, rel=1e-12)


def test_a_row_by_hand(tmp_path: Path) -> None:
    found = one(tmp_path).predicted
    assert found["years_depreciated"] == approx(622 / 365.25)
    assert found["cost_chip_usd_nominal"] == approx(1e5 * SERVER_HOUR / 1.66)
    assert found["cost_server_extra_usd_nominal"] == approx(1e5 * SERVER_HOUR * (1 - 1 / 1.66))
    assert found["cost_interconnect_usd_nominal"] == approx(1e5 * SERVER_HOUR * 0.19 / 0.81)
    assert found["cost_energy_usd_nominal"] == approx(1e5 * KWH * 0.0832)
    assert found[CAPEX] == approx(1e5 * (SERVER_HOUR / 0.81 + KWH * 0.0832))
    assert found[ACQUISITION] == approx(1000 * 24_875 / 0.81)
    assert found[CLOUD] == approx(1e5 * 4 * 0.36)
    assert found["cluster_power_kw"] == approx(1000 * 0.4 * 2.03125 * 1.25)


def test_hours_are_chips_times_hours_where_they_are_not_reported(tmp_path: Path) -> None:
    found = one(tmp_path, chip_hours_reported="", training_time_h="100.5").predicted
    assert found["chip_hours_used"] == 100_500
    assert found[CLOUD] == approx(100_500 * 4 * 0.36)
    assert found["years_depreciated"] == 622 / 365.25  # whole hours count


def test_hours_follow_from_flop_where_nothing_else_is_known(tmp_path: Path) -> None:
    by_default = one(tmp_path, **BY_FLOP).predicted
    assert by_default["chip_hours_used"] == approx(1e23 / (312e12 * 0.375) / 3600)
    assert by_default["years_depreciated"] == (622 - 29) / 365.25  # 33 days and an hour and a half, in place of four
    reported = one(tmp_path, **BY_FLOP, mfu_reported="0.5", hardware_quantity="").predicted
    assert reported["chip_hours_used"] == approx(1e23 / (312e12 * 0.5) / 3600)
    assert ACQUISITION not in reported
    assert reported[CAPEX] == approx(by_default[CAPEX] * 0.375 / 0.5)


def test_known_hours_date_a_run_whose_chips_are_not_known(tmp_path: Path) -> None:
    found = one(tmp_path, **{**BY_FLOP, "training_time_h": "100"}, hardware_quantity="").predicted
    assert found["chip_hours_used"] == approx(1e23 / (312e12 * 0.375) / 3600)
    assert found["years_depreciated"] == 622 / 365.25


def test_a_single_unit_has_a_server_around_it(tmp_path: Path) -> None:
    cells = {
        "hardware": "NVIDIA Tesla K80",
        "raw_unit_price_usd": "5000",
        "price_basis": "single unit x server overhead",
    }
    found = one(tmp_path, **cells).predicted
    assert found[ACQUISITION] == approx(1000 * 5000 * 1.64 / 0.81)
    assert found["cost_chip_usd_nominal"] == approx(1e5 * SERVER_HOUR * 5000 / 24_875)
    assert found["energy_kwh"] == approx(1e5 * 0.4 * 1.8 * 0.75 * 1.25)


TPU = {
    "hardware": "Google TPU v4",
    "raw_unit_price_usd": "5167",
    "raw_price_date": "",
    "price_basis": "TPU estimate x server overhead",
    "tdp_w_used": "",
    "organization": "Google DeepMind",
    "cloud_vendor": "Google Cloud",
}


def test_a_tpu_is_its_makers_from_its_release_on_and_before(tmp_path: Path) -> None:
    found = one(tmp_path, **TPU, hardware_release_date="2022-05-01").predicted
    assert found["years_depreciated"] == -5 / 365.25  # begun on 2022-04-26 at 20:00
    assert found["depreciation_factor"] > 1
    assert found["energy_kwh"] == approx(1e5 * 0.373 * 1.56 * 0.43 * 1.1)
    assert found[CLOUD] == approx(1e5 * 4 * 0.44 / 1)
    assert found[ACQUISITION] == approx(1000 * 5167 * 1.64 / 0.81)


def test_a_gpu_waits_until_it_can_be_had(tmp_path: Path) -> None:
    assert one(tmp_path, hardware_release_date="2022-05-01").predicted["years_depreciated"] == 0
    assert one(tmp_path, raw_price_date="2022-05-01").predicted["years_depreciated"] == 0
    assert one(tmp_path, hardware_release_date="2022-01-26").predicted["years_depreciated"] == 0
    assert one(tmp_path, hardware_release_date="2022-01-25").predicted["years_depreciated"] == 1 / 365.25


def test_a_term_of_rent_is_quoted_or_discounted_by_the_vendors_ratio(tmp_path: Path) -> None:
    three = one(tmp_path, cloud_price_type="Price per chip-hour (3-year CUD)", cloud_vendor="CoreWeave").predicted
    assert three[CLOUD] == approx(1e5 * 4)
    year = one(tmp_path, cloud_price_type="Price per chip-hour (1-year CUD)", cloud_vendor="Microsoft Azure").predicted
    assert year[CLOUD] == approx(1e5 * 4 * 0.51 / 0.75)
    assert one(tmp_path, cloud_vendor="Lambda Labs").predicted[CLOUD] == approx(1e5 * 4 * 0.44)
    assert CLOUD not in one(tmp_path, cloud_vendor="CoreWeave").predicted


def test_the_paper_and_the_code_since(tmp_path: Path) -> None:
    cells = {"publication_date": "2024-06-30", "chip_hours_reported": "100001"}
    paper, since = one(tmp_path, **cells).predicted, one(tmp_path, **cells, version="head_2026-04-01").predicted
    assert (paper["electricity_usd_per_kwh"], since["electricity_usd_per_kwh"]) == (0.0806, 0.0771)
    assert since["chip_hours_used"] == 100_001
    assert since[CLOUD] == approx(1e5 * 4 * 0.36)
    assert paper[CLOUD] == approx(100_001 * 4 * 0.36)


def test_models_whose_dates_are_known(tmp_path: Path) -> None:
    begun = one(tmp_path, model="GPT-3.5 (text-davinci-003)").predicted
    assert begun["years_depreciated"] == (622 - 43) / 365.25  # 2022-03-14
    ended = one(tmp_path, model="GPT-4 (later)").predicted
    assert ended["years_depreciated"] == (622 + 106) / 365.25  # four days and four hours before 2022-08-15
    assert one(tmp_path, model="GPT-4 (later)", version="head").predicted["years_depreciated"] == 622 / 365.25


# What cannot be predicted is told.


def test_a_missing_prediction_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = {CAPEX: "1000", ACQUISITION: "1000", CLOUD: "1000"}
    lacking = {"raw_unit_price_usd": "", "cloud_list_price_usd_per_chip_hour": "", "hardware_quantity": ""}
    path = file(tmp_path, table([{**ROW, **published}, {**ROW, "model": "Two", **published, **lacking}]))
    ran = invoke(capsys, "validate", "costs", str(path), "--json")
    assert ran.code == 1
    assert ran.json["missing"] == 3
    assert ran.json["rows"] == 2
    assert ran.json["per_row"][1]["missing"][ACQUISITION] == "no raw_unit_price_usd; no hardware_quantity"
    for total, why in ((CAPEX, "no raw_unit_price_usd"), (CLOUD, "no cloud_list_price_usd_per_chip_hour")):
        assert f"row 3, Two: no prediction of {total}: {why}" in ran.err


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"publication_date": ""}, "no publication_date"),
        ({"hardware_release_date": ""}, "no hardware_release_date"),
        ({"tdp_w_used": ""}, "no tdp_w_used"),
        (
            {"chip_hours_reported": "", "training_time_h": ""},
            "neither chip-hours, nor chips and hours, nor FLOP and peak",
        ),
        ({"hardware": "", "tdp_w_used": ""}, "no tdp_w_used"),
    ],
)
def test_what_cannot_be_predicted_says_why(cells: dict[str, str], why: str, tmp_path: Path) -> None:
    found = one(tmp_path, **cells, **{CAPEX: "1000"})
    assert found.missing == (CAPEX,)
    assert found.why(CAPEX) == why


def test_what_was_not_published_is_not_compared(tmp_path: Path) -> None:
    found = validate_costs(file(tmp_path, table([ROW])))
    assert found.totals.rows == 0
    assert math.isnan(found.totals.max_rel_error)
    assert found.to_dict()["max_rel_error"] is None
    assert found.is_complete


def test_a_published_cost_that_is_no_figure_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, table([{**ROW, CAPEX: "a lot", CLOUD: "1e999"}]))
    ran = invoke(capsys, "validate", "costs", str(path))
    assert ran.code == 1
    assert f"row 2, One: {CAPEX} is no figure" in ran.err
    assert f"row 2, One: {CLOUD} is no figure" in ran.err


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"model": ""}, "row 2, column model: missing"),
        ({"hardware_quantity": "1,000"}, 'column hardware_quantity = "1,000": a separator of thousands'),
        ({"training_time_h": "nan"}, 'column training_time_h = "nan": not a number'),
        ({"training_time_h": "-3"}, "out of range; allowed: > 0 and finite"),
        ({"tdp_w_used": "0"}, "column tdp_w_used"),
        ({"hardware_quantity": "12.5"}, "a whole number >= 1"),
        ({"raw_unit_price_usd": "2e6"}, "<= 1e+06"),
        ({"mfu_reported": "37"}, "<= 1"),
        ({"chip_hours_reported": "1e999"}, "out of range"),
        ({"raw_unit_price_usd": "#N/A"}, "an error of the spreadsheet"),
        ({"publication_date": "2022-02-30"}, "there is no such day"),
        ({"raw_price_date": "last year"}, "not a date; allowed: a day, YYYY-MM-DD"),
        ({"price_basis": "per rack"}, 'column price_basis = "per rack": unknown; allowed: server price'),
        ({"cloud_price_type": "spot"}, "column cloud_price_type"),
        ({"organization": "two\nlines"}, "a line break within a cell"),
    ],
)
def test_bad_cells_are_refused(cells: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        read_published_costs(file(tmp_path, table([{**ROW, **cells}])))
    assert says in str(refused.value)
    assert "costs.csv:2" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "an empty table"),
        (table([]), "a table of no models"),
        ("a,b\n1,2\n", "the header is missing"),
        (table([ROW], [name for name in COLUMNS if name != "hardware"]), "the column hardware is missing"),
        (table([ROW], [name for name in COLUMNS if name != CLOUD]), f"the column {CLOUD} is missing"),
        (table([ROW], [*COLUMNS, "modell"]), "unknown column"),
        (table([ROW]).replace("version,", "model,", 1), "the same as column"),
        (table([ROW]) + "one,two\n", "2 cells under"),
        (table([ROW, ROW]), "the same version and model as row 2"),
        (table([ROW]) + '"unclosed\n', "not CSV"),
        ("\ufeff\ufeff" + table([ROW]), "more than one byte order mark"),
    ],
)
def test_bad_tables_are_refused(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as refused:
        read_published_costs(file(tmp_path, text))
    assert says in str(refused.value)


def test_files_that_are_no_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        ran = invoke(capsys, "validate", "costs", str(path))
        assert ran.code == 2
    (tmp_path / "latin.csv").write_bytes(b"version,mod\xe9l\n")
    assert invoke(capsys, "validate", "costs", str(tmp_path / "latin.csv")).code == 2


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "costs.csv"
    path.write_bytes(("\ufeff" + table(ROWS)).replace("\n", "\r\n").encode())
    assert validate_costs(path).totals == validate_costs().totals
