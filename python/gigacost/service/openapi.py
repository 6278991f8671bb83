"""The description of the API in OpenAPI 3.1, made from the operations and the form of a specification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from gigacost._engine import __version__
from gigacost.service import examples, results
from gigacost.service.operation import Operation
from gigacost.service.settings import Settings
from gigacost.service.tables import KIND

_JSON = "application/json"
_EVENTS = "text/event-stream"
_REF = "#/components/schemas/"
_TEXT = {"type": "string"}
_ERROR = {
    "errors": [{"field": "fixed.chips", "value": "0", "message": "must be larger than 0", "allowed": "0 < chips"}]
}
_STATUSES: Mapping[int, str] = {
    304: "The answer is the one whose ETag was given.",
    400: "The body is no JSON: the text is malformed, a key is doubled, a number is none, or nested too deeply.",
    401: "The token is missing or another one; only where the service has one.",
    404: "Nothing is there.",
    405: "Not a method of this path.",
    406: "The answer has no rows that could be an Arrow stream.",
    408: "The body took too long to arrive.",
    413: "The body is larger than allowed.",
    415: "The body is not said to be application/json, or is compressed.",
    421: "The service is not known by the name in Host.",
    422: "The question has faults, each with its field, or asks for more than is granted, with the limit's name.",
    429: "Too many questions at once; Retry-After says when to ask again.",
    503: "The service is stopping.",
}
_ASKED = (304, 400, 401, 405, 406, 408, 413, 415, 421, 422, 429, 503)
_LOOKED = (304, 401, 404, 405, 421, 422, 429, 503)
_OF_JOBS = (401, 404, 405, 421, 503)
_ABOUT = (
    "Questions about the cost of training, each as POST with a specification and options; the answer is the JSON that "
    "the command line prints with --json. A specification is what its file would hold: a single design is "
    '{"fixed": {...}}, values may have units ("13B", "60 d"). Answers are pure: send the ETag of one as If-None-Match '
    "and get 304 if it still holds. Clients name no files and no addresses."
)
_BOOK = {
    "description": "A private price book over the catalogue: its content, or the name under which one is mounted.",
    "anyOf": [{"type": "string", "minLength": 1}, {"type": "object"}],
}


def described(
    operations: Sequence[Operation],
    catalogue: Mapping[str, Mapping[str, Any]],
    specification: Mapping[str, Any],
    settings: Settings,
) -> dict[str, Any]:
    """The document; ``catalogue`` has the parameters of each of its paths."""
    answers = {f"answer-{one.name}": results.schema(one.name) for one in operations}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gigacost",
            "version": __version__,
            "summary": "What does it cost to train this AI model?",
            "description": _ABOUT,
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
            "x-limits": {
                one.name: {"value": getattr(settings, one.name), "description": one.metadata["help"]}
                for one in fields(settings)
                if "help" in one.metadata
            },
        },
        "tags": [{"name": name} for name in ("questions", "catalogue", "jobs", "service")],
        "paths": {
            **{f"/v1/{one.name}": {"post": _question(one)} for one in operations},
            **{path: {"get": _shown(path, given)} for path, given in catalogue.items()},
            **_jobs([one.name for one in operations]),
            **_service(),
        },
        "components": {
            "schemas": {
                "specification": _sent(specification),
                "errors": ERRORS,
                "job": JOB,
                **answers,
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
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
                "properties": {
                    "field": {**_TEXT, "description": "Where, as fixed.chips, options.k, or a limit's name."},
                    "value": {**_TEXT, "description": "What was given there, as text."},
                    "message": {**_TEXT, "description": "What is wrong with it."},
                    "allowed": {**_TEXT, "description": "What could stand there."},
                    "hint": {**_TEXT, "description": "What was probably meant."},
                },
            },
        }
    },
}
"""The body of every refusal."""
JOB: dict[str, Any] = {
    "type": "object",
    "required": ["id", "state"],
    "properties": {
        "id": _TEXT,
        "question": _TEXT,
        "state": {"enum": ["queued", "running", "done", "failed", "cancelled"]},
    },
}
"""What is told of a job."""


def _sent(specification: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a specification that names no file."""
    made = {key: value for key, value in specification.items() if key != "$schema"}
    tables = {"type": "object", "description": "Columns of equal length that are walked together."}
    over = {"zip": {"anyOf": [tables, {"type": "array", "items": tables, "minItems": 1}]}}
    return {
        **made,
        "properties": {
            key: over.get(key, value) for key, value in specification["properties"].items() if key != "catalog"
        },
    }


def _question(operation: Operation) -> dict[str, Any]:
    answer = {_JSON: {"schema": {"$ref": f"{_REF}answer-{operation.name}"}}, _EVENTS: {"schema": {}}}
    table = {KIND: {"schema": {"type": "string", "contentMediaType": KIND}}} if operation.has_rows else {}
    example = examples.QUESTIONS.get(operation.name)
    asked: dict[str, Any] = {"schema": _body(operation)}
    if example is not None:
        asked["examples"] = {"usual": {"summary": operation.summary, "value": example}}
    return {
        "operationId": operation.name,
        "tags": ["questions"],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": [_IF_NONE_MATCH],
        "requestBody": {"required": True, "content": {_JSON: asked}},
        "responses": {
            "200": {"description": "The answer.", "headers": _ETAG, "content": {**answer, **table}},
            **_refusals(_ASKED),
        },
    }


def _body(operation: Operation) -> dict[str, Any]:
    names = operation.documents
    required = ["options"] if operation.options.get("required") else []
    needed: dict[str, Any] = (
        {"required": [names[0], *required]}
        if len(names) == 1
        else {"anyOf": [{"required": [names[0], *required]}, {"required": [*names[1:], *required]}]}
    )
    return {
        "type": "object",
        "additionalProperties": False,
        **needed,
        "properties": {
            **{name: {"$ref": f"{_REF}specification"} for name in names},
            "options": dict(operation.options),
            "catalog": _BOOK,
        },
    }


def _shown(path: str, given: Mapping[str, Any]) -> dict[str, Any]:
    places = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    known = examples.CATALOGUE.get(path, {})
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {**_TEXT, "minLength": 1}, "example": known[name]}
        for name in places
    ]
    in_query = [
        {
            "name": name,
            "in": "query",
            "description": schema.get("description", ""),
            "schema": {key: value for key, value in schema.items() if key != "description"},
        }
        for name, schema in given["parameters"].items()
    ]
    return {
        "operationId": "-".join(["catalog", *path.split("/")[3:]]).replace("{", "").replace("}", ""),
        "tags": ["catalogue"],
        "summary": given["summary"],
        "parameters": [*in_path, *in_query, _IF_NONE_MATCH],
        "responses": {
            "200": {"description": "The answer.", "headers": _ETAG, "content": {_JSON: {"schema": {}}}},
            **_refusals(_LOOKED),
        },
    }


_ETAG = {"ETag": {"schema": _TEXT, "description": "Of version, model, catalogue, question and specification."}}
_IF_NONE_MATCH = {"name": "If-None-Match", "in": "header", "schema": _TEXT, "description": "The ETag of an answer."}


def _refusals(statuses: Iterable[int]) -> dict[str, Any]:
    body = {"content": {_JSON: {"schema": {"$ref": f"{_REF}errors"}, "example": _ERROR}}}
    return {
        str(status): {"description": _STATUSES[status], **({} if status == 304 else body)}  # noqa: PLR2004
        for status in statuses
    }


def _jobs(questions: Sequence[str]) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["question"],
        "properties": {
            "question": {"enum": list(questions)},
            **{name: {"type": "object"} for name in ("spec", "a", "b", "options")},
            "catalog": _BOOK,
        },
    }
    job = {"content": {_JSON: {"schema": {"$ref": f"{_REF}job"}}}}
    name = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
    example = {"question": "top", **examples.QUESTIONS["top"]}
    start = {
        "operationId": "start-job",
        "tags": ["jobs"],
        "summary": "Start a question that takes longer than a request may.",
        "requestBody": {"required": True, "content": {_JSON: {"schema": body, "example": example}}},
        "responses": {
            "202": {"description": "The job, and its place as Location.", **job},
            **_refusals((400, 401, 405, 408, 413, 421, 422, 429, 503)),
        },
    }
    about = {"tags": ["jobs"], "parameters": [name]}
    told = {"200": {"description": "The job.", **job}, **_refusals(_OF_JOBS)}
    stream = {"200": {"description": "Its progress, and its end.", "content": {_EVENTS: {"schema": {}}}}}
    return {
        "/v1/jobs": {"post": start},
        "/v1/jobs/{id}": {
            "get": {"operationId": "job", "summary": "How far a job is, or its answer.", **about, "responses": told},
            "delete": {"operationId": "cancel-job", "summary": "Cancel a job.", **about, "responses": told},
        },
        "/v1/jobs/{id}/events": {
            "get": {
                "operationId": "job-events",
                "summary": "Follow a job as server-sent events.",
                **about,
                "responses": {**stream, **_refusals(_OF_JOBS)},
            }
        },
    }


def _service() -> dict[str, Any]:
    def looked(name: str, summary: str, kind: str, more: Iterable[int]) -> dict[str, Any]:
        schema = _TEXT if kind.startswith("text/") else {"type": "object"}
        answer = {"200": {"description": summary, "content": {kind: {"schema": schema}}}}
        responses = {**answer, **_refusals((405, 421, *more))}
        return {"get": {"operationId": name, "tags": ["service"], "summary": summary, "responses": responses}}

    starting = looked("readyz", "Whether it takes questions.", _JSON, ())
    starting["get"]["responses"]["503"] = {
        "description": "It is starting or stopping.",
        "content": {_JSON: {"schema": {"type": "object"}}},
    }
    return {
        "/healthz": looked("healthz", "Whether the process answers.", _JSON, ()),
        "/readyz": starting,
        "/metrics": looked("metrics", "Counts for Prometheus.", "text/plain", (401,)),
        "/openapi.json": looked("openapi", "This description.", _JSON, (401,)),
    }
