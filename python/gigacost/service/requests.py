"""What a client sends, read strictly: a body of JSON with specifications, options and a price book."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from gigacost.errors import Fault, SpecError, nearest, show, type_name
from gigacost.service.operation import Asked
from gigacost.spec.files import check_tree, parse_text

_DIGITS = "Exceeds the limit ("
"""How Python says that a whole number has too many digits."""
EXAMPLE = '{"spec": {"fixed": {...}}, "options": {...}}'


class BodyError(SpecError):
    """The body is no JSON, or none that says something."""


def parsed(body: bytes, documents: Collection[str] = ()) -> dict[str, Any]:
    """The object in a body. Raises BodyError for what is no JSON, doubled keys too; SpecError for keys that hide.

    Within ``documents`` keys are looked at by whoever reads these as specifications.
    """
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
        raise BodyError(*map(_of_body, error.faults)) from None
    check_tree({key: {} if key in documents else value for key, value in tree.items()})
    return tree


def _of_body(fault: Fault) -> Fault:
    if fault.what.startswith(_DIGITS):
        return Fault("body", "", "a number of too many digits", f"<= {sys.get_int_max_str_digits()} digits")
    return Fault("body" if fault.field == "spec" else fault.field, fault.value, fault.what, fault.allowed or EXAMPLE)


def asked_of(documents: Sequence[str], body: Mapping[str, Any]) -> Asked:
    """What a body asks of an operation that takes these specifications. Raises SpecError."""
    known = (*documents, "options", "catalog")
    faults = [Fault(key, "", "unknown key", ", ".join(known), nearest(key, known)) for key in body if key not in known]
    tables = {key: body[key] for key in (*documents, "options") if key in body}
    faults += [
        Fault(key, show(value), f"expected an object, got {type_name(value)}", EXAMPLE)
        for key, value in tables.items()
        if not isinstance(value, Mapping)
    ]
    catalog = body.get("catalog")
    if "catalog" in body and (not isinstance(catalog, str | Mapping) or catalog == ""):
        what = f"expected an object or a name, got {type_name(catalog)}" if catalog != "" else "an empty name"
        faults.append(Fault("catalog", show(catalog), what, "a price book's content, or a name that is mounted here"))
    if faults:
        raise SpecError(*faults)
    options = tables.pop("options", {})
    empty = [Fault(f"options.{name}", "null", "no value", "a value, or no such option")
             for name, value in options.items() if value is None]  # fmt: skip
    if empty:
        raise SpecError(*empty)
    return Asked(tables, options, catalog)


def looked_up(given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What stands behind the question mark of an address, each once. Raises SpecError."""
    found: dict[str, str] = {}
    for name, value in given:
        if name in found:
            raise SpecError(Fault(f"options.{name}", show(value), "given twice", "one value"))
        found[name] = value
    return found


def tag(*parts: str, body: bytes) -> str:
    """The ETag of an answer: what it follows from, and no more. Bodies that differ in a byte have two."""
    found = hashlib.sha256("\0".join(parts).encode())
    found.update(b"\0" + body)
    return f'"{found.hexdigest()[:32]}"'
