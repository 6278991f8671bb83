"""What did four models cost to develop? Predicted under the accounting ``epoch-2024``, against what was published.

Each part is compared by its median over all cases; totals are sums of these medians, as in the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.accounting import EPOCH, accounted
from gigacost.accounting.epoch_designs import owned_design
from gigacost.catalog.epoch import day_of
from gigacost.catalog.epoch_costs import PublishedCost, read_published_costs
from gigacost.catalog.opening import opened
from gigacost.charts.charted import Charted
from gigacost.model import default as default_model
from gigacost.queries.batch import Design, evaluated
from gigacost.sampling.draws import Draws
from gigacost.validation.published.development import (
    PARTS,
    Development,
    Percentiles,
    developments,
    dollars_of_2023,
    read_published_developments,
)

if TYPE_CHECKING:
    import os

    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model

COUNT = 1024
"""How many cases are drawn."""
_HARDWARE = {"chip": "cost_chips_usd", "server_extra": "cost_servers_usd", "interconnect": "cost_network_usd"}
_ENERGY = {"energy": "cost_energy_usd"}
_STAFF = {"staff_incl_equity": "cost_staff_usd"}
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class DevelopmentPrediction(Record):
    """What the model says of one model's development, and what was published."""

    model: str
    predicted: Mapping[str, Percentiles]
    published: Mapping[str, Percentiles]

    @property
    def predicted_usd(self) -> float:
        """The sum of the parts' medians, as predicted."""
        return _total(self.predicted)

    @property
    def published_usd(self) -> float:
        """The sum of the parts' medians, as published."""
        return _total(self.published)

    @property
    def error(self) -> float:
        """The predicted total over the published one, minus 1."""
        return self.predicted_usd / self.published_usd - 1.0

    @property
    def staff_share(self) -> float:
        """People's share of the predicted total."""
        return _staff_share(self.predicted)

    @property
    def published_staff_share(self) -> float:
        """People's share of the published total."""
        return _staff_share(self.published)

    @property
    def share_difference(self) -> float:
        """People's share of the predicted total, less that of the published one."""
        return self.staff_share - self.published_staff_share

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return {
            "model": self.model,
            "predicted_median_usd": self.predicted_usd,
            "published_median_usd": self.published_usd,
            "error": self.error,
            "staff_share": self.staff_share,
            "published_staff_share": self.published_staff_share,
            "share_difference": self.share_difference,
            "parts": {
                part: {"predicted": self.predicted[part].to_dict(), "published": self.published[part].to_dict()}
                for part in PARTS
            },
        }


@dataclass(frozen=True, slots=True)
class DevelopmentValidation(Charted, Record):
    """Predictions of the developments that were published."""

    _kind = "validate"

    predictions: tuple[DevelopmentPrediction, ...]
    draws: Draws

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``gigacost validate development --json`` prints it."""
        return {
            "rows": len(self.predictions),
            "median_abs_error": median(abs(one.error) for one in self.predictions),
            "median_signed_error": median(one.error for one in self.predictions),
            "max_abs_error": max(abs(one.error) for one in self.predictions),
            "max_abs_share_difference": max(abs(one.share_difference) for one in self.predictions),
            "draws": self.draws.to_dict(),
            "per_row": [one.to_dict() for one in self.predictions],
        }


def validate_development(
    draws: Draws | None = None,
    *,
    path: str | os.PathLike[str] | None = None,
    model: Model | None = None,
    catalog: Catalog | str | os.PathLike[str] | Mapping[str, Any] | None = None,
) -> DevelopmentValidation:
    """Cost the development of GPT-3, OPT, GPT-4 and Gemini Ultra, and compare with the published medians.

    Parameters
    ----------
    draws : Draws, optional
        The cases drawn of each model; 1024 with seed 0 by default.
    path : path, optional
        A CSV table of the columns that ``gigacost validate development --help`` names, with some of the four models; by
        default the one that ships.
    model : Model, optional
        The model that the accounting ``epoch-2024`` changes; the default one without.
    catalog : Catalog, path or mapping, optional
        The catalogue, or a private price book over the bundled one.

    Returns
    -------
    DevelopmentValidation
        Predicted and published medians of each model, by part, with the errors.

    Raises
    ------
    SpecError
        For bad ``draws``, and for a bad table, by row and column.
    """
    draws = draws or Draws(COUNT)
    used, book = accounted(model or default_model(), EPOCH), opened(catalog)
    rows = {row.model: row for row in read_published_costs()}
    published = read_published_developments(path)
    predictions = [
        DevelopmentPrediction(one.name, _predicted(one, rows[one.name], used, book), published[one.name])
        for one in developments(draws)
        if one.name in published
    ]
    return DevelopmentValidation(tuple(predictions), draws)


def _predicted(of: Development, row: PublishedCost, model: Model, catalog: Catalog) -> dict[str, Percentiles]:
    """What each part costs over all cases."""
    design = owned_design(row) or {}
    (known,) = evaluated([design], ["total_run_usd", "electricity_usd_per_kwh"], model, catalog)
    cases = [{**design, **case} for case in of.cases(known["electricity_usd_per_kwh"])]
    found = _costs(cases, model, catalog)
    energy = of.energy()
    if energy:
        powered = [{**case, **own} for case, own in zip(cases, energy, strict=True)]
        found["energy"] = _costs(powered, model, catalog)["energy"]
    worth = dollars_of_2023(day_of(row.figures["publication_date"]).isoformat()[:7])
    factors = [float(case["experiments_factor"]) * worth for case in cases]
    for part in (*_HARDWARE, *_ENERGY):
        found[part] = [factor * cost for factor, cost in zip(factors, found[part], strict=True)]
    return {part: _spread(found[part]) for part in PARTS}


def _costs(designs: Sequence[Design], model: Model, catalog: Catalog) -> dict[str, list[float]]:
    """The parts in all cases, those of the run for the final run alone."""
    columns = {**_HARDWARE, **_ENERGY, **_STAFF}
    answers = evaluated(designs, list(columns.values()), model, catalog)
    return {part: [one[name] for one in answers] for part, name in columns.items()}


def _spread(costs: Sequence[float]) -> Percentiles:
    ordered = sorted(costs)
    return Percentiles(*(ordered[int(q * (len(ordered) - 1))] for q in QUANTILES))


def _total(parts: Mapping[str, Percentiles]) -> float:
    return sum(parts[part].median for part in PARTS)


def _staff_share(parts: Mapping[str, Percentiles]) -> float:
    return sum(parts[part].median for part in _STAFF) / _total(parts)
