"""The page of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
}


def page(described: Mapping[str, Any]) -> str:
    """The page that tells what is described."""
    return f"<!doctype html><title>{described['info']['title']}</title>"
