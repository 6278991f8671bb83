"""Published runs that are like a design: the nearest ones in parameters, chips and hardware."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gigacost.validation.published.runs import PublishedRun, of_presets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gigacost.catalog import Catalog
    from gigacost.queries.estimates import Estimate

COUNT = 8
"""Runs that a design is held against."""
_OTHER_CHIP = 0.5
"""Another chip is as far away as a factor of about three in size."""


def runs_alike(estimate: Estimate, catalog: Catalog) -> tuple[str, ...]:
    """The names of the nearest published runs, the nearest first."""
    known = {**{one.name: one.value for one in estimate.assumptions}, **estimate.quantities, **estimate.inputs}
    runs = [run for run in of_presets(catalog) if run.figures and not run.unpredictable]
    return tuple(run.name for run in sorted(runs, key=lambda run: _distance(run, known, catalog))[:COUNT])


def _distance(run: PublishedRun, known: Mapping[str, Any], catalog: Catalog) -> float:
    given = run.given
    model = catalog.entry("model", str(given["model"])) if "model" in given else {}
    away = _decades(given.get("chips"), known.get("chips"))
    away += _decades(given.get("params", model.get("params")), known.get("params"))
    return away + _OTHER_CHIP * (given.get("hardware") != known.get("hardware"))


def _decades(one: object, other: object) -> float:
    """How many powers of ten lie between two amounts; one where either is not known."""
    if isinstance(one, int | float) and isinstance(other, int | float) and one > 0 and other > 0:
        return abs(math.log10(one / other))
    return 1.0
