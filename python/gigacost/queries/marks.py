"""Short marks on what is little known about a design: its price, its speed, whether so many chips can be had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gigacost.queries.evidence import INSTEAD_OF_LAYOUT, evidence

if TYPE_CHECKING:
    from gigacost.compiler.bound import Bound
    from gigacost.queries.estimates import Estimate

_OLD_DAYS = 365
"""From how many days on a price is called old."""
_LEGEND = {
    "v": "price of one vote",
    "d": "derived price",
    "o": "over a year old",
    "x": "extrapolated speed",
    "s": "spot beyond a region",
}
_PRICE = {"v": "of one vote", "d": "derived from another term", "o": "over a year old"}
"""What the marks say of the price."""
_SPOT = "s"


def marks_of(known: Mapping[str, float | None]) -> str:
    """The marks of what is known about a design, by quantity."""
    age = known.get("price_age_days")
    holds = {
        "v": known.get("price_votes") == 1.0,
        "d": known.get("is_derived") == 1.0,
        "o": age is not None and age > _OLD_DAYS,
        "x": known.get("is_extrapolated") == 1.0,
        _SPOT: known.get("spot_is_beyond_region") == 1.0,
    }
    return "".join(mark for mark, held in holds.items() if held)


def marks_of_row(bound: Bound, index: int) -> str:
    """The marks of a combination; none where it is counted in another way, or by a model without such names."""
    return marks_of(evidence(bound, index))


def marks_of_estimate(one: Estimate) -> str:
    """The marks of an estimate."""
    if "accounting" in one.meta:
        return ""
    known = dict(one.quantities)
    if any(item.name in INSTEAD_OF_LAYOUT for item in one.assumptions):
        known["is_extrapolated"] = None
    return marks_of(known)


def marked(text: str, one: Estimate) -> str:
    """The head of an estimate's column, with its marks."""
    marks = marks_of_estimate(one)
    return f"{text} {marks}" if marks else text


def legend(marks: Iterable[str]) -> list[str]:
    """What the marks mean that occur; no line where none does."""
    used = "".join(marks)
    told = [f"{mark} {meaning}" for mark, meaning in _LEGEND.items() if mark in used]
    return [f"Marks: {' · '.join(told)}"] if told else []


def marks_in_words(marks: str) -> str:
    """What the marks say."""
    return ", ".join(meaning for mark, meaning in _LEGEND.items() if mark in marks)


def price_in_words(marks: str) -> str:
    """What the marks say of the price; empty where they say nothing of it."""
    return ", ".join(words for mark, words in _PRICE.items() if mark in marks)


def is_beyond_region(marks: str) -> bool:
    """Whether the marks say that more spot chips are used than a region is taken to hold."""
    return _SPOT in marks
