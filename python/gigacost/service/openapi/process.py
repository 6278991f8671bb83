"""The paths by which a service is watched, and those that describe it."""

from __future__ import annotations

from typing import Any

from gigacost.service.openapi import refusals

OPEN = frozenset({"/healthz", "/readyz"})
"""What is answered without a token."""


def _status(*values: str) -> dict[str, Any]:
    status = {"enum": list(values)}
    return {
        "type": "object",
        "required": ["status"],
        "additionalProperties": False,
        "properties": {"status": status},
    }


def _get(name: str, summary: str, answer: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - plain data
    responses = {"200": answer, **refusals.every(), **more}
    return {"get": {"operationId": name, "tags": ["process"], "summary": summary, "responses": responses}}


def _as(kind: str, description: str) -> dict[str, Any]:
    content = {kind: {"schema": {"type": "string"}}}
    return {"description": description, "headers": refusals.header(), "content": content}


_NOT_READY = refusals.json_of(
    {"anyOf": [_status("starting", "stopping"), refusals.ref("errors")]}, "Not ready.", "retry-after"
)
PATHS: dict[str, Any] = {
    "/": _get("page", "This API as a page.", _as("text/html", "The page.")),
    "/openapi.json": _get(
        "openapi", "This API in OpenAPI 3.1.", refusals.json_of({"type": "object"}, "This document.")
    ),
    "/healthz": _get("healthz", "Whether the process answers.", refusals.json_of(_status("ok"), "It does.")),
    "/readyz": _get(
        "readyz",
        "Whether questions are answered.",
        refusals.json_of(_status("ready"), "They are."),
        **{"503": _NOT_READY},
    ),
    "/metrics": _get("metrics", "Counts in the text form of Prometheus.", _as("text/plain", "The counts.")),
}
