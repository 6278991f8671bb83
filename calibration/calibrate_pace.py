"""Fit the typical pace of runs: how much of the reachable step speed they have, and how steadily they make progress.

``make calibrate`` writes ``catalog/data/pace.toml`` and ``docs/pace.md``; ``--json`` prints the report as JSON instead
and writes nothing. Three numbers are fitted, in two steps, on what the model says at the reachable pace of runs that it
knows no more of than is known before they start:

1. ``tuning`` on published speeds (``pace_runs.csv``), a straight line in the logarithm of the FLOP that ends at 1. All
   runs of a lab have one vote together.
2. ``steady_share`` on published chip-hours (the presets), as what tuning leaves of them. Each run has one vote.

Runs below ``LEAST_FLOP`` take less than a day of one server and are left out, as are chips that the step-time model is
extrapolated to. A run that is further off than ``LARGEST_RESIDUAL`` pulls no harder. Then the same is done without each
lab in turn.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gigacost.catalog import Catalog
from gigacost.model import default
from gigacost.queries.batch import Design, evaluated
from gigacost.validation.published.runs import known_before, of_presets

ROOT = Path(__file__).resolve().parent.parent
RUNS = Path(__file__).resolve().parent / "pace_runs.csv"
TABLE = ROOT / "python/gigacost/catalog/data/pace.toml"
PAGE = ROOT / "docs/pace.md"
LEAST_FLOP = 1e21
LARGEST_RESIDUAL = 0.25
_DATE = "2026-11"
_REFERENCE = 1e24
_LABELS = ("hardware", "precision", "as_of")
_COVERED = 0.9
_DIGITS = 3


@dataclass(frozen=True)
class Observation:
    """A published figure over what the model says at the reachable pace, as a logarithm."""

    kind: str
    """``speed``, ``hours`` (published hours are below 0 where they are more) or ``progress``."""
    run: str
    lab: str
    decades: float
    """Of its FLOP above 1e24."""
    log_share: float

    @property
    def is_in_fit(self) -> bool:
        """Whether the run is large enough."""
        return self.decades >= math.log10(LEAST_FLOP / _REFERENCE)


@dataclass(frozen=True)
class Pace:
    """What is fitted."""

    log_tuning: float
    """Logarithm of the tuning at 1e24 FLOP."""
    per_decade: float
    """By how much it grows with ten times the FLOP."""
    log_steady: float = 0.0

    def predicted(self, of: Observation) -> float:
        """What a figure should be, as ``Observation.log_share``."""
        tuning = 0.0 if of.kind == "progress" else min(self.log_tuning + self.per_decade * of.decades, 0.0)
        return tuning + (0.0 if of.kind == "speed" else self.log_steady)

    @property
    def inputs(self) -> dict[str, float]:
        """As inputs of the model."""
        return {
            "reference_tuning": _rounded(math.exp(self.log_tuning)),
            "tuning_exponent": _rounded(self.per_decade / math.log(10.0)),
            "typical_steady_share": _rounded(math.exp(self.log_steady)),
        }


def observations() -> list[Observation]:
    """All published speeds, shares of progress, and chip-hours on chips that the step-time model was fitted on."""
    catalog, found = Catalog.bundled(), []
    with RUNS.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            said = _said(_design(row, catalog), catalog)
            reachable = said["step_tokens"] / said["step_seconds"] / said["chips"]
            for kind, column, of in (
                ("speed", "tokens_per_chip_second", reachable),
                ("progress", "progress_share", said["goodput_of_failures"]),
            ):
                if row[column]:
                    found.append(_observation(kind, row["run"], row["lab"], said, float(row[column]) / of))
    for run in of_presets(catalog):
        hours = [figure for figure in run.figures if figure.unit == "chip·h" and not run.unpredictable]
        said = _said(run.given, catalog, *(figure.quantity for figure in hours)) if hours else {}
        if said and not said["is_extrapolated"]:
            found.append(_observation("hours", run.name, run.lab, said, said[hours[0].quantity] / hours[0].value))
    return found


def _design(row: Mapping[str, str], catalog: Catalog) -> Design:
    """What is known of a run before it starts: its preset, or its columns."""
    if row["preset"]:
        return known_before(catalog.presets[row["preset"]])
    numbers = {name: float(row[name]) for name in default().inputs if row.get(name)}
    labels = {name: row[name] for name in _LABELS}
    return {"market": "on_demand", "region": "usa", "post_training_share": 0.0, **labels, **numbers}


def _said(design: Design, catalog: Catalog, *more: str) -> dict[str, Any]:
    asked = ("training_flop", "step_tokens", "step_seconds", "goodput_of_failures", "is_extrapolated", *more)
    (row,) = evaluated([{**design, "pace": "reachable"}], asked, default(), catalog)
    return {**row, "chips": design["chips"]}


def _observation(kind: str, run: str, lab: str, said: Mapping[str, float], share: float) -> Observation:
    return Observation(kind, run, lab, math.log10(said["training_flop"] / _REFERENCE), math.log(share))


def fitted(of: Sequence[Observation]) -> Pace:
    """The pace that explains some observations best."""
    speeds = [one for one in of if one.kind == "speed" and one.is_in_fit]
    hours = [one for one in of if one.kind == "hours" and one.is_in_fit]
    labs = [one.lab for one in speeds]
    votes = np.array([1.0 / labs.count(lab) for lab in labs])
    decades = np.array([one.decades for one in speeds])
    line = np.zeros(2)
    for _ in range(_ROUNDS):
        tuning = line[0] + line[1] * decades
        off = np.array([one.log_share for one in speeds]) - np.minimum(tuning, 0.0)
        slopes = np.stack([np.ones(len(speeds)), decades], axis=1) * (tuning < 0.0)[:, None]
        weights = votes * _pull(off)
        # A line that lies at 1 throughout has no slope: it is left where it is.
        normal = (slopes * weights[:, None]).T @ slopes + _RIDGE * np.eye(2)
        line = line + np.linalg.solve(normal, (slopes * weights[:, None]).T @ off)
        line[0] = min(line[0], -_RIDGE)
    tuned = Pace(float(line[0]), float(line[1]))
    left = np.array([one.log_share - tuned.predicted(one) for one in hours])
    steady = float(np.median(left))
    for _ in range(_ROUNDS):
        pull = _pull(left - steady)
        steady = float(np.sum(pull * left) / np.sum(pull))
    return Pace(tuned.log_tuning, tuned.per_decade, min(steady, 0.0))


_ROUNDS = 200
_RIDGE = 1e-9


def _pull(off: Any) -> Any:  # noqa: ANN401 - an array
    return np.minimum(1.0, LARGEST_RESIDUAL / np.maximum(np.abs(off), _RIDGE))


def left_out(of: Sequence[Observation]) -> dict[str, Pace]:
    """What is fitted without each lab in turn."""
    labs = sorted({one.lab for one in of if one.kind != "progress"})
    return {lab: fitted([one for one in of if one.lab != lab]) for lab in labs}


def report() -> dict[str, Any]:
    """Everything that is found, as JSON has it."""
    known = observations()
    pace, others = fitted(known), left_out(known)
    errors: dict[str, list[float]] = {"fitted": [], "left_out": []}
    for one in known:
        if one.kind == "hours":
            errors["fitted"].append(one.log_share - pace.predicted(one))
            errors["left_out"].append(one.log_share - others[one.lab].predicted(one))
    flop = [_REFERENCE * 10.0**one.decades for one in known if one.is_in_fit]
    return {
        **pace.inputs,
        "least_flop": _rounded(min(flop)),
        "most_flop": _rounded(max(flop)),
        "left_out": {lab: one.inputs for lab, one in others.items()},
        "hours": {name: _statistics(np.array(off)) for name, off in errors.items()},
        "progress": _statistics(np.array([o.log_share - pace.log_steady for o in known if o.kind == "progress"])),
        "observations": [
            {
                "kind": one.kind,
                "run": one.run,
                "lab": one.lab,
                "flop": _rounded(_REFERENCE * 10.0**one.decades),
                "share": _rounded(math.exp(one.log_share)),
                "predicted": _rounded(math.exp(pace.predicted(one))),
                "in_fit": one.is_in_fit and one.kind != "progress",
            }
            for one in known
        ],
    }


def _statistics(off: Any) -> dict[str, float]:  # noqa: ANN401 - an array
    """Of logarithms of predicted over published: how many, medians of the error and of its size, what covers most."""
    error = np.exp(off) - 1.0
    return {
        "runs": len(off),
        "median_signed_error": _rounded(np.median(error)),
        "median_abs_error": _rounded(np.median(np.abs(error))),
        "within_factor": _rounded(math.exp(np.quantile(np.abs(off), _COVERED))),
    }


def table(found: Mapping[str, Any]) -> str:
    """The pace as the catalogue's data file."""
    speeds = sum(one["in_fit"] and one["kind"] == "speed" for one in found["observations"])
    hours = sum(one["in_fit"] and one["kind"] == "hours" for one in found["observations"])
    lines = [
        "# How fast typical runs are over what layout and failures allow. Written by `make calibrate`: do not edit.",
        "#",
        "# reference_tuning        share of the reachable step speed at 1e24 FLOP",
        "# tuning_exponent         power of the FLOP with which it grows",
        "# typical_steady_share    share of the time between failures that is progress",
        "# least_flop, most_flop   the smallest and the largest run",
        "# hours_within            factor within which nine in ten hours lie, each predicted without its lab",
        "# [left_out.LAB]          the same three without the runs of a lab",
        "",
        f'source = "fitted on speeds of {speeds} and hours of {hours} published runs (docs/pace.md)"',
        f'date = "{_DATE}"',
        *(f"{name} = {found[name]:g}" for name in _NAMES),
        f"least_flop = {found['least_flop']:g}",
        f"most_flop = {found['most_flop']:g}",
        f"hours_within = {found['hours']['left_out']['within_factor']:g}",
    ]
    for lab, one in found["left_out"].items():
        lines += ["", f'[left_out."{lab}"]', *(f"{name} = {one[name]:g}" for name in _NAMES)]
    return "\n".join(lines) + "\n"


_NAMES = ("reference_tuning", "tuning_exponent", "typical_steady_share")


def page(found: Mapping[str, Any]) -> str:
    """The report as a page of the documentation."""
    tuning, steady = found["reference_tuning"], found["typical_steady_share"]
    lines = [
        "# The pace of typical runs",
        "",
        "Written by `make calibrate`. The best layout and the failures of its chips give a run's *reachable* pace.",
        "Most runs are slower; the *typical* pace, that of the middle one of them, is what questions assume unless",
        '`pace = "reachable"` is given. It is fitted in two steps, on runs of which the model knows no more than is',
        "known before they start:",
        "",
        "1. `tuning`, the share of the reachable step speed, on published speeds of main runs: tokens a second, or the",
        "   time of a step. Best cases, measurements beside the run, and speeds whose chips were assumed do not count.",
        f"   Found: {tuning:g} at 1e24 FLOP, growing with the FLOP to the {found['tuning_exponent']:g}, at most 1.",
        "2. `steady_share`, the share of the time between failures that is progress, on published chip-hours, as what",
        f"   tuning leaves of them. Found: {steady:g}.",
        "",
        f"Runs below {LEAST_FLOP:g} FLOP and chips that the step-time model is extrapolated to are not in the fit. All",
        "speeds of a lab have one vote together, all hours one each; what is off by more than a quarter pulls no",
        f"harder. Outside of the range of the runs, {found['least_flop']:g} to {found['most_flop']:g} FLOP, tuning",
        "stays as it is at its ends.",
        "",
        "## Hours",
        "",
        "| error of predicted chip-hours | runs | median | median size | nine in ten within a factor |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {title} | {one['runs']} | {one['median_signed_error']:+.1%} | {one['median_abs_error']:.1%} "
            f"| {one['within_factor']:.2f} |".replace("%", " %")
            for title, one in (
                ("with all labs in the fit", found["hours"]["fitted"]),
                ("with the run's lab left out", found["hours"]["left_out"]),
            )
        ),
        "",
        "The last figure is the width of the distribution that ships for `tuning` and `steady_share` together.",
        "",
        "| without | tuning at 1e24 FLOP | exponent | steady share |",
        "|---|---:|---:|---:|",
        *(f"| {lab} | {' | '.join(f'{one[name]:g}' for name in _NAMES)} |" for lab, one in found["left_out"].items()),
        "",
        "Published hours are often those of the steps alone (LLaMA 65B, OPT, DeepSeek-V3, TinyLlama, Pythia: tokens",
        "over speed), so `steady_share` is nearer to 1 than what calendars say. Of the runs whose days are known",
        "beside their speed:",
        "",
        "| run | progress of the time between failures |",
        "|---|---:|",
        *(f"| {one['run']} | {one['share']:.2f} |" for one in found["observations"] if one["kind"] == "progress"),
    ]
    for kind, title in (("speed", "Speeds"), ("hours", "Chip-hours")):
        lines += [
            "",
            f"## {title} over the reachable ones",
            "",
            "| run | lab | FLOP | published | typical | in the fit |",
            "|---|---|---:|---:|---:|---|",
        ]
        lines += [
            f"| {one['run']} | {one['lab']} | {one['flop']:.2g} | {one['share']:.2f} | {one['predicted']:.2f} "
            f"| {'yes' if one['in_fit'] else 'no'} |"
            for one in found["observations"]
            if one["kind"] == kind
        ]
    lines += ["", "## Sources", "", "| run | tokens per second and chip | from | what |", "|---|---:|---|---|"]
    with RUNS.open(encoding="utf-8", newline="") as rows:
        lines += [
            f"| {row['run']} | {speed} | {row['source']} ({row['date']}) | {row['note']} |"
            for row in csv.DictReader(rows)
            for speed in (row["tokens_per_chip_second"] or "—",)
        ]
    return "\n".join(lines) + "\n"


def _rounded(value: Any) -> float:  # noqa: ANN401 - a number of numpy or of Python
    return float(f"{float(value):.{_DIGITS}g}")


def main() -> None:
    """Write the pace and the report, or print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the report as JSON and write nothing")
    found = report()
    if parser.parse_args().json:
        print(json.dumps(found, indent=2))
        return
    TABLE.write_text(table(found), encoding="utf-8")
    PAGE.write_text(page(found), encoding="utf-8")
    print(f"tuning {found['reference_tuning']:g} at 1e24 FLOP, steady share {found['typical_steady_share']:g}")
    for name, one in found["hours"].items():
        print(f"{name:9} {one}")


if __name__ == "__main__":
    main()
