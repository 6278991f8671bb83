"""A price book written down: the TOML that reads back as the same book."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def book_as_toml(book: Mapping[str, Any]) -> str:
    """The text of a book of rental quotes."""
    lines = [_pair(key, value) for key, value in book.items() if key != "rental"]
    for quote in book["rental"]:
        lines += ["", "[[rental]]", *(_pair(key, value) for key, value in quote.items())]
    return "\n".join(lines) + "\n"


def _pair(key: str, value: str | float) -> str:
    # A JSON string is a TOML string; TOML alone has it that DEL must be escaped.
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else repr(value)
    return f"{key} = {text}"
