"""The paths of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.service import examples
from gigacost.service.openapi import refusals

_TEXT = {"type": "string", "minLength": 1}
_PLACES = {
    "axis": "Axis of the catalogue, as hardware, region; or presets.",
    "label": "Label of the axis, or another spelling of it.",
    "chip": "Chip, by its label or another spelling.",
}
_ANSWER = {"type": ["array", "object"]}


def paths(shown: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Those of a catalogue, which says summary and parameters of each."""
    return {path: {"get": _path(path, one)} for path, one in shown.items()}


def _path(path: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    places = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PLACES[name],
            "schema": _TEXT,
            "example": examples.CATALOGUE[path][name],
        }
        for name in places
    ]
    in_query = [
        {
            "name": name,
            "in": "query",
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in shown["parameters"].items()
    ]
    found = refusals.json_of(_ANSWER, "What the catalogue has, as `gigacost catalog --json` prints it.", "etag")
    return {
        "operationId": "_".join(["catalog", *(part.strip("{}") for part in path.split("/")[3:])]),
        "tags": ["catalogue"],
        "summary": shown["summary"],
        "parameters": [*in_path, *in_query, refusals.if_none_match()],
        "responses": {"200": found, "304": refusals.unchanged(), **refusals.every(422, 429)},
    }
