"""Published runs, predicted from what was known before they started: how well, and that nothing else was used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from cli_runner import invoke

from gigacost import Catalog, RunValidation, validate_runs
from gigacost.catalog import Preset
from gigacost.model.performance.search import AXES
from gigacost.validation.validate_runs import KINDS, KNOWN, known_before, reliability

Capture = pytest.CaptureFixture[str]
PRESETS = dict(Catalog.bundled().presets)
KEYS = {
    *("runs", "figures", "median_abs_error", "median_abs_error_of_p50", "share_inside", "median_spread"),
    *("by_kind", "per_figure", "unpredicted", "assumed"),
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
    assert found.by_kind["hours"].share_inside >= 0.8
    assert found.by_kind["hours"].figures >= 20
    assert found.by_kind["hours"].median_spread <= 4.0
    assert found.by_kind["dollars"].median_spread <= 13.0


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
    assert len(RunValidation((), (), {}).faults) == 4


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
    assert "inside P5-P95" in done.out
    assert f"{len(found.runs)} runs" in done.out


def test_what_is_not_as_good_as_promised_fails(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gigacost.validation.validate_runs.LEAST_INSIDE", 1.01)
    done = invoke(capsys, "validate", "runs")
    assert done.code == 1
    assert "lie in P5-P95, less than" in done.err
