"""``gigacost catalog prices``: what chips rent for, of how many votes; of one, from when to when, and its quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from gigacost.catalog.rental import RENT
from gigacost.cli import options

if TYPE_CHECKING:
    from gigacost.catalog import Catalog, Offer, Period, Vote

_AXES = ("hardware", "market", "provider_class")


@options.command("prices", short_help="What chips rent for, of how many votes; quotes of one.")
@click.argument("chip", required=False, shell_complete=options.labels("hardware"))
@options.once(
    "--market", metavar="MARKET", shell_complete=options.labels("market"), help="Market [default: on_demand]."
)
@options.once(
    "--provider-class",
    metavar="CLASS",
    shell_complete=options.labels("provider_class"),
    help="Class of provider [default: neocloud].",
)
@options.prices
@options.as_json
def command(
    chip: str | None,
    market: str | None,
    provider_class: str | None,
    catalog: str | None,
    as_of: str | None,
    *,
    as_json: bool,
) -> None:
    """The dated quotes for CHIP, and the price that follows from them at each date (docs/prices.md has the rule).

    In the markets own and colo they are what the chip is bought for. Without CHIP: what all chips rent for, and among
    how many votes of providers each price is chosen.
    """
    from gigacost.cli.terminal import payload
    from gigacost.cli.views import rents

    book = options.opened_catalog(catalog)
    if chip is None:
        date = book.canonical("as_of", as_of) if as_of else book.date
        markets = [book.canonical("market", market)] if market else rents.MARKETS
        classes = [book.canonical("provider_class", provider_class)] if provider_class else None
        prices = rents.prices(book, date, markets, classes)
        if as_json:
            payload({"as_of": date, "prices": prices})
        else:
            rents.show_prices(prices, date, markets)
        return
    asked = {"hardware": chip, "market": market, "provider_class": provider_class}
    labels = {axis: book.canonical(axis, asked[axis] or book.default(axis) or "") for axis in _AXES}
    day = book.canonical("as_of", as_of) if as_of else book.date
    rented = bool(book.cite("is_rented", labels).value)
    if as_json:
        payload(history(book, labels, day) if rented else bought(book, labels, day))
    elif rented:
        show_history(book, labels, day)
    else:
        _show_bought(book, labels["hardware"], day)


def history(book: Catalog, labels: dict[str, str], day: str) -> dict[str, Any]:
    """The price at a date, the prices of all dates and the quotes, as plain data."""
    from gigacost.cli.views.rents import evidence_at

    price = book.cite(RENT, {**labels, "as_of": day})
    periods = book.price_history(**labels)
    return {
        **labels,
        "as_of": day,
        "price": {**_plain(price), **evidence_at(book, labels, day)},
        "votes": [asdict(one) for one in book.votes(**labels, as_of=day)],
        "history": [{"since": one.since, "until": one.until or None, **_plain(one.price)} for one in periods],
        "quotes": [asdict(one) for one in book.offers(**labels)],
    }


def bought(book: Catalog, labels: dict[str, str], day: str) -> dict[str, Any]:
    """What a chip is bought for at a date, and all its dated prices, as plain data."""
    chip = labels["hardware"]
    price = book.cite("chip_price_usd", {"hardware": chip, "as_of": day})
    value = None if price.is_missing else price.value
    now = {"chip_price_usd": value, "date": price.date, "source": price.source, "basis": price.basis}
    prices = [one._asdict() for one in book.chip_prices(chip)]
    return {"hardware": chip, "market": labels["market"], "as_of": day, "price": now, "prices": prices}


def _show_bought(book: Catalog, chip: str, day: str) -> None:
    from gigacost.catalog.chip_prices import price_at
    from gigacost.catalog.dates import day as day_of
    from gigacost.cli.terminal import literal, show, table
    from gigacost.units.numbers import amount

    prices = book.chip_prices(chip)
    show(literal(f"What one {chip} is bought for", "bold"))
    if not prices:
        show(literal("no price is known"))
        return
    used, sources = price_at(prices, day_of(day)), dict[str, int]()
    rows = [
        [
            "*" if one is used else "",
            one.date,
            amount(one.usd, "$/chip"),
            one.scope,
            one.kind,
            f"{one.basis}{_number(one.source, sources)}".strip(),
        ]
        for one in prices
    ]
    show(table(["", "date", "price", "covers", "kind", "of"], rows, ["price"], f"The prices (* at {day})"))
    show(*(literal(f"[{number}] {source}", "dim") for source, number in sources.items()))


def _plain(price: Any) -> dict[str, Any]:  # noqa: ANN401 - a Citation, which --help does not load
    value = None if price.is_missing else price.value
    return {"usd_per_chip_hour": value, "date": price.date, "source": price.source, "basis": price.basis}


def show_history(book: Catalog, labels: dict[str, str], day: str) -> None:
    """The same for people: tables of votes, of prices, of quotes, the sources below."""
    from gigacost.cli.terminal import literal, show
    from gigacost.cli.views.rents import evidence_at
    from gigacost.queries.marks import marks_in_words, marks_of

    periods, offers, votes = book.price_history(**labels), book.offers(**labels), book.votes(**labels, as_of=day)
    sources: dict[str, int] = {}
    title = f"Rent of one {labels['hardware']} for an hour, {labels['market']}, {labels['provider_class']}"
    show(literal(title, "bold"))
    known = marks_in_words(marks_of(evidence_at(book, labels, day)))
    show(*([literal(f"at {day}: {known}", "dim")] if known else []))
    if votes:
        show(_of_votes(votes, labels["market"], day, sources))
    if periods:
        show(_of_periods(periods, day, sources))
    if offers:
        show(_of_offers(offers, sources))
    if not periods and not offers:
        show(literal("no quotes; gigacost catalog prices CHIP --market MARKET --provider-class CLASS has others"))
    show(*(literal(f"[{number}] {source}", "dim") for source, number in sources.items()))


def _of_votes(votes: Sequence[Vote], market: str, day: str, sources: dict[str, int]) -> Any:  # noqa: ANN401 - a rich Table
    from gigacost.cli.terminal import table
    from gigacost.units.numbers import amount

    rows = [
        [
            "*" if one.is_price else "",
            amount(one.usd_per_chip_hour, "$/(chip·h)"),
            one.provider,
            one.date,
            str(one.regions),
            _number(one.source, sources).strip(),
        ]
        for one in votes
    ]
    heads = ["", "vote", "provider", "quote of", "regions", "source"]
    asked = f"The votes at {day}" if votes[0].market == market else f"The votes for {votes[0].market} at {day}"
    told = "their lower median" + ("" if votes[0].market == market else ", from which the price follows")
    return table(heads, rows, ["vote", "regions"], f"{asked} (* {told})")


def _of_periods(periods: Sequence[Period], day: str, sources: dict[str, int]) -> Any:  # noqa: ANN401 - a rich Table
    from gigacost.cli.terminal import table
    from gigacost.units.numbers import amount

    rows = []
    for one in periods:
        holds = one.since <= day and (not one.until or day <= one.until)
        value = "none" if one.price.is_missing else amount(one.price.value, one.price.unit)
        basis = f"{one.price.basis}{_number(one.price.source, sources)}"
        rows.append(["*" if holds else "", one.since, one.until, value, one.price.date, basis])
    return table(["", "from", "to", "price", "quote of", "basis"], rows, ["price"], f"The price (* at {day})")


def _of_offers(offers: Sequence[Offer], sources: dict[str, int]) -> Any:  # noqa: ANN401 - a rich Table
    from gigacost.cli.terminal import table
    from gigacost.units.numbers import amount

    rows = []
    for one in offers:
        said = ", ".join(part for part in (one.region, one.note, one.discounts) if part)
        detail = f"{said}{_number(one.source, sources)}".strip()
        rows.append([one.date, amount(one.usd_per_chip_hour, "$/(chip·h)"), one.provider, detail])
    return table(["date", "quote", "provider", "of"], rows, ["quote"], "Quotes, of which it is chosen")


def _number(source: str, sources: dict[str, int]) -> str:
    return f" [{sources.setdefault(source, len(sources) + 1)}]" if source else ""
