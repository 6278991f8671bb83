"""The rental quotes and discounts of a private price book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.dates import last_day
from gigacost.catalog.price_books.fields import CLASSES
from gigacost.catalog.rental import Discount, Quote

_NAME = "private price book"


def quotes(book: Mapping[str, Any]) -> dict[tuple[str, str, str], list[Quote]]:
    """By chip, market and provider class; a quote without a class counts in each."""
    found: dict[tuple[str, str, str], list[Quote]] = {}
    name = book.get("name", _NAME)
    for row in book["rental"]:
        date = row.get("date") or book["date"]
        quote = Quote(
            usd=float(row["usd_per_chip_hour"]),
            known=last_day(date),
            date=date,
            provider=row.get("provider", name),
            source=row.get("source", name),
            region=row.get("region", ""),
            note=row.get("note", ""),
            private=True,
        )
        classes = (row["provider_class"],) if "provider_class" in row else CLASSES
        for provider_class in classes:
            found.setdefault((row["hardware"], row["market"], provider_class), []).append(quote)
    return found


def discounts(book: Mapping[str, Any]) -> dict[tuple[str, str], Discount]:
    """By what they are for (``provider``, ``market``, ``chip``) and its name."""
    name, date = book.get("name", _NAME), book.get("date", "no date")
    return {
        (kind, key): Discount(float(fraction), name, date)
        for kind, fractions in book.get("discounts", {}).items()
        for key, fraction in fractions.items()
    }
