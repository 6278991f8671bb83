"""What the accounting ``epoch-2024`` takes from outside: earliest prices, ratios, dates, who is a hyperscaler.

Chips are told by their names, as Epoch AI tells them: ``family`` finds what holds for a name. The columns are the same
figures by the labels of the catalogue, whose own price stands in where Epoch AI has none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost.catalog import epoch_rent
from gigacost.catalog.dates import last_day
from gigacost.catalog.files import data
from gigacost.catalog.records import Citation, Column, missing
from gigacost.catalog.sources import cited

if TYPE_CHECKING:
    from gigacost.catalog.hardware import Hardware
    from gigacost.catalog.rental import Rental

_ON_CHIP = ("hardware",)
COLUMNS = (
    Column("as_of_day", "d", ("as_of",), "the date in days since 1970-01-01", high=1e06),
    Column("release_day", "d", _ON_CHIP, "release in days since 1970-01-01", high=1e06),
    Column("earliest_price_usd", "$/chip", _ON_CHIP, "the earliest price, as Epoch AI counts with it", high=1e09),
    Column(
        "earliest_price_factor",
        "1",
        _ON_CHIP,
        "from the earliest price to that of the chip's share of a server",
        low=1,
        high=100,
    ),
    Column("earliest_price_day", "d", _ON_CHIP, "day of the earliest price in days since 1970-01-01", high=1e06),
    Column(
        "server_per_chip_price", "1", _ON_CHIP, "price of a server over that of the bare chips in it", low=1, high=100
    ),
    Column(
        "nearest_rental_usd_per_chip_hour",
        "$/(chip·h)",
        ("hardware", "as_of"),
        "rent by the quote nearest in time",
        high=1e06,
    ),
    Column("is_tpu", "1", _ON_CHIP, "1 for a TPU, 0 for other chips", high=1, integer=True),
    Column(
        "early_tdp_w",
        "W/chip",
        _ON_CHIP,
        "thermal design power as of 2024, where it is another one since",
        high=1e09,
        low_open=True,
    ),
    Column(
        "server_power_per_tdp",
        "1",
        _ON_CHIP,
        "power of a server per chip over the chip's thermal design power",
        low=1,
        high=10,
    ),
)
_UNITS = {column.name: column.unit for column in COLUMNS}
_FIRST = dt.date(1970, 1, 1)


def day_number(date: dt.date) -> float:
    """The date in days since 1970-01-01 [d]."""
    return float((date - _FIRST).days)


def day_of(number: float) -> dt.date:
    """The date from the number of days since 1970-01-01."""
    return _FIRST + dt.timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Family:
    """What holds for the chips of a name."""

    name: str
    """Empty where the chip has none of the names that are known."""
    is_tpu: bool
    server_per_chip_price: float
    server_power_per_tdp: float
    price_usd: float | None
    price_scope: str
    """``chip`` or ``server``; empty without a price."""
    price_source: str
    tdp_w: float | None
    """As of 2024, where it is another one since."""

    @property
    def price_factor(self) -> float:
        """From the price to that of the chip's share of a server."""
        return 1.0 if self.price_scope == "server" else self.server_per_chip_price


def family(chip: str) -> Family:
    """What holds for a chip of this name."""
    tables = data("epoch")
    rest = tables["any"]
    is_tpu = rest["tpu"] in chip
    entry: Mapping[str, Any] = next((one for one in tables["families"] if one["name"] in chip), {"name": ""})
    servers = [watts / chips / tdp for watts, chips, tdp in entry.get("server_w_per_tdp", ())]
    ratio = sum(servers) / len(servers) if servers else rest["server_power_per_tdp"]["tpu" if is_tpu else "gpu"]
    return Family(
        name=entry["name"],
        is_tpu=is_tpu,
        server_per_chip_price=float(entry.get("server_per_chip_price", rest["server_per_chip_price"])),
        server_power_per_tdp=float(entry.get("server_power_per_tdp", ratio)),
        price_usd=entry.get("price_usd"),
        price_scope=entry.get("price_scope", ""),
        price_source=entry.get("price_source", ""),
        tdp_w=entry.get("tdp_w"),
    )


def is_hyperscaler(organisation: str) -> bool:
    """Whether one of the organisations that train together runs its own large data centres."""
    return any(name in organisation.casefold() for name in data("epoch")["organisations"]["hyperscalers"])


def known_dates(model: str, *, of_paper: bool) -> dict[str, float]:
    """``known_start_day`` or ``known_end_day`` of a model, where it is known [d].

    ``of_paper``: as in the papers, where a part of the name is enough for GPT-4.
    """
    for entry in data("epoch")["known_dates"]:
        if entry["name"] == model or (entry["name"] in model and (of_paper or not entry.get("whole", False))):
            return {f"known_{end}_day": day_number(last_day(entry[end])) for end in ("start", "end") if end in entry}
    return {}


class Epoch:
    """The figures of the accounting by the catalogue's labels."""

    def __init__(
        self,
        accelerators: Mapping[str, Mapping[str, Any]],
        hardware: Hardware,
        rental: Rental,
        quoted: Mapping[str, Any],
    ) -> None:
        self._entries = accelerators
        self._hardware = hardware
        self._rental = rental
        self._quoted = quoted

    def figure(self, column: str, label: str, as_of: str = "") -> Citation:
        """A figure of one chip, of a date, or of a chip on a date."""
        if column == "nearest_rental_usd_per_chip_hour":
            return self._rent(label, last_day(as_of))
        if column == "as_of_day":
            value = day_number(last_day(label))
            return Citation(value, "d", "the date itself", label, "derived: the date as a number")
        entry = self._entries[label]
        if column == "release_day":
            release = self._hardware.figure("release_year", label)
            value = day_number(last_day(entry["release"]))
            return Citation(value, "d", release.source, release.date, release.basis)
        found = family(entry["name"])
        if column.startswith("earliest_price"):
            return self._price(column, label, found)
        source, date = cited(data("epoch")["sources"], "paper")
        figure = getattr(found, column.replace("early_", ""))
        if figure is None:
            return missing(_UNITS[column], f"the figure of {entry['name']} has not changed")
        return Citation(float(figure), _UNITS[column], source, date, f"quoted: of {found.name or 'other chips'}")

    def _rent(self, label: str, began: dt.date) -> Citation:
        chip = self._entries[label]["name"]
        asked = epoch_rent.vendors(tpu=family(chip).is_tpu)
        procured = began - epoch_rent.PROCURED_BEFORE
        found = epoch_rent.rate(self._offers(label, asked), asked, procured, self._quoted["discounts"])
        unit = _UNITS["nearest_rental_usd_per_chip_hour"]
        if found is None:
            return missing(unit, f"no cloud that Epoch AI asks has a price of {label}")
        basis = f"derived: {found.term} of {found.offer.vendor} at {found.offer.usd[found.term]:g}, as for three years"
        source, _ = cited(self._quoted["sources"], found.offer.source)
        return Citation(found.usd, unit, source, found.offer.date.isoformat(), basis)

    def _offers(self, label: str, asked: Sequence[str]) -> list[epoch_rent.Offer]:
        """The vendors' public offers of a chip, in the order of the catalogue."""
        asked_for: dict[tuple[str, dt.date, str, str, str], dict[str, float]] = {}
        for term in epoch_rent.TERMS:
            for provider_class in ("hyperscaler", "neocloud"):
                for quote in self._rental.quotes(label, term, provider_class):
                    if quote.provider in asked and not quote.private:
                        key = (quote.provider, quote.known, quote.source, quote.region, quote.note)
                        asked_for.setdefault(key, {}).setdefault(term, quote.usd)
        return [epoch_rent.Offer(vendor, date, usd, source) for (vendor, date, source, _, _), usd in asked_for.items()]

    def _price(self, column: str, label: str, found: Family) -> Citation:
        if found.price_usd is None:
            return self._price_of_catalogue(column, label)
        source, date = cited(data("epoch")["sources"], found.price_source)
        if column == "earliest_price_usd":
            return Citation(float(found.price_usd), "$/chip", source, date, f"quoted: per {found.price_scope}")
        if column == "earliest_price_factor":
            return Citation(found.price_factor, "1", source, date, f"default: of a price per {found.price_scope}")
        if found.is_tpu:
            return missing("d", "a TPU is had from its release on")
        return Citation(day_number(last_day(date)), "d", source, date, "quoted")

    def _price_of_catalogue(self, column: str, label: str) -> Citation:
        name = "server_overhead_factor" if column == "earliest_price_factor" else "chip_price_usd"
        own: Citation = self._hardware.figure(name, label)
        if column != "earliest_price_day" or own.is_missing:
            return own if column != "earliest_price_day" else missing("d", own.basis)
        return Citation(day_number(last_day(own.date)), "d", own.source, own.date, own.basis)
