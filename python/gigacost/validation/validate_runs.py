"""Does the model predict what published runs took? Each from what is known before it starts, with an interval.

A run is predicted by the default model from its architecture, tokens, chip, number of chips, precision, place and date
alone: never from its hours, its utilisation or its layout. Each published figure is held against the quantity that has
its boundary (the chips, the servers, the site; rent or hardware), with what the figure itself says of the site or of
the price. The interval, P5 to P95, is that of the distributions that ship (``catalog/data/uncertainty.toml``); none of
them was fitted on these runs.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.catalog.opening import opened
from gigacost.graph.declarations import Status
from gigacost.model import default as default_model
from gigacost.queries.batch import Design, evaluated
from gigacost.spec.spec import DEFAULT

if TYPE_CHECKING:
    from gigacost.catalog import Catalog, Preset, Published
    from gigacost.graph.model import Model

KNOWN = frozenset(
    (
        *("model", "tokens", "post_training_share", "hardware", "chips", "precision"),
        *("as_of", "region", "provider_class", "pue", "rental_usd_per_chip_hour"),
    )
)
"""What may be used of a run: what is known before it starts."""
SOFTWARE = (
    ("flash_attention", "2022-05-27", "FlashAttention, arXiv 2205.14135"),
    ("sequence_parallel", "2022-05-10", "Korthikanti et al., arXiv 2205.05198"),
)
"""What runs that start before a day cannot have, and what that is the day of."""
KINDS = ("hours", "days", "energy", "carbon", "dollars")
_KIND_OF_UNIT = {"chip·h": "hours", "d": "days", "kWh": "energy", "MWh": "energy", "t": "carbon", "$": "dollars"}
_LOW, _MIDDLE, _HIGH = "p5(figure)", "p50(figure)", "p95(figure)"
DRAWS = 1024
LEAST_RUNS = 20
LEAST_INSIDE = 0.8
"""Share of the published figures in the intervals below which these promise too much."""
WIDEST = {"hours": 4.0, "dollars": 13.0}
"""P95 over P5 above which intervals say too little; of dollars Epoch AI's own (x0.3 to x4, arXiv 2405.21015)."""


@dataclass(frozen=True, slots=True)
class Figure(Record):
    """A published figure of a run, and what the model says of it."""

    _also = ("error", "is_inside", "spread")

    run: str
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
    median_abs_error_of_p50: float
    """The same of the middle of the interval."""
    share_inside: float
    """Of the published figures, in P5 to P95."""
    median_spread: float
    """P95 over P5."""


@dataclass(frozen=True, slots=True)
class RunValidation(Record):
    """Predictions of published runs, against what was published."""

    figures: tuple[Figure, ...]
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
        return {kind: reliability([one for one in self.figures if one.kind == kind]) for kind in KINDS}

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
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost validate runs --json`` prints it."""
        return {
            "runs": len(self.runs),
            **self.reliability.to_dict(),
            "by_kind": {kind: one.to_dict() for kind, one in self.by_kind.items()},
            "per_figure": [one.to_dict() for one in self.figures],
            "unpredicted": [one.to_dict() for one in self.unpredicted],
            "assumed": {run: list(names) for run, names in self.assumed.items()},
        }


def validate_runs(
    *,
    model: Model | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
) -> RunValidation:
    """Predict published runs from what was known before they started, and report the errors.

    Parameters
    ----------
    model : Model, optional
        The model; the default one without.
    catalog : Catalog, path or mapping, optional
        The catalogue, or a private price book over the bundled one.

    Returns
    -------
    RunValidation
        Of each published figure the prediction with P5, P50 and P95; figures that cannot be predicted, with the
        reason.
    """
    book, used = opened(catalog), model or default_model()
    asked = [(run, row) for run in book.presets.values() for row in run.published if _kind(run, row)]
    found = _predictions([(run, row) for run, row in asked if not run.unpredictable], used, book)
    figures, unpredicted = [], []
    for run, row in asked:
        answer = found.get((run.name, row.what))
        if answer is None or None in answer.values():
            reason = run.unpredictable or _meaning(used, str(answer and answer["status"]))
            unpredicted.append(Unpredicted(run.name, row.what, row.value, row.unit, reason))
        else:
            figures.append(_figure(run, row, answer))
    assumed = {run.name: run.assumed for run, _ in asked if run.assumed}
    return RunValidation(tuple(figures), tuple(unpredicted), assumed)


def known_before(run: Preset) -> Design:
    """What a run is predicted from: what of it is known before it starts, and what software there was by then."""
    known = {name: value for name, value in run.fixed.items() if name in KNOWN}
    missing = {name: 0.0 for name, since, _ in SOFTWARE if str(known["as_of"]) < since}
    return {"market": "on_demand", **known, **missing}


def reliability(figures: Sequence[Figure]) -> Reliability:
    """How far off some predictions are, and how well their intervals hold."""
    if not figures:
        return Reliability(0, math.nan, math.nan, math.nan, math.nan)
    return Reliability(
        figures=len(figures),
        median_abs_error=median(abs(one.error) for one in figures),
        median_abs_error_of_p50=median(abs(one.middle / one.published - 1.0) for one in figures),
        share_inside=sum(one.is_inside for one in figures) / len(figures),
        median_spread=median(one.spread for one in figures),
    )


def _kind(run: Preset, row: Published) -> str:
    """Which of ``KINDS`` a figure of a run is; empty where it is none, or nothing of the model has its boundary."""
    return _KIND_OF_UNIT.get(row.unit, "") if run.kind == "run" and row.quantity else ""


def _meaning(model: Model, label: str) -> str:
    """What a row state of the model says."""
    docs = {one.mark.label: one.doc for one in model.states if isinstance(one.mark, Status)}
    sentence = docs.get(label, "").split(" [", 1)[0].replace("\n", " ").removeprefix("Whether ")
    return f"{label}: {sentence}".removesuffix(": ")


def _predictions(
    asked: Iterable[tuple[Preset, Published]], model: Model, book: Catalog
) -> dict[tuple[str, str], dict[str, Any]]:
    """The answers by run and figure; what is given is not uncertain. Figures of one quantity are one question."""
    groups: dict[tuple[str, frozenset[str]], list[tuple[Preset, Published]]] = {}
    for run, row in asked:
        given = frozenset({*known_before(run), *row.given})
        groups.setdefault((row.quantity, given), []).append((run, row))
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (quantity, _), members in groups.items():
        answers = evaluated(
            [{**known_before(run), **row.given} for run, row in members],
            ("figure", _LOW, _MIDDLE, _HIGH),
            model,
            book,
            derive={"figure": quantity},
            uncertain={DEFAULT: True},
            draws={"count": DRAWS},
        )
        found |= {(run.name, row.what): answer for (run, row), answer in zip(members, answers, strict=True)}
    return found


def _figure(run: Preset, row: Published, answer: Mapping[str, float]) -> Figure:
    return Figure(
        run=run.name,
        kind=_kind(run, row),
        quantity=row.quantity,
        what=row.what,
        unit=row.unit,
        published=row.value,
        predicted=answer["figure"],
        low=answer[_LOW],
        middle=answer[_MIDDLE],
        high=answer[_HIGH],
        source=row.source,
        date=row.date,
    )
