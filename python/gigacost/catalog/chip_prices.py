"""What a chip is bought for at a date, chosen among its dated prices.

The rule: the latest price of a transaction at or before the date; without one, the latest list price. Before the first
price of all it is that first one, which is said (``price_age``). A month or a year is the time that a price is of, as
the average of a year is: it counts from its first day. Nothing is interpolated. What the price covers goes with it.

A private book's price replaces all public ones of the chip.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gigacost.catalog.dates import first_day
from gigacost.catalog.sources import cited

COLUMN = "chip_price_usd"
FACTOR = "server_overhead_factor"


class ChipPrice(NamedTuple):
    """One dated price of one chip."""

    usd: float
    date: str
    scope: str
    """What it covers: a key of the price scopes."""
    kind: str
    """``transaction`` or ``list``."""
    source: str
    basis: str = ""

    @property
    def since(self) -> dt.date:
        """The day from which it counts."""
        return first_day(self.date)

    @property
    def told(self) -> str:
        """How it was come by, as the basis of a citation."""
        return f"quoted: {self.kind} price per {self.scope}" + (f", {self.basis}" if self.basis else "")


def dated(
    entry: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]], history: Mapping[str, Any], label: str
) -> tuple[ChipPrice, ...]:
    """The prices of a chip, the oldest first: those of its entry and, unless they are private, those of the history."""
    private = entry.get("origin", {}).get("price_usd")
    own = [ChipPrice(**row) for row in entry.get("prices", ())]
    if "price_usd" in entry:
        source = private[0] if private else cited(sources, entry.get("price_source") or entry["sources"])[0]
        doubt = "unverified" if "price_usd" in entry.get("unverified", ()) else ""
        basis = "; ".join(filter(None, (entry.get("price_basis"), doubt)))
        date, scope, kind = (entry[f"price_{field}"] for field in ("date", "scope", "kind"))
        own.append(ChipPrice(float(entry["price_usd"]), date, scope, kind, source, basis))
    if not private and not entry.get("prices"):
        own += _public(history["prices"].get(label, ()), history["sources"])
    return tuple(sorted(own, key=lambda one: (one.since, one.date)))


def _public(rows: Iterable[Sequence[Any]], sources: Mapping[str, Mapping[str, Any]]) -> list[ChipPrice]:
    return [
        ChipPrice(float(usd), date, scope, kind, cited(sources, source)[0], note)
        for usd, date, scope, kind, source, note in rows
    ]


def price_at(prices: Sequence[ChipPrice], as_of: dt.date) -> ChipPrice | None:
    """The price at a date by the rule; None where there is none at all."""
    known = [one for one in prices if one.since <= as_of]
    return max(known, key=lambda one: (one.kind == "transaction", one.since)) if known else next(iter(prices), None)
