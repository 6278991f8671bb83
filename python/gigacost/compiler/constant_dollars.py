"""Dollars of a base year.

What goes into a design (prices, and what a user gives) is in dollars of the date of the prices. What is computed can be
told in dollars of a base year: everywhere a question reads a quantity (as a column, in a condition, in an expression,
as what is best) it reads the amount times the price index of the base year over that of the date. Inputs stay as they
were given or quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from gigacost.catalog.dates import day
from gigacost.errors import Fault
from gigacost.ops import Value
from gigacost.units.algebra import Unit

if TYPE_CHECKING:
    from gigacost.catalog import Catalog, Citation
    from gigacost.compiler.bound import Bound
    from gigacost.spec.spec import Spec

_DOLLAR = "$"


def converted(amount: Value, power: int, deflator: Value) -> Value:
    """An amount whose unit has the dollar to a power, in dollars of the base year."""
    for _ in range(abs(power)):
        amount = amount * deflator if power > 0 else amount / deflator
    return amount


def amounts(bound: Bound, names: Iterable[str]) -> Mapping[str, int]:
    """Which names are amounts that the model computes, each with the power of the dollar in its unit; none untold."""
    if not bound.deflator:
        return {}
    computed = {name: bound.model.quantities.get(name) for name in names if name not in bound.given}
    powers = {name: power_of_dollar(quantity.unit) for name, quantity in computed.items() if quantity}
    return {name: power for name, power in powers.items() if power}


def power_of_dollar(unit: str) -> int:
    """The power of the dollar in a unit: 1 in ``$/(chip·h)``, -1 in ``FLOP/$``."""
    return dict(Unit.parse(unit).powers).get(_DOLLAR, 0) if _DOLLAR in unit else 0


def cited(bound: Bound) -> Citation:
    """What the deflator of a specification without axes is, with its source."""
    date = bound.labels["as_of"][1][0]
    return bound.catalog.price_index.ratio(bound.spec.base_year or 0, day(date))


def dates(spec: Spec, catalog: Catalog) -> list[str]:
    """The dates of a specification's prices: those that it names, else its preset's, else the catalogue's."""
    found = [spec.as_of, str(spec.fixed.get("as_of", ""))]
    for axis in spec.axes:
        parts = axis.parts
        found += [str(value) for part in parts if part.name == "as_of" for value in part.values]
    preset = catalog.presets[spec.preset].fixed if spec.preset in catalog.presets else {}
    return [date for date in found if date] or [str(preset.get("as_of", catalog.date))]


def faults(spec: Spec, catalog: Catalog) -> Iterator[Fault]:
    """A base year, or a date of prices, from before the price index or after it."""
    years = catalog.price_index.years
    allowed = f"{years[0]} to {years[-1]}"
    if spec.base_year not in years:
        yield Fault("base_year", str(spec.base_year), "the price index has no such year", allowed)
    for date in dates(spec, catalog):
        if day(date).year < years[0]:
            yield Fault("as_of", date, "before the price index begins, which base_year needs", f">= {years[0]}-01-01")


def doubts(spec: Spec, catalog: Catalog) -> Iterator[Fault]:
    """Dates after the last month of the price index: their dollars are taken for those of that month."""
    late = [date for date in dates(spec, catalog) if not catalog.price_index.covers(day(date))]
    if late:
        what = f"the price index ends in {catalog.price_index.last}: dollars of {max(late)} count as of that month"
        yield Fault("base_year", str(spec.base_year), what)
