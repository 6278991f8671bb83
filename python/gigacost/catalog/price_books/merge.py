"""A checked price book over the entries below it; every private field keeps its own source and date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.price_books.fields import NOT_FIGURES, REGION_FIELDS

_SOURCED = ("source", "date")


def merged(section: str, below: Mapping[str, Mapping[str, Any]], book: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The entries of a section with a book's over them; each private field remembers its source and date."""
    result = {name: dict(entry) for name, entry in below.items()}
    name_of_book = book.get("name", "private price book")
    for name, entry in book[section].items():
        source, date = entry.get("source", name_of_book), entry.get("date", book.get("date", ""))
        fields = {REGION_FIELDS.get(key, key) if section == "regions" else key: item for key, item in entry.items()}
        old = result.get(name, _blank(section, name, source, date))
        new = {**old, **{key: item for key, item in fields.items() if key not in _SOURCED}}
        origin = dict(old.get("origin", {}))
        for key in fields.keys() - NOT_FIGURES:
            origin[key] = (source, date)
        if section == "accelerators":
            _private_chip(new, old, entry, origin, (source, date))
        new["origin"] = origin
        new["unverified"] = [key for key in old.get("unverified", ()) if key not in origin]
        result[name] = new
    if section == "accelerators":
        for name, rows in _dated_prices(book, name_of_book).items():
            if "price_usd" not in book[section].get(name, {}):
                result[name].pop("price_usd", None)
            result[name] = {"is_sold": 1, **result[name], "prices": rows}
    return result


def _dated_prices(book: Mapping[str, Any], name_of_book: str) -> dict[str, list[dict[str, Any]]]:
    """The dated prices of a book by chip, as ``chip_prices.ChipPrice`` has them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in book["chip_prices"]:
        price = {"kind": "transaction", "source": name_of_book, "date": book.get("date", ""), **row}
        found.setdefault(str(price.pop("hardware")), []).append({**price, "usd": float(row["usd"])})
    return found


def _blank(section: str, name: str, source: str, date: str) -> dict[str, Any]:
    if section == "models":
        return {"name": name, "source": source, "date": date}
    return {"name": name, "level": "private"} if section == "regions" else {"name": name, "status": "available"}


def _private_chip(
    new: dict[str, Any], old: dict[str, Any], entry: Mapping[str, Any], origin: dict[str, Any], own: tuple[str, str]
) -> None:
    for table in ("dense_tflops", "achieved_tflops"):
        if table in entry:
            new[table] = {**old.get(table, {}), **entry[table]}
            origin.update({f"{table}.{precision}": own for precision in entry[table]})
    if "sources" not in old:
        origin.update(dict.fromkeys(("release", "is_sold", "system_w", *new), own))
    if "price_usd" in entry:
        # Whoever prices a chip can buy it, whatever its maker says.
        new.setdefault("is_sold", 1)
        new["price_date"] = entry.get("price_date", own[1])
        new["price_kind"] = entry.get("price_kind", "transaction")
        new["price_basis"] = entry.get("price_basis", "")
        new.pop("prices", None)
    if "mem_gib" in entry:
        new["mem_gib_basis"] = entry.get("mem_gib_basis", "")
