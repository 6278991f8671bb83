"""Private price books: checked, made canonical, and laid over the public catalogue.

A book is TOML (or a mapping of the same shape)::

    name = "acme 2026"                 # cited as the source of what has none
    date = "2026-10-01"                # the date of what has none

    [accelerators.h100-sxm]            # fields of data/accelerators.toml: overriding, or a new chip
    price_usd = 24_000
    price_scope = "board"

    [[chip_prices]]                    # dated prices; they replace the public ones of this chip
    hardware = "h200-sxm"
    usd = 28_000
    scope = "board"
    date = "2025-06"

    [[rental]]                         # replaces the public quotes of this chip, market and provider class
    hardware = "h100-sxm"
    market = "on_demand"
    usd_per_chip_hour = 2.10           # without provider_class: of every class

    [regions.my-site]
    electricity_usd_per_kwh = 0.05
    pue = 1.08
    country = "usa"

    [models.my-model]
    params = 13e9

    [discounts]                        # fractions off public rents, not off private quotes; they multiply
    provider.aws = 0.12                # a key or a name of data/rental.toml
    market.reserved_1y = 0.15          # also without "market."
    chip."h100-sxm" = 0.05

Private quotes keep the rule of dates: one from after the as-of date, or more than 18 months before it, prices nothing,
and the public ones it replaced do not come back.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gigacost.catalog.dates import PARTIAL_FORM
from gigacost.catalog.labels import Labels
from gigacost.catalog.price_books.discounts import discounts
from gigacost.catalog.price_books.fields import ACCELERATOR, BOOK, CHIP_PRICE, MODEL, NEW_CHIP, REGION, RENTAL, SCOPES
from gigacost.catalog.price_books.peaks import check_peaks
from gigacost.catalog.price_books.schema import Faults, Kind, Text, check_table, is_plain, type_name
from gigacost.errors import CatalogError, SpecError, nearest, show


@dataclass(frozen=True, slots=True)
class Below:
    """The catalogue that a book is laid over, as far as the checks need it."""

    accelerators: Mapping[str, Mapping[str, Any]]
    regions: Mapping[str, Mapping[str, Any]]
    models: Mapping[str, Mapping[str, Any]]
    providers: Mapping[str, Mapping[str, Any]]


class _Once(NamedTuple):
    """What a row of a list needs, and by what it is told from the others."""

    what: str
    required: tuple[str, ...]
    told_by: tuple[str, ...]


_QUOTE = _Once(
    "quote",
    ("hardware", "market", "usd_per_chip_hour"),
    ("hardware", "market", "provider_class", "provider", "region", "note", "date"),
)
_PRICE = _Once("price", ("hardware", "usd", "scope"), ("hardware", "kind", "date"))


def checked(book: Mapping[str, Any], below: Below, faults: Faults) -> dict[str, Any]:
    """The book in canonical form; SpecError with everything that is wrong with it."""
    tables: dict[str, Any] = _normalised(dict(book), "", faults)
    _check_shape(tables, faults)
    if not faults.found:
        chips = _named(tables, "accelerators", below.accelerators)
        regions = _named(tables, "regions", below.regions)
        models = _named(tables, "models", below.models)
        for key, kinds, names in (
            ("accelerators", ACCELERATOR, chips),
            ("regions", REGION, regions),
            ("models", MODEL, models),
        ):
            tables[key] = _entries(key, tables.get(key, {}), kinds, names, faults)
        _check_chips(tables, below, faults)
        _check_regions(tables, regions, faults)
        _check_models(tables, below, faults)
        _check_rows(tables, "rental", RENTAL, _QUOTE, chips, faults)
        _check_rows(tables, "chip_prices", CHIP_PRICE, _PRICE, chips, faults)
        _check_dates(tables, faults)
        tables["discounts"] = discounts(tables.get("discounts", {}), chips, below.providers, faults)
    if faults.found:
        raise SpecError(*faults.found)
    return tables


def _normalised(value: Any, where: str, faults: Faults) -> Any:  # noqa: ANN401 - any value of a book
    """A copy with text in NFC and plain numbers; two keys that become one are noted."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list | tuple):
        return [_normalised(item, where, faults) for item in value]
    if isinstance(value, Mapping):
        result: dict[Any, Any] = {}
        for key, item in value.items():
            name = unicodedata.normalize("NFC", key) if isinstance(key, str) else key
            inside = f"{where}.{name}" if where else str(name)
            if name in result:
                faults.add(inside, "", "given twice, in two spellings of Unicode", "each key once")
            result[name] = _normalised(item, inside, faults)
        return result
    if type(value).__module__ == "numpy" and type(value).__name__ != "ndarray":
        return value.item()
    return value


def _check_shape(tables: dict[str, Any], faults: Faults) -> None:
    text = {"name": Text(), "date": Text(date=True)}
    for key, value in tables.items():
        kind = BOOK.get(key)
        if kind is None:
            faults.add(str(key), "", "unknown key", ", ".join(BOOK), nearest(str(key), BOOK))
        elif kind == "text":
            text[key].check(key, value, faults)
        elif kind == "list" and not isinstance(value, list):
            faults.add(key, show(value), f"expected a list of tables, got {type_name(value)}", "[[rental]]")
        elif kind in {"table", "tables"} and not is_plain(value):
            faults.add(key, show(value), f"expected a table, got {type_name(value)}")
    if not tables:
        faults.add("catalog", "", "an empty price book")


def _named(tables: dict[str, Any], key: str, below: Mapping[str, Mapping[str, Any]]) -> Labels:
    own = {name: entry if isinstance(entry, dict) else {} for name, entry in tables.get(key, {}).items()}
    axis = {"accelerators": "hardware", "regions": "region", "models": "model"}[key]
    public = Labels(axis, below)
    new: dict[str, dict[str, Any]] = {name: {} for name in own if not _means(public, name)}
    return Labels(axis, {**below, **new})


def _means(labels: Labels, name: str) -> str | None:
    try:
        return labels.canonical(name)
    except CatalogError:
        return None


def _entries(
    key: str, entries: dict[str, Any], kinds: Mapping[str, Kind], names: Labels, faults: Faults
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for name, entry in entries.items():
        where = f"{key}.{name}"
        if not Text().check(where, name, faults):
            continue
        label = names.canonical(name)
        if label in found:
            faults.add(where, "", f"the same as {key}.{spelled[label]}", "each entry once")
        elif check_table(where, entry, kinds, faults):
            found[label] = entry
            spelled[label] = name
    return found


def _check_chips(tables: dict[str, Any], below: Below, faults: Faults) -> None:
    meant = Labels("hardware", below.accelerators)
    for name, entry in tables["accelerators"].items():
        where = f"accelerators.{name}"
        public = below.accelerators.get(name)
        if public is None:
            for key in NEW_CHIP:
                if key not in entry:
                    faults.add(f"{where}.{key}", "", "missing, and the chip is not in the public catalogue")
        if "price_usd" in entry and "price_scope" not in entry:
            faults.add(f"{where}.price_scope", "", "missing beside price_usd", ", ".join(SCOPES))
        for alias in entry.get("aliases", ()):
            taken = _means(meant, alias)
            if taken and taken != name:
                faults.add(f"{where}.aliases", show(alias), f"already means {taken}")
        label = entry.get("mem_label_gb", (public or {}).get("mem_label_gb"))
        if label is not None and entry.get("mem_gib", 0) > label:
            faults.add(f"{where}.mem_gib", show(entry["mem_gib"]), "more than is sold", f"<= {label:g}")
        check_peaks(where, entry, public, faults)


def _check_regions(tables: dict[str, Any], names: Labels, faults: Faults) -> None:
    for name, entry in tables["regions"].items():
        country = entry.get("country")
        if country is None:
            continue
        label = _means(names, country)
        if label is None or label == name:
            hint = names.nearest(country)
            faults.add(f"regions.{name}.country", show(country), "not a region", "a country", hint)
        else:
            entry["country"] = label


def _check_models(tables: dict[str, Any], below: Below, faults: Faults) -> None:
    for name, entry in tables["models"].items():
        where = f"models.{name}"
        whole = {**below.models.get(name, {}), **entry}
        if "params" not in whole:
            faults.add(f"{where}.params", "", "missing, and the model is not in the public catalogue")
        elif "params" in entry and "experts" not in whole:
            entry.setdefault("params_active", entry["params"])
        if "head_dim" not in whole and whole.get("hidden", 0) % whole.get("heads", 1):
            what = f"does not divide hidden, {whole['hidden']:g}"
            faults.add(f"{where}.heads", show(whole["heads"]), what, "a divisor of hidden; or head_dim beside it")
        for small, large in (("params_active", "params"), ("experts_per_token", "experts"), ("kv_heads", "heads")):
            if whole.get(small, 0) > whole.get(large, float("inf")):
                faults.add(f"{where}.{small}", show(whole[small]), f"more than {large}", f"<= {whole[large]:g}")


def _check_rows(
    tables: dict[str, Any], key: str, kinds: Mapping[str, Kind], once: _Once, chips: Labels, faults: Faults
) -> None:
    """The rows of a list about chips: each complete, of a chip that there is, and given once."""
    seen: dict[tuple[str, ...], int] = {}
    for place, row in enumerate(tables.setdefault(key, [])):
        where = f"{key}[{place}]"
        if not check_table(where, row, kinds, faults, once.required):
            continue
        label = _means(chips, row["hardware"])
        if label is None:
            hint = chips.nearest(row["hardware"])
            faults.add(f"{where}.hardware", show(row["hardware"]), "not in the catalogue", "", hint)
            continue
        row["hardware"] = label
        same = tuple(str(row.get(name, "")) for name in once.told_by)
        if same in seen:
            faults.add(where, "", f"the same {once.what} as {key}[{seen[same]}]", f"each {once.what} once")
        seen.setdefault(same, place)


def _check_dates(tables: dict[str, Any], faults: Faults) -> None:
    """Everything has a date, its own or the book's."""
    if "date" in tables:
        return
    entries = [
        (f"{key}.{name}", entry) for key in ("accelerators", "regions", "models") for name, entry in tables[key].items()
    ]
    for key in ("rental", "chip_prices"):
        entries += [(f"{key}[{place}]", row) for place, row in enumerate(tables[key]) if isinstance(row, dict)]
    for where, entry in entries:
        if "date" not in entry:
            faults.add(f"{where}.date", "", "missing, and the book has no date", PARTIAL_FORM)
