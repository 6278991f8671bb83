"""Does the model predict what was measured? Every run of a table, predicted at its own layout, and how far off that is.

With ``search`` the model also chooses a layout for each run, which is held against the one that was run.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost._record import Record, plain
from gigacost.analysis.layouts.candidates import PARTS
from gigacost.catalog.opening import opened
from gigacost.charts.charted import Charted
from gigacost.model import default as default_model
from gigacost.model.pace import OWN_TIME
from gigacost.model.performance.search import AXES
from gigacost.queries.batch import Design, evaluated
from gigacost.validation.published.software import Unpredictable, assumptions_about, inputs_of
from gigacost.validation.published.throughput import KINDS, Run, read_runs

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model

MOST_UNPREDICTABLE = 0.05
"""Of the runs; more make the validation a failure."""
CLOSE = 0.15
"""How far off a prediction may be and still count as close."""
_FITS = {"memory_use": 0.0}
"""A layout that was run did fit, whatever the memory model says of it."""


@dataclass(frozen=True, slots=True)
class Accuracy(Record):
    """How far off predictions are; NaN where there are none."""

    rows: int
    median_abs_error: float
    median_signed_error: float
    p90_abs_error: float
    """Interpolated between neighbours, as the median is."""
    share_within_15pct: float


@dataclass(frozen=True, slots=True)
class Prediction(Record):
    """A run whose step time was published, and what the model says of it."""

    id: str
    source: str
    kind: str
    """``dense`` or ``moe``."""
    chip: str
    precision: str
    published_seconds: float
    predicted_seconds: float
    error: float
    """Predicted over published, minus 1."""
    parts: Mapping[str, float]
    """Where the predicted time goes [s]; they add up to it."""


@dataclass(frozen=True, slots=True)
class Skipped(Record):
    """A run that is not counted, and why."""

    id: str
    source: str
    chip: str
    """As the table calls it."""
    reason: str
    predicted_seconds: float | None
    """None where the step time cannot be predicted."""


@dataclass(frozen=True, slots=True)
class Choice(Record):
    """The layout that the model chooses for a run, beside the one that was run."""

    _also = ("over_predicted", "over_published", "has_same_split")

    id: str
    published: Mapping[str, float]
    """The axes of the layout that was run."""
    chosen: Mapping[str, float]
    chosen_seconds: float
    predicted_seconds: float
    """Of the layout that was run."""
    published_seconds: float

    @property
    def over_predicted(self) -> float:
        """Predicted time of the chosen layout over that of the one that was run."""
        return self.chosen_seconds / self.predicted_seconds

    @property
    def over_published(self) -> float:
        """Predicted time of the chosen layout over the measured time of the one that was run."""
        return self.chosen_seconds / self.published_seconds

    @property
    def has_same_split(self) -> bool:
        """Whether tensor and pipeline parallelism are those that were run."""
        return all(self.chosen[axis] == self.published[axis] for axis in ("tp", "pp"))


@dataclass(frozen=True, slots=True)
class Search(Record):
    """The layouts that the model chooses, against those that were run. Medians are NaN where there are none."""

    choices: tuple[Choice, ...]
    without: tuple[str, ...]
    """The runs for which the model finds no layout."""

    @property
    def median_over_predicted(self) -> float:
        """The median of ``Choice.over_predicted``."""
        return _quantile([one.over_predicted for one in self.choices], 0.5)

    @property
    def median_over_published(self) -> float:
        """The median of ``Choice.over_published``."""
        return _quantile([one.over_published for one in self.choices], 0.5)

    @property
    def share_with_same_split(self) -> float:
        """How often tensor and pipeline parallelism are those that were run."""
        return _share([one.has_same_split for one in self.choices])

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        measures = ("median_over_predicted", "median_over_published", "share_with_same_split")
        return {
            "rows": len(self.choices),
            "without_layout": list(self.without),
            **{name: plain(getattr(self, name)) for name in measures},
            "per_row": [one.to_dict() for one in self.choices],
        }


@dataclass(frozen=True, slots=True)
class Validation(Charted, Record):
    """Predictions of the runs of a table, against what was measured."""

    _kind = "validate"

    predictions: tuple[Prediction, ...]
    skipped: tuple[Skipped, ...]
    assumed: Mapping[str, str]
    """What was taken for granted of runs whose source does not say, by id."""
    too_large: tuple[str, ...]
    """Runs that did fit, but do not in the model."""
    search: Search | None = None

    @property
    def accuracy(self) -> Accuracy:
        """Over all runs that count."""
        return accuracy([one.error for one in self.predictions])

    @property
    def by_source(self) -> dict[str, Accuracy]:
        """By source, in the order of the table."""
        return _by("source", self.predictions, dict.fromkeys(one.source for one in self.predictions))

    @property
    def by_kind(self) -> dict[str, Accuracy]:
        """Of dense models and of mixtures of experts."""
        return _by("kind", self.predictions, KINDS)

    @property
    def unpredictable(self) -> int:
        """How many runs of the table cannot be predicted."""
        return sum(one.predicted_seconds is None for one in self.skipped)

    @property
    def is_complete(self) -> bool:
        """Whether all but a few runs of the table can be predicted."""
        return self.unpredictable <= MOST_UNPREDICTABLE * (len(self.predictions) + len(self.skipped))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost validate throughput --json`` prints it."""
        return {
            **self.accuracy.to_dict(),
            "skipped": [one.to_dict() for one in self.skipped],
            "by_source": {name: one.to_dict() for name, one in self.by_source.items()},
            "by_kind": {name: one.to_dict() for name, one in self.by_kind.items()},
            "per_row": [one.to_dict() for one in self.predictions],
            **({} if self.search is None else {"search": self.search.to_dict()}),
        }


def validate_throughput(
    path: str | os.PathLike[str] | None = None,
    *,
    search: bool = False,
    model: Model | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
) -> Validation:
    """Predict the step time of published runs at their own layouts, and report the errors.

    Parameters
    ----------
    path : path, optional
        A CSV table with the columns of the shipped one; by default that table (164 runs).
    search : bool
        Also let the model choose the layout of each run that counts, and compare it with the published one.
    model : Model, optional
        The model; the default one without.
    catalog : Catalog, path or mapping, optional
        The catalogue, or a private price book over the bundled one.

    Returns
    -------
    Validation
        Errors of each run, by source and by kind; runs that are left out, with the reason. Runs without a published
        step time, and those that the table sets apart (``in_fit`` 0), do not count.

    Raises
    ------
    SpecError
        For a bad table, by row and column.
    """
    runs, book, used = read_runs(path), opened(catalog), model or default_model()
    designs, reasons = _designs(runs, book)
    times = _timed(designs, used, book)
    predictions, skipped = [], []
    for run in runs:
        found = times.get(run.id, {})
        seconds = found.get("step_seconds")
        impossible = reasons.get(run.id) or f"to the model such a run is impossible: {found.get('status')}"
        reason = impossible if seconds is None else _uncounted(run)
        if reason:
            skipped.append(Skipped(run.id, run.source, run.accelerator, reason, seconds))
        else:
            predictions.append(_prediction(run, designs[run.id], found))
    chosen = _searched(predictions, designs, used, book) if search else None
    assumed = {run.id: said for run in runs if run.id in designs and (said := assumptions_about(run))}
    too_large = tuple(name for name, found in times.items() if found.get("memory_use", 0.0) > 1.0)
    return Validation(tuple(predictions), tuple(skipped), assumed, too_large, chosen)


def accuracy(errors: Sequence[float]) -> Accuracy:
    """How far off predictions are, of their errors (predicted over measured, minus 1)."""
    sizes = [abs(error) for error in errors]
    return Accuracy(
        rows=len(sizes),
        median_abs_error=_quantile(sizes, 0.5),
        median_signed_error=_quantile(errors, 0.5),
        p90_abs_error=_quantile(sizes, 0.9),
        share_within_15pct=_share([size <= CLOSE for size in sizes]),
    )


def _designs(runs: Iterable[Run], book: Catalog) -> tuple[dict[str, Design], dict[str, str]]:
    """The inputs of each run by id, and of the others why they cannot be predicted."""
    designs: dict[str, Design] = {}
    reasons = {}
    for run in runs:
        try:
            designs[run.id] = inputs_of(run, book)
        except Unpredictable as reason:
            reasons[run.id] = str(reason)
    return designs, reasons


def _timed(designs: Mapping[str, Design], model: Model, book: Catalog) -> dict[str, dict[str, Any]]:
    """The step time of each run by id, with its parts and memory where there is one, else with what spoils it."""
    rows = evaluated([{**design, **_FITS, **OWN_TIME} for design in designs.values()], ("step_seconds",), model, book)
    times = dict(zip(designs, rows, strict=True))
    timed = [name for name, row in times.items() if row["step_seconds"] is not None]
    parts = evaluated([designs[name] for name in timed], (*PARTS, "memory_use"), model, book)
    return times | {name: {**times[name], **row} for name, row in zip(timed, parts, strict=True)}


def _uncounted(run: Run) -> str:
    """Why a run that can be predicted does not count; empty where it does."""
    if run.step_seconds is None:
        return "no step time was published"
    return "" if run.figures["in_fit"] else "set apart by the table (in_fit = 0)"


def _prediction(run: Run, design: Design, found: Mapping[str, float]) -> Prediction:
    published, seconds = run.figures["step_time_s"], found["step_seconds"]
    return Prediction(
        id=run.id,
        source=run.source,
        kind=run.kind,
        chip=str(design["hardware"]),
        precision=str(design["precision"]),
        published_seconds=published,
        predicted_seconds=seconds,
        error=seconds / published - 1.0,
        parts={name: found[name] for name in PARTS},
    )


def _searched(predictions: Sequence[Prediction], designs: Mapping[str, Design], model: Model, book: Catalog) -> Search:
    """For each run, its design without a layout, so that the model chooses one."""
    free = [
        {**{name: value for name, value in designs[one.id].items() if name not in (*AXES, "expert_tp")}, **OWN_TIME}
        for one in predictions
    ]
    choices, without = [], []
    for one, row in zip(predictions, evaluated(free, ("step_seconds", *AXES), model, book), strict=True):
        if row["step_seconds"] is None:
            without.append(one.id)
            continue
        published = {axis: float(designs[one.id][axis]) for axis in AXES}
        chosen = {axis: float(row[axis]) for axis in AXES}
        times = (row["step_seconds"], one.predicted_seconds, one.published_seconds)
        choices.append(Choice(one.id, published, chosen, *times))
    return Search(tuple(choices), tuple(without))


def _by(field: str, predictions: Sequence[Prediction], names: Iterable[str]) -> dict[str, Accuracy]:
    return {name: accuracy([one.error for one in predictions if getattr(one, field) == name]) for name in names}


def _quantile(values: Sequence[float], q: float) -> float:
    import numpy as np

    return float(np.quantile(values, q)) if values else math.nan


def _share(truths: Sequence[bool]) -> float:
    return sum(truths) / len(truths) if truths else math.nan
