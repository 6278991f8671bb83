"""Accelerators: peaks, memory, links, price, power."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from gigacost.catalog import chip_prices
from gigacost.catalog.chip_prices import ChipPrice, dated, price_at
from gigacost.catalog.dates import day, decimal_year, last_day
from gigacost.catalog.records import Citation, Column, missing
from gigacost.catalog.sources import cited

_GIGA = 1e9
_TERA = 1e12
_BITS_PER_BYTE = 8.0
_NOT_QUOTED = ("derived: ", "default: ")
_NOT_SOLD = ("Google", "AWS")

_ON_CHIP = ("hardware",)
_ON_PRECISION = ("hardware", "precision")
_ON_DATE = ("hardware", "as_of")

COLUMNS = (
    Column(
        "peak_flop_per_s",
        "FLOP/(chip·s)",
        _ON_PRECISION,
        "peak rate of the matrix units, dense",
        high=1e30,
        low_open=True,
    ),
    Column(
        "bf16_flop_per_s",
        "FLOP/(chip·s)",
        _ON_CHIP,
        "dense peak at bf16; at fp16 where there is no bf16",
        high=1e30,
        low_open=True,
    ),
    Column(
        "achievable_matmul_fraction",
        "1",
        _ON_PRECISION,
        "best measured matrix multiplication as a fraction of the peak",
    ),
    Column("mem_gib", "GiB/chip", _ON_CHIP, "memory a program can use", high=1e09, low_open=True),
    Column("mem_bw_byte_per_s", "B/(chip·s)", _ON_CHIP, "memory bandwidth", high=1e30, low_open=True),
    Column("tdp_w", "W/chip", _ON_CHIP, "thermal design power of the chip", high=1e09, low_open=True),
    Column("system_w", "W/chip", _ON_CHIP, "power of the server's share of one chip", high=1e09, low_open=True),
    Column(
        "system_power_is_mean",
        "1",
        _ON_CHIP,
        "1 where system_w is the mean under load, 0 where it is the nameplate",
        high=1,
    ),
    Column(
        "average_power_fraction", "1", _ON_CHIP, "mean load over nameplate power of a server", high=1, low_open=True
    ),
    Column("scaleup_domain", "chip", _ON_CHIP, "chips within one fast domain", low=1),
    Column(
        "scaleup_byte_per_s",
        "B/(chip·s)",
        _ON_CHIP,
        "bandwidth within the fast domain, per direction",
        high=1e30,
        low_open=True,
    ),
    Column(
        "scaleout_byte_per_s",
        "B/(chip·s)",
        _ON_CHIP,
        "bandwidth between domains, per direction",
        high=1e30,
        low_open=True,
    ),
    Column(
        "chip_price_usd",
        "$/chip",
        _ON_DATE,
        "what a chip is bought for; the transaction price where there is one",
        high=1e09,
    ),
    Column(
        "server_overhead_factor",
        "1",
        _ON_DATE,
        "from the price to that of the chip's share of a server",
        low=1,
        high=100,
    ),
    Column("release_year", "yr", _ON_CHIP, "release as a year with a fraction", low=1990, high=3000),
    Column("is_sold", "1", _ON_CHIP, "1 where it can be bought, 0 where it is only rented", high=1, integer=True),
)
_UNITS = {column.name: column.unit for column in COLUMNS}

# Column: field of the entry, factor to the column's unit.
_PLAIN = {
    "mem_gib": ("mem_gib", 1.0),
    "mem_bw_byte_per_s": ("mem_bw_gbyte_per_s", _GIGA),
    "tdp_w": ("tdp_w", 1.0),
    "scaleup_domain": ("scaleup_domain", 1.0),
    "scaleup_byte_per_s": ("scaleup_gbyte_per_s", _GIGA),
    "scaleout_byte_per_s": ("scaleout_gbit_per_s", _GIGA / _BITS_PER_BYTE),
}


class Hardware:
    """The figures of all accelerators, public and private."""

    def __init__(
        self,
        accelerators: Mapping[str, Mapping[str, Any]],
        sources: Mapping[str, Mapping[str, Any]],
        markets: Mapping[str, Any],
        history: Mapping[str, Any],
    ) -> None:
        self.entries = accelerators
        self._sources = sources
        self._markets = markets
        self._history = history
        self._prices: dict[str, tuple[ChipPrice, ...]] = {}

    def prices(self, chip: str) -> tuple[ChipPrice, ...]:
        """The dated prices of a chip, the oldest first."""
        if chip not in self._prices:
            self._prices[chip] = dated(self.entries[chip], self._sources, self._history, chip)
        return self._prices[chip]

    def figure(self, column: str, chip: str, choice: str = "") -> Citation:
        """The figure of one chip; of those that depend on it, at a precision, or at a date (by default the newest)."""
        entry = self.entries[chip]
        plain = _PLAIN.get(column)
        if plain:
            return self._field(entry, column, *plain)
        if column == "peak_flop_per_s":
            return self._peak(entry, choice)
        if column == "achievable_matmul_fraction":
            return self._achievable(entry, choice)
        if column in {chip_prices.COLUMN, chip_prices.FACTOR}:
            price = price_at(self.prices(chip), day(choice) if choice else dt.date.max)
            return self._price(entry, price) if column == chip_prices.COLUMN else self._factor(entry, price)
        answer: Citation = getattr(self, f"_{column}")(entry)
        return answer

    def _origin(self, entry: Mapping[str, Any], field: str) -> tuple[str, str]:
        own = entry.get("origin", {}).get(field)
        if own:
            source, date = own
            return source, date
        return cited(self._sources, entry["sources"])

    def _cite(self, entry: Mapping[str, Any], column: str, value: float, field: str, basis: str) -> Citation:
        source, date = self._origin(entry, field)
        doubt = "; unverified" if field in entry.get("unverified", ()) else ""
        return Citation(value, _UNITS[column], source, date, basis + doubt)

    def _field(self, entry: Mapping[str, Any], column: str, field: str, factor: float) -> Citation:
        value = entry.get(field)
        if value is None:
            return missing(_UNITS[column], f"no {field} of {entry['name']} was found")
        basis = entry.get(f"{field}_basis")
        kind = "" if basis and basis.startswith(_NOT_QUOTED) else "quoted: " if basis else "quoted"
        return self._cite(entry, column, float(value) * factor, field, f"{kind}{basis or ''}")

    def _peak(self, entry: Mapping[str, Any], precision: str) -> Citation:
        value = entry["dense_tflops"].get(precision)
        if value is None:
            return missing(_UNITS["peak_flop_per_s"], f"{entry['name']} has no {precision}")
        return self._cite(entry, "peak_flop_per_s", value * _TERA, f"dense_tflops.{precision}", "quoted: dense")

    def _bf16_flop_per_s(self, entry: Mapping[str, Any]) -> Citation:
        for precision in ("bf16", "fp16"):
            found = self._peak(entry, precision)
            if not found.is_missing:
                return found
        return missing(_UNITS["bf16_flop_per_s"], f"{entry['name']} has neither bf16 nor fp16")

    def _achievable(self, entry: Mapping[str, Any], precision: str) -> Citation:
        achieved = entry.get("achieved_tflops", {}).get(precision)
        peak = entry["dense_tflops"].get(precision)
        if achieved is None or peak is None:
            return missing("1", f"no measured rate of {entry['name']} at {precision}")
        basis = f"derived: {achieved:g} TFLOP/s measured over {peak:g} TFLOP/s dense peak"
        return self._cite(entry, "achievable_matmul_fraction", achieved / peak, "achieved_tflops", basis)

    def _power(self, entry: Mapping[str, Any]) -> tuple[Mapping[str, Any], str, str]:
        rule = self._markets["power"][entry["kind"]]
        source, date = cited(self._markets["sources"], rule["source"])
        return rule, source, date

    def _system_w(self, entry: Mapping[str, Any]) -> Citation:
        if "system_w" in entry:
            return self._field(entry, "system_w", "system_w", 1.0)
        tdp = self._field(entry, "tdp_w", "tdp_w", 1.0)
        if tdp.is_missing:
            return missing("W/chip", f"neither system power nor TDP of {entry['name']} was found")
        rule, source, date = self._power(entry)
        ratio = rule["system_per_tdp"]
        basis = f"derived: {ratio:g} x TDP of {tdp.value:g} W"
        if "basis" in rule:
            basis += f", {rule['basis']}"
        return Citation(tdp.value * ratio, "W/chip", f"{source}; TDP: {tdp.source}", date, basis)

    def _system_power_is_mean(self, entry: Mapping[str, Any]) -> Citation:
        basis = entry.get("power_basis")
        if basis is None or "system_w" not in entry:
            rule = self._power(entry)
            return Citation(0.0, "1", rule[1], rule[2], "default: a derived system power is a nameplate")
        value = 1.0 if basis == "mean" else 0.0
        return self._cite(entry, "system_power_is_mean", value, "system_w", f"quoted: {basis}")

    def _average_power_fraction(self, entry: Mapping[str, Any]) -> Citation:
        rule, source, date = self._power(entry)
        basis = f"default: of a {entry['kind'].upper()}" if "basis" not in rule else f"default: {rule['basis']}"
        return Citation(float(rule["average_fraction"]), "1", source, date, basis)

    def _price(self, entry: Mapping[str, Any], price: ChipPrice | None) -> Citation:
        if price is None:
            return missing("$/chip", f"{entry['name']}: {entry.get('price_basis') or 'no price was found'}")
        return Citation(price.usd, "$/chip", price.source, price.date, price.told)

    def _factor(self, entry: Mapping[str, Any], price: ChipPrice | None) -> Citation:
        if price is None:
            return missing("1", f"{entry['name']} has no price that could cover more or less")
        rule = self._markets["price_scopes"][price.scope]
        source, date = cited(self._markets["sources"], rule["source"])
        return Citation(float(rule["factor"]), "1", source, date, f"default: of a price per {price.scope}")

    def _release_year(self, entry: Mapping[str, Any]) -> Citation:
        release = entry["release"]
        basis = f"quoted: {release}" + ("" if release.count("-") > 1 else ", its last day")
        return self._cite(entry, "release_year", decimal_year(last_day(release)), "release", basis)

    def _is_sold(self, entry: Mapping[str, Any]) -> Citation:
        own = entry.get("is_sold")
        sold = entry["vendor"] not in _NOT_SOLD if own is None else bool(own)
        basis = (
            "quoted" if own is not None else f"default: {entry['vendor']} {'sells' if sold else 'only rents'} its chips"
        )
        return self._cite(entry, "is_sold", 1.0 if sold else 0.0, "is_sold", basis)
