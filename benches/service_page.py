"""The part of ``docs/performance.md`` about the service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markdown_tables import digits, duration, megabytes, table, where

_QUESTIONS = {
    "estimate": "`estimate`, without intervals",
    "candidates": "`top(20)` of 5,000 candidates, which the request holds, with the breakdown of their costs",
}


def service(found: Mapping[str, Any]) -> str:
    """What HTTP adds, how workers share the load, how the memory stays."""
    part = found["service"]
    lines = []
    for name, words in _QUESTIONS.items():
        one = part[name]
        cells = [duration(one["seconds"][way]["median"]) for way in ("here", "1", "2")]
        lines.append([words, *cells, duration(max(one["added"].values()))])
    text = table(("", "in process", "1 worker", "2 workers", "HTTP adds at most"), lines)
    text = (
        "## The service\n\nThe median of answers in the process that asks and over HTTP, on one connection that stays, "
        f"in turns ([service.py](../benches/service.py)). Measured {where(part)}\n\n{text}\n"
    )
    if "load" in part:
        load = part["load"]
        rates = {workers: digits(load[workers]["calls_per_second"]) for workers in ("1", "2")}
        sizes = part["memory"]["bytes"]
        text += (
            f"\nUnder load, by wrk: {rates['1']} estimates a second by one worker on one connection, {rates['2']} by "
            f"two on four, {digits(load['times'])} times as many. Two workers take {megabytes(sizes[0])} of memory at "
            f"first, and {megabytes(sizes[-1])} after {part['memory']['requests']:,.0f} more requests.\n"
        )
    return text
