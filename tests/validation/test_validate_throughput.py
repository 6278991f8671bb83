"""The model against what was measured: every run of a table at its own layout, and at the one the model chooses."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Catalog, Validation, estimate, validate_throughput
from gigacost.model.performance.search import AXES
from gigacost.validation.published.software import inputs_of
from gigacost.validation.published.throughput import COLUMNS, SHIPPED, read_runs
from gigacost.validation.validate_throughput import accuracy

Capture = pytest.CaptureFixture[str]
STATISTICS = {"rows", "median_abs_error", "median_signed_error", "p90_abs_error", "share_within_15pct"}
KEYS = [*STATISTICS, "skipped", "by_source", "by_kind", "per_row"]
ROW = {"id", "source", "kind", "chip", "precision", "published_seconds", "predicted_seconds", "error", "parts"}


@pytest.fixture(scope="module")
def shipped() -> Validation:
    return validate_throughput()


def rows_of(*ids: str) -> list[dict[str, str]]:
    with SHIPPED.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["id"] in ids]


def table(folder: Path, *rows: dict[str, str]) -> Path:
    """A table of some of the shipped rows, changed or not."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "runs.csv"
    path.write_text(written.getvalue(), encoding="utf-8")
    return path


(LLAMA,) = rows_of("torchtitan-2506-8b-64-bf16")
(MPT,) = rows_of("mpt-3b-A100-40G-BF16-n8-s2048-mb5")


def test_the_shipped_runs_are_predicted_as_well_as_promised(shipped: Validation) -> None:
    dense, moe = shipped.by_kind["dense"], shipped.by_kind["moe"]
    assert (dense.rows, moe.rows) == (138, 12)
    assert dense.median_abs_error <= 0.055
    assert dense.p90_abs_error <= 0.14
    assert moe.median_abs_error <= 0.25


def test_every_run_is_either_counted_or_skipped_with_its_reason(shipped: Validation) -> None:
    counted, skipped = [one.id for one in shipped.predictions], {one.id: one for one in shipped.skipped}
    assert sorted([*counted, *skipped]) == sorted(run.id for run in read_runs())
    for run in read_runs():
        if run.id in counted:
            assert run.figures["in_fit"]
            assert run.step_seconds is not None
        else:
            assert skipped[run.id].reason
    assert shipped.is_complete
    assert shipped.unpredictable == sum(one.predicted_seconds is None for one in shipped.skipped) > 0
    assert any(one.predicted_seconds for one in shipped.skipped if one.reason == "no step time was published")


def test_nearly_all_layouts_that_were_run_fit_in_the_model(shipped: Validation) -> None:
    assert len(shipped.too_large) <= 0.05 * len(shipped.predictions)
    assert set(shipped.too_large) <= set(shipped.assumed)  # with the recomputation that they did not publish they would


def test_parts_add_up_and_errors_are_signed(shipped: Validation) -> None:
    for one in shipped.predictions:
        assert sum(one.parts.values()) == pytest.approx(one.predicted_seconds, rel=1e-12)
        assert one.error == one.predicted_seconds / one.published_seconds - 1
    assert min(one.error for one in shipped.predictions) < 0 < max(one.error for one in shipped.predictions)


@pytest.mark.parametrize("name", ["torchtitan-2506-8b-64-bf16", "narayanan-t1-7.5B"])
def test_a_prediction_is_what_an_estimate_of_the_same_inputs_says(shipped: Validation, name: str) -> None:
    (run,) = (run for run in read_runs() if run.id == name)
    (found,) = (one for one in shipped.predictions if one.id == name)
    inputs = inputs_of(run, Catalog.bundled())
    same = estimate(inputs, tokens="1T", memory_use=0, tuning=1, rental_usd_per_chip_hour=2)
    assert same["step_seconds"] == found.predicted_seconds
    assert {part: same[part] for part in found.parts} == dict(found.parts)


def test_accuracy_is_that_of_the_errors() -> None:
    found = accuracy([0.05, -0.10, 0.20, -0.15])
    assert found.rows == 4
    assert found.median_abs_error == pytest.approx(0.125)
    assert found.median_signed_error == pytest.approx(-0.025)
    assert found.p90_abs_error == pytest.approx(0.185)
    assert found.share_within_15pct == 0.75
    assert all(math.isnan(value) for value in (accuracy([]).median_abs_error, accuracy([]).p90_abs_error))
    assert accuracy([]).to_dict() == dict.fromkeys(STATISTICS, None) | {"rows": 0}


def test_groups_are_the_rows_of_a_source_and_of_a_kind(shipped: Validation) -> None:
    for groups, field in ((shipped.by_source, "source"), (shipped.by_kind, "kind")):
        assert sum(one.rows for one in groups.values()) == len(shipped.predictions)
        for name, one in groups.items():
            assert one == accuracy([row.error for row in shipped.predictions if getattr(row, field) == name])


def test_rows_set_apart_are_predicted_but_not_counted(tmp_path: Path) -> None:
    found = validate_throughput(table(tmp_path, LLAMA, {**MPT, "in_fit": "0"}, {**MPT, "id": "b", "step_time_s": ""}))
    assert [one.id for one in found.predictions] == [LLAMA["id"]]
    assert [one.reason for one in found.skipped] == [
        "set apart by the table (in_fit = 0)",
        "no step time was published",
    ]
    assert all(one.predicted_seconds for one in found.skipped)
    assert found.is_complete


def test_equal_runs_of_two_sources_are_two_rows(tmp_path: Path) -> None:
    found = validate_throughput(table(tmp_path, LLAMA, {**LLAMA, "id": "again", "step_time_s": "3"}))
    first, second = found.predictions
    assert first.predicted_seconds == second.predicted_seconds
    assert first.error != second.error


def test_what_the_model_takes_for_impossible_is_skipped_with_its_state(tmp_path: Path) -> None:
    stages = {**LLAMA, "tp": "1", "pp": "64", "dp": "1", "id": "deep"}
    found = validate_throughput(table(tmp_path, stages))
    assert found.skipped[0].reason == "to the model such a run is impossible: no_layout"
    assert not found.is_complete


def test_chips_whose_network_is_unknown_do_not_stop_the_others(tmp_path: Path) -> None:
    found = validate_throughput(
        table(tmp_path, LLAMA, {**LLAMA, "id": "alone", "accelerator": "a10g", "nvlink_domain": ""})
    )
    assert [one.id for one in found.predictions] == [LLAMA["id"]]
    assert found.skipped[0].reason.startswith("to the model such a run is impossible: no_")


@pytest.mark.parametrize(("unknown", "code"), [(1, 0), (2, 1)])
def test_too_many_unpredictable_rows_are_a_failure(tmp_path: Path, capsys: Capture, unknown: int, code: int) -> None:
    rows = [{**MPT, "id": f"run-{i}", "accelerator": "H1000" if i < unknown else MPT["accelerator"]} for i in range(20)]
    done = invoke(capsys, "validate", "throughput", str(table(tmp_path, *rows)), "--json")
    assert done.code == code
    assert done.json["rows"] == 20 - unknown
    assert done.json["skipped"][0]["reason"] == "the catalogue has no chip H1000"
    assert ("error: 2 of 20 runs cannot be predicted, more than 5%" in done.err) == bool(code)


def test_the_command_prints_what_the_library_finds(capsys: Capture, shipped: Validation) -> None:
    done = invoke(capsys, "validate", "throughput", "--json")
    assert done.code == 0
    assert done.json == json.loads(json.dumps(shipped.to_dict()))
    assert sorted(done.json) == sorted(KEYS)
    assert list(done.json["by_kind"]) == ["dense", "moe"]
    assert all(set(one) == STATISTICS for by in ("by_source", "by_kind") for one in done.json[by].values())
    assert all(set(one) == ROW for one in done.json["per_row"])


def test_the_screen_shows_every_run_the_groups_and_what_was_assumed(capsys: Capture, shipped: Validation) -> None:
    done = invoke(capsys, "validate", "throughput")
    assert done.code == 0
    short = [one.id for one in (*shipped.predictions, *shipped.skipped) if len(one.id) <= 40]
    assert len(short) > 100
    assert all(name in done.out for name in short)  # longer ones take two lines
    for title in (
        "Not counted",
        "How far off",
        "all dense",
        "all moe",
        "assumed, as it is not published: no recomputation",
    ):
        assert title in done.out


def test_a_chosen_layout_is_no_slower_than_one_that_it_could_have_chosen(tmp_path: Path) -> None:
    found = validate_throughput(table(tmp_path, MPT | {"microbatch": "4"}, LLAMA), search=True)
    assert found.search is not None
    assert not found.search.without
    for one in found.search.choices:
        assert one.chosen_seconds <= one.predicted_seconds
        assert one.over_predicted == one.chosen_seconds / one.predicted_seconds
        assert one.over_published == one.chosen_seconds / one.published_seconds
        assert set(one.chosen) == set(one.published) == set(AXES)
    shares = [one.has_same_split for one in found.search.choices]
    assert found.search.share_with_same_split == sum(shares) / len(shares)


def test_a_search_reports_how_its_choices_compare(tmp_path: Path, capsys: Capture) -> None:
    path = str(table(tmp_path, MPT, LLAMA))
    done = invoke(capsys, "validate", "throughput", path, "--search", "--json")
    assert done.code == 0
    assert sorted(done.json) == sorted([*KEYS, "search"])
    row: dict[str, Any] = done.json["search"]["per_row"][0]
    assert row["published"]["microbatch"] == 5
    assert row["over_published"] == row["chosen_seconds"] / row["published_seconds"]
    shown = invoke(capsys, "validate", "throughput", path, "--search").out
    assert "At the layout that the tool chooses" in shown
    assert "have the same tp and pp" in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "throughput = "),
        ("", "row 1: an empty table"),
        ("a,b\n", "the header is missing"),
        (",".join(COLUMNS) + "\n", "missing: a table of no runs"),
        (",".join(COLUMNS) + "\nx\n", f"row 2: 1 cells under {len(COLUMNS)} columns"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, capsys: Capture, text: str | None, says: str) -> None:
    path = tmp_path / "runs.csv"
    if text is not None:
        path.write_text(text)
    done = invoke(capsys, "validate", "throughput", str(path))
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


def test_an_unknown_validation_is_refused(capsys: Capture) -> None:
    assert invoke(capsys, "validate", "through").code == 2
