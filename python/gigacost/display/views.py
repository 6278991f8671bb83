"""Which view an answer has, by the name of its class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

VIEWS: Mapping[str, tuple[str, str]] = {
    "Bounds": ("spaces", "bounds"),
    "BreakEven": ("curves", "break_even"),
    "Catalog": ("catalogues", "catalogue"),
    "Choice": ("designs", "choice"),
    "Comparison": ("designs", "comparison"),
    "CostValidation": ("curves", "validation"),
    "Counted": ("spaces", "counted"),
    "Diff": ("designs", "difference"),
    "DevelopmentValidation": ("curves", "validation"),
    "Elasticities": ("curves", "elasticities"),
    "Estimate": ("designs", "estimate"),
    "Explanation": ("designs", "explanation"),
    "Layouts": ("designs", "layouts"),
    "Model": ("catalogues", "model"),
    "OverTime": ("curves", "over_time"),
    "RowView": ("spaces", "rows"),
    "Rows": ("spaces", "rows"),
    "RunValidation": ("curves", "validation"),
    "Solution": ("curves", "solution"),
    "Space": ("spaces", "sweep"),
    "Summary": ("spaces", "summary"),
    "Table": ("spaces", "rows"),
    "Tracking": ("curves", "tracking"),
    "Uncertainty": ("curves", "uncertainty"),
    "Validation": ("curves", "validation"),
}
"""The module and the function that make it; ``catalogues.record`` makes that of others."""


def rendered(classes: Iterable[str], document: Mapping[str, Any]) -> str:
    """The view of an answer of the first of these classes that has one."""
    module, name = next((VIEWS[one] for one in classes if one in VIEWS), ("catalogues", "record"))
    made: str = getattr(import_module(f"gigacost.display.{module}"), name)(document)
    return made
