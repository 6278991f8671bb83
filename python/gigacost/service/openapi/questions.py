"""The paths of the questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.service import examples, tables
from gigacost.service.openapi import limits, refusals, results
from gigacost.service.operation import Operation
from gigacost.service.settings import Settings

EVENTS = "text/event-stream"
_FILES = ("catalog",)
"""Keys of a specification that name files, which a service does not read."""


def specification(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a specification as a service takes it: with tables, and without the names of files."""
    properties = {key: _inline(one) for key, one in schema["properties"].items() if key not in _FILES}
    return {**{key: one for key, one in schema.items() if key != "$schema"}, "properties": properties}


def _inline(schema: Any) -> Any:  # noqa: ANN401 - plain data
    """A schema without texts that are names of files."""
    if isinstance(schema, list):
        return [_inline(one) for one in schema if not _is_file(one)]
    if not isinstance(schema, Mapping):
        return schema
    return {key: _inline(one) for key, one in schema.items()}


def _is_file(schema: object) -> bool:
    return isinstance(schema, Mapping) and str(schema.get("pattern", "")).endswith("(csv|parquet)$")


def body(operation: Operation, settings: Settings) -> dict[str, Any]:
    """The schema of a question's body."""
    books = "A private price book: its content, or the name under which it is mounted."
    options = limits.options(operation.options, settings)
    needed = ["options"] if options.get("required") else []
    found: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{name: refusals.ref("specification") for name in operation.documents},
            "options": options,
            "catalog": {
                "anyOf": [{"type": "string", "minLength": 1}, refusals.ref("price_book")],
                "description": books,
            },
        },
    }
    first, *pair = operation.documents
    if pair:
        found["anyOf"] = [{"required": [first]}, {"required": pair}]
        return found | ({"required": needed} if needed else {})
    return {**found, "required": [first, *needed]}


def path(operation: Operation, settings: Settings) -> dict[str, Any]:
    """The path of a question."""
    answer = refusals.json_of(refusals.ref(results.name(operation.name)), "The answer, as `--json` prints it.", "etag")
    job = "What happens to the answer, as server-sent events: progress, then done or failed."
    answer["content"][EVENTS] = {"schema": {"description": job}}
    if operation.has_rows:
        rows = "The rows as an Arrow IPC stream. The limit of rows does not hold for it; those of bytes and seconds do."
        answer["content"][tables.KIND] = {"schema": {"type": "string", "format": "binary", "description": rows}}
    content: dict[str, Any] = {"schema": body(operation, settings)}
    if example := examples.QUESTIONS.get(operation.name):
        content["examples"] = {"usual": {"summary": operation.summary, "value": example}}
    call = examples.CALLS.get(operation.name)
    return {
        "operationId": operation.name.replace("-", "_"),
        "tags": ["questions"],
        "summary": operation.summary,
        "description": operation.description,
        **({"x-codeSamples": [{"lang": "Python", "source": call}]} if call else {}),
        "parameters": [refusals.if_none_match()],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "200": answer,
            "304": refusals.unchanged(),
            **refusals.every(*([] if operation.has_rows else [406]), 415, 422, 429),
        },
    }
