"""The description of the API in OpenAPI 3.1, made from the operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gigacost._engine import __version__
from gigacost.service.operation import Operation
from gigacost.service.settings import Settings

_REF = "#/components/schemas/"


def described(operations: Sequence[Operation], specification: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The document."""
    del settings
    return {
        "openapi": "3.1.0",
        "info": {"title": "gigacost", "version": __version__, "summary": "What does it cost to train this AI model?"},
        "paths": {f"/v1/{one.name}": {"post": _question(one)} for one in operations},
        "components": {"schemas": {"specification": dict(specification), "errors": ERRORS}},
    }


ERRORS: dict[str, Any] = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["field", "value", "message", "allowed"],
                "properties": {name: {"type": "string"} for name in ("field", "value", "message", "allowed", "hint")},
            },
        }
    },
}


def _question(operation: Operation) -> dict[str, Any]:
    body = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{name: {"$ref": f"{_REF}specification"} for name in operation.documents},
            "options": dict(operation.options),
            "catalog": {"type": ["string", "object"]},
        },
    }
    refused = {"content": {"application/json": {"schema": {"$ref": f"{_REF}errors"}}}}
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": operation.description,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": {}}}},
            **{str(status): {"description": "Refused.", **refused} for status in (400, 401, 413, 415, 422, 429)},
        },
    }
