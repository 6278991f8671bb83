"""The rows of a bill: the charges of each design of a sweep, month by month, in FOCUS's columns."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from gigacost.catalog.rental import RENT as RATE
from gigacost.errors import CatalogError, Fault, SpecError, show
from gigacost.graph.declarations import Contribution
from gigacost.model.constants import HOURS_PER_YEAR
from gigacost.queries.billing import amounts, periods
from gigacost.queries.billing.charges import NEEDED, RUN_DAYS, USED, Charge, Charges
from gigacost.queries.billing.services import OWN_SITE, RENTED_CHIPS, pricing_of, service_of
from gigacost.queries.space import Space

if TYPE_CHECKING:
    from gigacost._engine import Batch

TOTAL = "cost_total_usd"

Cell = str | Decimal | dt.datetime | None
Row = dict[str, Cell]

_OWNING = {"own", "colo"}
_UNCOMMITTED = "on_demand"
_WHOLE = 1e-9
"""How near to a whole number runs have to be to be counted."""


class _Design(NamedTuple):
    """What is the same in all rows of a design."""

    known: Mapping[str, Any]
    id: str
    day: dt.datetime
    common: Row
    commitment: Row
    provider: str
    list_price: Decimal | None


class Bill:
    """The rows of the designs of a sweep; of all runs that share a commitment, with ``term``."""

    def __init__(self, sweep: Space, *, term: bool) -> None:
        self._term = term
        self._model = sweep.model
        self._contributions = list(_in_order(sweep))
        quantities = {service_of(name, rents=rents).quantity for name in self._contributions for rents in (True, False)}
        wanted = (quantities | NEEDED) & {*sweep.model.names}
        columns = dict.fromkeys([*self._contributions, *sorted(wanted), TOTAL, RUN_DAYS])
        self._sweep = Space(replace(sweep.spec, columns=tuple(columns)), sweep.model, sweep.bound.catalog)
        bound = self._sweep.bound
        self._fixed: dict[str, Any] = {
            **bound.spec.fixed, **{axis: labels[0] for axis, (group, labels) in bound.labels.items() if group is None}
        }  # fmt: skip
        self._listed: dict[tuple[str, ...], Decimal | None] = {}
        self._tagged = sorted({*self._fixed, *bound.digits})

    def designs(self, threads: int | None) -> Iterator[dict[str, Any]]:
        """Each design's values of axes and columns, null as NaN."""
        for batch in self._sweep.batches(threads=threads):
            columns = {name: _values(batch, name) for name in self._sweep.column_names if name != "status"}
            for values in zip(*columns.values(), strict=True):
                yield dict(zip(columns, values, strict=True))

    def rows(self, values: Mapping[str, Any], number: int) -> list[Row] | None:
        """The rows of a design; None where it has no cost, none that can be written, or no end."""
        known = {**self._fixed, **values}
        rents = str(known.get("market", "")) not in _OWNING
        charges = Charges(known, self._contributions, rents=rents)
        if not math.isfinite(known[TOTAL]) or not charges.fits():
            return None
        runs = self._runs(charges, known) if self._term else 1
        design = self._design(known, number, charges.commitment_hours)
        rows: list[Row] = []
        for run in range(runs):
            resource = design.id if runs == 1 else f"{design.id}/run-{run + 1}"
            for charge in charges.of_run(run):
                rows += self._usage(charge, design, resource)
        return [*_purchases(rows, design), *rows]

    def _runs(self, charges: Charges, known: Mapping[str, Any]) -> int:
        runs = charges.runs_per_commitment()
        if abs(runs - round(runs)) > _WHOLE * runs:
            what = f"a commitment of {known.get('market')} holds {runs:g} runs, and a bill of them whole ones"
            raise SpecError(Fault("runs_per_year", show(known.get("runs_per_year")), what, "--format focus: one run"))
        return round(runs)

    def _design(self, known: Mapping[str, Any], number: int, hours: float) -> _Design:
        chips, hardware = (known.get(name) for name in ("chips", "hardware"))
        name = f"design-{number}"
        region = known.get("region")
        provider, list_price = self._landlord(known, committed=hours > 0)
        common: Row = {
            "BillingAccountId": "forecast",
            "BillingAccountName": "Forecast by gigacost",
            "BillingCurrency": "USD",
            "RegionId": region,
            "RegionName": self._region(region),
            "Tags": _tags({tag: known[tag] for tag in self._tagged}),
            "x_DesignId": name,
        }
        years = f"{hours / HOURS_PER_YEAR:g}-year commitment"
        commitment: Row = {
            "CommitmentDiscountCategory": "Usage",
            "CommitmentDiscountId": f"{name}/commitment",
            "CommitmentDiscountName": f"{years} of {_number(chips)} x {hardware}" if chips and hardware else years,
            "CommitmentDiscountType": "Reserved chips",
        }
        day = periods.first_day(str(known["as_of"]))
        return _Design(known, name, day, common, commitment, provider, list_price)

    def _region(self, region: str | None) -> str | None:
        if region is None:
            return None
        try:
            return str(self._sweep.bound.catalog.entry("region", region).get("name") or region)
        except CatalogError:
            return region

    def _landlord(self, known: Mapping[str, Any], *, committed: bool) -> tuple[str, Decimal | None]:
        """Whose chips are used, and what an hour is listed at without a commitment, where that is known."""
        catalog, axes = self._sweep.bound.catalog, self._sweep.bound.catalog.columns[RATE].axes
        if known.get("market") in _OWNING:
            return OWN_SITE, None
        if RATE in known or not all(axis in known for axis in axes):
            return str(known.get("provider_class", "Provider")), None
        labels = tuple(str(known[axis]) for axis in axes)
        hardware, _, whose, as_of = labels
        provider = catalog.rent(*labels).provider
        if not committed:
            return provider or whose, None
        if labels not in self._listed:
            votes = catalog.votes(hardware, _UNCOMMITTED, whose, as_of)
            asked = [vote.usd_per_chip_hour for vote in votes if vote.provider == provider]
            self._listed[labels] = amounts.price(asked[0]) if asked else None
        return provider or whose, self._listed[labels]

    def _usage(self, charge: Charge, design: _Design, resource: str) -> Iterator[Row]:
        """A charge, month by month."""
        pieces = list(periods.months(design.day, charge.span))
        price = amounts.unit_price(charge.amount, charge.quantity)
        split = amounts.parts(charge.amount, charge.quantity, price, [piece.length for piece in pieces])
        same = {**design.common, **self._of_charge(charge, design), **self._of_resource(charge, design, resource)}
        listed = max(price, design.list_price or price) if charge.status else price
        for piece, part in zip(pieces, split, strict=True):
            if part is None:
                continue
            row = {**same, **_period(piece), **_prices(listed, part.quantity), "x_EffectiveUnitPrice": price}
            row["EffectiveCost"] = part.cost
            row["BilledCost"] = amounts.ZERO if charge.status else part.cost
            if charge.status:
                row |= {"CommitmentDiscountQuantity": part.quantity, "CommitmentDiscountUnit": charge.unit}
            if charge.status in {"", USED}:
                row |= {"ConsumedQuantity": part.quantity, "ConsumedUnit": charge.unit}
            yield row

    def _of_charge(self, charge: Charge, design: _Design) -> Row:
        quantity, known, service = self._model.quantities[charge.name], design.known, charge.service
        provider = service.provider or design.provider
        market = str(known.get("market", ""))
        sku, details = charge.name, None
        if service is RENTED_CHIPS:
            sku = "/".join(["chip-hours", *([str(known["hardware"])] if "hardware" in known else [])])
            details = _tags({f"x_{name.title()}": known[name] for name in ("hardware", "market") if name in known})
        return {
            "ChargeCategory": "Usage",
            "ChargeDescription": quantity.doc.split("\n\n", 1)[0].split(" [")[0].replace("\n", " "),
            "ChargeFrequency": "Usage-Based",
            "InvoiceIssuerName": provider,
            "PricingCategory": "Committed" if charge.status else pricing_of(service, market),
            "PricingUnit": charge.unit,
            "ProviderName": provider,
            "PublisherName": provider,
            "ServiceCategory": service.category,
            "ServiceName": service.name,
            "ServiceSubcategory": service.subcategory,
            "SkuId": sku,
            "SkuMeter": service.meter,
            "SkuPriceDetails": details,
            "SkuPriceId": f"{sku}/{market}" if service is RENTED_CHIPS else sku,
            "x_ContributionName": charge.name,
            "x_SubtotalName": quantity.mark.to if isinstance(quantity.mark, Contribution) else None,
        }

    def _of_resource(self, charge: Charge, design: _Design, resource: str) -> Row:
        if not charge.status:
            return {"ResourceId": resource, "ResourceType": "Training run"}
        covered: Row = {**design.commitment, "CommitmentDiscountStatus": charge.status}
        if charge.status == USED:
            return {**covered, "ResourceId": resource, "ResourceType": "Training run"}
        return {**covered, "ResourceId": design.commitment["CommitmentDiscountId"], "ResourceType": "Commitment"}


def _purchases(rows: Sequence[Row], design: _Design) -> Iterator[Row]:
    """What is paid for a commitment, month by month: what its used and its unused hours cost in the month."""
    by_month: dict[Cell, list[Row]] = {}
    for row in rows:
        if "CommitmentDiscountStatus" in row:
            by_month.setdefault(row["BillingPeriodStart"], []).append(row)
    for covered in (by_month[month] for month in sorted(by_month, key=str)):
        quantity = _sum(covered, "PricingQuantity")
        one = covered[0]
        listed = one["ListUnitPrice"]
        yield {
            **{name: cell for name, cell in one.items() if not name.startswith(("Consumed", "x_"))},
            **_prices(listed if isinstance(listed, Decimal) else amounts.ZERO, quantity),
            "BilledCost": _sum(covered, "EffectiveCost"),
            "ChargeCategory": "Purchase",
            "ChargeDescription": f"{one['CommitmentDiscountName']}: hours of the month, used or not",
            "ChargeFrequency": "Recurring",
            "ChargePeriodStart": min((row["ChargePeriodStart"] for row in covered), key=str),
            "ChargePeriodEnd": max((row["ChargePeriodEnd"] for row in covered), key=str),
            "CommitmentDiscountQuantity": quantity,
            "CommitmentDiscountStatus": None,
            "EffectiveCost": amounts.ZERO,
            "PricingCategory": "Standard",
            "ResourceId": one["CommitmentDiscountId"],
            "ResourceType": "Commitment",
            "SkuPriceId": f"{one['SkuPriceId']}/purchase",
            "x_DesignId": design.id,
            "x_EffectiveUnitPrice": one["x_EffectiveUnitPrice"],
        }


def _sum(rows: Sequence[Row], column: str) -> Decimal:
    return amounts.added([cell for row in rows if isinstance(cell := row[column], Decimal)])


def _prices(price: Decimal, quantity: Decimal) -> Row:
    """The price of a list, which is the contract's, and what a quantity costs at it."""
    cost = amounts.times(price, quantity)
    return {
        "ContractedCost": cost,
        "ContractedUnitPrice": price,
        "ListCost": cost,
        "ListUnitPrice": price,
        "PricingQuantity": quantity,
    }


def _period(piece: periods.Piece) -> Row:
    return {
        "BillingPeriodStart": piece.month,
        "BillingPeriodEnd": piece.month_end,
        "ChargePeriodStart": piece.start,
        "ChargePeriodEnd": piece.end,
    }


def _in_order(sweep: Space) -> Iterator[str]:
    """The contributions in the order in which the total adds them up."""
    quantities = sweep.model.quantities

    def below(name: str) -> Iterator[str]:
        if isinstance(quantities[name].mark, Contribution):
            yield name
            return
        for part in quantities[name].parameters:
            yield from below(part)

    return below(TOTAL)


def _values(batch: Batch, name: str) -> list[Any]:
    labels = batch.labels(name)
    values = batch.column(name).tolist()
    return values if labels is None else [labels[code] for code in values]


def _number(value: float) -> str:
    return amounts.plain(Decimal(repr(value)))


def _tags(tags: Mapping[str, Any]) -> str:
    """A JSON object of texts and numbers, the numbers as plain decimals too; without what has no value."""
    cells = []
    for name, value in tags.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            cells.append((name, json.dumps(value, ensure_ascii=False)))
        elif math.isfinite(value):
            cells.append((name, _number(value)))
    return f"{{{','.join(f'{json.dumps(name)}:{cell}' for name, cell in cells)}}}"
