"""The rules of FOCUS 1.2 on the columns of a file, on a row and on all rows, by their ids in focus_1_2.toml."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

TABLE: Mapping[str, Any] = tomllib.loads((Path(__file__).parents[1] / "queries/focus_1_2.toml").read_text())


class Column(NamedTuple):
    """What FOCUS says of a column."""

    level: str
    type: str
    nulls: bool
    format: str
    condition: str

    @property
    def applies(self) -> bool:
        """Whether gigacost has to have it, or, where it is recommended, has it."""
        return not self.condition or bool(TABLE["conditions"][self.condition]["met"])


COLUMNS = {name: Column(*row) for name, row in TABLE["columns"].items()}
Row = Mapping[str, Any]
Rows = list[Row]

_WORDS = {"null", "none", "nan", "n/a", "na", "not applicable", "unknown", "-"}
"""What stands for null where it must not."""


def _is_null(row: Row, name: str) -> bool:
    return row.get(name) is None


def _with(one: str, other: str) -> Callable[[Row], bool]:
    """That one column is null exactly where the other is."""
    return lambda row: _is_null(row, one) == _is_null(row, other)


def _null_with(one: str, other: str) -> Callable[[Row], bool]:
    """That one column is null where the other is."""
    return lambda row: not _is_null(row, other) or _is_null(row, one)


def _charged(name: str) -> Callable[[Row], bool]:
    """That a column has a value on usage and purchases that correct nothing, and none on tax."""

    def holds(row: Row) -> bool:
        category = row.get("ChargeCategory")
        if category == "Tax":
            return _is_null(row, name)
        return category not in {"Usage", "Purchase"} or row.get("ChargeClass") is not None or not _is_null(row, name)

    return holds


def _product(cost: str, price: str) -> Callable[[Row], bool]:
    def holds(row: Row) -> bool:
        numbers = [row.get(name) for name in (price, "PricingQuantity", cost)]
        if row.get("ChargeClass") == "Correction" or not all(isinstance(one, Decimal) for one in numbers):
            return True
        one, quantity, whole = numbers
        return one * quantity == whole

    return holds


def _billed(cost: str, price: str) -> Callable[[Row], bool]:
    return lambda row: not _is_null(row, price) or row.get(cost) == row.get("BilledCost")


def _at_least_0(name: str) -> Callable[[Row], bool]:
    return lambda row: not isinstance(row.get(name), Decimal) or row[name] >= 0


def _is_purchase(row: Row) -> bool:
    return row.get("ChargeCategory") == "Purchase" and not _is_null(row, "CommitmentDiscountId")


def _is_covered(row: Row) -> bool:
    return row.get("ChargeCategory") == "Usage" and not _is_null(row, "CommitmentDiscountId")


def _is_consumed(row: Row) -> bool:
    return row.get("ChargeCategory") == "Usage" and row.get("CommitmentDiscountStatus") != "Unused"


def _quantity_of_commitment(row: Row) -> bool:
    belongs = row.get("ChargeCategory") in {"Usage", "Purchase"} and not _is_null(row, "CommitmentDiscountId")
    return belongs != _is_null(row, "CommitmentDiscountQuantity")


def _in_order(start: str, end: str) -> Callable[[Row], bool]:
    def holds(row: Row) -> bool:
        times = (row.get(start), row.get(end))
        return not all(isinstance(one, dt.datetime) for one in times) or times[0] < times[1]

    return holds


def _own_keys(row: Row) -> bool:
    try:
        keys = json.loads(row.get("SkuPriceDetails") or "{}")
    except ValueError:
        return True
    return all(key.startswith("x_") or key in TABLE["sku_price_details"]["keys"] for key in keys)


def _status(row: Row, status: str) -> bool:
    return row.get("CommitmentDiscountStatus") == status


def _is_of_commitment(row: Row) -> bool:
    return row.get("ResourceId") == row.get("CommitmentDiscountId")


def _stands_for_null(cell: object) -> bool:
    return isinstance(cell, str) and (not cell or cell.strip().lower() in _WORDS)


_SUBCATEGORIES = TABLE["subcategories"]

OF_COLUMNS: Mapping[str, Callable[[list[str]], bool]] = {
    "Columns.names": lambda names: all(re.fullmatch(r"(x_)?([A-Z][a-z0-9]+)+", one[:51]) for one in names),
    "Columns.unknown": lambda names: all(one in COLUMNS or one.startswith("x_") for one in names),
    "Columns.order": lambda names: names == sorted(names, key=lambda one: one.startswith("x_")),
}
OF_ROWS: Mapping[str, Callable[[Row], bool]] = {
    "EffectiveCost.purchase": lambda row: not _is_purchase(row) or row.get("EffectiveCost") == 0,
    "BilledCost.covered": lambda row: not _is_covered(row) or row.get("BilledCost") == 0,
    "Discount.id": lambda row: row.get("PricingCategory") != "Committed" or not _is_null(row, "CommitmentDiscountId"),
    "Discount.purchase": lambda row: not _is_purchase(row) or _is_of_commitment(row),
    "Discount.used": lambda row: not _status(row, "Used") or not _is_of_commitment(row),
    "Discount.unused": lambda row: (
        not _status(row, "Unused") or (_is_of_commitment(row) and row.get("ChargeCategory") == "Usage")
    ),
    "BillingAccountName.display": lambda row: not _is_null(row, "BillingAccountName"),
    "ChargeClass.correction": lambda row: _is_null(row, "ChargeClass"),
    "ChargeDescription.null": lambda row: not _is_null(row, "ChargeDescription"),
    "ChargeFrequency.purchase": lambda row: (
        row.get("ChargeCategory") != "Purchase" or row.get("ChargeFrequency") != "Usage-Based"
    ),
    "CommitmentDiscountCategory.id": _with("CommitmentDiscountCategory", "CommitmentDiscountId"),
    "CommitmentDiscountName.id": _with("CommitmentDiscountName", "CommitmentDiscountId"),
    "CommitmentDiscountType.id": _with("CommitmentDiscountType", "CommitmentDiscountId"),
    "CommitmentDiscountStatus.id": _null_with("CommitmentDiscountStatus", "CommitmentDiscountId"),
    "CommitmentDiscountStatus.usage": lambda row: (
        not _is_covered(row) or not _is_null(row, "CommitmentDiscountStatus")
    ),
    "CommitmentDiscountQuantity.id": _quantity_of_commitment,
    "CommitmentDiscountUnit.quantity": _with("CommitmentDiscountUnit", "CommitmentDiscountQuantity"),
    "ConsumedQuantity.usage": lambda row: _is_consumed(row) != _is_null(row, "ConsumedQuantity"),
    "ConsumedUnit.quantity": _with("ConsumedUnit", "ConsumedQuantity"),
    "ContractedCost.product": _product("ContractedCost", "ContractedUnitPrice"),
    "ContractedCost.billed": _billed("ContractedCost", "ContractedUnitPrice"),
    "ContractedUnitPrice.charge": _charged("ContractedUnitPrice"),
    "ContractedUnitPrice.sign": _at_least_0("ContractedUnitPrice"),
    "InvoiceId.invoice": lambda row: _is_null(row, "InvoiceId"),
    "ListCost.product": _product("ListCost", "ListUnitPrice"),
    "ListCost.billed": _billed("ListCost", "ListUnitPrice"),
    "ListUnitPrice.charge": _charged("ListUnitPrice"),
    "ListUnitPrice.sign": _at_least_0("ListUnitPrice"),
    "PricingCategory.charge": _charged("PricingCategory"),
    "PricingCategory.committed": lambda row: _is_covered(row) == (row.get("PricingCategory") == "Committed"),
    "PricingCategory.purchase": lambda row: not _is_purchase(row) or row.get("PricingCategory") == "Standard",
    "PricingQuantity.charge": _charged("PricingQuantity"),
    "PricingUnit.quantity": _with("PricingUnit", "PricingQuantity"),
    "RegionName.id": _with("RegionName", "RegionId"),
    "ResourceName.id": lambda row: (
        _is_null(row, "ResourceName") or (not _is_null(row, "ResourceId") and row["ResourceName"] != row["ResourceId"])
    ),
    "ResourceType.id": _with("ResourceType", "ResourceId"),
    "ServiceSubcategory.parent": lambda row: (
        row.get("ServiceSubcategory") in _SUBCATEGORIES.get(row.get("ServiceCategory"), [row.get("ServiceSubcategory")])
    ),
    "SkuId.charge": _charged("SkuId"),
    "SkuPriceDetails.price": _null_with("SkuPriceDetails", "SkuPriceId"),
    "SkuPriceDetails.keys": _own_keys,
    "SkuPriceId.charge": _charged("SkuPriceId"),
    "ChargePeriod.order": _in_order("ChargePeriodStart", "ChargePeriodEnd"),
    "BillingPeriod.order": _in_order("BillingPeriodStart", "BillingPeriodEnd"),
    "Null.placeholder": lambda row: not any(_stands_for_null(cell) for cell in row.values()),
    "Text.blank": lambda row: not any(isinstance(cell, str) and cell and not cell.strip() for cell in row.values()),
}  # fmt: skip


def _one_for_each(key: str, value: str) -> Callable[[Rows], bool]:
    """That a value of one column has one value of the other."""

    def holds(rows: Rows) -> bool:
        pairs = {(row.get(key), row.get(value)) for row in rows if not _is_null(row, key)}
        return len(pairs) == len({one for one, _ in pairs})

    return holds


def _by(rows: Iterable[Row], *names: str) -> Iterator[Rows]:
    groups: dict[object, Rows] = {}
    for row in rows:
        if not _is_null(row, "CommitmentDiscountId"):
            groups.setdefault(tuple(row.get(name) for name in names), []).append(row)
    return iter(groups.values())


def _sum(rows: Rows, column: str, where: Callable[[Row], bool]) -> Decimal:
    return sum((row[column] for row in rows if where(row) and isinstance(row.get(column), Decimal)), Decimal(0))


def _usage(row: Row) -> bool:
    return row.get("ChargeCategory") == "Usage"


def _amortised(rows: Rows) -> bool:
    """For each commitment alone: its usage costs what its purchases are billed."""
    return all(
        _sum(group, "EffectiveCost", _usage) == _sum(group, "BilledCost", _is_purchase)
        for group in _by(rows, "CommitmentDiscountId")
    )


def _used_and_unused(rows: Rows) -> bool:
    return all(
        _sum(group, "EffectiveCost", _usage)
        == sum(
            _sum(group, "EffectiveCost", lambda row, s=s: _usage(row) and _status(row, s)) for s in ("Used", "Unused")
        )
        for group in _by(rows, "CommitmentDiscountId")
    )


def _eligible(rows: Rows) -> bool:
    """For each commitment and month: a purchase has the quantity that is used and unused."""
    return all(
        _sum(group, "CommitmentDiscountQuantity", _usage) == _sum(group, "CommitmentDiscountQuantity", _is_purchase)
        for group in _by(rows, "CommitmentDiscountId", "BillingPeriodStart")
    )


OF_FILES: Mapping[str, Callable[[Rows], bool]] = {
    "EffectiveCost.commitment": _amortised,
    "EffectiveCost.used-unused": _used_and_unused,
    "CommitmentDiscountQuantity.purchase": _eligible,
    "CommitmentDiscountUnit.same": lambda rows: all(
        len({row.get("CommitmentDiscountUnit") for row in group}) == 1 for group in _by(rows, "CommitmentDiscountId")
    ),
    "ServiceName.category": _one_for_each("ServiceName", "ServiceCategory"),
    "ServiceName.subcategory": _one_for_each("ServiceName", "ServiceSubcategory"),
    "SkuMeter.sku": lambda rows: (
        all(_is_null(row, "SkuMeter") == _is_null(row, "SkuId") for row in rows)
        and _one_for_each("SkuId", "SkuMeter")(rows)
    ),
    "SkuPriceId.sku": _one_for_each("SkuPriceId", "SkuId"),
}
