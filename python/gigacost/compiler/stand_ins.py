"""Models of the catalogue that stand for others: of which something else is taken than what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigacost.catalog import Catalog
from gigacost.compiler.filled import with_preset
from gigacost.compiler.stale_prices import given_names
from gigacost.errors import Fault, show

if TYPE_CHECKING:
    from gigacost.spec.spec import Spec

_AXIS = "model"
_HOURS = "chip_hours"


def stand_ins(spec: Spec, catalog: Catalog) -> Iterator[Fault]:
    """A doubt for each way in which models are taken as something else: the first such, and which others there are.

    A model with figures of a private book is its owner's affair, who may say the same of it; where the hours are given,
    none is at work.
    """
    if _HOURS in given_names(spec, catalog):
        return
    taken: dict[str, list[str]] = {}
    for label in _models(spec, catalog):
        entry = catalog.entry(_AXIS, label)
        if "taken_as" in entry and not (entry.get("origin") and _is_inherited(label, entry["taken_as"])):
            taken.setdefault(entry["taken_as"], []).append(label)
    for what, (first, *others) in taken.items():
        yield Fault(_AXIS, show(first), f"taken as {what}" + (f" (also {', '.join(others)})" if others else ""))


def _is_inherited(label: str, taken_as: str) -> bool:
    """Whether a private book has left what is said of a model as the bundled catalogue has it."""
    bundled = Catalog.bundled()
    return label in bundled.labels(_AXIS) and bundled.entry(_AXIS, label).get("taken_as") == taken_as


def _models(spec: Spec, catalog: Catalog) -> list[str]:
    """The models of a specification, of its preset where it names none."""
    parts = [part for axis in spec.axes for part in axis.parts]
    varied = [part.values for part in parts if part.name == _AXIS]
    if varied:
        return list(dict.fromkeys(map(str, varied[0])))
    named = with_preset(spec, catalog).fixed.get(_AXIS)
    return [] if named is None else [str(named)]
