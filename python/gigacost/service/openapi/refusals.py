"""Refusals and headers, which all paths share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gigacost.service.settings import Settings

REF = "#/components/schemas/"
_TEXT = {"type": "string"}
_FIELDS = {
    "field": "What is wrong: a key of the body, a limit, or a part of the request.",
    "value": "What was given, shortened; empty where that says nothing.",
    "message": "What is wrong with it.",
    "allowed": "What is allowed.",
    "hint": "What may have been meant.",
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["errors"],
    "additionalProperties": False,
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["field", "value", "message", "allowed"],
                "additionalProperties": False,
                "properties": {name: {**_TEXT, "description": text} for name, text in _FIELDS.items()},
            },
        }
    },
}
HEADERS: dict[str, Any] = {
    "etag": {
        "description": "What the answer follows from, as a hash.",
        "schema": {**_TEXT, "pattern": '^"[0-9a-f]{32}"$'},
    },
    "retry-after": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
    "x-request-id": {"description": "The request's id, as the log has it.", "schema": _TEXT},
}
_MEANINGS: Mapping[int, tuple[str, str]] = {
    400: ("Bad request", "The request is no HTTP that is read here, or the body no JSON: not UTF-8, a key twice."),
    401: ("No token", "The token is missing or wrong."),
    404: ("Not found", "Nothing is there under this path or id."),
    405: ("No such method", "Not a method of this path; the header allow names them."),
    406: ("No rows", "An Arrow stream is asked for, and the answer has no rows."),
    408: ("Too slow", "The request took too long to arrive ({body_seconds:g} s)."),
    413: ("Too large", "The body is larger than {body_bytes:,} bytes."),
    415: ("Not JSON", "The body is not `application/json`, or it is compressed."),
    421: ("Wrong host", "The request names a host that this service is not."),
    422: ("Refused", "What is asked has a fault, or asks for more than a limit grants; nothing was computed."),
    429: ("Too many", "As many questions or jobs as are granted are under way, or memory is short."),
    431: ("Too many headers", "More headers, or longer ones, than are read here."),
    500: ("Failure", "The service failed; its log has more under the request's id."),
    503: ("Not available", "The service is starting or stopping, or has no connection left."),
}
_RETRY = {429, 503}
ALWAYS = (400, 404, 405, 408, 413, 421, 431, 500, 503)
"""What any request may be answered with."""


def ref(name: str) -> dict[str, str]:
    """A schema by its name."""
    return {"$ref": f"{REF}{name}"}


def refused(status: int) -> dict[str, str]:
    """A refusal by its status."""
    return {"$ref": f"#/components/responses/refused_{status}"}


def every(*more: int) -> dict[str, Any]:
    """What any request may be refused with, and further refusals."""
    return {str(status): refused(status) for status in sorted({*ALWAYS, *more})}


def header(*names: str) -> dict[str, Any]:
    """Headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, "x-request-id")}


def json_of(schema: Mapping[str, Any], description: str, *headers: str, **more: object) -> dict[str, Any]:
    """An answer of JSON."""
    content = {"application/json": {"schema": dict(schema), **more}}
    return {"description": description, "headers": header(*headers), "content": content}


def unchanged() -> dict[str, Any]:
    """The answer to who has it already."""
    return {"description": "The answer is the one that If-None-Match names.", "headers": header("etag")}


def if_none_match() -> dict[str, Any]:
    """The header that names what a client has."""
    text = "ETag of an answer that the client has: 304 if it is still the answer, and nothing is computed."
    return {"name": "If-None-Match", "in": "header", "required": False, "description": text, "schema": _TEXT}


def responses(settings: Settings) -> dict[str, Any]:
    """The refusals by their names."""
    found = {}
    for status, (title, text) in _MEANINGS.items():
        retry: Iterable[str] = ("retry-after",) if status in _RETRY else ()
        said = text.format(body_seconds=settings.body_seconds, body_bytes=int(settings.body_bytes))
        found[f"refused_{status}"] = json_of(ref("errors"), f"{title}. {said}", *retry)
    return found


def meanings(settings: Settings) -> Mapping[int, str]:
    """What each status means."""
    return {int(name.removeprefix("refused_")): one["description"] for name, one in responses(settings).items()}
