"""What an estimate rests on: every figure with its source and date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gigacost.cli.terminal import show, table
from gigacost.cli.views.estimate import valued

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.assumptions import Assumption
    from gigacost.queries.estimates import Estimate

_ORDER = ("given", "configuration", "preset", "model", "catalogue", "default")
_WITH_SOURCES = frozenset({"catalogue", "configuration", "default", "preset"})
_TITLES = {
    "given": "Given",
    "configuration": "From configurations",
    "preset": "From the preset",
    "model": "Overridden in the model",
    "catalogue": "From the catalogue",
    "default": "Defaults",
}


def show_sources(estimates: Sequence[Estimate], model: Model) -> None:
    """The assumptions of all estimates, each once, by where they are from."""
    every = dict.fromkeys(
        one
        for estimate in estimates
        for one in estimate.assumptions
        if one.value is not None or one.name in {price.input for price in estimate.missing_prices}
    )
    for origin in _ORDER:
        found = [one for one in every if one.origin == origin]
        if found:
            _show(_TITLES[origin], found, model, sources=origin in _WITH_SOURCES)


def _show(title: str, found: Sequence[Assumption], model: Model, *, sources: bool) -> None:
    heads = ["name", "value", *(["date", "source"] if sources else [])]
    rows = []
    for one in found:
        value = one.value if isinstance(one.value, str) else _value(one, model)
        rows.append([one.name, value, *([one.date, one.source] if sources else [])])
    show(table(heads, rows, ["value"], title))


def _value(one: Assumption, model: Model) -> str:
    return "—" if not isinstance(one.value, int | float) else valued(one.name, one.value, one.unit, model)
