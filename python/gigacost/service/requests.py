"""What a client sends, read strictly: a body of JSON with specifications, options and a price book."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from gigacost.errors import Fault, SpecError, nearest, show, type_name
from gigacost.service.operation import Asked, Operation
from gigacost.spec.files import check_tree, parse_text

EXAMPLE = '{"spec": {"fixed": {...}}, "options": {...}}'


class BodyError(SpecError):
    """The body is no JSON, or none that says something."""


def parsed(body: bytes) -> dict[str, Any]:
    """The object in a body. Raises BodyError for what is no JSON, doubled keys too; SpecError for keys that hide."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BodyError(Fault("body", "", "not UTF-8", EXAMPLE)) from None
    if not text.strip():
        raise BodyError(Fault("body", "", "empty", EXAMPLE))
    if text.strip() == "{}":
        return {}
    try:
        tree = dict(parse_text(text, "body", "json").tree)
    except SpecError as error:
        faults = (Fault("body" if one.field == "spec" else one.field, one.value, one.what, one.allowed or EXAMPLE)
                  for one in error.faults)  # fmt: skip
        raise BodyError(*faults) from None
    check_tree(tree)
    return tree


def asked_of(operation: Operation, body: Mapping[str, Any]) -> Asked:
    """What a body asks of an operation. Raises SpecError."""
    known = (*operation.documents, "options", "catalog")
    faults = [Fault(key, "", "unknown key", ", ".join(known), nearest(key, known)) for key in body if key not in known]
    tables = {key: body[key] for key in (*operation.documents, "options") if body.get(key) is not None}
    faults += [
        Fault(key, show(value), f"expected an object, got {type_name(value)}", EXAMPLE)
        for key, value in tables.items()
        if not isinstance(value, Mapping)
    ]
    catalog = body.get("catalog")
    if catalog is not None and not isinstance(catalog, str | Mapping):
        what = f"expected an object or a name, got {type_name(catalog)}"
        faults.append(Fault("catalog", show(catalog), what, "a price book's content, or a name that is mounted here"))
    if faults:
        raise SpecError(*faults)
    options = tables.pop("options", {})
    return Asked(tables, options, catalog)


def tag(*parts: str, body: Mapping[str, Any]) -> str:
    """The ETag of an answer: what it follows from, and no more."""
    text = json.dumps([*parts, body], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f'"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'
