"""Published models with what Epoch AI's accounting makes of them: the shipped table, or one of the same columns.

A row is one model. Of its columns only ``INPUTS`` go into a prediction, and only ``COMPARED`` are held against it; the
others may hold anything. What is blank is not known, or was not published.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gigacost.catalog.csv_table import Row, cells_under, number, read_table
from gigacost.catalog.dates import DAY_FORM, day
from gigacost.catalog.epoch import day_number
from gigacost.catalog.files import DATA
from gigacost.catalog.price_books.schema import Faults, Number
from gigacost.errors import show

SHIPPED = DATA / "epoch_reference.csv"

TOTALS = ("capex_energy_total_usd_nominal", "acquisition_usd_nominal", "cloud_usd_nominal")
"""What a row is about; a table has these columns."""
PARTS = (
    *("cost_chip_usd_nominal", "cost_server_extra_usd_nominal", "cost_interconnect_usd_nominal"),
    *("cost_energy_usd_nominal", "chip_hours_used", "years_depreciated", "depreciation_factor"),
    *("pue", "electricity_usd_per_kwh", "energy_kwh", "cluster_power_kw", "cloud_price_used_usd_per_chip_hour"),
)
"""On the way to the totals."""
COMPARED = (*TOTALS, *PARTS)

SCOPES = {
    "server price / GPUs (no overhead)": "server",
    "single unit x server overhead": "chip",
    "TPU estimate x server overhead": "chip",
}
"""What a price covers, by how the table puts it."""
TERMS = {
    "Price per chip-hour (3-year CUD)": "reserved_3y",
    "Price per chip-hour (1-year CUD)": "reserved_1y",
    "Price per chip-hour (on-demand)": "on_demand",
}
"""The market of a cloud price, by how the table puts it."""

_AMOUNT = Number()
_NUMBERS = {
    **dict.fromkeys(("training_time_h", "chip_hours_reported", "training_compute_flop", "peak_flops_used"), _AMOUNT),
    **dict.fromkeys(("raw_unit_price_usd", "tdp_w_used", "cloud_list_price_usd_per_chip_hour"), Number(high=1e6)),
    "hardware_quantity": Number(low=1, open_low=False, high=1e9, whole=True),
    "mfu_reported": Number(high=1.0),
}
_DATES = ("publication_date", "raw_price_date", "hardware_release_date")
_CHOICES = {"price_basis": SCOPES, "cloud_price_type": TERMS}
_TEXTS = ("version", "model", "organization", "hardware", "cloud_vendor")
INPUTS = (
    *("version", "model", "organization", "publication_date", "hardware", "hardware_quantity", "training_time_h"),
    *("chip_hours_reported", "mfu_reported", "training_compute_flop", "peak_flops_used", "raw_unit_price_usd"),
    *("raw_price_date", "price_basis", "hardware_release_date", "tdp_w_used", "cloud_vendor", "cloud_price_type"),
    "cloud_list_price_usd_per_chip_hour",
)
"""The columns that are read."""


@dataclass(frozen=True, slots=True)
class PublishedCost:
    """One model of the table."""

    row: int
    """The header is row 1."""
    texts: Mapping[str, str]
    """Text by column, what is blank left out; prices' scopes and terms as this package calls them."""
    figures: Mapping[str, float]
    """Numbers by column, dates in days since 1970-01-01; those that are known."""
    published: Mapping[str, float]
    """What there is to compare with, by column."""
    unreadable: tuple[str, ...]
    """Columns in which there should be such a figure, and is something else."""

    @property
    def model(self) -> str:
        """What was trained."""
        return self.texts["model"]

    @property
    def is_of_paper(self) -> bool:
        """Whether the row follows the papers, not the code as it was revised later."""
        return self.texts.get("version", "paper").startswith("paper")


def read_published_costs(path: str | os.PathLike[str] | None = None) -> tuple[PublishedCost, ...]:
    """The models of a table in CSV, by default of the one that ships with the package.

    Raises SpecError with every fault of the columns that are read, by row (the header is row 1), column and line.
    """
    return read_table(
        SHIPPED if path is None else path,
        "costs",
        "models",
        known=table_columns(),
        required=(*INPUTS, *TOTALS),
        read=_published,
        check=_check_once,
    )


def table_columns() -> list[str]:
    """The columns of the shipped table."""
    return SHIPPED.read_text("utf-8").split("\n", 1)[0].split(",")


def _published(row: Row, names: Sequence[str], faults: Faults) -> PublishedCost:
    if len(row.cells) != len(names):
        faults.add(f"row {row.number}", "", f"{len(row.cells)} cells under {len(names)} columns", f"{len(names)} cells")
        return PublishedCost(row.number, {"model": ""}, {}, {}, ())
    whole = dict(zip(names, row.cells, strict=True))
    cells = cells_under(INPUTS, Row(row.number, row.line, [whole[name] for name in INPUTS]), faults)
    texts, figures = {"model": ""}, {}
    for column, cell in cells.items():
        where = f"row {row.number}, column {column}"
        if not cell:
            continue
        if column in _TEXTS:
            texts[column] = cell
        elif column in _CHOICES:
            if cell in _CHOICES[column]:
                texts[column] = _CHOICES[column][cell]
            else:
                faults.add(where, show(cell), "unknown", ", ".join(_CHOICES[column]))
        elif (value := _figure(column, cell, where, faults)) is not None:
            figures[column] = value
    if not texts["model"]:
        faults.add(f"row {row.number}, column model", "", "missing")
    published, unreadable = _to_compare(whole)
    return PublishedCost(row.number, texts, figures, published, unreadable)


def _figure(column: str, cell: str, where: str, faults: Faults) -> float | None:
    if column in _DATES:
        try:
            return day_number(day(cell))
        except ValueError as problem:
            faults.add(where, show(cell), str(problem), DAY_FORM)
            return None
    value = number(where, cell, faults, "8")
    return value if value is not None and _NUMBERS[column].check(where, value, faults) else None


def _to_compare(cells: Mapping[str, str]) -> tuple[dict[str, float], tuple[str, ...]]:
    """The published figures of a row, and the columns that hold something else in their place."""
    published, unreadable = {}, []
    for column in COMPARED:
        cell = cells.get(column, "").strip()
        value = number(column, cell, Faults(""), "8") if cell else None
        if value is not None and math.isfinite(value):
            published[column] = value
        elif cell:
            unreadable.append(column)
    return published, tuple(unreadable)


def _check_once(rows: Sequence[PublishedCost], faults: Faults) -> None:
    seen: dict[tuple[str, str], int] = {}
    for one in rows:
        key = (one.texts.get("version", ""), one.model)
        if key in seen:
            what = f"the same version and model as row {seen[key]}"
            faults.add(f"row {one.row}, column model", show(one.model), what, "each model once in a version")
        seen.setdefault(key, one.row)
