"""The description of the API in OpenAPI 3.1, made from the operations, the model and what is granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gigacost._engine import __version__
from gigacost.service.openapi import catalogue, jobs, limits, process, questions, refusals, results
from gigacost.service.operation import Operation
from gigacost.service.settings import Settings

TAGS = {
    "questions": "What something costs, and what follows from it. A question changes nothing, and an answer follows"
    " from what is asked alone.",
    "catalogue": "Facts and prices, each with its source and date.",
    "jobs": "Questions that take longer than a request may.",
    "process": "Whether the service is there, and its counts.",
}


def described(
    operations: Sequence[Operation],
    shown: Mapping[str, Mapping[str, Any]],
    specification: Mapping[str, Any],
    price_book: Mapping[str, Any],
    settings: Settings,
    *,
    token: bool,
) -> dict[str, Any]:
    """The document; ``shown`` are the paths of the catalogue, ``token``: whether clients show one."""
    names = [one.name for one in operations]
    paths = {
        **{f"/v1/{one.name}": {"post": questions.path(one, settings)} for one in operations},
        **catalogue.paths(shown),
        **jobs.paths(names),
        **process.PATHS,
    }
    schemas = {
        "specification": questions.specification(specification),
        "price_book": dict(price_book),
        "errors": refusals.SCHEMA,
        "job": jobs.schema(names),
        **{results.name(one): results.schema(one) for one in names},
    }
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "gigacost",
            "version": __version__,
            "summary": "What does it cost to train this AI model?",
            "description": _about(settings),
            "x-limits": limits.described(settings),
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": {path: _closed(path, methods, token=token) for path, methods in paths.items()},
        "components": {"schemas": schemas, "responses": refusals.responses(settings), "headers": refusals.HEADERS},
    }
    if token:
        document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"bearer": []}]
    return document


def _about(settings: Settings) -> str:
    granted = "\n".join(f"- `{name}`: {value:,}. {what}." for name, value, what in limits.listed(settings))
    return (
        "Every question of the command line over HTTP, with the JSON that `--json` prints. Bodies are JSON in UTF-8. "
        'Values have units as in a file of a specification: `"7B"`, `"30 d"`. A text is never the name of a file.\n\n'
        f"{results.RULE}\n\nWhat this service grants:\n\n{granted}"
    )


def _closed(path: str, methods: Mapping[str, Any], *, token: bool) -> dict[str, Any]:
    """The methods of a path, with what the token adds."""
    found = {}
    for method, operation in methods.items():
        responses = dict(operation["responses"])
        if path in process.OPEN:
            found[method] = {**operation, **({"security": []} if token else {})}
            continue
        if token:
            responses["401"] = refusals.refused(401)
        found[method] = {**operation, "responses": dict(sorted(responses.items()))}
    return found
