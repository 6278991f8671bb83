"""The discounts of a private price book: fractions off the public rents of a provider, in a market, of a chip."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gigacost.catalog.labels import Labels, fold
from gigacost.catalog.price_books.fields import RENTED
from gigacost.catalog.price_books.schema import Faults, Number, type_name
from gigacost.errors import CatalogError, nearest, show

KINDS = ("provider", "market", "chip")
_FRACTION = Number(high=1, open_low=False, open_high=True)


def discounts(
    given: Mapping[str, Any], chips: Labels, providers: Mapping[str, Mapping[str, Any]], faults: Faults
) -> dict[str, dict[str, float]]:
    """The fractions by kind and by the one spelling of each name; what is wrong with them is noted.

    A market may also stand without its kind: ``reserved_1y = 0.1`` is ``market.reserved_1y = 0.1``.
    """
    meant: dict[str, Callable[[str], str | None]] = {
        "provider": _speller({key: (entry["name"],) for key, entry in providers.items() if "survey" not in entry}),
        "market": _speller(dict.fromkeys(RENTED, ())),
        "chip": lambda name: _chip(chips, name),
    }
    known = {
        "provider": [key for key, entry in providers.items() if "survey" not in entry],
        "market": list(RENTED),
        "chip": chips.offered,
    }
    found: dict[str, dict[str, float]] = {}
    for key, value in given.items():
        kind, where = (key, f"discounts.{key}") if key in KINDS else ("market", "discounts")
        table = value if key in KINDS else {key: value}
        if not isinstance(table, dict):
            faults.add(where, show(value), f"expected a table, got {type_name(value)}")
            continue
        for name, fraction in table.items():
            place = f"{where}.{name}"
            label = meant[kind](str(name))
            if label is None:
                allowed = known[kind] if kind != "market" or key in KINDS else [*KINDS, *known[kind]]
                spellings = [*allowed, *(entry["name"] for entry in providers.values() if kind == "provider")]
                faults.add(place, "", f"no such {kind}", ", ".join(allowed), nearest(str(name), spellings))
            elif label in found.setdefault(kind, {}):
                faults.add(place, show(fraction), f"a second discount of the {kind} {label}", "each once")
            elif _FRACTION.check(place, fraction, faults):
                found[kind][label] = float(fraction)
    return found


def _speller(names: Mapping[str, tuple[str, ...]]) -> Callable[[str], str | None]:
    spelled = {fold(spelling): name for name, others in names.items() for spelling in (name, *others)}
    return lambda name: spelled.get(fold(name))


def _chip(chips: Labels, name: str) -> str | None:
    try:
        return chips.canonical(name)
    except CatalogError:
        return None
