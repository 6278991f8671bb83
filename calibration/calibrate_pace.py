"""Fit the typical pace of runs: how much of the reachable step speed they have, and how steadily they make progress.

``make calibrate`` writes ``catalog/data/pace.toml`` and ``docs/pace.md``; ``--json`` prints the report as JSON instead
and writes nothing. Three numbers are fitted, in two steps, on what the model says at the reachable pace of runs that it
knows no more of than is known before they start:

1. ``tuning`` on published speeds (``pace_runs.csv``), a straight line in the logarithm of the FLOP that ends at 1, and
   is not above 1 at 1e24 FLOP. All runs of a lab have one vote together. Best cases do not count.
2. ``steady_share`` on published chip-hours (the presets), as what tuning leaves of them. Each run has one vote.

Runs below ``SMALLEST_IN_FIT`` are left out: no hours of such are among the presets; so are chips that the step-time
model is extrapolated to. A run that is further off than ``LARGEST_RESIDUAL`` pulls no harder (Huber). Then the same is
done without each lab in turn.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from gigacost.catalog import Catalog
from gigacost.model import default
from gigacost.queries.batch import Design, evaluated
from gigacost.validation.published.runs import known_before, of_presets, on_the_day
from written import DATA, DATE, ROOT, rounded, tell

RUNS = Path(__file__).resolve().parent / "pace_runs.csv"
TABLE = DATA / "pace.toml"
PAGE = ROOT / "docs/pace.md"
PROSE = Path(__file__).resolve().parent / "pace_page.md"
"""The page but for its figures and tables."""
SMALLEST_IN_FIT = 1e21
LARGEST_RESIDUAL = 0.25
STEADY_WITHIN = 1.04
"""Factor within which the steady share of nine runs in ten is assumed to lie; the rest of the residual is tuning's."""
_REFERENCE = 1e24
_LABELS = ("hardware", "precision", "as_of")
_NAMES = ("reference_tuning", "tuning_exponent", "typical_steady_share")
_COVERED = 0.9
_DIGITS = 3
_ROUNDS = 200
_RIDGE = 1e-9


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
    best_case: str = ""
    """Why it is no typical one; empty where it is."""

    def counts(self, smallest: float = SMALLEST_IN_FIT) -> bool:
        """Whether it is a typical figure of a run that is large enough."""
        return not self.best_case and _REFERENCE * 10.0**self.decades >= smallest


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
            "reference_tuning": rounded(math.exp(self.log_tuning), _DIGITS),
            "tuning_exponent": rounded(self.per_decade / math.log(10.0), _DIGITS),
            "typical_steady_share": rounded(math.exp(self.log_steady), _DIGITS),
        }


def observations() -> list[Observation]:
    """All published speeds, shares of progress and chip-hours, on chips that the step-time model was fitted on."""
    catalog, found = Catalog.bundled(), []
    with RUNS.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            known = _reachable(_design(row, catalog), catalog)
            speed = known["step_tokens"] / known["step_seconds"] / known["chips"]
            for kind, column, of in (
                ("speed", "tokens_per_chip_second", speed),
                ("progress", "progress_share", known["goodput_of_failures"]),
            ):
                if row[column] and not known["is_extrapolated"]:
                    share = float(row[column]) / of
                    found.append(_observation(kind, row["run"], row["lab"], known, share, row["best_case"]))
    for run in of_presets(catalog):
        for figure in [one for one in run.figures if one.unit == "chip·h" and not run.unpredictable][:1]:
            known = _reachable({**run.given, **figure.given}, catalog, figure.quantity)
            if not known["is_extrapolated"]:
                share = known[figure.quantity] / figure.value
                found.append(_observation("hours", run.name, run.lab, known, share))
    return found


def _design(row: Mapping[str, str], catalog: Catalog) -> Design:
    """What is known of a run before it starts: its preset, or its columns."""
    if row["preset"]:
        return known_before(catalog.presets[row["preset"]])
    numbers = {name: float(row[name]) for name in default().inputs if row.get(name)}
    return on_the_day({"post_training_share": 0.0, **{name: row[name] for name in _LABELS}, **numbers})


def _reachable(design: Design, catalog: Catalog, *more: str) -> dict[str, Any]:
    """What the model says of a design at the reachable pace."""
    asked = ("training_flop", "step_tokens", "step_seconds", "goodput_of_failures", "is_extrapolated", *more)
    (row,) = evaluated([{**design, "pace": "reachable"}], asked, default(), catalog)
    return {**row, "chips": design["chips"]}


def _observation(
    kind: str, run: str, lab: str, known: Mapping[str, float], share: float, best_case: str = ""
) -> Observation:
    decades = math.log10(known["training_flop"] / _REFERENCE)
    return Observation(kind, run, lab, decades, math.log(share), best_case)


def fitted(of: Sequence[Observation], smallest: float = SMALLEST_IN_FIT) -> Pace:
    """The pace that explains some observations best, those of runs of at least so many FLOP."""
    counted = [one for one in of if one.counts(smallest)]
    speeds = [one for one in counted if one.kind == "speed"]
    hours = [one for one in counted if one.kind == "hours"]
    labs = [one.lab for one in speeds]
    votes = np.array([1.0 / labs.count(lab) for lab in labs])
    decades = np.array([one.decades for one in speeds])
    line = np.array([-_RIDGE, 0.0])  # below 1, where there is a slope to go down
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


def _pull(off: Any) -> Any:  # noqa: ANN401 - an array
    return np.minimum(1.0, LARGEST_RESIDUAL / np.maximum(np.abs(off), _RIDGE))


def left_out(of: Sequence[Observation]) -> dict[str, Pace]:
    """What is fitted without each lab in turn."""
    labs = sorted({one.lab for one in of if one.kind != "progress" and one.counts()})
    return {lab: fitted([one for one in of if one.lab != lab]) for lab in labs}


def _left_of(of: Iterable[Observation], pace: Mapping[str, Pace]) -> dict[str, list[float]]:
    """Logarithms of predicted over published hours by lab, each run predicted with the pace that its lab has."""
    found: dict[str, list[float]] = {}
    for one in of:
        if one.kind == "hours":
            found.setdefault(one.lab, []).append(one.log_share - pace[one.lab].predicted(one))
    return found


def _variants(of: Sequence[Observation]) -> dict[str, Pace]:
    """What is fitted by other rules: how much the answer owes to this one."""
    typical = [one for one in of if not one.best_case]
    every = [replace(one, best_case="") for one in of]
    return {
        "as it ships": fitted(of),
        "runs of 1e22 FLOP and more": fitted(of, smallest=1e22),
        "runs of all sizes": fitted(typical, smallest=0.0),
        "runs of all sizes, best cases too": fitted(every, smallest=0.0),
    }


def report() -> dict[str, Any]:
    """Everything that is found, as JSON has it."""
    known = observations()
    pace, others = fitted(known), left_out(known)
    apart = _left_of(known, others)
    together = _left_of(known, dict.fromkeys(apart, pace))
    flop = [_REFERENCE * 10.0**one.decades for one in known if one.counts()]
    ends = [math.log10(end / _REFERENCE) for end in (min(flop), max(flop))]
    return {
        **pace.inputs,
        "least_flop": rounded(min(flop), _DIGITS),
        "most_flop": rounded(max(flop), _DIGITS),
        "tuning_within": _tuning_within(apart.values()),
        "left_out": {
            lab: {**one.inputs, "tuning_within": _tuning_within(off for other, off in apart.items() if other != lab)}
            for lab, one in others.items()
        },
        "hours": {"fitted": _statistics(together.values()), "left_out": _statistics(apart.values())},
        "variants": {name: one.inputs for name, one in _variants(known).items()},
        "observations": [
            {
                "kind": one.kind,
                "run": one.run,
                "lab": one.lab,
                "flop": rounded(_REFERENCE * 10.0**one.decades, _DIGITS),
                "share": rounded(math.exp(one.log_share), _DIGITS),
                "typical": rounded(math.exp(pace.predicted(_within(one, *ends))), _DIGITS),
                "counts": one.counts() and one.kind != "progress",
                "best_case": one.best_case,
            }
            for one in known
        ],
    }


def _within(one: Observation, least: float, most: float) -> Observation:
    """A run as the model takes it, which carries the pace no further than the runs of the fit."""
    return replace(one, decades=min(max(one.decades, least), most))


def _within_factor(off: Iterable[Any]) -> float:
    """The factor within which nine in ten lie."""
    return math.exp(np.quantile(np.abs(np.concatenate([*map(np.array, off)])), _COVERED))


def _tuning_within(off: Iterable[Sequence[float]]) -> float:
    """The same for tuning alone: what the steady share leaves of it."""
    whole, steady = math.log(_within_factor(off)), math.log(STEADY_WITHIN)
    return rounded(math.exp(math.sqrt(whole**2 - steady**2)), _DIGITS + 1)


def _statistics(by_lab: Iterable[Sequence[float]]) -> dict[str, float]:
    """Of logarithms of predicted over published: how many, medians of the error and of its size, what covers most."""
    off = [np.array(one) for one in by_lab]
    error = np.exp(np.concatenate(off)) - 1.0
    return {
        "runs": len(error),
        "median_signed_error": rounded(np.median(error), _DIGITS),
        "median_abs_error": rounded(np.median(np.abs(error)), _DIGITS),
        "within_factor": rounded(_within_factor(off), _DIGITS),
    }


def table(found: Mapping[str, Any]) -> str:
    """The pace as the catalogue's data file."""
    speeds, hours = (
        sum(one["counts"] and one["kind"] == kind for one in found["observations"]) for kind in ("speed", "hours")
    )
    lines = [
        "# How fast typical runs are over what layout and failures allow. Written by `make calibrate`: do not edit.",
        "#",
        "# reference_tuning        share of the reachable step speed at 1e24 FLOP",
        "# tuning_exponent         power of the FLOP with which it grows",
        "# typical_steady_share    share of the time between failures that is progress",
        "# least_flop, most_flop   the smallest and the largest run",
        "# tuning_within           factor within which nine in ten lie, by hours that are predicted without their lab",
        "# steady_within           the same of steady_share, assumed; together they are what hours leave open",
        "# [left_out.LAB]          the same without the runs of a lab",
        "",
        f'source = "fitted on speeds of {speeds} and hours of {hours} published runs (docs/pace.md)"',
        f'date = "{DATE}"',
        *(f"{name} = {found[name]:g}" for name in _NAMES),
        f"least_flop = {found['least_flop']:g}",
        f"most_flop = {found['most_flop']:g}",
        f"tuning_within = {found['tuning_within']:g}",
        f"steady_within = {STEADY_WITHIN:g}",
    ]
    for lab, one in found["left_out"].items():
        lines += ["", f'[left_out."{lab}"]', *(f"{name} = {one[name]:g}" for name in (*_NAMES, "tuning_within"))]
    return "\n".join(lines) + "\n"


def page(found: Mapping[str, Any]) -> str:
    """The report as a page of the documentation."""
    with RUNS.open(encoding="utf-8", newline="") as rows:
        sources = [
            [row["run"], row["tokens_per_chip_second"] or "—", f"{row['source']} ({row['date']})", row["note"]]
            for row in csv.DictReader(rows)
        ]
    titles = {"fitted": "with all labs in the fit", "left_out": "with the run's lab left out"}
    fitted_names = ["tuning at 1e24 FLOP", "exponent", "steady share"]
    return PROSE.read_text(encoding="utf-8").format(
        tuning=f"{found['reference_tuning']:g}",
        exponent=f"{found['tuning_exponent']:g}",
        steady=f"{found['typical_steady_share']:g}",
        smallest=f"{SMALLEST_IN_FIT:g}",
        least=f"{found['least_flop']:g}",
        most=f"{found['most_flop']:g}",
        variants=_markdown(
            ["rule", *fitted_names],
            [[name, *(f"{one[of]:g}" for of in _NAMES)] for name, one in found["variants"].items()],
        ),
        hours=_markdown(
            ["error of predicted chip-hours", "runs", "median", "median size", "nine in ten within a factor"],
            [[titles[name], *_error_cells(one)] for name, one in found["hours"].items()],
        ),
        left_out=_markdown(
            ["without", *fitted_names, "tuning within"],
            [[lab, *(f"{one[of]:g}" for of in (*_NAMES, "tuning_within"))] for lab, one in found["left_out"].items()],
        ),
        progress=_markdown(
            ["run", "progress over what failures leave"],
            [[one["run"], f"{one['share']:.2f}"] for one in found["observations"] if one["kind"] == "progress"],
        ),
        speed=_observed(found, "speed"),
        chip_hours=_observed(found, "hours"),
        sources=_markdown(["run", "tokens per second and chip", "from", "what"], sources),
    )


def _observed(found: Mapping[str, Any], kind: str) -> str:
    heads = ["run", "lab", "FLOP", "published", "typical", "in the fit"]
    return _markdown(
        heads,
        [
            [one["run"], one["lab"], f"{one['flop']:.2g}", f"{one['share']:.2f}", f"{one['typical']:.2f}", _in_fit(one)]
            for one in found["observations"]
            if one["kind"] == kind
        ],
    )


def _error_cells(one: Mapping[str, float]) -> list[str]:
    shares = (f"{one['median_signed_error']:+.1%}", f"{one['median_abs_error']:.1%}")
    return [f"{one['runs']}", *(share.replace("%", " %") for share in shares), f"{one['within_factor']:.2f}"]


def _markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _in_fit(one: Mapping[str, Any]) -> str:
    return "yes" if one["counts"] else f"no: {one['best_case'] or 'too small'}"


def main() -> None:
    """Write the pace and the report, or print it."""
    found = report()
    if tell(found, {TABLE: table, PAGE: page}, __doc__):
        print(f"tuning {found['reference_tuning']:g} at 1e24 FLOP, steady share {found['typical_steady_share']:g}")
        for name, one in found["hours"].items():
            print(f"{name:9} {one}")


if __name__ == "__main__":
    main()
