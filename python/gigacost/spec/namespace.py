"""The names that a specification may use, and how the values of each are read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

from gigacost.errors import Fault
from gigacost.graph.declarations import Input
from gigacost.spec.fields import Field
from gigacost.spec.spec import Spec


class Names(Protocol):
    """The names of a model and of a catalogue."""

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Inputs of the model."""

    @property
    def quantities(self) -> Mapping[str, str]:
        """Quantities of the model with their units; any but a condition (unit ``truth``) can be given a value."""

    @property
    def ranges(self) -> Mapping[str, Input]:
        """The legal range of some quantities, for when they are given a value: ``mfu``, ``pue``."""

    @property
    def label_axes(self) -> Mapping[str, Callable[[str], str]]:
        """Catalogue axes, each with what gives a label its one spelling (raising CatalogError)."""

    def labels(self, axis: str) -> Sequence[str]:
        """The labels of a catalogue axis; none of dates, of which there is no list."""

    @property
    def states(self) -> Collection[str]:
        """What the status of a combination may be, beside ``ok``."""

    @property
    def presets(self) -> Collection[str]:
        """Names of published runs and sites."""

    @property
    def accountings(self) -> Collection[str]:
        """Names of other ways to count."""


class Namespace(Names, Protocol):
    """What a specification is read with: names, and checks of the specification as a whole."""

    def under(self, accounting: str) -> Namespace:
        """The namespace of a specification that is counted this way; this one where the name is empty."""

    def check(self, spec: Spec) -> Iterable[Fault]:
        """Faults between fields that the model knows about (a hidden size that its heads do not divide)."""

    def doubts(self, spec: Spec) -> Iterable[Fault]:
        """What is legal but implausible, beside values out of their plausible band; each under its bare name."""


def field_of(names: Names, name: str) -> Field | None:
    """How a name's values are read; None if it cannot be given a value."""
    if name in names.label_axes:
        return Field(name, "label", canonical=names.label_axes[name])
    limits = names.inputs.get(name) or names.ranges.get(name)
    unit = limits.unit if limits else names.quantities.get(name, "truth")
    if unit == "truth":
        return None
    return Field(name, "integer" if limits and limits.integer else "number", unit, limits=limits)
