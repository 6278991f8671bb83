"""Text that a spreadsheet would take for a formula, were it typed."""

from __future__ import annotations

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def like_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text.startswith(_BEGINNINGS)


def disarmed(text: str) -> str:
    """A text of a CSV file that is taken for no formula: one that would be gets a '."""
    return f"'{text}" if like_formula(text) else text
