"""Published runs and sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.records import Preset, Published


def presets(tables: Mapping[str, Any]) -> dict[str, Preset]:
    """All presets by name."""
    sources = tables["sources"]
    return {name: _preset(name, entry, sources) for name, entry in tables["presets"].items()}


def _preset(name: str, entry: Mapping[str, Any], sources: Mapping[str, Any]) -> Preset:
    rows = []
    for quantity, value, unit, what, key, *note in entry["published"]:
        source = sources[key]
        rows.append(Published(quantity, float(value), unit, what, source["title"], source["date"], *note))
    return Preset(
        name=name,
        doc=entry["doc"],
        kind=entry.get("kind", "run"),
        fixed=dict(entry["fixed"]),
        published=tuple(rows),
        lab=entry.get("lab", ""),
        note=entry.get("note", ""),
        assumed=tuple(entry.get("assumed", ())),
        unpredictable=entry.get("unpredictable", ""),
    )
