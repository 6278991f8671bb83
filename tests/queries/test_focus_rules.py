"""Each rule of FOCUS 1.2 holds in what is written, as CSV and as Parquet, and a file that breaks one is found out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import focus_rules
import pyarrow as pa
import pytest
from focus_conditions import COLUMNS, TABLE
from focus_rules import breaches, checked, of_csv, of_parquet, of_text
from pyarrow import parquet

from gigacost import Sweep, focus

RUN = {"hardware": "h100-sxm", "chips": 256, "params": 13e9, "tokens": 2e12, "runs_per_year": 3, "horizon_years": 1}
MARKETS = ["reserved_1y", "reserved_3y", "on_demand", "spot", "own", "colo"]
ALL_RULES = sorted(checked())

Cells = dict[str, str]
Breaking = Callable[[list[Cells]], None]


def _sweep() -> Sweep:
    return Sweep({"market": MARKETS}, fixed=RUN)


@cache
def _text() -> str:
    sink = io.StringIO()
    focus.write(_sweep(), sink, term=True)
    return sink.getvalue()


def _rows() -> list[Cells]:
    return list(csv.DictReader(io.StringIO(_text())))


def _broken_by(breaking: Breaking) -> set[str]:
    rows = _rows()
    breaking(rows)
    return breaches(of_text(_csv(rows)))


def _set(column: str, cell: str, **where: str) -> Breaking:
    """Write a cell into the first row in which other cells are such."""

    def breaking(rows: list[Cells]) -> None:
        row = next(row for row in rows if all(row[name] == wanted for name, wanted in where.items()))
        assert row[column] != cell
        row[column] = cell

    return breaking


def _renamed(column: str, name: str) -> Breaking:
    def breaking(rows: list[Cells]) -> None:
        rows[:] = [{name if key == column else key: cell for key, cell in row.items()} for row in rows]

    return breaking


def _first(column: str) -> Breaking:
    def breaking(rows: list[Cells]) -> None:
        rows[:] = [{column: row[column], **row} for row in rows]

    return breaking


def _without(column: str) -> Breaking:
    def breaking(rows: list[Cells]) -> None:
        rows[:] = [{key: cell for key, cell in row.items() if key != column} for row in rows]

    return breaking


def _with(column: str) -> Breaking:
    def breaking(rows: list[Cells]) -> None:
        rows[:] = [{column: "", **row} for row in rows]

    return breaking


PURCHASE, USED, UNUSED = (
    {"ChargeCategory": "Purchase"}, {"CommitmentDiscountStatus": "Used"}, {"CommitmentDiscountStatus": "Unused"},
)  # fmt: skip
PLAIN = {"x_ContributionName": "cost_staff_usd"}
COMMITMENT = "design-0/commitment"

BREAKINGS: dict[str, Breaking] = {
    "EffectiveCost.purchase": _set("EffectiveCost", "1", **PURCHASE),
    "EffectiveCost.commitment": _set("BilledCost", "1", **PURCHASE),
    "EffectiveCost.used-unused": _set("CommitmentDiscountStatus", "", **USED),
    "BilledCost.covered": _set("BilledCost", "1", **UNUSED),
    "Discount.id": _set("CommitmentDiscountId", "", **USED),
    "Discount.purchase": _set("ResourceId", "design-0", **PURCHASE),
    "Discount.used": _set("ResourceId", COMMITMENT, **USED),
    "Discount.unused": _set("ResourceId", "design-0", **UNUSED),
    "BillingAccountName.display": _set("BillingAccountName", ""),
    "ChargeClass.correction": _set("ChargeClass", "Correction"),
    "ChargeDescription.null": _set("ChargeDescription", ""),
    "ChargeFrequency.purchase": _set("ChargeFrequency", "Usage-Based", **PURCHASE),
    "CommitmentDiscountCategory.id": _set("CommitmentDiscountCategory", "", **USED),
    "CommitmentDiscountName.id": _set("CommitmentDiscountName", "A name", **PLAIN),
    "CommitmentDiscountType.id": _set("CommitmentDiscountType", "", **PURCHASE),
    "CommitmentDiscountStatus.id": _set("CommitmentDiscountStatus", "Used", **PLAIN),
    "CommitmentDiscountStatus.usage": _set("CommitmentDiscountStatus", "", **UNUSED),
    "CommitmentDiscountQuantity.id": _set("CommitmentDiscountQuantity", "1", **PLAIN),
    "CommitmentDiscountQuantity.purchase": _set("CommitmentDiscountQuantity", "1", **PURCHASE),
    "CommitmentDiscountUnit.quantity": _set("CommitmentDiscountUnit", "", **PURCHASE),
    "CommitmentDiscountUnit.same": _set("CommitmentDiscountUnit", "Hours", **USED),
    "ConsumedQuantity.usage": _set("ConsumedQuantity", "1", **UNUSED),
    "ConsumedUnit.quantity": _set("ConsumedUnit", "", **USED),
    "ContractedCost.product": _set("ContractedCost", "1", **PLAIN),
    "ContractedCost.billed": _set("ContractedUnitPrice", "", **USED),
    "ContractedUnitPrice.charge": _set("ContractedUnitPrice", "", **PURCHASE),
    "ContractedUnitPrice.sign": _set("ContractedUnitPrice", "-1", **PLAIN),
    "InvoiceId.invoice": _set("InvoiceId", "2026-1"),
    "ListCost.product": _set("ListCost", "1", **PLAIN),
    "ListCost.billed": _set("ListUnitPrice", "", **USED),
    "ListUnitPrice.charge": _set("ListUnitPrice", "", **PLAIN),
    "ListUnitPrice.sign": _set("ListUnitPrice", "-1", **PLAIN),
    "PricingCategory.charge": _set("PricingCategory", "", **PLAIN),
    "PricingCategory.committed": _set("PricingCategory", "Standard", **UNUSED),
    "PricingCategory.purchase": _set("PricingCategory", "Other", **PURCHASE),
    "PricingQuantity.charge": _set("PricingQuantity", "", **PLAIN),
    "PricingUnit.quantity": _set("PricingUnit", "", **PLAIN),
    "RegionName.id": _set("RegionName", ""),
    "ResourceName.id": _set("ResourceName", COMMITMENT, **PURCHASE),
    "ResourceType.id": _set("ResourceType", ""),
    "ServiceName.category": _set("ServiceCategory", "Web", **PLAIN),
    "ServiceName.subcategory": _set("ServiceSubcategory", "Search", **PLAIN),
    "ServiceSubcategory.parent": _set("ServiceSubcategory", "Search", **PLAIN),
    "SkuId.charge": _set("SkuId", "", **PLAIN),
    "SkuMeter.sku": _set("SkuMeter", "", **PLAIN),
    "SkuPriceDetails.price": _set("SkuPriceId", "", **USED),
    "SkuPriceDetails.keys": _set("SkuPriceDetails", '{"Colour":"red"}', **USED),
    "SkuPriceId.charge": _set("SkuPriceId", "", **PURCHASE),
    "SkuPriceId.sku": _set("SkuId", "another", **PLAIN),
    "ChargePeriod.order": _set("ChargePeriodEnd", "2026-11-01T00:00:00Z"),
    "BillingPeriod.order": _set("BillingPeriodEnd", "2026-11-01T00:00:00Z"),
    "Columns.names": _renamed("x_DesignId", "x_design_id"),
    "Columns.unknown": _renamed("x_DesignId", "DesignId"),
    "Columns.order": _first("x_DesignId"),
    "Null.placeholder": _set("InvoiceIssuerName", "N/A"),
    "Text.blank": _set("ServiceName", "  "),
}
WRONG = {
    "allowed": ["Elsewhere"],
    "null": [""],
    "numeric": ["1e+05", "1,000", "+1", "$1", "1/2", ".5", "NaN", "1E+5"],
    "time": ["2026-11-21", "2026-11-21T00:00:00", "2026-11-21T00:00:00+01:00", "2026-13-01T00:00:00Z"],
    "currency": ["usd", "Dollar"],
    "unit": ["chip-hours", "Chip-hours", "Chips per Hour", "Chip-Fortnights"],
    "key-value": ["[]", "{", '{"a":[1]}', '{"a":{}}', '{"a":1,"a":2}', '{"a":NaN}'],
}  # fmt: skip


def test_the_table_holds_the_columns_of_the_version_and_where_each_is_from() -> None:
    source = TABLE["source"]
    assert (source["tag"], len(source["commit"])) == (f"v{focus.VERSION}", 40)
    assert len(COLUMNS) == 57
    assert {column.level for column in COLUMNS.values()} == {"Mandatory", "Conditional", "Recommended"}
    assert {*focus_rules.OF_COLUMNS, *focus_rules.OF_ROWS, *focus_rules.OF_FILES} == set(TABLE["rules"])
    assert focus_rules.source("ProviderName.null").endswith(f"{source['commit']}/specification/columns/provider.md")
    assert focus_rules.source("Discount.id").endswith("specification/attributes/discount_handling.md")


@pytest.mark.parametrize("term", [False, True])
def test_what_is_written_breaks_no_rule(tmp_path: Path, *, term: bool) -> None:
    path = tmp_path / "bill.csv"
    with path.open("w", encoding="utf-8", newline="") as sink:
        done = focus.write(_sweep(), sink, term=term)
    with (tmp_path / "bill.parquet").open("wb") as file:
        again = focus.write_parquet(_sweep(), file, term=term)
    assert done == again
    assert done.designs == len(MARKETS)
    assert breaches(of_csv(path)) == set()
    assert breaches(of_parquet(tmp_path / "bill.parquet")) == set()


def test_a_bill_has_a_purchase_and_used_and_unused_hours_and_charges_of_no_commitment() -> None:
    """Or the rules would hold of nothing."""
    found = {(row["ChargeCategory"], row["CommitmentDiscountStatus"], row["PricingCategory"]) for row in _rows()}
    assert found == {
        ("Purchase", "", "Standard"), ("Usage", "Used", "Committed"), ("Usage", "Unused", "Committed"),
        ("Usage", "", "Standard"), ("Usage", "", "Dynamic"), ("Usage", "", "Other"),
    }  # fmt: skip


@pytest.mark.parametrize("rule", sorted(TABLE["rules"]))
def test_a_file_that_breaks_a_rule_is_found_out(rule: str) -> None:
    assert rule in _broken_by(BREAKINGS[rule])


@pytest.mark.parametrize(
    ("rule", "cell"),
    [
        pytest.param(rule, cell, id=f"{rule}-{cell}")
        for rule in ALL_RULES
        if rule not in TABLE["rules"]
        for cell in WRONG.get(rule.partition(".")[2], ())
    ],
)
def test_a_cell_of_another_form_is_found_out(rule: str, cell: str) -> None:
    column = rule.partition(".")[0]
    row = next(row for row in _rows() if row[column] or rule.endswith((".allowed", ".key-value")))
    assert rule in breaches(of_text(_csv([{**row, column: cell}])))


@pytest.mark.parametrize("column", sorted(COLUMNS))
def test_a_column_that_lacks_or_is_too_many_is_found_out(column: str) -> None:
    assert f"{column}.present" in _broken_by(_without(column) if COLUMNS[column].applies else _with(column))


@pytest.mark.parametrize("column", [rule.partition(".")[0] for rule in ALL_RULES if rule.endswith(".type")])
def test_a_parquet_column_of_another_type_is_found_out(tmp_path: Path, column: str) -> None:
    path = tmp_path / "bill.parquet"
    with path.open("wb") as file:
        focus.write_parquet(Sweep({"market": ["reserved_1y"]}, fixed=RUN), file)
    table = parquet.read_table(path)
    place = table.column_names.index(column)
    other = pa.array([1.5] * table.num_rows, pa.float64())
    parquet.write_table(table.set_column(place, column, other), path)
    assert f"{column}.type" in of_parquet(path).broken


def test_every_rule_is_broken_by_a_test() -> None:
    kinds = {*WRONG, "present", "type"}
    assert {rule for rule in ALL_RULES if rule not in BREAKINGS and rule.partition(".")[2] not in kinds} == set()
    assert set(BREAKINGS) == set(TABLE["rules"])


def _csv(rows: list[Cells]) -> str:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()
