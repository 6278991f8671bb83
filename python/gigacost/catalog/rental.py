"""What it costs to rent a chip for an hour, chosen among dated quotes.

The rule: quotes for exactly this chip, of this provider class, dated at or before the as-of date and at most 18 months
older. Each provider has one vote, from its quotes of its latest date: in each region its best multi-chip instance (the
cheapest per chip; single-chip instances count only where it has no other), and of those the lower median over its
regions. Surveys together are one such provider. The price is the lower median of the votes, so that it is always a
quote that can be cited; of equal ones a provider's own comes before a survey.

A reserved price that nobody quotes follows from the nearest shorter term by ``(1 - d_to) / (1 - d_from)``, the
discounts being those of the quote's provider or, where it has none, the mean of the known ones. Spot is never derived,
and no price is another chip's. Between two dates nothing is interpolated: a price holds until the choice changes.

A private book's discounts come off public prices only. A provider's and a chip's come off its quotes before one of them
is chosen, a market's off the price that is: price x (1 - provider) x (1 - chip) x (1 - market).
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gigacost.catalog.dates import last_day, months_before
from gigacost.catalog.records import Citation, Column, Offer, Period, Vote, missing
from gigacost.catalog.sources import cited

COLUMN = Column(
    "rental_usd_per_chip_hour",
    "$/(chip·h)",
    ("hardware", "market", "provider_class", "as_of"),
    "rent of one chip for one hour",
    high=1e06,
)
COLUMNS = (COLUMN,)
RENT = COLUMN.name


class Quote(NamedTuple):
    """One provider's price of one chip for one hour."""

    usd: float
    known: dt.date
    """The day from which it counts: the last of the month or year it is dated by."""
    date: str
    provider: str
    source: str
    """A key of the sources, or for a private quote the text itself."""
    region: str = ""
    """Where it holds; of several regions with commas between them it is the quote of each."""
    note: str = ""
    single: bool = False
    private: bool = False
    survey: bool = False
    """Whether it is itself a median or a midpoint of others' prices."""
    off: str = ""
    """Which discounts are off it, as text."""


class Rent(NamedTuple):
    """A price with the quote that it is or follows from: its date, its provider, among how many votes."""

    usd: float
    date: str
    provider: str
    votes: int
    is_derived: bool
    """Whether it follows from the quote by a discount, being of another term."""


_NO_RENT = Rent(math.nan, "", "", 0, is_derived=False)


class Discount(NamedTuple):
    """A fraction off public prices, by a private book."""

    fraction: float
    whose: str
    date: str

    def __str__(self) -> str:
        return f"{self.fraction:.15g} off by {self.whose} ({self.date})"


class Choice(NamedTuple):
    """The quote that prices a chip, among how many votes, and how many regions its provider's vote is of."""

    quote: Quote
    votes: int
    regions: int


def choose(quotes: Iterable[Quote], as_of: dt.date, months: int) -> Choice | None:
    """The lower median of the providers' votes; None where no quote is in the window."""
    votes = votes_of(quotes, as_of, months)
    if not votes:
        return None
    quote, regions = votes[_middle(votes)]
    return Choice(quote, len(votes), regions)


def votes_of(quotes: Iterable[Quote], as_of: dt.date, months: int) -> list[tuple[Quote, int]]:
    """Each provider's vote with how many regions it is of, the lowest first."""
    oldest = months_before(as_of, months)
    own: dict[str, list[Quote]] = {}
    for quote in quotes:
        if oldest <= quote.known <= as_of:
            own.setdefault(quote.provider, []).append(quote)
    return sorted(map(_vote, own.values()), key=lambda vote: (*_order(vote[0]), vote[0].provider))


def _vote(quotes: Sequence[Quote]) -> tuple[Quote, int]:
    """What one provider asked on its latest day, and in how many regions: the lower median of the best of each."""
    latest = max(quote.known for quote in quotes)
    of_day = [quote for quote in quotes if quote.known == latest]
    several = [quote for quote in of_day if not quote.single] or of_day
    best: dict[str, Quote] = {}
    for quote in sorted(several, key=_order, reverse=True):
        best.update((region.strip(), quote) for region in quote.region.split(","))
    of_regions = sorted(best.values(), key=_order)
    return of_regions[_middle(of_regions)], len(of_regions)


def _middle(values: Sequence[object]) -> int:
    """The place of the lower median of what is sorted."""
    return (len(values) - 1) // 2


def _order(quote: Quote) -> tuple[float, bool, str, str]:
    return (quote.usd, quote.survey, quote.region, quote.note)


class Rental:
    """All quotes, public and private, and the rule."""

    def __init__(
        self,
        rental: Mapping[str, Any],
        markets: Mapping[str, Mapping[str, Any]],
        newest: dt.date,
        private: Mapping[tuple[str, str, str], Sequence[Quote]],
        discounts: Mapping[tuple[str, str], Discount],
    ) -> None:
        self._sources: Mapping[str, Any] = rental["sources"]
        self._providers: Mapping[str, Any] = rental["providers"]
        self._months = int(rental["rule"]["months"])
        self._markets = markets
        self._discounts = discounts
        self._terms = {name: rule["term"] for name, rule in markets.items() if "term" in rule}
        known = {name: offered for name, offered in rental["discounts"].items() if name != "source"}
        self._offered: dict[str, Mapping[str, float]] = known
        terms = sorted({term for offered in known.values() for term in offered})
        self._mean = {term: math.fsum(offered[term] for offered in known.values()) / len(known) for term in terms}
        self._discount_source = cited(self._sources, rental["discounts"]["source"])[0]
        self._quotes = self._public(rental["quotes"], newest)
        for key, quotes in private.items():
            self._quotes[key] = tuple(quotes)
        self._turns: dict[tuple[str, str], list[dt.date]] = {}
        self._prices: dict[tuple[str, str, str, dt.date | None], Rent] = {}

    def quotes(self, chip: str, term: str, provider_class: str) -> tuple[Quote, ...]:
        """The quotes of a chip by term and class of provider, of all dates."""
        return self._quotes.get((chip, term, provider_class), ())

    def offers(self, chip: str, market: str, provider_class: str) -> list[Offer]:
        """The quotes that can price a chip in a market, the oldest first."""
        found = self.quotes(chip, self._terms[market], provider_class) if market in self._terms else ()
        return [
            Offer(quote.usd, quote.date, self._name(quote), quote.region, quote.note, self._cited(quote), quote.off)
            for quote in sorted(found, key=lambda quote: (quote.known, quote.provider, quote.usd))
        ]

    def votes(self, chip: str, market: str, provider_class: str, as_of: dt.date) -> list[Vote]:
        """The votes that the price is chosen among, the lowest first; none where there is no price."""
        found = self._find(chip, market, provider_class, as_of) if market in self._terms else None
        if found is None:
            return []
        origin = found[1]
        votes = votes_of(self.quotes(chip, self._terms[origin], provider_class), as_of, self._months)
        price = _middle(votes)
        return [
            Vote(quote.usd, quote.date, self._name(quote), regions, self._cited(quote), place == price, origin)
            for place, (quote, regions) in enumerate(votes)
        ]

    def history(self, chip: str, market: str, provider_class: str) -> list[Period]:
        """What the price was from when to when, from the first quote to when the last one is too old."""
        begun: list[tuple[dt.date, Citation]] = []
        for day in self._turning_days(chip, provider_class) if market in self._terms else ():
            price = self.figure(chip, market, provider_class, day)
            before = begun[-1][1] if begun else missing(COLUMN.unit, "")
            same = (price.source, price.date) == (before.source, before.date)
            if not same or not (price.value == before.value or price.is_missing):
                begun.append((day, price))
        ends = [str(day - dt.timedelta(days=1)) for day, _ in begun[1:]] + [""] * bool(begun)
        return [Period(str(day), end, price) for (day, price), end in zip(begun, ends, strict=True)]

    def figure(self, chip: str, market: str, provider_class: str, as_of: dt.date) -> Citation:
        """The price and where it comes from; missing where nothing is rented or nobody quotes."""
        if market not in self._terms:
            return missing(COLUMN.unit, f"nothing is rented in the market {market}")
        found = self._find(chip, market, provider_class, as_of)
        if found is None:
            why = f"no quote for {chip}, {market}, {provider_class} within {self._months} months before {as_of}"
            return missing(COLUMN.unit, why)
        choice, origin = found
        quote = choice.quote
        price = quote.usd
        basis = "quoted"
        if origin != market:
            price *= (1.0 - self._off(quote, market)) / (1.0 - self._off(quote, origin))
            whose = self._providers[quote.provider]["name"] if quote.provider in self._offered else "the mean provider"
            basis = f"derived: {origin} at {quote.usd:g} by the discounts of {whose} ({self._discount_source})"
        basis += f"; lower median of {choice.votes} vote{'s' if choice.votes > 1 else ''}"
        basis += f"; its provider's vote is the lower median of {choice.regions} regions" if choice.regions > 1 else ""
        if not quote.private:
            basis += f"; {self._confidence(quote)}" + (f"; {quote.off}" if quote.off else "")
            discount = self._discounts.get(("market", market))
            if discount:
                price *= 1.0 - discount.fraction
                basis += f"; {discount}"
        return Citation(price, COLUMN.unit, self._cited(quote), quote.date, basis)

    def price(self, chip: str, market: str, provider_class: str, as_of: dt.date) -> float:
        """The price alone [$/(chip·h)], remembered between the dates at which it can change; NaN where missing."""
        return self.rent(chip, market, provider_class, as_of).usd

    def rent(self, chip: str, market: str, provider_class: str, as_of: dt.date) -> Rent:
        """The price with the date and the provider of its quote, remembered as the price is."""
        if market not in self._terms:
            return _NO_RENT
        turns = self._turning_days(chip, provider_class)
        at = bisect_right(turns, as_of)
        since = turns[at - 1] if at else None
        key = (chip, market, provider_class, since)
        known = self._prices.get(key)
        if known is None:
            found = self._find(chip, market, provider_class, since) if since else None
            known = _NO_RENT
            if found and since:
                price = self.figure(chip, market, provider_class, since)
                choice, origin = found
                known = Rent(price.value, price.date, self._name(choice.quote), choice.votes, origin != market)
            self._prices[key] = known
        return known

    def _find(self, chip: str, market: str, provider_class: str, as_of: dt.date) -> tuple[Choice, str] | None:
        for origin in (market, *self._markets[market].get("shorter", ())):
            quotes = self.quotes(chip, self._terms[origin], provider_class)
            choice = choose(quotes, as_of, self._months)
            if choice:
                return choice, origin
        return None

    def _off(self, quote: Quote, market: str) -> float:
        return float(self._offered.get(quote.provider, self._mean).get(self._terms[market], 0.0))

    def _confidence(self, quote: Quote) -> str:
        entry = self._sources[quote.source]
        return str(entry.get("confidence") or self._sources[entry["via"]]["confidence"])

    def _name(self, quote: Quote) -> str:
        return quote.provider if quote.private else str(self._providers[quote.provider]["name"])

    def _cited(self, quote: Quote) -> str:
        if quote.private:
            return quote.source
        text = cited(self._sources, quote.source)[0]
        detail = ", ".join(part for part in (quote.note, quote.region) if part)
        entry = self._sources[quote.source]
        until = f", a snapshot between {quote.date} and {entry['until']}" if "until" in entry else ""
        return f"{self._name(quote)}{f' ({detail})' if detail else ''}: {text}{until}"

    def _turning_days(self, chip: str, provider_class: str) -> list[dt.date]:
        """The days on which a price of the chip may change: a quote begins or ends to count."""
        key = (chip, provider_class)
        turns = self._turns.get(key)
        if turns is None:
            days = set()
            for term in set(self._terms.values()):
                for quote in self.quotes(chip, term, provider_class):
                    days.add(quote.known)
                    days.add(self._end(quote.known))
            turns = self._turns[key] = sorted(days)
        return turns

    def _end(self, known: dt.date) -> dt.date:
        """The first day on which a quote is too old."""
        after = months_before(known, -self._months)
        while months_before(after, self._months) <= known:
            after += dt.timedelta(days=1)
        return after

    def _public(
        self, tables: Mapping[str, Mapping[str, Any]], newest: dt.date
    ) -> dict[tuple[str, str, str], tuple[Quote, ...]]:
        found: dict[tuple[str, str, str], list[Quote]] = {}
        for chip, terms in tables.items():
            for term, rows in terms.items():
                for usd, date, provider, source, *rest in rows:
                    if not date:
                        continue
                    region, note, single = (*rest, "", "", "")[:3]
                    known = last_day(date)
                    known = min(known, newest) if len(date) < len("2026-11-21") else known
                    offered_by = self._providers[provider]
                    off = [self._discounts.get(key) for key in (("provider", provider), ("chip", chip))]
                    quote = Quote(
                        usd=math.prod([float(usd), *(1.0 - one.fraction for one in off if one)]),
                        known=known,
                        date=date,
                        provider=provider,
                        source=source,
                        region=region,
                        note=note,
                        single=single == "single",
                        survey=offered_by.get("survey", False),
                        off="; ".join(str(one) for one in off if one),
                    )
                    found.setdefault((chip, term, offered_by["class"]), []).append(quote)
        return {key: tuple(quotes) for key, quotes in found.items()}
