"""Years and spans of time as people write them: ``2023,2025..2027``, ``1y``, ``400 d``."""

from __future__ import annotations

import re
from dataclasses import replace

from gigacost.errors import Fault, SpecError, show
from gigacost.units.quantities import parse_quantity

_YEAR = re.compile(r"[0-9]{4}")
_MOST = 200
"""Years in a range."""


def read_years(field: str, text: str) -> tuple[int, ...]:
    """The years of a comma list of years and of ranges of them, ends included. Raises SpecError."""
    found: list[int] = []
    faults = []
    for piece in filter(None, (part.strip() for part in text.split(","))):
        first, dots, last = piece.partition("..")
        ends = [first, last] if dots else [first]
        if not all(_YEAR.fullmatch(end) for end in ends):
            faults.append(Fault(field, show(piece), "not a year", "as 2023,2025,2027 or 2023..2027"))
        elif int(ends[-1]) < int(ends[0]) or int(ends[-1]) - int(ends[0]) > _MOST:
            faults.append(Fault(field, show(piece), "not a range of years", "the earlier year first, as 2023..2027"))
        else:
            found += range(int(ends[0]), int(ends[-1]) + 1)
    if faults:
        raise SpecError(*faults)
    return tuple(found)


def read_days(field: str, given: str | float) -> float:
    """A span of time in days. Raises SpecError."""
    allowed = "a time > 0, as 1y, 6 months or 400 d"
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise SpecError(Fault(field, show(given), "not a span of time", allowed))
    try:
        days = parse_quantity(given, "d") if isinstance(given, str) else float(given)
    except SpecError as error:
        raise SpecError(*(replace(fault, field=field, allowed=allowed) for fault in error.faults)) from None
    if not 0.0 < days < float("inf"):
        raise SpecError(Fault(field, show(given), "out of range", allowed))
    return days
