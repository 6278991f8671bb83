"""Published runs, predicted from what was known before they started: how well, and that nothing else was used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Catalog, RunValidation, estimate, validate_runs
from gigacost.catalog import Preset
from gigacost.catalog.files import data
from gigacost.errors import SpecError
from gigacost.model import default
from gigacost.model.performance.search import AXES
from gigacost.validation.published.runs import COLUMNS, KNOWN, known_before
from gigacost.validation.validate_runs import KINDS, SIZES, reliability

Capture = pytest.CaptureFixture[str]
PRESETS = dict(Catalog.bundled().presets)
KEYS = {
    *("runs", "rows", "figures", "median_abs_error", "median_signed_error", "median_abs_error_of_p50"),
    *("share_inside", "median_spread", "by_kind", "hours", "per_figure", "per_row", "left_out", "unpredicted"),
    "assumed",
}


@pytest.fixture(scope="module")
def found() -> RunValidation:
    return validate_runs()


def with_presets(monkeypatch: pytest.MonkeyPatch, change: Callable[[Preset], Preset], *names: str) -> RunValidation:
    """The validation of some of the catalogue's runs, changed."""
    presets = {name: change(PRESETS[name]) for name in names}
    monkeypatch.setattr(Catalog, "presets", property(lambda _: presets))
    return validate_runs()


def predictions(found: RunValidation) -> dict[tuple[str, str], tuple[float, ...]]:
    return {(one.run, one.what): (one.predicted, one.low, one.middle, one.high) for one in found.figures}


def test_it_is_as_good_as_promised(found: RunValidation) -> None:
    assert found.faults == []
    assert len(found.runs) >= 20
    assert found.reliability.share_inside >= 0.8
    assert found.by_kind["hours"].figures >= 35
    assert found.by_kind["dollars"].median_spread <= 13.0


@pytest.mark.parametrize("fit", ["shipped", "left_out"])
@pytest.mark.parametrize("view", ["all", "one_vote_per_run"])
def test_hours_have_their_middle_where_they_should_and_hold_their_intervals(
    found: RunValidation, fit: str, view: str
) -> None:
    hours = found.hours[fit][view]
    assert abs(hours.median_signed_error) <= 0.08
    assert hours.median_abs_error <= 0.2
    assert 0.8 <= hours.share_inside <= 0.97
    assert hours.median_spread <= 3.0


def test_runs_whose_number_of_chips_was_assumed_are_told_apart(found: RunValidation) -> None:
    for views in found.hours.values():
        assert views["chips_published"].figures + views["chips_assumed"].figures == views["one_vote_per_run"].figures
        assert views["chips_assumed"].figures >= 10
        assert views["chips_assumed"].median_spread > views["chips_published"].median_spread


def test_hours_are_predicted_again_with_the_pace_of_the_other_labs(found: RunValidation) -> None:
    """That of the run's own lab, its width too; the largest run is inside."""
    again = {(one.run, one.what): one for one in found.left_out}
    assert again.keys() == {(one.run, one.what) for one in found.figures if one.kind == "hours"}
    for name in ("llama-65b", "deepseek-v3", "bloom"):
        run = PRESETS[name]
        pace = dict(data("pace")["left_out"][run.lab])
        width = pace.pop("tuning_within")
        (row,) = [row for row in run.published if row.quantity == "chip_hours"]
        one = again[name, row.what]
        assert one.predicted == estimate({**known_before(run), **pace, "rental_usd_per_chip_hour": 1.0})["chip_hours"]
        assert one.spread > (1.25 if name == "deepseek-v3" else 1.0) * width**2 * 0.98
    largest = again["llama-3.1-405b", "H100-hours"]
    assert largest.low < largest.published < largest.high


def test_the_middle_of_hours_is_the_headline(found: RunValidation) -> None:
    for one in found.figures:
        if one.kind == "hours" and "chips" not in found.assumed.get(one.run, ()):
            assert one.middle == pytest.approx(one.predicted, rel=0.02)


def test_every_figure_is_predicted_or_left_out_with_a_reason(found: RunValidation) -> None:
    units = {"chip·h", "d", "kWh", "MWh", "t", "$"}
    published = {
        (one.name, row.what)
        for one in PRESETS.values()
        for row in one.published
        if one.kind == "run" and row.quantity and row.unit in units
    }
    told = [(one.run, one.what) for one in found.figures] + [(one.run, one.what) for one in found.unpredicted]
    assert len(told) == len(set(told))
    assert set(told) == published
    assert all(one.reason for one in found.unpredicted)
    assert all(one.source and one.date for one in found.figures)
    assert "source not checked" not in {one.source for one in found.figures}


def test_what_was_published_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the figures themselves nor what a preset knows of utilisation and layout."""

    def poisoned(one: Preset) -> Preset:
        rows = tuple(replace(row, value=row.value * 7.0) for row in one.published)
        known = {"mfu": 0.99, "whole_run_utilisation": 0.9, "train_hours": 1.0, "tp": 1, "pp": 1, "goodput": 0.5}
        return replace(one, published=rows, fixed={**one.fixed, **known, "global_batch_sequences": 64})

    names = ("bloom", "llama-65b", "deepseek-v3", "gpt-3")
    honest = predictions(with_presets(monkeypatch, lambda one: one, *names))
    assert predictions(with_presets(monkeypatch, poisoned, *names)) == honest
    assert {run for run, _ in honest} == set(names)


def test_nothing_but_what_is_known_before_a_run_is_known() -> None:
    told = {"market", "flash_attention", "sequence_parallel"}
    for one in PRESETS.values():
        if one.kind == "run":
            assert set(known_before(one)) <= KNOWN | told
    assert KNOWN.isdisjoint(
        {*AXES, "mfu", "goodput", "whole_run_utilisation", "train_hours", "train_days", "chip_hours", "step_seconds"}
    )


def test_software_is_that_of_the_day() -> None:
    old, new = known_before(PRESETS["bloom"]), known_before(PRESETS["llama-65b"])
    assert (old["flash_attention"], old["sequence_parallel"]) == (0.0, 0.0)
    assert {"flash_attention", "sequence_parallel"}.isdisjoint(new)


def test_each_figure_is_held_against_the_quantity_of_its_boundary(found: RunValidation) -> None:
    of = {(one.run, one.kind, one.published): one.quantity for one in found.figures}
    assert of["deepseek-v3", "dollars", 5.576e6] == "rent_at_rate_usd"
    assert of["deepseek-v3", "hours", 2.664e6] == "pretraining_chip_hours"
    assert of["deepseek-v3", "hours", 2.788e6] == "chip_hours"
    assert of["bloom", "energy", 433196.0] == "energy_chip_kwh"
    assert of["bloom", "energy", 689842.0] == "energy_it_kwh"
    assert of["llama-3.1-405b", "dollars", 169.8e6] == "rent_at_rate_usd"
    amortised = of["llama-3.1-405b", "dollars", 51.0e6]
    assert "cost_facility_usd" not in amortised
    assert "cost_financing_usd" not in amortised
    (rent,) = [one for one in found.figures if one.published == 5.576e6]
    (hours,) = [one for one in found.figures if one.published == 2.788e6]
    assert rent.predicted == pytest.approx(2.0 * hours.predicted)


def test_days_are_compared_only_where_the_number_of_chips_was_published(found: RunValidation) -> None:
    for one in found.figures:
        assert one.kind != "days" or "chips" not in found.assumed.get(one.run, ())


def test_what_cannot_be_predicted_says_why(found: RunValidation) -> None:
    reasons = {one.run: one.reason for one in found.unpredicted}
    assert "no_price" in reasons["palm"]
    assert "attention in chunks" in reasons["llama-4-scout"]
    assert "no_price" in reasons["mt-nlg-530b"]


def test_runs_on_pods_that_only_the_data_centre_network_joins_are_predicted(found: RunValidation) -> None:
    of = {(one.run, one.kind): one for one in found.figures if one.run in ("gopher", "palm")}
    assert set(of) == {
        ("gopher", "hours"),
        ("gopher", "days"),
        ("gopher", "carbon"),
        ("palm", "hours"),
        ("palm", "days"),
    }


def test_intervals_hold_their_middle_and_grow_with_what_is_uncertain(found: RunValidation) -> None:
    for one in found.figures:
        assert 0.0 < one.low <= one.middle <= one.high
        assert one.is_inside == (one.low <= one.published <= one.high)
        assert one.error == one.predicted / one.published - 1.0
    assert found.by_kind["dollars"].median_spread > found.by_kind["hours"].median_spread > 1.5


def test_a_validation_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures ten times as large lie outside, and fewer runs are not enough."""

    def tenfold(one: Preset) -> Preset:
        return replace(one, published=tuple(replace(row, value=row.value * 10.0) for row in one.published))

    wrong = with_presets(monkeypatch, tenfold, "bloom", "llama-65b")
    assert wrong.reliability.share_inside == 0.0
    assert [fault.split(",")[0] for fault in wrong.faults[:1]] == ["2 runs are predicted"]
    assert any("lie in P5-P95" in fault for fault in wrong.faults)


def test_no_figures_are_no_reliability() -> None:
    nothing = reliability([])
    assert nothing.figures == 0
    assert nothing.to_dict()["share_inside"] is None
    assert len(RunValidation((), (), (), {}).faults) == 8


def test_json_of_the_command_is_what_python_gives(capsys: Capture, found: RunValidation) -> None:
    done = invoke(capsys, "validate", "runs", "--json")
    assert done.code == 0
    told: Mapping[str, Any] = done.json
    assert set(told) == KEYS
    assert told == found.to_dict()
    assert set(told["by_kind"]) == set(KINDS)
    assert told["runs"] == len(found.runs)


def test_the_table_of_the_command_has_every_run_and_the_share_inside(capsys: Capture, found: RunValidation) -> None:
    done = invoke(capsys, "validate", "runs")
    assert done.code == 0
    for run in found.runs:
        assert run in done.out
    assert "inside" in done.out
    assert f"{len(found.runs)} runs" in done.out


def test_what_is_not_as_good_as_promised_fails(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gigacost.validation.validate_runs.LEAST_INSIDE", 1.01)
    done = invoke(capsys, "validate", "runs")
    assert done.code == 1
    assert "lie in P5-P95, less than" in done.err


HEAD = "run,model,params,tokens,hardware,chips,precision,as_of,chip_hours,train_days,assumed,lab"
"""Of a table of runs."""


def table(tmp_path: Path, *rows: str) -> str:
    path = tmp_path / "runs.csv"
    path.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
    return str(path)


def test_a_table_of_runs_is_predicted_as_presets_are(tmp_path: Path) -> None:
    run = PRESETS["llama-3.1-405b"].fixed
    row = f"mine,llama-3.1-405b,,15.6T,h100-sxm,16384,bf16,{run['as_of']},30.8M,,,"
    (one,) = validate_runs(table(tmp_path, row)).figures
    expected = estimate(
        model="llama-3.1-405b", hardware="h100-sxm", chips=16384, tokens=15.6e12, precision="bf16",
        as_of=run["as_of"], post_training_share=0.0, market="on_demand",
    )["chip_hours"]  # fmt: skip
    assert one.predicted == expected
    assert (one.kind, one.published, one.quantity) == ("hours", 30.8e6, "chip_hours")


def test_chips_that_were_assumed_widen_the_interval(tmp_path: Path) -> None:
    rows = [
        f"{name},,8B,15T,h100-sxm,8192,bf16,2024-01,1.3M,,{assumed}," for name, assumed in (("a", ""), ("b", "chips"))
    ]
    known, assumed = validate_runs(table(tmp_path, *rows)).figures
    assert known.predicted == assumed.predicted
    assert assumed.spread > 1.2 * known.spread
    several = [
        estimate(params=8e9, tokens=15e12, hardware="h100-sxm", chips=8192 * size, as_of="2024-01-31",
                 post_training_share=0.0)["chip_hours"]
        for size in SIZES
    ]  # fmt: skip
    assert assumed.low < min(several)
    assert assumed.high > max(several) * 0.8


def test_a_bad_table_of_runs_is_refused_cell_by_cell(tmp_path: Path) -> None:
    rows = [
        "a,,70B,15T,h999,8192,bf16,2024-01-01,6.4e6,,,",
        "b,,abc,15T,h100-sxm,8192.5,bf16,soon,,,colour,",
        "a,,70B,15T,h100-sxm,8192,bf16,2024-01-01,-1,,,",
        "c,,,15T,h100-sxm,8192,bf16,2024-01-01,1,,,",
    ]
    with pytest.raises(SpecError) as refused:
        validate_runs(table(tmp_path, *rows))
    found = {(fault.field, fault.value) for fault in refused.value.faults}
    assert found >= {
        ("row 2, column hardware", '"h999"'),
        ("row 3, column params", '"abc"'),
        ("row 3, column chips", '"8192.5"'),
        ("row 3, column as_of", '"soon"'),
        ("row 3, column assumed", '"colour"'),
        ("row 3", ""),
        ("row 4, column chip_hours", '"-1"'),
        ("row 4, column run", '"a"'),
        ("row 5, column model", ""),
    }


def test_the_columns_of_a_table_are_those_that_the_help_names(capsys: Capture) -> None:
    told = invoke(capsys, "validate", "runs", "--help").out
    assert all(column in told for column in COLUMNS)
    assert {*COLUMNS} - {"run", "source", "assumed", "lab", "model", "as_of", "hardware", "precision", "region"} <= {
        *default().inputs, "chip_hours", "train_days", "energy_mwh", "carbon_t",
    }  # fmt: skip


def test_a_shape_that_no_model_has_is_refused_by_row(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    rows = [
        "run,params,params_active,experts,experts_per_token,layers,hidden,tokens,hardware,chips,chip_hours",
        "fine,47B,13B,8,2,32,4096,1T,h100-sxm,256,50000",
        "many,47B,13B,8,16,32,4096,1T,h100-sxm,256,50000",
        "more,47B,60B,8,2,32,4096,1T,h100-sxm,256,50000",
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(SpecError) as refused:
        validate_runs(path)
    assert [fault.field for fault in refused.value.faults] == [
        "row 3, column experts_per_token",
        "row 4, column params_active",
    ]
