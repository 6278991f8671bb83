"""The columns of a bill, their kinds, and the schema that FOCUS wants to go with a file.

Columns that FOCUS defines come first, in alphabetical order, and then our own, which begin with ``x_``. Left out are
those whose condition nothing here meets: capacity reservations, sub-accounts, several types of accounts, and prices in
another currency than that of the bill.
"""

from __future__ import annotations

import json
from typing import NamedTuple

VERSION = "1.2"
"""Of FOCUS."""
GENERATOR = "gigacost"
GENERATOR_VERSION = "2"
"""Of what is written; it changes with the columns or with what a column holds. 1 had one row for each contribution."""
CREATED = "2026-12-01T00:00:00Z"
"""When this version of the columns came to be."""

COST_PRECISION, COST_SCALE, PRICE_SCALE, QUANTITY_SCALE = 38, 22, 10, 12
"""Digits of numbers, and how many of them behind the point: a price times a quantity is a cost without rounding."""


class Kind(NamedTuple):
    """What a column holds."""

    type: str
    """FOCUS's name of it."""
    scale: int | None = None
    """Digits behind the point; None for what is no number."""


COST, PRICE, QUANTITY = (Kind("Decimal", scale) for scale in (COST_SCALE, PRICE_SCALE, QUANTITY_SCALE))
TEXT, TIME, JSON = Kind("String"), Kind("Date/Time"), Kind("JSON")

KINDS = {
    "AvailabilityZone": TEXT,
    "BilledCost": COST,
    "BillingAccountId": TEXT,
    "BillingAccountName": TEXT,
    "BillingCurrency": TEXT,
    "BillingPeriodEnd": TIME,
    "BillingPeriodStart": TIME,
    "ChargeCategory": TEXT,
    "ChargeClass": TEXT,
    "ChargeDescription": TEXT,
    "ChargeFrequency": TEXT,
    "ChargePeriodEnd": TIME,
    "ChargePeriodStart": TIME,
    "CommitmentDiscountCategory": TEXT,
    "CommitmentDiscountId": TEXT,
    "CommitmentDiscountName": TEXT,
    "CommitmentDiscountQuantity": QUANTITY,
    "CommitmentDiscountStatus": TEXT,
    "CommitmentDiscountType": TEXT,
    "CommitmentDiscountUnit": TEXT,
    "ConsumedQuantity": QUANTITY,
    "ConsumedUnit": TEXT,
    "ContractedCost": COST,
    "ContractedUnitPrice": PRICE,
    "EffectiveCost": COST,
    "InvoiceId": TEXT,
    "InvoiceIssuerName": TEXT,
    "ListCost": COST,
    "ListUnitPrice": PRICE,
    "PricingCategory": TEXT,
    "PricingQuantity": QUANTITY,
    "PricingUnit": TEXT,
    "ProviderName": TEXT,
    "PublisherName": TEXT,
    "RegionId": TEXT,
    "RegionName": TEXT,
    "ResourceId": TEXT,
    "ResourceName": TEXT,
    "ResourceType": TEXT,
    "ServiceCategory": TEXT,
    "ServiceName": TEXT,
    "ServiceSubcategory": TEXT,
    "SkuId": TEXT,
    "SkuMeter": TEXT,
    "SkuPriceDetails": JSON,
    "SkuPriceId": TEXT,
    "Tags": JSON,
    "x_ContributionName": TEXT,
    "x_DesignId": TEXT,
    "x_EffectiveUnitPrice": PRICE,
    "x_SubtotalName": TEXT,
}
COLUMNS = tuple(KINDS)


def schema() -> dict[str, object]:
    """The metadata that FOCUS 1.2 wants beside a dataset, as its schema of metadata names them."""
    return {
        "DataGenerator": GENERATOR,
        "Schema": {
            "SchemaId": f"{GENERATOR}-focus-{VERSION}-{GENERATOR_VERSION}",
            "CreationDate": CREATED,
            "DataGeneratorVersion": GENERATOR_VERSION,
            "FocusVersion": VERSION,
            "ColumnDefinition": [_definition(name, kind) for name, kind in KINDS.items()],
        },
    }


def schema_json() -> str:
    """The same as text."""
    return json.dumps(schema(), separators=(",", ":"))


def _definition(name: str, kind: Kind) -> dict[str, object]:
    known: dict[str, object] = {"ColumnName": name, "DataType": kind.type}
    if kind.scale is not None:
        known |= {"NumericPrecision": COST_PRECISION, "NumberScale": kind.scale}
    if name == "Tags":
        known["ProviderTagPrefixes"] = []
    return known
