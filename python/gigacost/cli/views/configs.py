"""What was made of configuration files: a line for each, or every field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gigacost.cli.terminal import grid, literal, show
from gigacost.errors import show as shown

_NAMED = 6
"""Unknown fields that are named in a line."""
_LISTS = {"read": "read", "derived": "derived", "ignored": "ignored", "unknown": "unknown"}


def show_configs(config: Mapping[str, Any], *, everything: bool) -> None:
    """A line for each file; with ``everything`` each of its fields and what was made of it."""
    if not everything:
        show(*(literal(line, "dim") for line in config_lines(config)))
        return
    for file in _files(config):
        made = grid("left", "left", "left", "left")
        for kind in _LISTS:
            for entry in config[kind]:
                if entry.get("file", "") == file:
                    said = [entry.get("input", ""), entry.get("why", "")]
                    value = entry["value"] if isinstance(entry["value"], str) else shown(entry["value"])
                    text = f"{' = '.join(filter(None, [said[0], value]))}" if kind == "derived" else value
                    arrow = f"-> {said[0]}" if kind == "read" else said[1]
                    made.add_row(*(literal(cell) for cell in (f"  {kind}", entry["field"], text, arrow)))
        show(literal(file or "configuration", "bold"), made, "")


def config_lines(config: Mapping[str, Any]) -> Iterator[str]:
    """How many fields of each file were read, and which are unknown."""
    for file in _files(config):
        own = {kind: [entry for entry in config[kind] if entry.get("file", "") == file] for kind in _LISTS}
        counts = ", ".join(f"{len(own[kind])} {word}" for kind, word in _LISTS.items())
        yield f"{file or 'Configuration'}: {counts}{_named(own['unknown'])}."


def _files(config: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(entry.get("file", "") for kind in _LISTS for entry in config.get(kind, ())))


def _named(unknown: list[dict[str, Any]]) -> str:
    names = [entry["field"] for entry in unknown[:_NAMED]]
    more = [f"{len(unknown) - _NAMED} more"] if len(unknown) > _NAMED else []
    return f" ({', '.join([*names, *more])})" if names else ""
