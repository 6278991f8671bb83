"""From a key in a file's [sources] table to the text of a citation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def cited(sources: Mapping[str, Mapping[str, Any]], keys: str | Iterable[str]) -> tuple[str, str]:
    """Titles with addresses, joined, and the date of the first source."""
    names = [keys] if isinstance(keys, str) else list(keys)
    texts = []
    date = ""
    for name in names:
        entry = sources[name]
        title = entry.get("title") or sources[entry["via"]]["title"]
        texts.append(f"{title}, {entry['url']}" if entry.get("url") else str(title))
        date = date or str(entry.get("date") or (sources[entry["via"]]["date"] if "via" in entry else ""))
    return "; ".join(texts), date
