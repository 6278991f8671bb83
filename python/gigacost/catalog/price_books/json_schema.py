"""The form of a private price book as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.price_books.discounts import KINDS
from gigacost.catalog.price_books.fields import ACCELERATOR, CHIP_PRICE, MODEL, REGION, RENTAL, RENTED
from gigacost.catalog.price_books.schema import Kind, Names, Number, Text

_TEXT = {"type": "string", "minLength": 1}


def json_schema() -> dict[str, Any]:
    """The schema: what stands where, with the range of each figure. What names mean is not in it."""
    fraction = {"type": "number", "minimum": 0, "exclusiveMaximum": 1}
    by_name = {"type": "object", "additionalProperties": fraction}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "name": _TEXT,
            "date": _TEXT,
            "accelerators": {"type": "object", "additionalProperties": _table(ACCELERATOR)},
            "rental": {"type": "array", "items": _table(RENTAL)},
            "chip_prices": {"type": "array", "items": _table(CHIP_PRICE)},
            "regions": {"type": "object", "additionalProperties": _table(REGION)},
            "models": {"type": "object", "additionalProperties": _table(MODEL)},
            "discounts": {
                "type": "object",
                "additionalProperties": False,
                "properties": {**dict.fromkeys(KINDS, by_name), **dict.fromkeys(RENTED, fraction)},
            },
        },
    }


def _table(kinds: Mapping[str, Kind]) -> dict[str, Any]:
    properties = {name: _of(kind) for name, kind in kinds.items()}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _of(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, Number):
        low = "exclusiveMinimum" if kind.open_low else "minimum"
        high = "exclusiveMaximum" if kind.open_high else "maximum"
        return {"type": "integer" if kind.whole else "number", low: kind.low, high: kind.high}
    if isinstance(kind, Text):
        return {"enum": list(kind.choices)} if kind.choices else _TEXT
    if isinstance(kind, Names):
        return {"type": "array", "items": _TEXT}
    return {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(kind.keys, _of(kind.of))}
