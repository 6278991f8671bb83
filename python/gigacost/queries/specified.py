"""What a notebook shows of a space: what is specified, of which nothing is computed."""

from __future__ import annotations

from typing import Any

from gigacost.compiler.bound import Bound

_SHOWN = 6
"""So many values of an axis are shown."""


def specified(bound: Bound, what: str) -> dict[str, Any]:
    """The document of a space's view; ``what`` it is called."""
    spec = bound.spec
    axes = [
        {"name": digit.name, "count": len(digit.values), "values": list(digit.values[:_SHOWN])}
        for digit in bound.digits.values()
    ]
    return {
        "what": what,
        "combinations": bound.size,
        "axes": axes,
        "fixed": dict(spec.fixed),
        "where": spec.where.text if spec.where else "",
        "columns": list(bound.columns),
        "warnings": [str(one) for one in spec.warnings],
    }
