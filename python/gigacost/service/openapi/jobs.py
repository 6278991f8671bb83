"""The paths of jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gigacost.service import examples
from gigacost.service.openapi import refusals
from gigacost.service.openapi.questions import EVENTS

_COUNT = {"type": "integer", "minimum": 0}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Id that POST /v1/jobs gave.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,4}-[A-Za-z0-9_-]{16,64}$"},
}
STATES = ("queued", "running", "done", "failed", "cancelled")


def schema(names: Sequence[str]) -> dict[str, Any]:
    """The schema of a job."""
    progress = {
        "type": "object",
        "required": ["done", "of"],
        "properties": {"done": _COUNT, "of": {"type": ["integer", "null"], "minimum": 0}},
    }
    return {
        "type": "object",
        "required": ["id", "question", "state", "progress"],
        "properties": {
            "id": {"type": "string"},
            "question": {"enum": list(names)},
            "state": {"enum": list(STATES)},
            "progress": {**progress, "description": "Combinations so far and of all; null where nobody knows."},
            "seconds": {"type": "number", "description": "How long it took, when it has ended."},
            "expires_in": {**_COUNT, "description": "Seconds until it is forgotten, when it has ended."},
            "answer": {"description": "The answer, when it is done: that of POST /v1/QUESTION."},
            "status": {"type": "integer", "description": "The status of the refusal, when it has failed."},
            "errors": refusals.SCHEMA["properties"]["errors"],
        },
    }


def _body(names: Sequence[str]) -> dict[str, Any]:
    """A question by name, and beside it the question's body."""
    asked = {
        "type": "object",
        "required": ["question"],
        "properties": {
            "question": {"enum": list(names)},
            **{name: {"type": ["object", "null"]} for name in ("spec", "a", "b", "options")},
            "catalog": {"type": ["object", "string", "null"]},
        },
        "description": "The body of the question, with its name beside it. What is wrong in it is the job's answer.",
    }
    value = {"question": "top", **examples.QUESTIONS["top"]}
    return {"required": True, "content": {"application/json": {"schema": asked, "examples": {"top": {"value": value}}}}}


def _operation(name: str, summary: str, responses: Mapping[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"operationId": name, "tags": ["jobs"], "summary": summary, **more, "responses": dict(responses)}


def paths(names: Sequence[str]) -> dict[str, Any]:
    """The paths."""
    job = refusals.json_of(refusals.ref("job"), "The job as it is now.")
    taken = refusals.json_of(refusals.ref("job"), "The job was taken.")
    taken["headers"]["location"] = {"description": "Where the job is.", "schema": {"type": "string"}}
    links = {
        "job": {"operationId": "job", "parameters": {"id": "$response.body#/id"}},
        "cancel": {"operationId": "job_cancel", "parameters": {"id": "$response.body#/id"}},
    }
    heard = {"description": "The job at each change, then as it ended.", "headers": refusals.header()}
    events = {**heard, "content": {EVENTS: {"schema": {}}}}
    found = refusals.every()
    start = {"202": {**taken, "links": links}, **refusals.every(415, 422, 429)}
    with_id = {"parameters": [_ID]}
    return {
        "/v1/jobs": {"post": _operation("job_start", "Start a job.", start, requestBody=_body(names))},
        "/v1/jobs/{id}": {
            "get": _operation("job", "How far a job is, and its answer.", {"200": job, **found}, **with_id),
            "delete": _operation("job_cancel", "Cancel a job.", {"200": job, **found}, **with_id),
        },
        "/v1/jobs/{id}/events": {
            "get": _operation("job_events", "A job as server-sent events.", {"200": events, **found}, **with_id)
        },
    }
