"""A validation of costs on a screen: every model, then how far off each column is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gigacost.cli.figures import usd
from gigacost.cli.terminal import literal, show, table
from gigacost.published_costs import TOTALS

if TYPE_CHECKING:
    from gigacost.validate_costs import CostPrediction, CostValidation

_TITLES = ("CapEx + energy", "acquisition", "cloud")


def show_costs(found: CostValidation) -> None:
    """All of it, what sums it up at the end."""
    show(literal("Cost in nominal $, and how far off", "bold"), _rows(found.predictions))
    show(literal("How far off", "bold"), _columns(found))


def _rows(predictions: Iterable[CostPrediction]) -> Any:  # noqa: ANN401 - a rich Table
    heads = ["model", *(head for title in _TITLES for head in (title, "error"))]
    rows = [[one.of.model, *(cell for total in TOTALS for cell in _cells(one, total))] for one in predictions]
    return table(heads, rows, heads[1:])


def _cells(one: CostPrediction, total: str) -> tuple[str, str]:
    predicted = usd(one.predicted[total]) if total in one.predicted else "—"
    return predicted, _error(one.errors.get(total, math.nan))


def _columns(found: CostValidation) -> Any:  # noqa: ANN401 - a rich Table
    named = {**found.by_column, "all three totals": found.totals}
    rows = [
        [name, str(one.rows), _error(one.median_rel_error), _error(one.max_rel_error)] for name, one in named.items()
    ]
    heads = ["column", "compared", "median error", "largest error"]
    return table(heads, rows, heads[1:])


def _error(error: float) -> str:
    return "—" if math.isnan(error) else f"{error:.2g}"
