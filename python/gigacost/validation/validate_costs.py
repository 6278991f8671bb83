"""Does the accounting ``epoch-2024`` count as Epoch AI does? Every model of a table, and how far off its costs are.

What a row gives goes into the model as its primitive figures: chips, hours, FLOP, a price and its date, days. Nothing
that was computed from them is read. Each way of counting is a question of its own to the one model: what is owned and
amortised, what is bought, what is rented.
"""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gigacost._record import Record, plain
from gigacost.accounting import EPOCH, accounted
from gigacost.accounting.epoch_designs import (
    bought_design,
    discounts_of,
    hours_of,
    owned_design,
    power_of,
    powered_design,
    price_of,
    rented_design,
    undated,
)
from gigacost.catalog.epoch_costs import COMPARED, TOTALS, PublishedCost, read_published_costs
from gigacost.catalog.opening import opened
from gigacost.charts.charted import Charted
from gigacost.model import default as default_model
from gigacost.model.constants import KW_PER_MW
from gigacost.queries.batch import evaluated

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model

_OWNED = {
    "capex_energy_total_usd_nominal": "total_run_usd",
    "cost_chip_usd_nominal": "cost_chips_usd",
    "cost_server_extra_usd_nominal": "cost_servers_usd",
    "cost_interconnect_usd_nominal": "cost_network_usd",
    "cost_energy_usd_nominal": "cost_energy_usd",
    "chip_hours_used": "chip_hours",
    "years_depreciated": "chip_age_years",
    "depreciation_factor": "value_share_at_start",
    "pue": "pue",
    "electricity_usd_per_kwh": "electricity_usd_per_kwh",
    "energy_kwh": "energy_kwh",
}
"""The quantities of the model that answer for the columns of the table, here and below."""
_BOUGHT = {"acquisition_usd_nominal": "cluster_capex_usd"}
_POWERED = {"cluster_power_kw": "facility_mw"}
_RENTED = {"cloud_usd_nominal": "rent_at_rate_usd", "cloud_price_used_usd_per_chip_hour": "rent_usd_per_chip_hour"}


@dataclass(frozen=True, slots=True)
class Agreement(Record):
    """How far off the predictions of a column are; NaN where nothing is compared."""

    rows: int
    """How many figures are compared."""
    max_rel_error: float
    median_rel_error: float
    missing: int
    """Published figures without a prediction."""
    unreadable: int
    """Cells with something that is no figure; nothing is compared with them."""


@dataclass(frozen=True)
class CostPrediction(Record):
    """What the model says of one row."""

    of: PublishedCost
    predicted: Mapping[str, float]
    """By column of the table; what cannot be predicted is not there."""
    reasons: Mapping[str, str]
    """Why a total cannot be predicted, by column."""

    @cached_property
    def errors(self) -> Mapping[str, float]:
        """How far a prediction is from what was published, as a share of it, by column."""
        both = [column for column in self.of.published if column in self.predicted]
        return {column: _relative(self.predicted[column], self.of.published[column]) for column in both}

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns in which a figure was published, and none can be predicted."""
        return tuple(column for column in self.of.published if column not in self.predicted)

    def why(self, column: str) -> str:
        """Why a column cannot be predicted."""
        return self.reasons.get(column, "the model has no figure for it")

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "row": self.of.row,
            "version": self.of.texts.get("version", ""),
            "model": self.of.model,
            "predicted": dict(self.predicted),
            "published": dict(self.of.published),
            "rel_error": dict(self.errors),
            "missing": {column: self.why(column) for column in self.missing},
            "unreadable": list(self.of.unreadable),
        }


@dataclass(frozen=True, slots=True)
class CostValidation(Charted, Record):
    """Predictions for the rows of a table, against what was published."""

    _kind = "validate"

    predictions: tuple[CostPrediction, ...]

    @property
    def totals(self) -> Agreement:
        """Over CapEx with energy, acquisition and cloud costs together."""
        return _agreement(self.predictions, TOTALS)

    @property
    def by_column(self) -> dict[str, Agreement]:
        """Over each column: the totals, then what they are made of."""
        return {column: _agreement(self.predictions, [column]) for column in COMPARED}

    @property
    def signed_errors(self) -> list[float]:
        """Of each total that was published and predicted: predicted over published, minus 1."""
        return [
            one.predicted[column] / one.of.published[column] - 1.0
            for one in self.predictions
            for column in TOTALS
            if column in one.errors and one.of.published[column]
        ]

    @property
    def is_complete(self) -> bool:
        """Whether each total that was published is a figure, and predicted."""
        return not self.shortcomings

    @property
    def shortcomings(self) -> list[str]:
        """Each total that keeps the validation from being complete, and why."""
        found = []
        for one in self.predictions:
            at = f"row {one.of.row}, {one.of.model}"
            missing = [column for column in one.missing if column in TOTALS]
            found += [f"{at}: no prediction of {column}: {one.why(column)}" for column in missing]
            found += [f"{at}: {column} is no figure" for column in one.of.unreadable if column in TOTALS]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost validate costs --json`` prints it; the errors are those of the totals."""
        return {
            **self.totals.to_dict(),
            "compared": self.totals.rows,
            "rows": len(self.predictions),
            "median_abs_error": plain(_median(map(abs, self.signed_errors))),
            "median_signed_error": plain(_median(self.signed_errors)),
            "by_column": {column: one.to_dict() for column, one in self.by_column.items()},
            "per_row": [one.to_dict() for one in self.predictions],
        }


def validate_costs(
    path: str | os.PathLike[str] | None = None,
    *,
    model: Model | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
) -> CostValidation:
    """Cost published models under the accounting ``epoch-2024``, and compare with Epoch AI's figures.

    Parameters
    ----------
    path : path, optional
        A CSV table with the columns of the shipped one; by default that table.
    model : Model, optional
        The model that the accounting changes; the default one without.
    catalog : Catalog, path or mapping, optional
        The catalogue, or a private price book over the bundled one.

    Returns
    -------
    CostValidation
        Relative errors of each model and of each column.

    Raises
    ------
    SpecError
        For a bad table, by row and column.
    """
    rows, book = read_published_costs(path), opened(catalog)
    used = accounted(model or default_model(), EPOCH)
    found: list[dict[str, float]] = [{} for _ in rows]
    for columns, design_of in (
        (_OWNED, owned_design),
        (_BOUGHT, bought_design),
        (_POWERED, powered_design),
        (_RENTED, rented_design),
    ):
        designs = {place: design for place, row in enumerate(rows) if (design := design_of(row))}
        answers = evaluated(list(designs.values()), list(columns.values()), used, book)
        for (place, design), answer in zip(designs.items(), answers, strict=True):
            known = {**answer, **design}  # what is given is not answered
            found[place] |= {name: known[of] for name, of in columns.items() if known[of] is not None}
    for one in found:
        if "cluster_power_kw" in one:
            one["cluster_power_kw"] *= KW_PER_MW
    return CostValidation(tuple(CostPrediction(row, one, _reasons(row)) for row, one in zip(rows, found, strict=True)))


def _reasons(row: PublishedCost) -> dict[str, str]:
    """Why a total cannot be predicted, in the order in which one would look for it."""
    no_hours = "" if hours_of(row) else "neither chip-hours, nor chips and hours, nor FLOP and peak"
    no_price = "" if price_of(row) else "no raw_unit_price_usd"
    no_chips = "" if "hardware_quantity" in row.figures else "no hardware_quantity"
    no_dates = f"no {', '.join(undated(row))}" if undated(row) else ""
    no_rate = "" if "cloud_list_price_usd_per_chip_hour" in row.figures else "no cloud_list_price_usd_per_chip_hour"
    no_terms = "" if discounts_of(row) else "no cloud_price_type, or no discounts of the cloud_vendor are known"
    no_power = "" if "tdp_w" in power_of(row) else "no tdp_w_used"
    needed = {TOTALS[0]: (no_hours, no_dates, no_price, no_power), TOTALS[1]: (no_price, no_chips)}
    needed[TOTALS[2]] = (no_hours, no_rate, no_terms)
    return {column: "; ".join(filter(None, lacks)) for column, lacks in needed.items() if any(lacks)}


def _relative(predicted: float, published: float) -> float:
    return abs(predicted - published) / abs(published) if published else abs(predicted)


def _median(values: Iterable[float]) -> float:
    known = [*values]
    return statistics.median(known) if known else math.nan


def _agreement(predictions: Sequence[CostPrediction], columns: Iterable[str]) -> Agreement:
    asked = tuple(columns)
    errors = [one.errors[column] for one in predictions for column in asked if column in one.errors]
    return Agreement(
        rows=len(errors),
        max_rel_error=max(errors, default=math.nan),
        median_rel_error=_median(errors),
        missing=sum(column in one.missing for one in predictions for column in asked),
        unreadable=sum(column in one.of.unreadable for one in predictions for column in asked),
    )
