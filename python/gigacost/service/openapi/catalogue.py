"""The paths of the catalogue."""

from __future__ import annotations

from typing import Any

from gigacost.service.openapi import refusals

_TEXT = {"type": "string", "minLength": 1}
_AXIS = {
    "name": "axis",
    "in": "path",
    "required": True,
    "description": "Axis of the catalogue, as hardware, region; or presets.",
    "schema": _TEXT,
    "example": "hardware",
}
_LABEL = {
    "name": "label",
    "in": "path",
    "required": True,
    "description": "Label of the axis, or another spelling of it.",
    "schema": _TEXT,
    "example": "h100-sxm",
}
_DATE = {
    "name": "as_of",
    "in": "query",
    "description": "Date of the prices, as 2025-06-30 [default: that of the catalogue].",
    "schema": _TEXT,
}
_BOOK = {
    "name": "catalog",
    "in": "query",
    "description": "Name of a private price book that is mounted here.",
    "schema": _TEXT,
}
_HISTORY = {
    "name": "history",
    "in": "query",
    "description": "Of a chip: its rent over time, and the quotes behind it.",
    "schema": {"enum": ["true", "false"]},
}


def _path(name: str, summary: str, parameters: list[dict[str, Any]], answer: dict[str, Any]) -> dict[str, Any]:
    found = refusals.json_of(answer, "What the catalogue has, as `gigacost catalog --json` prints it.", "etag")
    return {
        "get": {
            "operationId": name,
            "tags": ["catalogue"],
            "summary": summary,
            "parameters": [*parameters, refusals.if_none_match()],
            "responses": {"200": found, "304": refusals.unchanged(), **refusals.every(422, 429)},
        }
    }


PATHS: dict[str, Any] = {
    "/v1/catalog": _path("catalog_axes", "The axes of the catalogue.", [_DATE, _BOOK], {"type": ["array", "object"]}),
    "/v1/catalog/{axis}": _path(
        "catalog_axis", "The labels of an axis with their main figures.", [_AXIS, _DATE, _BOOK], {"type": "array"}
    ),
    "/v1/catalog/{axis}/{label}": _path(
        "catalog_label",
        "All figures of a label, each with source and date.",
        [_AXIS, _LABEL, _DATE, _BOOK, _HISTORY],
        {"type": ["array", "object"]},
    ),
}
