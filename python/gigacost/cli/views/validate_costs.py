"""Validations of costs on a screen: every model, then how far off each column is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gigacost.catalog.epoch_costs import TOTALS
from gigacost.cli.terminal import literal, show, table
from gigacost.units.numbers import share, usd

if TYPE_CHECKING:
    from gigacost.validation.validate_costs import CostPrediction, CostValidation
    from gigacost.validation.validate_development import DevelopmentValidation

_TITLES = ("CapEx + energy", "acquisition", "cloud")


def show_costs(found: CostValidation) -> None:
    """All of it, what sums it up at the end."""
    show(literal("Cost in nominal $, and how far off", "bold"), _rows(found.predictions))
    show(literal("How far off", "bold"), _columns(found))


def show_development(found: DevelopmentValidation) -> None:
    """Each model's development: its cost and people's share of it, and how far off both are."""
    heads = ["model", "predicted", "published", "error", "people", "published", "points"]
    rows = [
        [
            one.model,
            usd(one.predicted_usd),
            usd(one.published_usd),
            f"{one.error:+.1%}".replace("%", " %"),
            share(one.staff_share),
            share(one.published_staff_share),
            f"{100 * one.share_difference:+.1f}",
        ]
        for one in found.predictions
    ]
    title = f"Development in $ of 2023: medians of {found.draws.count} cases"
    show(literal(title, "bold"), table(heads, rows, heads[1:]))


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
