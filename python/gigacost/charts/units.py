"""Axes: what a quantity is called, its unit, and how its numbers are written ($1.2B, never $1.2G).

A document holds numbers by the names of quantities, which end in their unit; so the unit is read from the name. Views
in notebooks read names here too, so altair is loaded where an axis is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from gigacost.units.numbers import amount

if TYPE_CHECKING:
    import altair as alt

DECADES = 50.0
"""From this ratio of the largest to the smallest on, an axis is logarithmic."""
_UNITS = {
    "usd": "$", "seconds": "s", "hours": "h", "hour": "h", "days": "d", "day": "d", "years": "yr", "year": "yr",
    "mw": "MW", "kw": "kW", "w": "W", "mwh": "MWh", "kwh": "kWh", "gib": "GiB", "tb": "TB", "pb": "PB", "byte": "B",
    "bytes": "B", "flop": "FLOP", "tokens": "token", "token": "token", "params": "param", "param": "param",
    "chips": "chip", "chip_hours": "chip·h", "chip_hour": "chip·h", "fte": "FTE", "fte_years": "FTE·yr", "t": "t",
    "g": "g", "kg": "kg", "l": "L", "mm3": "mm3", "households": "household", "household_years": "household·yr",
    "reactors": "reactor", "neurons": "neuron", "s": "s", "chip": "chip", "month": "month", "kw_month": "kW·month",
    "node_hour": "node·h", "fte_year": "FTE·yr",
}  # fmt: skip
"""What the last words of a name say."""
_PLURALS = {
    "d": "days", "h": "hours", "yr": "years", "s": "seconds", "chip": "chips", "chip·h": "chip-hours",
    "token": "tokens", "param": "parameters", "t": "t CO2e", "L": "litres", "mm3": "mm³", "household": "households",
    "reactor": "reactors", "neuron": "neurons", "B": "bytes", "FTE·yr": "person-years", "FTE": "staff",
    "household·yr": "household-years",
}  # fmt: skip
_PER = {"yr": "year", "d": "day", "(chip·h)": "chip-hour"}
_TITLES = {
    "usd_per_chip_hour": "cost of a chip-hour",
    "cost_total_usd": "total cost",
    "total_project_usd": "cost of the project",
    "total_development_usd": "cost of development",
    "total_run_usd": "cost of the final run",
    "train_days": "training time",
    "params": "parameters",
    "chip_hours": "chip-hours",
    "mfu": "MFU",
    "facility_mw": "power of the site",
    "carbon_t": "emissions of operation",
    "carbon_total_t": "emissions",
    "pue": "PUE",
    "tp": "TP", "pp": "PP", "dp": "DP", "ep": "EP", "cp": "CP",
}  # fmt: skip
_COUNTED = frozenset({"tokens", "params", "chips", "token", "param", "chip", "hours", "hour"})
_KIND = re.compile("_(active|total|low|high)$")
"""What may stand behind the unit."""
_AGGREGATE = re.compile(r"(p\d+(?:\.\d+)?|mean|std|min|max)\((\w+)\)|quantile\((\w+), *(0?\.\d+)\)")
_NUMBER = "format(datum.value, '.3~s')"
_SUFFIXED = f"replace(replace(replace({_NUMBER}, 'G', 'B'), 'k', 'K'), 'P', 'e15')"
_PLAIN = "format(datum.value, ',.4~g')"
_BIG = 10_000.0
_LABELS = {"pace": {0.0: "typical pace", 1.0: "reachable pace"}}
"""Numbers that stand for words."""
_TELLING = frozenset({"chip", "param", "token"})
"""Units that say what the number is."""
_YEARS = (1900.0, 2200.0)
"""Of the calendar, and no durations."""


def unit_of(name: str) -> str:
    """The unit that a quantity's name ends in, as the model writes it; empty for one without."""
    found = _AGGREGATE.fullmatch(name)
    if found:
        return unit_of(found[2] or found[3])
    above, per, below = name.rpartition("_per_")
    if per:
        over, under = unit_of(above), _UNITS.get(below, "")
        return f"{over or '1'}/{f'({under})' if '·' in under else under}" if under else over
    parts = _KIND.sub("", name).split("_")
    return next((unit for i in range(len(parts)) if (unit := _UNITS.get("_".join(parts[i:])))), "")


def words(name: str) -> str:
    """A quantity's name in words, without its unit: ``cost_rent_usd`` is ``rent``."""
    found = _AGGREGATE.fullmatch(name)
    if found:
        what = found[1] or f"p{float(found[4]) * 100:g}"
        return f"{what.upper() if what.startswith('p') else what} of {words(found[2] or found[3])}"
    if name in _TITLES:
        return _TITLES[name]
    above, per, below = name.rpartition("_per_")
    text = _unitless(above) if per and below in _UNITS and _unitless(above) != above else name
    if not per:
        text = _unitless(name)
    return text.removeprefix("cost_").replace("_", " ")


def _unitless(name: str) -> str:
    """A name without the unit that is its last word; of what is counted the unit is the name."""
    before, _, last = name.rpartition("_")
    return before if before and last in _UNITS and last not in _COUNTED else name


def capitalised(text: str) -> str:
    """A text that begins a title."""
    return text[:1].upper() + text[1:]


def title(name: str, unit: str | None = None) -> str:
    """The title of a quantity's axis: ``total cost [$]``; of one without a unit its words alone."""
    known = unit_of(name) if unit is None else unit
    told = _PLURALS.get(known, known)
    text = words(name)
    return f"{text} [{told}]" if told not in {"", "1", text} else text


def said(value: object, name: str, unit: str | None = None) -> str:
    """A value of a quantity as text: ``$302M``, ``89.7 days``; a label as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    known = unit_of(name) if unit is None else unit
    counts = known in {"", "1"} and float(value).is_integer() and abs(value) < _BIG
    if counts or _are_years(known, [value]):
        return f"{value:.0f}"
    if known in {"chip", "param", "token"}:
        return f"{f'{value:,.0f}' if known == 'chip' else amount(value, '1')} {_PLURALS[known]}"
    if known.startswith("1/"):
        return f"{amount(value, '1')} per {_PER.get(known[2:], known[2:])}"
    return amount(value, known)


def told(value: object, name: str, unit: str | None = None) -> str:
    """A value of a quantity as text that says what it is of: ``PUE 1.1``, ``16,384 chips``; a label as it is."""
    if name in _LABELS and value in _LABELS[name]:
        return _LABELS[name][value]
    text = said(value, name, unit)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{words(name)} {text}" if number and (unit_of(name) if unit is None else unit) not in _TELLING else text


def is_log(values: Iterable[float | None]) -> bool:
    """Whether an axis of these values is logarithmic: decades span, and all are above zero."""
    known = [value for value in values if value is not None]
    return bool(known) and min(known) > 0 and max(known) / min(known) >= DECADES


def axis(name: str, values: Sequence[float | None], *, unit: str | None = None, **more: Any) -> alt.Axis:  # noqa: ANN401
    """The axis of a quantity that has these values. Of a logarithmic one ticks are powers of ten; of few also 2, 5."""
    import altair as alt

    known = unit_of(name) if unit is None else unit
    ticks: dict[str, Any] = {"tickCount": 6, "labelOverlap": "greedy"}
    if is_log(values):
        # A count of ticks would drop some of these, evenly: 1, 5, 20, 100.
        ticks = {"values": _decades([value for value in values if value is not None]), "labelOverlap": "greedy"}
    elif _are_years(known, values):
        ticks["tickMinStep"] = 1
    return alt.Axis(**{"title": title(name, known), "labelExpr": label_expr(known, values), **ticks, **more})


def scale(values: Sequence[float | None], *, zero: bool = False, **more: Any) -> alt.Scale:  # noqa: ANN401
    """The scale of an axis of these values: logarithmic where decades span; ``zero``: a linear one has it."""
    import altair as alt

    if is_log(values):
        return alt.Scale(**{"type": "log", "nice": False, **more})
    return alt.Scale(**{"zero": zero, "nice": True, **more})


def label_expr(unit: str, values: Iterable[float | None] = ()) -> str:
    """Vega's expression of an axis' labels: ``$1.2B``, ``16.4K``, ``0.25``; years as they are."""
    if _are_years(unit, values):
        return "format(datum.value, 'd')"
    number = f"abs(datum.value) < 1000 ? {_PLAIN} : {_SUFFIXED}"
    if not unit.startswith("$"):
        return number
    return f"(datum.value < 0 ? '−' : '') + '$' + replace({number}, '−', '')"


def _are_years(unit: str, values: Iterable[float | None]) -> bool:
    """Whether values are years of the calendar."""
    known = [value for value in values if value is not None]
    return unit == "yr" and bool(known) and _YEARS[0] <= min(known) <= max(known) < _YEARS[1]


def _decades(values: Sequence[float]) -> list[float]:
    """Where a logarithmic axis has its ticks."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    spans = high - low
    steps = (1, 2, 5) if spans <= 3 else (1, 3) if spans <= 4 else (1,)  # noqa: PLR2004 - so many ticks have room
    ticks = [float(f"{step}e{power}") for power in range(low, high + 1) for step in steps]
    return [tick for tick in ticks if min(values) * 0.5 <= tick <= max(values) * 2.0]
