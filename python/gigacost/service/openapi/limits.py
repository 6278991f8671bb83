"""What a service grants, as its description says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from gigacost.service.limits import OF_OPTIONS
from gigacost.service.settings import Settings

_UNSEEN = frozenset({"threads"})
"""What no client can ask for."""


def listed(settings: Settings) -> Iterator[tuple[str, float, str]]:
    """Name, value and meaning of each."""
    for one in fields(settings):
        if "help" in one.metadata and one.name not in _UNSEEN:
            yield one.name, getattr(settings, one.name), one.metadata["help"]


def described(settings: Settings) -> dict[str, dict[str, Any]]:
    """Value and meaning of each by its name."""
    return {name: {"value": value, "description": what} for name, value, what in listed(settings)}


def options(schema: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The schema of options, with what is granted of each."""
    properties = {name: _granted(name, one, settings) for name, one in schema["properties"].items()}
    return {**schema, "properties": properties}


def _granted(name: str, schema: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    if name not in OF_OPTIONS or "maximum" not in schema:
        return dict(schema)
    most = int(getattr(settings, OF_OPTIONS[name]))
    text = f"{schema.get('description', '')} At most {most:,} here (limit {OF_OPTIONS[name]}).".strip()
    return {**schema, "maximum": min(most, schema["maximum"]), "description": text}
