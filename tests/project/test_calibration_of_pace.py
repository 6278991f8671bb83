"""The pace of typical runs is what the fit gives; the fit finds a pace that is known, and leaves out whom it should."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from scripts import loaded, reported

from gigacost.catalog.files import data
from gigacost.model import default

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("reference_tuning", "tuning_exponent", "typical_steady_share")


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return reported(ROOT / "calibration" / "calibrate_pace.py")


@pytest.fixture(scope="module")
def fit() -> ModuleType:
    folder = ROOT / "calibration"
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))  # as it imports its neighbours
        return loaded(folder / "calibrate_pace.py")


def runs(fit: ModuleType, of: tuple[float, float, float], labs: str, scatter: float = 0.0) -> list[Any]:
    """Speeds and hours of a run of each lab, over four decades of FLOP, as a pace has them."""
    tuning, per_decade, steady = of
    found = []
    for place, lab in enumerate(labs):
        decades = -2.5 + 3.5 * place / len(labs)
        off = scatter * (1.0 if place % 2 else -1.0)
        speed = min(math.log(tuning) + per_decade * decades, 0.0) + off
        found.append(fit.Observation("speed", f"{lab} {place}", lab, decades, speed))
        found.append(fit.Observation("hours", f"{lab} {place}", lab, decades, speed + math.log(steady)))
    return found


def test_the_shipped_pace_is_that_of_the_fit(report: dict[str, Any]) -> None:
    shipped = data("pace")
    for name in (*NAMES, "least_flop", "most_flop"):
        assert shipped[name] == pytest.approx(report[name], rel=5e-3)
    assert shipped["tuning_within"] == pytest.approx(report["tuning_within"], rel=5e-3)
    both = math.hypot(math.log(shipped["tuning_within"]), math.log(shipped["steady_within"]))
    assert math.exp(both) == pytest.approx(report["hours"]["left_out"]["within_factor"], rel=5e-3)
    assert shipped["left_out"].keys() == report["left_out"].keys()
    for lab, one in report["left_out"].items():
        assert shipped["left_out"][lab] == pytest.approx(one, rel=5e-3)


def test_hours_of_labs_that_are_left_out_are_predicted(report: dict[str, Any]) -> None:
    one = report["hours"]["left_out"]
    assert one["runs"] >= 30
    assert abs(one["median_signed_error"]) <= 0.08
    assert one["median_abs_error"] <= 0.2


def test_what_is_fitted_is_an_input_of_the_model() -> None:
    for name in NAMES:
        assert default().inputs[name].default == data("pace")[name]
        assert default().inputs[name].source.startswith("fitted on speeds of ")


def test_the_page_shows_the_report(report: dict[str, Any]) -> None:
    page = (ROOT / "docs/pace.md").read_text(encoding="utf-8")
    for one in report["observations"]:
        assert one["run"] in page
    left_out = report["hours"]["left_out"]
    assert f"| {left_out['median_signed_error']:+.1%} | {left_out['median_abs_error']:.1%} |".replace("%", " %") in page


def test_the_fit_finds_a_pace_that_is_known(fit: ModuleType) -> None:
    found = fit.fitted(runs(fit, (0.8, 0.1, 0.9), "abcdefgh")).inputs
    assert found["reference_tuning"] == pytest.approx(0.8, rel=2e-3)
    assert found["tuning_exponent"] == pytest.approx(0.1 / math.log(10.0), rel=2e-2)
    assert found["typical_steady_share"] == pytest.approx(0.9, rel=2e-3)


def test_one_run_that_is_far_off_pulls_no_harder_than_one_that_is_off_by_a_quarter(fit: ModuleType) -> None:
    known = runs(fit, (0.8, 0.05, 0.9), "abcdefghij", scatter=0.02)
    paces = [
        fit.fitted([*known, fit.Observation("speed", "z", "z", 0.0, math.log(0.8) - off)]).log_tuning
        for off in (0.4, 4.0)
    ]
    assert paces[0] == pytest.approx(paces[1], abs=1e-6)


def test_neither_small_runs_nor_best_cases_nor_shares_of_progress_are_in_the_fit(fit: ModuleType) -> None:
    known = runs(fit, (0.8, 0.05, 0.9), "abcdefgh", scatter=0.02)
    small = [fit.Observation(kind, "z", "z", -3.5, -2.0) for kind in ("speed", "hours")]
    best = fit.Observation("speed", "z", "z", 0.0, -2.0, "a contest")
    assert fit.fitted([*known, *small, best, fit.Observation("progress", "z", "z", 0.0, -2.0)]) == fit.fitted(known)


def test_a_lab_has_as_much_say_in_the_tuning_with_one_speed_as_with_several_alike(fit: ModuleType) -> None:
    known = runs(fit, (0.8, 0.05, 0.9), "abcdefgh", scatter=0.02)
    again = [one for one in known if (one.kind, one.lab) == ("speed", "c")] * 3
    before, after = fit.fitted(known), fit.fitted([*known, *again])
    assert after.log_tuning == pytest.approx(before.log_tuning, abs=1e-9)
    assert after.per_decade == pytest.approx(before.per_decade, abs=1e-9)


def test_runs_at_the_end_of_the_line_do_not_bend_it(fit: ModuleType) -> None:
    known = runs(fit, (0.8, 0.15, 0.9), "abcdefghij")
    reached = [fit.Observation("speed", f"big {place}", f"big {place}", 2.0, 0.0) for place in range(3)]
    found = fit.fitted([*known, *reached])
    assert found.log_tuning == pytest.approx(math.log(0.8), abs=1e-6)
    assert found.per_decade == pytest.approx(0.15, abs=1e-6)


def test_a_lab_that_is_left_out_has_no_say(fit: ModuleType) -> None:
    known = runs(fit, (0.8, 0.05, 0.9), "abcdefgh", scatter=0.02)
    moved = [replace(one, log_share=one.log_share - 0.3 * (one.lab == "c")) for one in known]
    before, after = fit.left_out(known), fit.left_out(moved)
    assert before["c"] == after["c"]
    assert before["a"] != after["a"]
