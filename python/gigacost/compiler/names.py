"""The names that a specification may use, given a model and a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from gigacost.accounting import ACCOUNTINGS
from gigacost.catalog import Catalog
from gigacost.graph.declarations import LARGEST, Input
from gigacost.graph.model import Model

_KEPT = 16


class ModelNames:
    """The names of a model and of a catalogue (``gigacost.spec.namespace.Names``)."""

    def __init__(self, model: Model, catalog: Catalog) -> None:
        self.model = model
        self.catalog = catalog
        self.inputs: Mapping[str, Input] = {
            name: item for name, item in model.inputs.items() if name not in model.quantities
        }
        # What has a unit is an amount: it may be given by the user, but not below nothing.
        self.ranges: dict[str, Input] = {name: item for name, item in model.inputs.items() if name in model.quantities}
        for name, quantity in model.quantities.items():
            if name not in self.ranges and quantity.unit not in {"", "truth"}:
                low = -LARGEST if quantity.unit == "1" else 0.0
                self.ranges[name] = Input(name, quantity.unit, "", low=low, high=LARGEST)
        searched = {axis: "1" for search in model.searches for axis, _ in search.over}
        self.quantities: Mapping[str, str] = {
            name: quantity.unit or "1" for name, quantity in model.quantities.items()
        } | searched
        wanted = {name for name in catalog.columns if name in self.inputs or name in self.quantities}
        axes = dict.fromkeys(axis for name in wanted for axis in catalog.columns[name].axes)
        self.label_axes: Mapping[str, Callable[[str], str]] = {axis: _speller(catalog, axis) for axis in axes}
        self.states = tuple(dict.fromkeys(getattr(state.mark, "label", "") for state in model.states))
        self.presets = catalog.presets.keys()
        self.accountings = ACCOUNTINGS.keys()

    def labels(self, axis: str) -> tuple[str, ...]:
        """The labels of a catalogue axis."""
        return self.catalog.labels(axis)


@lru_cache(maxsize=_KEPT)
def names_of(model: Model, catalog: Catalog) -> ModelNames:
    """The names of a model with a catalogue; made once for each pair."""
    return ModelNames(model, catalog)


def _speller(catalog: Catalog, axis: str) -> Callable[[str], str]:
    return lambda label: catalog.canonical(axis, label)
