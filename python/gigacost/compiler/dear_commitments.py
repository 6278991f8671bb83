"""Commitments of the catalogue that cost more than hours on demand: quotes of other providers or of other dates."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from gigacost.catalog.rental import RENT
from gigacost.compiler.stale_prices import RENTED, Labels, combinations, firsts, given_names
from gigacost.errors import Fault

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.spec.spec import Spec

_FREE = "on_demand"


def dear_commitments(spec: Spec, catalog: Catalog, replaced: Collection[str] = ()) -> Iterator[Fault]:
    """A doubt where who commits pays more than who does not: the first such, and how many more there are.

    Of the same chip, from the same class of provider, at the same date. Arguments as of ``stale_prices``.
    """
    if RENT in {*replaced, *given_names(spec, catalog)}:
        return
    found: dict[tuple[str, ...], Fault] = {}
    for labels in combinations(spec, catalog):
        place = tuple(str(labels.get(axis, "")) for axis in RENTED)
        committed = catalog.cite("commitment_hours", {"market": labels["market"]}).value
        if committed and place not in found and all(place) and (fault := _fault(catalog, labels)):
            found[place] = fault
    yield from firsts(found.values())


def _fault(catalog: Catalog, labels: Labels) -> Fault | None:
    committed = catalog.rent(*(labels[axis] for axis in RENTED))
    free = catalog.rent(*({**labels, "market": _FREE}[axis] for axis in RENTED))
    if not committed.usd > free.usd:
        return None
    chip, market, provider_class, _ = (labels[axis] for axis in RENTED)
    what = f"{market} of {chip}, {provider_class} ({committed.provider}, {committed.date}) costs more than {_FREE}, "
    return Fault(RENT, f"{committed.usd:.6g}", f"{what}${free.usd:.2f} ({free.provider}, {free.date})")
