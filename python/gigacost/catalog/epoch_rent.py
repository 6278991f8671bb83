"""What a chip is rented for by Epoch AI's rule: the quote that is nearest in time, at the price of three years.

Terms are tried from the longest to the shortest, and for each the vendors in their order. A vendor's latest offer up to
the day of procurement counts, else its earliest one after it; where that offer has no price in the term, the vendor has
none. A shorter term's price is made that of three years by the vendor's discounts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

TERMS = ("reserved_3y", "reserved_1y", "on_demand")
"""In the order in which they are tried."""
VENDORS = ("aws", "azure", "google", "lambda")
"""In the order in which they are tried by whoever prefers none."""
_PREFERRED = {"google": ("google", "deepmind"), "azure": ("microsoft", "openai")}
PROCURED_BEFORE = dt.timedelta(days=60)
"""From procurement to the beginning of training."""


class Offer(NamedTuple):
    """What a vendor asked for an hour of a chip on a day, by term."""

    vendor: str
    date: dt.date
    usd: Mapping[str, float]
    source: str = ""


class Rate(NamedTuple):
    """An hour of a chip, at the price of three years."""

    usd: float
    offer: Offer
    term: str
    """Of the price that it follows from."""


def vendors(organisation: str = "", *, tpu: bool = False) -> tuple[str, ...]:
    """Who is asked, in this order: the cloud of the organisation, else Amazon's, then the others; of TPU only Google's.

    A cloud is an organisation's by the names in it: Google and DeepMind, Microsoft and OpenAI.
    """
    if tpu:
        return ("google",)
    name = organisation.casefold()
    own = (vendor for vendor, names in _PREFERRED.items() if any(one in name for one in names))
    return tuple(dict.fromkeys([next(own, VENDORS[0]), *VENDORS]))


def rate(
    offers: Iterable[Offer], asked: Sequence[str], procured: dt.date, discounts: Mapping[str, Mapping[str, float]]
) -> Rate | None:
    """What the chip of some offers is rented for; None where no vendor that is asked has a price."""
    listed = list(offers)
    nearest = {vendor: _nearest([one for one in listed if one.vendor == vendor], procured) for vendor in asked}
    for term in TERMS:
        for vendor in asked:
            offer = nearest[vendor]
            if offer is not None and term in offer.usd:
                off = discounts[vendor]
                usd = offer.usd[term] * ((1.0 - off[TERMS[0]]) / (1.0 - off.get(term, 0.0)))
                return Rate(usd, offer, term)
    return None


def _nearest(offers: Sequence[Offer], day: dt.date) -> Offer | None:
    """The latest offer up to a day, else the earliest after it; of one date the first."""
    before = [one for one in offers if one.date <= day]
    return min(before or offers, key=lambda one: abs(one.date - day), default=None)
