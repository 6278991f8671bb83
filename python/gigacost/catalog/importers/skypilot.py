"""The catalogues that SkyPilot keeps on a user's disk, as a private price book.

``~/.sky/catalogs/v8/aws/vms.csv`` and its like: a row is an instance in a zone, with its accelerators and its price by
the hour, on demand and spot. A quote of the book is the cheapest such price per chip in a region of a cloud, of
instances with several chips where the cloud has any. A file has no date: the day it was written counts, or one that is
given.

What is left out is counted, with its reason and the line where it first stands: prices of 0, counts that no server has,
spot prices that are no lower than those on demand. What a name means here is decided by ``skypilot_names``:

* ``A100`` has 40 GB and ``V100`` 16. Where a cloud has an ``-SXM`` of a name, the bare name is the PCIe card.
* Google's GPUs are priced without their host, which is a row of its own: the two are added.
* A TPU slice is named after its cores (two to a chip; v5e and v6e: after its chips). A price that slices of different
  size have alike in a zone stands for one that is not known.
"""

from __future__ import annotations

import datetime as dt
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from gigacost.catalog.csv_table import csv_rows
from gigacost.catalog.files import book_text
from gigacost.catalog.importers.skypilot_gpu_info import GpuInfo, gpu_info
from gigacost.catalog.importers.skypilot_names import CLASSES, HOSTS, PROVIDERS, Named, chip_of, tpu_slice
from gigacost.catalog.price_books.schema import Faults
from gigacost.errors import Fault, SpecError, show

FILE = "vms.csv"
REQUIRED = ("InstanceType", "AcceleratorName", "AcceleratorCount", "Price", "SpotPrice", "Region")
_LARGEST = 256 * 1024 * 1024
_VERSION = re.compile(r"v([0-9]{1,4})\Z")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?\Z", re.ASCII)
_MARKETS = {"Price": "on_demand", "SpotPrice": "spot"}
_ON_DEMAND, _SPOT = _MARKETS.values()
_SERVERS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 10, 16})
"""How many accelerators servers have, whole or shared out."""
_SIZES = (re.compile(r"(?:\A|[_-])([0-9]{1,3})x[-_A-Z]"), re.compile(r"[_-]([0-9]{1,3})gpu(?:[_-]|\Z)"))
"""Where an instance is named after its number of accelerators: 8x_H100_SECURE, gpu_8x_h100, gpu-h100-sxm_8gpu."""

Canonical: TypeAlias = Callable[[str], str]
Providers: TypeAlias = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """Accelerators in a zone with their price, as a file has them."""

    instance: str
    name: str
    count: float | None
    region: str
    zone: str
    prices: Mapping[str, float | None]
    """By market."""
    info: GpuInfo | None
    line: int


class LeftOut(NamedTuple):
    """Rows that did not become part of a book, alike in all of this."""

    cloud: str
    accelerator: str
    instance: str
    reason: str


@dataclass(slots=True)
class Imported:
    """What was read: a price book, and what did not become part of it."""

    book: dict[str, Any]
    files: list[str]
    rows: int = 0
    """Rows with an accelerator and a price."""
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    """How many rows or prices of each kind."""
    lines: dict[LeftOut, int] = field(default_factory=dict)
    """The line on which the first of each stands."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        left = [
            {**kind._asdict(), "line": self.lines[kind], "rows": count} for kind, count in self.left_out.most_common()
        ]
        return {"files": self.files, "rows": self.rows, "quotes": len(self.book["rental"]), "left_out": left}


def read_catalogs(
    folder: str | os.PathLike[str], canonical: Canonical, providers: Providers, date: str = ""
) -> Imported:
    """The catalogues below a folder as a price book. ``canonical`` says what a name of a chip means (CatalogError).

    ``providers`` are those of data/rental.toml. Raises SpecError where there is no catalogue, or one cannot be read.
    """
    files = [path for _, path in sorted(_files(Path(folder)).items())]
    if not files:
        allowed = f"a folder with {FILE}, <cloud>/{FILE} or v8/<cloud>/{FILE}, as ~/.sky/catalogs"
        raise SpecError(Fault("DIR", show(os.fsdecode(folder)), "no catalogue of SkyPilot in it", allowed))
    days = [date or dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date().isoformat() for path in files]
    found = Imported({"name": "SkyPilot catalogues", "date": max(days), "rental": []}, list(map(str, files)))
    for path, day in zip(files, days, strict=True):
        _Cloud(path, day, canonical, providers, found).add_quotes()
    return found


def _files(folder: Path) -> dict[str, Path]:
    """The catalogue of each cloud, of the newest form that is there."""
    if (folder / FILE).is_file():
        return {folder.name: folder / FILE}
    versions = sorted((int(match[1]), one) for one in _folders(folder) if (match := _VERSION.match(one.name)))
    homes = [home for _, home in versions] or [folder]
    return {cloud.name: cloud / FILE for home in homes for cloud in _folders(home) if (cloud / FILE).is_file()}


def _folders(folder: Path) -> Iterable[Path]:
    try:
        return [one for one in sorted(folder.iterdir()) if one.is_dir()]
    except OSError as problem:
        raise SpecError(Fault("DIR", show(str(folder)), f"cannot be read: {problem.strerror}")) from None


class _Cloud:
    """One cloud's file, taken apart."""

    def __init__(self, path: Path, day: str, canonical: Canonical, providers: Providers, found: Imported) -> None:
        self.path, self.day, self.canonical, self.found = path, day, canonical, found
        self.name = path.parent.name
        known = providers.get(PROVIDERS.get(self.name, self.name))
        self.provider = str(known["name"]) if known else self.name
        self.provider_class = str(known["class"]) if known else CLASSES.get(self.name, "neocloud")
        self.rows = list(self._rows())
        self.names = {row.name.casefold() for row in self.rows}
        self.hosts = {(row.instance, row.zone): row.prices for row in self.rows if not row.name}
        self.placeholders = _placeholders(self.rows)

    def add_quotes(self) -> None:
        """Add the cheapest quote for each chip, market and region to what was found."""
        best: dict[tuple[str, str, str], _Offer] = {}
        for row in self.rows:
            if row.name:
                self.found.rows += 1
                for (chip, market), offer in self._offers(row):
                    key = (chip, market, row.region)
                    if key not in best or offer.rank < best[key].rank:
                        best[key] = offer
        several = {(chip, market) for (chip, market, _), offer in best.items() if offer.chips > 1}
        for (chip, market, _), offer in sorted(best.items(), key=lambda item: item[0]):
            if offer.chips == 1 and (chip, market) in several:
                continue
            self.found.book["rental"].append({
                "hardware": chip,
                "market": market,
                "provider_class": self.provider_class,
                "usd_per_chip_hour": offer.usd / offer.chips,
                "provider": self.provider,
                "region": offer.row.region,
                "note": f"{offer.row.instance or offer.row.name}, {_chips(offer.chips)}",
                "date": self.day,
                "source": f"SkyPilot catalogue, {self.name}/{FILE}",
            })  # fmt: skip

    def _rows(self) -> Iterator[Row]:
        rows = csv_rows(book_text(self.path, "DIR", _LARGEST), Faults(str(self.path)))
        names = rows[0].cells if rows else []
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            what = f"no catalogue of SkyPilot: the column {missing[0]} is missing"
            raise SpecError(Fault("DIR", show(str(self.path)), what, ", ".join(REQUIRED)))
        for row in rows[1:]:
            if len(row.cells) != len(names):
                self._leave_out("", "", row.line, f"{len(row.cells)} cells under {len(names)} columns")
                continue
            cell = dict(zip(names, map(str.strip, row.cells), strict=True))
            yield Row(
                instance=cell["InstanceType"],
                name=cell["AcceleratorName"],
                count=_number(cell["AcceleratorCount"]),
                region=cell["Region"],
                zone=cell.get("AvailabilityZone", "") or cell["Region"],
                prices={market: _number(cell[column]) for column, market in _MARKETS.items()},
                info=gpu_info(cell.get("GpuInfo", "")),
                line=row.line,
            )

    def _offers(self, row: Row) -> Iterator[tuple[tuple[str, str], _Offer]]:
        """What a row offers, by chip and market."""
        slice_ = tpu_slice(row.name)
        wrong = "" if slice_ else _wrong_count(row)
        if wrong:
            self._leave(row, wrong)
            return
        name, chips = slice_ or (row.name, int(row.count or 0))
        as_named = Named(name, self.name, row.instance, row.info.name if row.info else "")
        chip, unknown = chip_of(as_named, self.names, self.canonical)
        host = {} if slice_ or row.instance else self.hosts.get((HOSTS.get((row.name, chips), ""), row.zone))
        if not chip or host is None:
            self._leave(row, unknown if not chip else "priced without its host")
            return
        for market, usd in row.prices.items():
            more = host.get(market) if host else 0.0
            if usd is None or more is None:
                continue
            if slice_ and (slice_.generation, row.zone, usd) in self.placeholders:
                self._leave(row, "one price for slices of every size")
            elif usd == 0.0:
                self._leave(row, f"a price of 0, {market}")
            elif market == _SPOT and usd >= (row.prices[_ON_DEMAND] or math.inf):
                self._leave(row, "a spot price that is no lower than the one on demand")
            else:
                yield (chip, market), _Offer(usd + more, chips, row)

    def _leave(self, row: Row, reason: str) -> None:
        self._leave_out(row.name, row.instance, row.line, reason)

    def _leave_out(self, name: str, instance: str, line: int, reason: str) -> None:
        kind = LeftOut(self.name, name, instance, reason)
        self.found.left_out[kind] += 1
        self.found.lines.setdefault(kind, line)


def _chips(count: float) -> str:
    return f"{count:.0f} chip{'' if count == 1 else 's'}"


def _wrong_count(row: Row) -> str:
    """Why a row's number of accelerators cannot be one; empty where it can."""
    if not row.count or not row.count.is_integer():
        return "no whole number of chips"
    if row.info and row.info.chips is not None and row.info.chips != row.count:
        return f"{_chips(row.count)} in a size that has {row.info.chips:.3g}"
    for size in _SIZES:
        named = size.search(row.instance)
        if named and int(named[1]) != row.count:
            return f"{_chips(row.count)} in a size that has {int(named[1])}"
    return "" if int(row.count) in _SERVERS else f"{_chips(row.count)}, which no server has"


class _Offer(NamedTuple):
    """The price of all chips of a row."""

    usd: float
    chips: int
    row: Row

    @property
    def rank(self) -> tuple[bool, float]:
        """Several chips before one, then the cheapest of them."""
        return self.chips == 1, self.usd / self.chips


def _placeholders(rows: Iterable[Row]) -> set[tuple[str, str, float]]:
    """Prices that slices of a generation have alike in a zone, whatever their size."""
    sizes: dict[tuple[str, str, float], set[int]] = {}
    for row in rows:
        slice_ = tpu_slice(row.name)
        for usd in row.prices.values() if slice_ else ():
            if usd and slice_:
                sizes.setdefault((slice_.generation, row.zone, usd), set()).add(slice_.chips)
    return {key for key, chips in sizes.items() if len(chips) > 1}


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.match(text) else None
