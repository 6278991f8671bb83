"""Prices of the catalogue that lie far from the date at which a specification uses them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gigacost.accounting import preset_values
from gigacost.catalog.price_age import age
from gigacost.catalog.rental import RENT
from gigacost.errors import Fault

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.spec.spec import Spec

_BOUGHT = ("chip_price_usd", "electricity_usd_per_kwh")
_AXES = ("hardware", "market", "provider_class", "region", "as_of")
RENTED = ("hardware", "market", "provider_class", "as_of")
_MOST = 10_000
"""In how many combinations of labels prices are looked at; where there are more, none is."""

Labels = Mapping[str, Any]
"""Of each axis that matters to prices, one label."""


def stale_prices(spec: Spec, catalog: Catalog, replaced: Collection[str] = ()) -> Iterator[Fault]:
    """A doubt for each kind of price that is far from its date of use: the first such, and how many more there are.

    A price that the specification gives itself is its own affair; ``replaced`` are those that the model does not read.
    """
    given = {*replaced, *given_names(spec, catalog)}
    found: dict[str, dict[tuple[str, ...], Fault]] = {}
    for labels in combinations(spec, catalog):
        rented = catalog.cite("is_rented", {"market": labels["market"]}).value
        for column in (RENT,) if rented else _BOUGHT:
            place = (*(labels.get(axis, "") for axis in catalog.columns[column].axes), labels["as_of"])
            seen = found.setdefault(column, {})
            fault = None if column in given or place in seen or not all(place) else _fault(catalog, column, labels)
            if fault:
                seen[place] = fault
    for faults in found.values():
        yield from firsts(faults.values())


def firsts(faults: Iterable[Fault]) -> Iterator[Fault]:
    """The first of some doubts of one kind, saying how many more there are; nothing where there is none."""
    for first, *others in filter(None, [list(faults)]):
        more = f", and {len(others)} more of other labels or dates" if others else ""
        yield Fault(first.field, first.value, first.what + more)


def _fault(catalog: Catalog, column: str, labels: Labels) -> Fault | None:
    if column == RENT and not age(column, catalog.rent(*(labels[axis] for axis in RENTED)).date, labels["as_of"]):
        return None
    cited = catalog.cite(column, labels)
    told = age(column, cited.date, labels["as_of"])
    of = ", ".join(str(labels[axis]) for axis in catalog.columns[column].axes if axis != "as_of")
    return Fault(column, f"{cited.value:.6g}", f"the price of {of} is {told}") if told else None


def given_names(spec: Spec, catalog: Catalog) -> set[str]:
    """What a specification gives itself, and its preset."""
    own = spec.valued
    return {*own, *preset_values(catalog.presets.get(spec.preset), spec.accounting, own)}


def combinations(spec: Spec, catalog: Catalog) -> Iterator[Labels]:
    """The labels that come together, without those of axes that do not apply."""
    fixed: dict[str, Any] = {axis: label for axis in _AXES if (label := catalog.default(axis))}
    of_preset = preset_values(catalog.presets.get(spec.preset), spec.accounting, spec.valued)
    fixed |= {**of_preset, **spec.fixed, **({"as_of": spec.as_of} if spec.as_of else {})}
    groups: list[list[dict[str, Any]]] = []
    for axis in spec.axes:
        parts = [part for part in axis.parts if part.name in _AXES]
        if parts:
            rows = dict.fromkeys(zip(*(part.values for part in parts), strict=True))
            groups.append([dict(zip([part.name for part in parts], row, strict=True)) for row in rows])
    if math.prod(map(len, groups)) > _MOST:
        return
    for choice in itertools.product(*groups):
        labels = dict(fixed)
        for part in choice:
            labels |= part
        yield {axis: labels[axis] for axis in _AXES if axis in labels}
