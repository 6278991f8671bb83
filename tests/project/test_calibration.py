"""The constants of the step-time model are those that the fit gives, and the fit predicts runs it has not seen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from scripts import reported

from gigacost.catalog.files import data
from gigacost.model import default

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return reported(ROOT / "calibration" / "calibrate.py")


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in table.items():
        name = f"{prefix}.{key}" if prefix else key
        found |= flat(value, name) if isinstance(value, dict) else {name: value}
    return found


def test_the_shipped_constants_are_those_of_the_fit(report: dict[str, Any]) -> None:
    shipped = data("step_time")
    constants = flat(shipped["constants"])
    for generation, own in shipped["generations"].items():
        for name, value in own.items():
            one = {f"gemm.{generation}.{p}": v for p, v in value.items()} if name == "gemm" else {}
            constants |= one or {f"{name}.{generation}": value}
    # Another machine's linear algebra may round otherwise.
    assert constants == pytest.approx(report["constants"], rel=2e-3)
    assert flat(shipped["errors"]) == pytest.approx(flat(report["bands"]), abs=2e-3)


def test_runs_that_were_held_out_are_predicted(report: dict[str, Any]) -> None:
    assert report["runs"] == 150
    assert len(report["held_out_by_seed"]) == 20
    dense, moe = report["held_out"]["dense"], report["held_out"]["moe"]
    assert dense["median_abs_error"] <= 0.08
    assert dense["p90_abs_error"] <= 0.18
    assert moe["median_abs_error"] <= 0.25


def test_the_fit_is_close_on_what_it_was_fitted_on(report: dict[str, Any]) -> None:
    assert report["fitted"]["dense"]["median_abs_error"] <= 0.055
    assert report["fitted"]["dense"]["p90_abs_error"] <= 0.14


def test_every_constant_of_the_table_is_an_input_of_the_model() -> None:
    text = (ROOT / "python/gigacost/catalog/data/step_time.toml").read_text(encoding="utf-8")
    for name, value in tomllib.loads(text)["constants"].items():
        assert default().inputs[name].default == value
        assert default().inputs[name].source.startswith("fitted on")


def test_the_page_shows_the_report(report: dict[str, Any]) -> None:
    page = (ROOT / "docs/calibration.md").read_text(encoding="utf-8")
    for name in report["constants"]:
        assert f"`{name}`" in page
    assert f"{100 * report['held_out']['dense']['median_abs_error']:.1f} %" in page
