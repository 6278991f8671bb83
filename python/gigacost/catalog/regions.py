"""Regions: electricity, PUE, carbon. PUE and carbon may be the country's; a tariff may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.records import Citation, Column, missing
from gigacost.catalog.sources import cited

_AXES = ("region",)

COLUMNS = (
    Column(
        "electricity_usd_per_kwh",
        "$/kWh",
        _AXES,
        "industrial price of electricity, official statistics only",
        low=-1000,
        high=1000,
    ),
    Column("pue", "1", _AXES, "power usage effectiveness: facility over IT energy", low=1, high=10),
    Column("carbon_g_per_kwh", "g/kWh", _AXES, "carbon intensity of the grid, CO2e, yearly mean", high=10000),
)
_UNITS = {column.name: column.unit for column in COLUMNS}
FIELDS = {
    "electricity_usd_per_kwh": ("usd_per_kwh", "tariff", "year"),
    "pue": ("pue", "pue_basis", ""),
    "carbon_g_per_kwh": ("g_per_kwh", "carbon", "carbon_year"),
}
"""For each column the fields of an entry: of the value, of its source, of its year (if it has its own)."""


class Regions:
    """The figures of all regions, public and private."""

    def __init__(self, regions: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]) -> None:
        self.entries = regions
        self._sources = sources

    def figure(self, column: str, region: str) -> Citation:
        """A region's own figure, else (never for electricity) that of its country, marked."""
        entry = self.entries[region]
        own = self._own(column, entry)
        country = entry.get("country")
        if not own.is_missing or column == "electricity_usd_per_kwh" or country is None:
            return own
        fallback = self._own(column, self.entries[country])
        if fallback.is_missing:
            return fallback
        basis = f"derived: that of the country, {self.entries[country]['name']}"
        return Citation(fallback.value, fallback.unit, fallback.source, fallback.date, basis)

    def _own(self, column: str, entry: Mapping[str, Any]) -> Citation:
        field, source_field, year_field = FIELDS[column]
        unit = _UNITS[column]
        value = entry.get(field)
        if value is None:
            why = "no official tariff" if field == "usd_per_kwh" else f"no {field}"
            return missing(unit, f"{why} for {entry['name']}")
        doubt = "; unverified" if {field, year_field} & set(entry.get("unverified", ())) else ""
        origin = entry.get("origin", {}).get(field)
        if origin:
            return Citation(float(value), unit, origin[0], origin[1], "quoted")
        key = entry[source_field]
        source, date = cited(self._sources, key)
        basis = "derived: by a formula" if key == "lokshin" else "quoted"
        return Citation(float(value), unit, source, entry.get(year_field) or date, basis + doubt)
