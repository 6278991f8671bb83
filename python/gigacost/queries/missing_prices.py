"""Prices that a design needs and nobody quotes: which, in words, and the nearest quotes.

They spoil money and nothing else: the run, its days, memory and energy stand, and what is paid is null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gigacost._record import Record
from gigacost.catalog import chip_prices
from gigacost.catalog.rental import RENT
from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, show
from gigacost.graph.declarations import Status

_Labels = Mapping[str, str]
_Found = Mapping[str, float]
BOUGHT = chip_prices.COLUMN
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class NearQuote(Record):
    """A price that is known, near the one that is missing."""

    input: str
    """What it is a value of: ``rental_usd_per_chip_hour`` or ``chip_price_usd``."""
    value: float
    unit: str
    market: str
    provider_class: str | None
    """None where the chip is bought."""
    as_of: str


@dataclass(frozen=True, slots=True)
class MissingPrice(Record):
    """A price that a design needs and that is not known."""

    state: str
    """The state that this is, as in ``status``."""
    input: str
    """What would make up for it, if given."""
    unit: str
    message: str
    """What is missing and what would be instead, in a line."""
    nearest: tuple[NearQuote, ...]
    """The same chip: other markets and provider classes at that date, then this market at the nearest dates."""
    fault: Fault = field(repr=False, compare=False)
    """The error that it is to who cannot do without it."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return self.plainly("state", "input", "unit", "message", "nearest")


def is_price(bound: Bound, state: str) -> bool:
    """Whether a state spoils prices alone: inputs in dollars, or in dollars for something."""
    model, mark = bound.model, bound.model.quantities[state].mark
    spoils = mark.spoils if isinstance(mark, Status) else ()
    return bool(spoils) and all(name in model.inputs and "$" in model.inputs[name].unit for name in spoils)


def missing_price(bound: Bound, state: str, fault: Fault, labels: _Labels) -> MissingPrice:
    """What a true state says is missing, as ``is_price`` tells; ``fault`` is the error that it would be."""
    quantity = bound.model.quantities[state]
    given, *_ = getattr(quantity.mark, "spoils", ("",))
    nearest = tuple(_nearest(bound, given, labels))
    label, unit = getattr(quantity.mark, "label", state), bound.model.inputs[given].unit
    return MissingPrice(label, given, unit, str(fault), nearest, fault)


def _nearest(bound: Bound, given: str, labels: _Labels) -> Iterator[NearQuote]:
    if bound.spec.accounting:  # which has prices of its own
        return
    if given in {RENT, BOUGHT} and bound.catalog.columns.keys() >= {RENT, BOUGHT} and _chosen(labels):
        yield from _at_that_date(bound, labels)
        if given == RENT:
            yield from _at_other_dates(bound, labels)


def _chosen(labels: _Labels) -> bool:
    return {"hardware", "market", "provider_class", "as_of"} <= labels.keys()


def _at_that_date(bound: Bound, labels: _Labels) -> Iterator[NearQuote]:
    """The markets and provider classes that have a price at that date: first this market, then this class."""
    chip, date = labels["hardware"], labels["as_of"]
    markets, classes = bound.catalog.labels("market"), bound.catalog.labels("provider_class")
    selection = {"hardware": [chip], "market": markets, "provider_class": classes, "as_of": [date]}
    prices = bound.catalog.table(RENT, selection)[0, :, :, 0]
    pairs = [(i, j) for i in range(len(markets)) for j in range(len(classes)) if not math.isnan(prices[i, j])]
    pairs.sort(key=lambda pair: (markets[pair[0]] != labels["market"], classes[pair[1]] != labels["provider_class"]))
    unit = bound.catalog.columns[RENT].unit
    for i, j in pairs[:_SHOWN]:
        yield NearQuote(RENT, float(prices[i, j]), unit, markets[i], classes[j], date)
    sold = bound.catalog.table("is_sold", {"hardware": [chip]})[0] == 1.0
    bought = bound.catalog.cite(BOUGHT, {"hardware": chip, "as_of": date})
    if sold and not bought.is_missing:
        owned = [market for market in markets if not bound.catalog.cite("is_rented", {"market": market}).value]
        for market in owned:
            yield NearQuote(BOUGHT, bought.value, bought.unit, market, None, date)


def _at_other_dates(bound: Bound, labels: _Labels) -> Iterator[NearQuote]:
    """The days nearest to the one asked for on which this market has a price."""
    chip, market, provider, date = (labels[axis] for axis in ("hardware", "market", "provider_class", "as_of"))
    periods = [one for one in bound.catalog.price_history(chip, market, provider) if not one.price.is_missing]
    earlier = [(one.until, one.price) for one in periods if one.until and one.until < date][-1:]
    later = [(one.since, one.price) for one in periods if one.since > date][:1]
    for day, price in earlier + later:
        yield NearQuote(RENT, price.value, price.unit, market, provider, day)


def worded(quotes: Iterable[NearQuote], labels: _Labels) -> list[str]:
    """The nearest quotes as people say them: those of the date asked for, then those of other days."""
    known = list(quotes)
    here = [_market(one) for one in known if one.as_of == labels["as_of"]]
    then = [f"{one.as_of} (${one.value:.2f})" for one in known if one.as_of != labels["as_of"]]
    said = [f"at that date {', '.join(here)}"] if here else []
    return said + ([f"in this market as of {' or '.join(then)}"] if then else [])


def _market(one: NearQuote) -> str:
    if one.provider_class is None:
        return f"{one.market} (${one.value:,.0f} a chip)"
    return f"{one.market} from a {one.provider_class} (${one.value:.2f})"


def _no_price(bound: Bound, _: _Found, labels: _Labels) -> Fault:
    chip, market, provider, date = (labels[axis] for axis in ("hardware", "market", "provider_class", "as_of"))
    what = f"no price: nobody quotes {chip} in this market from a {provider} at {date}"
    if bound.spec.accounting:
        what = f"no price: {bound.spec.accounting} has none of {chip} in this market at {date}"
    ways = worded(_nearest(bound, RENT, labels), labels)
    return Fault("market", show(market), what, "; ".join([*ways, f"a {RENT} of your own"]))


def _not_sold(bound: Bound, _: _Found, labels: _Labels) -> Fault:
    what = f"{labels['hardware']} cannot be bought: its maker only rents it out"
    ways = worded(_nearest(bound, BOUGHT, labels), labels) or ["a market that rents"]
    return Fault("market", show(labels["market"]), what, f"{'; '.join(ways)}; or give {BOUGHT} with is_sold = 1")


def _no_chip_price(bound: Bound, _: _Found, labels: _Labels) -> Fault:
    what = f"no purchase price of {labels['hardware']} is known"
    ways = worded(_nearest(bound, BOUGHT, labels), labels) or ["a market that rents"]
    return Fault("market", show(labels["market"]), what, f"{'; '.join(ways)}; or give {BOUGHT}")


def _no_electricity_price(_: Bound, __: _Found, labels: _Labels) -> Fault:
    what = "no electricity price is known here, and owned chips need one"
    return Fault("region", show(labels.get("region", "")), what, "another region; or give electricity_usd_per_kwh")


WORDS: Mapping[str, Callable[[Bound, _Found, _Labels], Fault]] = {
    "no_price": _no_price,
    "not_sold": _not_sold,
    "no_chip_price": _no_chip_price,
    "no_electricity_price": _no_electricity_price,
}
"""What a missing price is in words, by the name of its state."""
