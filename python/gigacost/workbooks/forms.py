"""How numbers look in a workbook: Excel's number formats, by unit and size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

TEXT = "@"
WRAPPED = "wrapped"
"""Text that goes on in a further line."""
DATE = "yyyy-mm-dd"
PERCENT = "0.0%"
WHOLE = "#,##0"
DOLLARS = "$#,##0;-$#,##0"
CENTS = "$#,##0.00;-$#,##0.00"
_FINE = "$0.0000;-$0.0000"
_POWERS = "0.00E+00"
_SHARES = frozenset({"mfu", "hfu", "goodput", "utilisation", "fleet_utilisation"})
"""Quantities that people read as percentages, beside those called a share."""
_HUGE, _TINY = 1e15, 1e-3
_DOLLAR, _CENT = 1e3, 0.1


def form_of(name: str, unit: str, values: Iterable[object]) -> str:
    """The format of a column of a quantity, or of a single value of it."""
    sizes = [abs(value) for value in values if isinstance(value, int | float) and value]
    most = max(sizes, default=0.0)
    whole = all(float(size).is_integer() for size in sizes)
    if unit == "$" or unit.startswith("$/"):
        return DOLLARS if unit == "$" and most >= _DOLLAR else CENTS if most >= _CENT or not sizes else _FINE
    if unit in {"1", ""} and (name in _SHARES or name.endswith("_share")):
        return PERCENT
    if most >= _HUGE or (most < _TINY and sizes):
        return _POWERS
    if whole:
        return WHOLE
    return "#,##0" if most >= 1e5 else "#,##0.0" if most >= 100 else "#,##0.00" if most >= 1 else "0.0000"  # noqa: PLR2004


def displayed(value: float | str | dt.date | None, form: str) -> str:
    """Nearly what stands in a cell, to set the width of its column."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dt.date) or form == DATE:
        return DATE
    if form == PERCENT:
        return f"{value:,.1%}"
    if form == _POWERS:
        return f"{value:.2E}"
    places = len(form.split(";", maxsplit=1)[0].partition(".")[2])
    return f"{'$' if '$' in form else ''}{value:,.{places}f}"
