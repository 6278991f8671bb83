"""Does the model predict what published runs took? Each from what is known before it starts, with an interval.

A run is predicted by the default model from its architecture, tokens, chip, number of chips, precision, place and date
alone: never from its hours, its utilisation or its layout. Each published figure is held against the quantity that has
its boundary (the chips, the servers, the site; rent or hardware), with what the figure itself says of the site or of
the price. The interval, P5 to P95, is that of the distributions that ship (``catalog/data/uncertainty.toml``). Hours
are also predicted with the pace that is fitted without any run of the same lab. Where the number of chips was not
published, numbers up to four times smaller and larger are in the interval.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.catalog.files import data
from gigacost.catalog.opening import opened
from gigacost.charts.charted import Charted
from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError, nearest, show, unplaced
from gigacost.graph.declarations import Status
from gigacost.model import default as default_model
from gigacost.queries.batch import Design, evaluated
from gigacost.sampling.distributions import Empirical
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import DEFAULT
from gigacost.validation.published.runs import KIND_OF_UNIT, PublishedRun, Texts, of_presets, read_published_runs

if TYPE_CHECKING:
    from gigacost.catalog import Catalog, Published
    from gigacost.graph.model import Model

KINDS = ("hours", "days", "energy", "carbon", "dollars")
SIZES = {0.25: 1.0, 0.5: 2.0, 1.0: 3.0, 2.0: 2.0, 4.0: 1.0}
"""How many times as many chips as assumed a run may have had, with weights: an assumption, for want of any figure."""
DRAWS = 1024
LEAST_RUNS = 20
LEAST_INSIDE = 0.8
"""Share of the published figures in the intervals below which these promise too much."""
WIDEST = {"hours": 3.0, "dollars": 13.0}
"""P95 over P5 above which intervals say too little; of dollars Epoch AI's own (x0.3 to x4, arXiv 2405.21015)."""
MOST_ASIDE = 0.08
"""Median error of hours, up or down, above which the headline is not the middle."""
MOST_OFF = 0.2
"""Median size of the error of hours above which predictions are of little use."""
_BOUNDS = (5, 50, 95)
_PERCENTILES = tuple(range(1, 100))


@dataclass(frozen=True, slots=True)
class Figure(Record):
    """A published figure of a run, and what the model says of it."""

    _also = ("error", "is_inside", "spread")

    run: str
    lab: str
    kind: str
    """One of ``KINDS``."""
    quantity: str
    """The quantity with the figure's boundary, or an expression of some."""
    what: str
    unit: str
    published: float
    predicted: float
    low: float
    """P5 of the prediction."""
    middle: float
    """P50 of the prediction."""
    high: float
    """P95 of the prediction."""
    source: str
    date: str

    @property
    def error(self) -> float:
        """Predicted over published, minus 1."""
        return self.predicted / self.published - 1.0

    @property
    def is_inside(self) -> bool:
        """Whether the published figure lies in the interval."""
        return self.low <= self.published <= self.high

    @property
    def spread(self) -> float:
        """P95 over P5."""
        return self.high / self.low


@dataclass(frozen=True, slots=True)
class Unpredicted(Record):
    """A published figure that the model cannot be held against, and why."""

    run: str
    what: str
    published: float
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reliability(Record):
    """How far off predictions are, and how well their intervals hold; NaN where there are none."""

    figures: int
    median_abs_error: float
    median_signed_error: float
    """Predicted over published, minus 1: below 0 where predictions are too small."""
    median_abs_error_of_p50: float
    """The same of the middle of the interval."""
    share_inside: float
    """Of the published figures, in P5 to P95."""
    median_spread: float
    """P95 over P5."""


@dataclass(frozen=True, slots=True)
class RunValidation(Charted, Record):
    """Predictions of published runs, against what was published."""

    _kind = "validate"

    figures: tuple[Figure, ...]
    left_out: tuple[Figure, ...]
    """Those of hours, predicted with the pace that is fitted without the run's lab."""
    unpredicted: tuple[Unpredicted, ...]
    assumed: Mapping[str, tuple[str, ...]]
    """What was not published of a run and had to be assumed, by run."""

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs of which a figure is predicted."""
        return tuple(dict.fromkeys(one.run for one in self.figures))

    @property
    def reliability(self) -> Reliability:
        """Over all figures."""
        return reliability(self.figures)

    @property
    def by_kind(self) -> dict[str, Reliability]:
        """Of chip-hours, days, energy, carbon and dollars apart."""
        return {kind: reliability(_of_kind(self.figures, kind)) for kind in KINDS}

    @property
    def hours(self) -> dict[str, dict[str, Reliability]]:
        """Of chip-hours, with the pace as it ships and with each lab left out of its fit in turn.

        Over all figures; over one of each run; over those whose number of chips was published, and was assumed.
        """
        shown = {"shipped": _of_kind(self.figures, "hours"), "left_out": list(self.left_out)}
        return {name: self._views(figures) for name, figures in shown.items()}

    def _views(self, figures: Sequence[Figure]) -> dict[str, Reliability]:
        votes = list({one.run: one for one in reversed(figures)}.values())
        sized = [one for one in votes if "chips" not in self.assumed.get(one.run, ())]
        groups = {
            "all": figures,
            "one_vote_per_run": votes,
            "chips_published": sized,
            "chips_assumed": [one for one in votes if one not in sized],
        }
        return {name: reliability(of) for name, of in groups.items()}

    @property
    def faults(self) -> list[str]:
        """What is not as good as promised; nothing where all is."""
        found = []
        if len(self.runs) < LEAST_RUNS:
            found.append(f"{len(self.runs)} runs are predicted, fewer than {LEAST_RUNS}")
        if not self.reliability.share_inside >= LEAST_INSIDE:
            found.append(
                f"{self.reliability.share_inside:.1%} of the figures lie in P5-P95, less than {LEAST_INSIDE:.0%}"
            )
        for kind, widest in WIDEST.items():
            if not (spread := self.by_kind[kind].median_spread) <= widest:
                found.append(f"the median P95/P5 of {kind} is {spread:.2f}, more than {widest:g}")
        for name, views in self.hours.items():
            if not abs(aside := views["all"].median_signed_error) <= MOST_ASIDE:
                found.append(f"the median error of hours ({name}) is {aside:+.1%}, more than {MOST_ASIDE:.0%}")
            if not (off := views["all"].median_abs_error) <= MOST_OFF:
                found.append(f"the median size of the error of hours ({name}) is {off:.1%}, more than {MOST_OFF:.0%}")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost validate runs --json`` prints it."""
        figures = [one.to_dict() for one in self.figures]
        return {
            "runs": len(self.runs),
            "rows": len(self.figures),
            **self.reliability.to_dict(),
            "by_kind": {kind: one.to_dict() for kind, one in self.by_kind.items()},
            "hours": {name: {view: one.to_dict() for view, one in of.items()} for name, of in self.hours.items()},
            "per_figure": figures,
            "per_row": figures,
            "left_out": [one.to_dict() for one in self.left_out],
            "unpredicted": [one.to_dict() for one in self.unpredicted],
            "assumed": {run: list(names) for run, names in self.assumed.items()},
        }


def _of_kind(figures: Sequence[Figure], kind: str) -> list[Figure]:
    return [one for one in figures if one.kind == kind]


def validate_runs(
    path: str | os.PathLike[str] | None = None,
    *,
    runs: Collection[str] | None = None,
    model: Model | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
) -> RunValidation:
    """Predict published runs from what was known before they started, and report the errors.

    Parameters
    ----------
    path : path, optional
        A CSV table of runs, see ``gigacost validate runs --help`` for its columns; by default the runs among the
        catalogue's presets.
    runs : collection of str, optional
        The names of those that are predicted; by default all.
    model : Model, optional
        The model; the default one without.
    catalog : Catalog, path or mapping, optional
        The catalogue, or a private price book over the bundled one.

    Returns
    -------
    RunValidation
        Of each published figure the prediction with P5, P50 and P95; figures that cannot be predicted, with the
        reason.

    Raises
    ------
    SpecError
        For a bad table, by row and column, and for a name that no run has.
    """
    book, used = opened(catalog), model or default_model()
    every = of_presets(book) if path is None else _possible(read_published_runs(path, used.inputs, book), used, book)
    chosen = every if runs is None else _named(every, runs)
    asked = [(run, row) for run in chosen for row in run.figures]
    predictable = [(run, row) for run, row in asked if not run.unpredictable]
    found = _predictions(predictable, used, book)
    hours = [(run, row) for run, row in predictable if KIND_OF_UNIT[row.unit] == "hours"]
    labs = data("pace")["left_out"]
    left_out = found | _predictions([(_without_lab(run), row) for run, row in hours if run.lab in labs], used, book)
    figures, unpredicted = [], []
    for run, row in asked:
        answer = found.get((run.name, row.what), {})
        if not answer or None in answer.values():
            reason = run.unpredictable or _meaning(used, str(answer.get("status")))
            unpredicted.append(Unpredicted(run.name, row.what, row.value, row.unit, reason))
        else:
            figures.append(_figure(run, row, answer))
    predicted = {(one.run, one.what) for one in figures}
    again = [_figure(run, row, left_out[run.name, row.what]) for run, row in hours if (run.name, row.what) in predicted]
    assumed = {run.name: run.assumed for run in chosen if run.assumed}
    return RunValidation(tuple(figures), tuple(again), tuple(unpredicted), assumed)


def _named(every: Sequence[PublishedRun], names: Collection[str]) -> list[PublishedRun]:
    """The runs of some names, in their own order. Raises SpecError for a name that none has."""
    known = [run.name for run in every]
    unknown = [
        Fault("runs", show(name), "no such run", hint=nearest(name, known)) for name in names if name not in known
    ]
    if unknown:
        raise SpecError(*unknown)
    return [run for run in every if run.name in names]


def reliability(figures: Sequence[Figure]) -> Reliability:
    """How far off some predictions are, and how well their intervals hold."""
    if not figures:
        return Reliability(0, *[math.nan] * 5)
    return Reliability(
        figures=len(figures),
        median_abs_error=median(abs(one.error) for one in figures),
        median_signed_error=median(one.error for one in figures),
        median_abs_error_of_p50=median(abs(one.middle / one.published - 1.0) for one in figures),
        share_inside=sum(one.is_inside for one in figures) / len(figures),
        median_spread=median(one.spread for one in figures),
    )


def _meaning(model: Model, label: str) -> str:
    """What a row state of the model says."""
    docs = {one.mark.label: one.doc for one in model.states if isinstance(one.mark, Status)}
    sentence = docs.get(label, "").split(" [", 1)[0].replace("\n", " ").removeprefix("Whether ")
    return f"{label}: {sentence}".removesuffix(": ")


def _possible(runs: tuple[PublishedRun, ...], model: Model, book: Catalog) -> tuple[PublishedRun, ...]:
    """The runs of a table, of which no model could break a rule. Raises SpecError with all that do, by row."""
    faults = []
    for run in runs:
        try:
            read_mapping({"version": 1, "fixed": dict(run.given)}, namespace(model, book))
        except SpecError as problem:
            faults += [replace(one, field=f"row {run.row}, column {one.field}") for one in unplaced(problem.faults)]
    if faults:
        raise SpecError(*faults)
    return runs


def _without_lab(run: PublishedRun) -> PublishedRun:
    """The run with the pace, and its width, that are fitted without any run of its lab."""
    pace = dict(data("pace")["left_out"][run.lab])
    within = pace.pop("tuning_within")
    width = f"x lognormal 90% {1.0 / within!r}..{within!r}"
    return replace(run, given={**run.given, **pace}, uncertain=(("tuning", width),))


def _predictions(
    asked: Iterable[tuple[PublishedRun, Published]], model: Model, book: Catalog
) -> dict[tuple[str, str], dict[str, Any]]:
    """The answers by run and figure; what is given is not uncertain. Figures of one quantity are one question."""
    groups: dict[tuple[str, bool, Texts, frozenset[str]], list[tuple[PublishedRun, Published]]] = {}
    for run, row in asked:
        alike = (row.quantity, run.is_sized, run.uncertain, frozenset({*run.given, *row.given}))
        groups.setdefault(alike, []).append((run, row))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (quantity, is_sized, uncertain, _), members in groups.items():
        percentiles = _BOUNDS if is_sized else _PERCENTILES
        designs = [_sized({**run.given, **row.given}, run) for run, row in members]
        answers = iter(
            evaluated(
                [design for sizes in designs for design in sizes.values()],
                ("figure", *map(_percentile, percentiles)),
                model,
                book,
                derive={"figure": quantity},
                uncertain={DEFAULT: True, **dict(uncertain)},
                draws={"count": DRAWS, "method": "sobol"},
            )
        )
        for (run, row), sizes in zip(members, designs, strict=True):
            found[run.name, row.what] = _mixed({size: next(answers) for size in sizes}, percentiles)
    return found


def _percentile(percent: int) -> str:
    return f"p{percent}(figure)"


def _sized(design: Design, run: PublishedRun) -> dict[float, Design]:
    """The design with as many chips as are known, or with each number that it may have had, by their ratio."""
    if run.is_sized:
        return {1.0: design}
    chips = float(design["chips"])
    return {size: {**design, "chips": max(round(size * chips), 1)} for size in SIZES}


def _mixed(answers: Mapping[float, Mapping[str, Any]], percentiles: Sequence[int]) -> dict[str, Any]:
    """The answer at the number of chips as it stands, its percentiles those over all numbers together."""
    import numpy as np

    middle = dict(answers[1.0])
    if None in middle.values():
        return {"figure": None, "status": middle["status"]}
    low, central, high = (middle[_percentile(percent)] for percent in _BOUNDS)
    if len(answers) > 1:
        weighted = [
            (answer[_percentile(percent)], SIZES[size])
            for size, answer in answers.items()
            if None not in answer.values()
            for percent in percentiles
        ]
        values, weights = zip(*sorted(weighted), strict=True)
        low, central, high = Empirical(values, weights).quantile(np.array(_BOUNDS) / 100).tolist()
    return {"figure": middle["figure"], "low": low, "middle": central, "high": high}


def _figure(run: PublishedRun, row: Published, answer: Mapping[str, float]) -> Figure:
    return Figure(
        run=run.name,
        lab=run.lab,
        kind=KIND_OF_UNIT[row.unit],
        quantity=row.quantity,
        what=row.what,
        unit=row.unit,
        published=row.value,
        predicted=answer["figure"],
        low=answer["low"],
        middle=answer["middle"],
        high=answer["high"],
        source=row.source,
        date=row.date,
    )
