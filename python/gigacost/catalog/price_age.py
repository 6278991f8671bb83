"""How far a price lies from the date it is used at, and from how many months on that is said."""

from __future__ import annotations

from collections.abc import Mapping

from gigacost.catalog.dates import day, last_day, months_before, months_between
from gigacost.catalog.files import data


def age(column: str, date: str, as_of: str) -> str:
    """How far a price of a date is from another, in words; empty for what is no price, or near enough.

    A date that is a month or a year counts by its last day, or by ``as_of`` where that lies within it.
    """
    months: Mapping[str, int] | None = data("markets")["ages"].get(column)
    if months is None or not date:
        return ""
    used = day(as_of)
    known = last_day(date)
    if len(date) < len(as_of) and as_of.startswith(date):
        known = used
    if months_before(used, months["before"]) <= known <= months_before(used, -months["after"]):
        return ""
    away = months_between(min(known, used), max(known, used))
    return f"of {date}, {away} months {'before' if known < used else 'after'} {as_of}"
