"""JSON that is the same bytes for the same content, and specifications in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gigacost.spec.spec import Spec


def as_json(content: object) -> bytes:
    """The content as JSON: sorted keys, ASCII, one line."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii") + b"\n"


def from_json(data: bytes) -> dict[str, Any] | None:
    """The content of what ``as_json`` wrote; None for anything else, cut short or edited."""
    try:
        content = json.loads(data)
        return content if isinstance(content, dict) and as_json(content) == data else None
    except (ValueError, RecursionError):
        return None


def document(spec: Spec) -> dict[str, Any]:
    """A specification as plain data in which what has an order is a list: its axes, its tables, what it derives."""
    tree = spec.to_dict()
    axes = [
        [name, {"zip": [list(column) for column in axis["zip"].items()]} if isinstance(axis, Mapping) else axis]
        for name, axis in tree.get("axes", {}).items()
    ]
    derive = [list(item) for item in tree.get("derive", {}).items()]
    return tree | {key: value for key, value in (("axes", axes), ("derive", derive)) if value}


def tree_of(written: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping that ``reader.read_mapping`` reads as the specification of a ``document``."""
    axes = {
        name: {"zip": dict(axis["zip"])} if isinstance(axis, Mapping) else axis
        for name, axis in written.get("axes", ())
    }
    tree: dict[str, Any] = dict(written) | {"axes": axes, "derive": dict(written.get("derive", ()))}
    return {key: value for key, value in tree.items() if value}
