"""Numbers as people write them: ``$82.4M``, ``31.4 MW``, ``30.8M chip-hours``."""

from __future__ import annotations

from gigacost.errors import escape

_SUFFIXES = ((1e15, "e"), (1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_SMALL = 0.01
_THOUSANDS = 10_000
_DIGITS = 3
_WORDS = {
    "chip·h": "chip-hours",
    "d": "days",
    "yr": "years",
    "FTE·yr": "person-years",
    "t": "t CO2e",
    "household": "households",
    "reactor": "reactors",
    "mm3": "mm³",
}
_PLAIN_UNITS = frozenset({"MW", "h", "d", "yr", "kW", "MWh"})
"""Units whose numbers are read best without a suffix."""


def usd(value: float) -> str:
    """Money: ``$82.4M``, ``$950``, ``$2.95``, ``$0``."""
    sign = "-" if value < 0 else ""
    size = abs(value)
    if size < 1e3:  # noqa: PLR2004 - where suffixes begin
        text = f"{size:.0f}" if size == round(size) or size >= 100 else f"{size:.2f}"  # noqa: PLR2004 - cents
        return f"{sign}${text}"
    return f"{sign}${scaled(size)}"


def scaled(value: float) -> str:
    """Three digits and a suffix: ``30.8M``; above the trillions and below a hundredth a power of ten."""
    size = abs(value)
    if size >= 1e15:  # noqa: PLR2004 - beyond the suffixes
        return f"{value:.3g}"
    for limit, suffix in _SUFFIXES[1:]:
        if size >= limit * 0.9995:
            return f"{_digits(value / limit)}{suffix}"
    return f"{value:.3g}" if size < 1 else _digits(value)


def amount(value: float | None, unit: str) -> str:
    """A quantity with its unit."""
    if value is None:
        return "—"
    if unit == "$":
        return usd(value)
    if unit.startswith("$/"):
        return f"{f'${value:.3g}' if 0 < abs(value) < 1 else usd(value)}{unit[1:]}"
    if unit in {"1", "", "truth"}:
        return scaled(value)
    text = grouped(value) if unit in _PLAIN_UNITS else scaled(value)
    return f"{text} {_WORDS.get(unit, unit)}"


def grouped(value: float) -> str:
    """Three digits, thousands set apart: ``39,632``, ``80.8``."""
    if abs(value) >= 100:  # noqa: PLR2004 - three digits before the point
        return f"{value:,.0f}"
    return scaled(value)


def cell(value: object, unit: str = "") -> str:
    """A value of a table of rows."""
    if value is None:
        return "—"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return escape(str(value), quotes="")
    if isinstance(value, int) and abs(value) < _THOUSANDS * 100:
        return f"{value:,}"
    return usd(value) if unit == "$" else grouped(value) if unit in _PLAIN_UNITS else scaled(value)


def share(value: float) -> str:
    """A share as a percentage: ``36 %``, ``0.2 %``, ``<0.1 %``."""
    if 0 < value < 0.0005:  # noqa: PLR2004 - what would round to 0.0 %
        return "<0.1 %"
    if 0.995 <= value < 0.9995:  # noqa: PLR2004 - not quite all of it
        return f"{value:.1%}".replace("%", " %")
    return f"{value:.0%}".replace("%", " %") if value >= 0.0995 else f"{value:.1%}".replace("%", " %")  # noqa: PLR2004


def duration(seconds: float) -> str:
    """How long something takes: ``12 s``, ``3 min``, ``2.5 h``."""
    for limit, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * limit:
            return f"{seconds / limit:.3g} {unit}"
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"  # noqa: PLR2004 - two digits


def _digits(value: float) -> str:
    """Three significant digits without an exponent: 8.24, 82.4, 824."""
    size = abs(value)
    places = 0 if size >= 99.95 else 1 if size >= 9.995 else 2  # noqa: PLR2004 - powers of ten, rounded
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
