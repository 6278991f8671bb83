"""Tables and numbers as the pages of what was measured have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NOTE = "<!-- Written by `make bench` from benches/results.json: measure again, do not edit. -->\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(value: float) -> str:
    """Three digits, with a letter for thousands, millions, billions."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{digits(value / size)}{letter}"
    return digits(value)


def duration(seconds: float) -> str:
    """Seconds, milliseconds or microseconds, in three digits."""
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= size:
            return f"{digits(seconds / size)} {unit}"
    return f"{digits(seconds * 1e6)} µs"


def digits(value: float) -> str:
    """Three digits."""
    if value >= 100:  # noqa: PLR2004 - three digits
        return f"{value:,.0f}"
    if value >= 1:
        return f"{value:.1f}" if value >= 10 else f"{value:.2f}"  # noqa: PLR2004 - three digits
    return f"{value:.2g}"


def megabytes(size: float | None) -> str:
    """A size in MB; nothing where it was not measured."""
    return "" if size is None else f"{size / 1e6:,.0f} MB"


def where(part: Mapping[str, Any]) -> str:
    """The machine, the versions and the date of a part."""
    at = part["measured"]
    versions = ", ".join(f"{name} {version}" for name, version in at["versions"].items())
    return f"{at['date']} on {at['cores']} cores of {at['cpu']}, {at['memory_gib']} GiB, {at['system']}; {versions}."
