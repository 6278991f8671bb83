"""Costs as billing data: rows in the form of FOCUS 1.2, the FinOps Open Cost and Usage Specification.

One row for each contribution to the cost of a design, without those that are 0. The amounts of a design add up to its
``cost_total_usd``, in the order of the rows to the last bit. What is written is a forecast and no invoice: the billing
account is called so, and the four costs of a row are the same. docs/focus.md says what each column holds.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TextIO

from gigacost._formula import disarmed
from gigacost.catalog.rental import RENT
from gigacost.errors import Fault, SpecError, show
from gigacost.graph.declarations import Contribution
from gigacost.queries.space import Space

if TYPE_CHECKING:
    from gigacost._engine import Batch

VERSION = "1.2"
COLUMNS = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "ResourceId",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "SkuId",
    "Tags",
    "x_ContributionName",
    "x_SubtotalName",
)
"""FOCUS's columns in alphabetical order, all that are mandatory among them, and then our own."""

_TOTAL = "cost_total_usd"
_DAYS = "train_days"
_OWN, _LANDLORD, _RENTED = "Own site", "Colocation provider", ""
"""Who provides; empty for whoever's quote is the rent."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a contribution pays for."""

    category: str
    """One of FOCUS's."""
    name: str
    provider: str = _OWN
    quantity: str = ""
    """The model's quantity that it is priced by; empty for one unit."""
    unit: str = "Units"


_SERVICES: Mapping[str, Service] = {
    "cost_energy_usd": Service("Other", "Electricity", "Electricity supplier", "energy_kwh", "Kilowatt-Hours"),
    "cost_chips_usd": Service("Compute", "Owned chips", _OWN, "chip_hours", "Chip-Hours"),
    "cost_servers_usd": Service("Compute", "Owned servers", _OWN, "chip_hours", "Chip-Hours"),
    "cost_network_usd": Service("Networking", "Owned network", _OWN, "chip_hours", "Chip-Hours"),
    "cost_facility_usd": Service("Other", "Owned facility"),
    "cost_financing_usd": Service("Other", "Financing"),
    "cost_maintenance_usd": Service("Other", "Maintenance"),
    "cost_colo_usd": Service("Other", "Colocation", _LANDLORD),
    "cost_rent_usd": Service("Compute", "Rented chips", _RENTED, "chip_hours", "Chip-Hours"),
    "cost_experiments_usd": Service("Compute", "Experiments", _RENTED),
    "cost_staff_usd": Service("Other", "Staff", "Own staff", "staff_fte_years", "Person-Years"),
    "cost_unused_usd": Service("Compute", "Unused capacity", _RENTED),
    "cost_data_acquisition_usd": Service("Other", "Data licences", "Data licensor"),
    "cost_data_processing_usd": Service("Analytics", "Data processing", "Compute provider"),
    "cost_data_storage_usd": Service("Storage", "Data storage", "Object store"),
    "cost_data_transfer_usd": Service("Networking", "Data transfer", "Object store"),
    "cost_retraining_usd": Service("AI and Machine Learning", "Retraining", _RENTED),
    "cost_finetuning_usd": Service("AI and Machine Learning", "Fine-tuning", _RENTED),
}
_PRICING = {"on_demand": "Standard", "spot": "Dynamic", "reserved_1y": "Committed", "reserved_3y": "Committed"}
"""FOCUS's category of a price by market; Other for what has no market."""


@dataclass(slots=True)
class Written:
    """How much there was."""

    designs: int = 0
    rows: int = 0
    left_out: int = 0
    """Designs that have no cost, or whose run ends after the year 9999."""


def refuse(sweep: Space) -> None:
    """Raise SpecError for a sweep of which there is no bill."""
    if sweep.spec.base_year is not None:
        what = "a bill is in dollars of its day, not of base_year"
        raise SpecError(Fault("base_year", show(sweep.spec.base_year), what, "no base_year"))
    if _TOTAL not in sweep.model.quantities:
        raise SpecError(Fault("--format", show("focus"), f"the model has no {_TOTAL}"))


def write(
    sweep: Space, sink: TextIO, *, limit: int | None = None, threads: int | None = None, csv_safe: bool = True
) -> Written:
    """Write the costs of a sweep's designs as CSV, at most ``limit`` designs. Raises SpecError."""
    refuse(sweep)
    bill = _Bill(sweep)
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(COLUMNS)
    done = Written()
    for design in bill.designs(threads):
        if limit is not None and done.designs >= limit:
            break
        rows = bill.rows(design, done.designs + done.left_out)
        if rows is None:
            done.left_out += 1
            continue
        done.designs += 1
        done.rows += len(rows)
        writer.writerows([_cell(row.get(column), safe=csv_safe) for column in COLUMNS] for row in rows)
    return done


class _Bill:
    """What is the same for all designs of a sweep."""

    def __init__(self, sweep: Space) -> None:
        self.model = sweep.model
        self.contributions = list(_in_order(sweep))
        quantities = {_service(name).quantity for name in self.contributions} & {*sweep.model.names}
        columns = dict.fromkeys([*self.contributions, *sorted(quantities), _TOTAL, _DAYS])
        self.sweep = Space(replace(sweep.spec, columns=tuple(columns)), sweep.model, sweep.bound.catalog)
        bound = self.sweep.bound
        self.fixed: dict[str, Any] = {
            **bound.spec.fixed, **{axis: labels[0] for axis, (group, labels) in bound.labels.items() if group is None}
        }  # fmt: skip

    def designs(self, threads: int | None) -> Iterator[dict[str, Any]]:
        """Each design's values of axes and columns, null as NaN."""
        for batch in self.sweep.batches(threads=threads):
            columns = {name: _values(batch, name) for name in self.sweep.column_names if name != "status"}
            for values in zip(*columns.values(), strict=True):
                yield dict(zip(columns, values, strict=True))

    def rows(self, design: Mapping[str, Any], number: int) -> list[dict[str, Any]] | None:
        """The rows of a design; None where it has no cost or no end."""
        known = {**self.fixed, **design}
        period = _period(str(known["as_of"]), known[_DAYS])
        if math.isnan(known[_TOTAL]) or period is None:
            return None
        tags = {name: known[name] for name in sorted({*self.fixed, *self.sweep.bound.digits})}
        common = {
            **period,
            "BillingAccountId": "forecast",
            "BillingAccountName": "Forecast by gigacost",
            "BillingCurrency": "USD",
            "ChargeCategory": "Usage",
            "ChargeFrequency": "Usage-Based",
            "RegionId": known.get("region"),
            "ResourceId": f"design-{number}",
            "ResourceType": "Training run",
            "Tags": _tags(tags),
        }
        return [{**common, **self._row(name, known)} for name in self.contributions if known[name]]

    def _row(self, name: str, known: Mapping[str, Any]) -> dict[str, Any]:
        service = _service(name)
        quantity, unit = known.get(service.quantity, math.nan), service.unit
        if math.isnan(quantity):
            quantity, unit = 1.0, "Units"
        provider = service.provider or self._landlord(known)
        mark = self.model.quantities[name].mark
        market = str(known.get("market", ""))
        rents = service.provider == _RENTED
        sku = [name, str(known["hardware"]), market] if rents and "hardware" in known else [name]
        costs = dict.fromkeys(("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"), known[name])
        return {
            **costs,
            "ChargeDescription": self.model.quantities[name].doc.split("\n\n", 1)[0].split(" [")[0].replace("\n", " "),
            "InvoiceIssuerName": provider,
            "PricingCategory": _PRICING.get(market, "Other") if rents else "Other",
            "PricingQuantity": quantity,
            "PricingUnit": unit,
            "ProviderName": provider,
            "PublisherName": provider,
            "ServiceCategory": service.category,
            "ServiceName": service.name,
            "SkuId": "/".join(sku),
            "x_ContributionName": name,
            "x_SubtotalName": mark.to if isinstance(mark, Contribution) else None,
        }

    def _landlord(self, known: Mapping[str, Any]) -> str:
        """Whose chips are used: who quotes the rent, or what the market says."""
        bound = self.sweep.bound
        if known.get("market") in {"own", "colo"}:
            return _OWN
        axes = bound.catalog.columns[RENT].axes
        quoted = all(axis in known for axis in axes) and RENT not in known
        provider = bound.catalog.rent(*(str(known[axis]) for axis in axes)).provider if quoted else ""
        return provider or str(known.get("provider_class", "Provider"))


def _in_order(sweep: Space) -> Iterator[str]:
    """The contributions in the order in which the total adds them up."""
    quantities = sweep.model.quantities

    def below(name: str) -> Iterator[str]:
        if isinstance(quantities[name].mark, Contribution):
            yield name
            return
        for part in quantities[name].parameters:
            yield from below(part)

    return below(_TOTAL)


def _service(name: str) -> Service:
    return _SERVICES.get(name) or Service("Other", name)


def _values(batch: Batch, name: str) -> list[Any]:
    labels = batch.labels(name)
    values = batch.column(name).tolist()
    return values if labels is None else [labels[code] for code in values]


def _period(as_of: str, days: float) -> dict[str, str] | None:
    """The run from the date on, to the next second; the billing period is the months around it."""
    start = dt.datetime.fromisoformat(as_of).replace(tzinfo=dt.UTC)
    try:
        end = start + dt.timedelta(seconds=max(math.ceil(days * 86400.0), 1))
        after = (end.replace(day=1) + dt.timedelta(days=31)).replace(day=1, hour=0, minute=0, second=0)
    except (OverflowError, ValueError):  # too late, or no number
        return None
    return {
        "BillingPeriodStart": _time(start.replace(day=1)),
        "BillingPeriodEnd": _time(after if end > end.replace(day=1, hour=0, minute=0, second=0) else end),
        "ChargePeriodStart": _time(start),
        "ChargePeriodEnd": _time(end),
    }


def _time(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _cell(value: Any, *, safe: bool) -> str:  # noqa: ANN401 - text, a number or None
    """A cell as text; null is empty, and text that a spreadsheet would take for a formula gets a '."""
    if value is None:
        return ""
    if isinstance(value, str):
        return disarmed(value) if safe else value
    return plain(value)


def _tags(tags: Mapping[str, Any]) -> str:
    """A JSON object, its numbers as plain decimals too."""
    cells = [
        (name, plain(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False))
        for name, value in tags.items()
    ]
    return f"{{{','.join(f'{json.dumps(name)}:{cell}' for name, cell in cells)}}}"


def plain(value: float) -> str:
    """A number as a decimal without an exponent; read again it is the same number."""
    text = repr(value)
    return f"{Decimal(text):f}" if "e" in text else text
