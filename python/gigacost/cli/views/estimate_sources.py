"""What an estimate rests on: every figure with its source and date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gigacost.cli.terminal import show, table
from gigacost.cli.views.numbers import amount

if TYPE_CHECKING:
    from gigacost.queries.assumptions import Assumption
    from gigacost.queries.estimates import Estimate

_ORDER = ("given", "preset", "model", "catalogue", "default")
_TITLES = {
    "given": "Given",
    "preset": "From the preset",
    "model": "Overridden in the model",
    "catalogue": "From the catalogue",
    "default": "Defaults",
}


def show_sources(estimates: Sequence[Estimate]) -> None:
    """The assumptions of all estimates, each once, by where they are from."""
    every = dict.fromkeys(one for estimate in estimates for one in estimate.assumptions if one.value is not None)
    for origin in _ORDER:
        found = [one for one in every if one.origin == origin]
        if found:
            _show(_TITLES[origin], found, sources=origin in {"catalogue", "default", "preset"})


def _show(title: str, found: Sequence[Assumption], *, sources: bool) -> None:
    heads = ["name", "value", *(["date", "source"] if sources else [])]
    rows = []
    for one in found:
        value = str(one.value) if isinstance(one.value, str) else amount(one.value, one.unit)
        rows.append([one.name, value, *([one.date, one.source] if sources else [])])
    show(table(heads, rows, ["value"], title))
