"""The nested subtotals."""

from __future__ import annotations

from gigacost.graph.declarations import Subtotal
from gigacost.model import totals


def test_each_subtotal_begins_with_the_smaller_one() -> None:
    declared = [value for value in vars(totals).values() if isinstance(value, Subtotal)]
    assert [(each.name, each.of) for each in declared] == [
        ("total_run_usd", ""),
        ("total_development_usd", "total_run_usd"),
        ("total_project_usd", "total_development_usd"),
        ("cost_total_usd", "total_project_usd"),
    ]
