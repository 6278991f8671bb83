"""What chips rent for, and among how many votes of providers each price is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.catalog.price_evidence import NAMES
from gigacost.catalog.rental import RENT
from gigacost.cli.terminal import literal, show, table
from gigacost.queries.marks import legend, marks_of
from gigacost.units.numbers import usd

if TYPE_CHECKING:
    from gigacost.catalog import Catalog

MARKETS = ("on_demand", "reserved_1y", "reserved_3y", "spot")


def evidence_at(book: Catalog, labels: Mapping[str, str], as_of: str) -> dict[str, float | None]:
    """How well a price is known: its votes, its age, whether it is derived; None where there is no price."""
    cited = {name: book.cite(name, {**labels, "as_of": as_of}) for name in NAMES}
    return {name: None if one.is_missing else one.value for name, one in cited.items()}


def prices(book: Catalog, as_of: str, markets: Sequence[str], classes: Sequence[str] | None) -> list[dict[str, Any]]:
    """The rents at a date that there are, each with its date, its votes, its age, whether it is derived."""
    found = []
    for chip in book.labels("hardware"):
        for provider_class in classes or book.labels("provider_class"):
            for market in markets:
                labels = {"hardware": chip, "market": market, "provider_class": provider_class}
                price = book.cite(RENT, {**labels, "as_of": as_of})
                if not price.is_missing:
                    known = evidence_at(book, labels, as_of)
                    found.append({**labels, "usd_per_chip_hour": price.value, "date": price.date, **known})
    return found


def show_prices(found: Sequence[dict[str, Any]], as_of: str, markets: Sequence[str]) -> None:
    """For each class of provider a row for each chip, a column for each market: the price, its votes, its marks."""
    show(literal(f"Rent of a chip for an hour at {as_of}: price, votes of providers, marks", "bold"))
    cells: dict[str, dict[str, dict[str, str]]] = {}
    marks = []
    for one in found:
        marks.append(marks_of(one))
        text = f"{usd(one['usd_per_chip_hour'])} {one['price_votes']:.0f}{marks[-1]}"
        cells.setdefault(one["provider_class"], {}).setdefault(one["hardware"], {})[one["market"]] = text
    for provider_class, chips in cells.items():
        rows = [[chip, *(row.get(market, "") for market in markets)] for chip, row in chips.items()]
        show(table([provider_class, *markets], rows, markets))
    show(*(literal(line, "dim") for line in legend(marks)) if found else [literal("no rent is known")])
