"""The hash of a catalogue's content: of its public files and of the books over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gigacost.catalog.files import DATA_FILES, data_text


def fingerprint(folder: Path, layers: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 in hexadecimal; what differs only in the order of keys, or in how a number is written, is the same."""
    import hashlib
    import json

    digest = hashlib.sha256()
    for name in DATA_FILES:
        digest.update(f"{name}\n{data_text(name, folder)}\n".encode())
    for layer in layers:
        digest.update(json.dumps(_canonical(layer), sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def _canonical(value: Any) -> Any:  # noqa: ANN401 - any value of a book
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return float(value) + 0.0 if isinstance(value, int | float) and not isinstance(value, bool) else value
