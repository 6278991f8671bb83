"""Resolving: which functions some outputs need, and in which order they can be called, by their parameters' names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from gigacost.errors import Fault, SpecError, nearest
from gigacost.graph.declarations import Alternative, Input
from gigacost.graph.wiring import (
    NO_AGGREGATES,
    Aggregate,
    AggregateStep,
    Aggregation,
    Quantity,
    Search,
    SearchStep,
    Step,
    Wiring,
    quantity_of,
)


class Declared(Protocol):
    """What a model declares, as far as resolving reads it."""

    @property
    def inputs(self) -> Mapping[str, Input]:
        """Its inputs."""

    @property
    def quantities(self) -> Mapping[str, Quantity]:
        """Its functions."""

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Inputs that can be computed from others where these are given."""

    @property
    def searches(self) -> tuple[Search, ...]:
        """Axes whose values it chooses itself."""

    @property
    def values(self) -> Mapping[str, float]:
        """What it gives a number."""

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be asked for or given."""


class Resolver:
    """Visits what the outputs need, depth first."""

    def __init__(
        self,
        model: Declared,
        given: Collection[str],
        extra: Mapping[str, Quantity],
        aggregation: Aggregation = NO_AGGREGATES,
    ) -> None:
        self.model = model
        self.extra = extra
        self.aggregation = aggregation
        self.given = frozenset(given) | frozenset(model.values)
        self.steps: dict[str, Step] = {}
        self.leaves: dict[str, None] = {}
        self.path: list[str] = []
        self.axis_of = {axis: search for search in model.searches for axis, _ in search.over if axis not in self.given}

    def resolve(self, outputs: Iterable[str]) -> Wiring:
        """The steps that make the outputs. Raises SpecError."""
        for output in outputs:
            self.visit(output)
        return Wiring(tuple(dict.fromkeys(self.steps.values())), tuple(self.leaves))

    def visit(self, name: str) -> None:
        """Have a name made, and before it all that it needs."""
        if name in self.steps or name in self.leaves:
            return
        if name in self.aggregation.aggregates:
            self._visit_aggregate(self.aggregation.aggregates[name])
        elif name in self.given:
            self.leaves[name] = None
        elif name in self.axis_of:
            self._visit_search(self.axis_of[name])
        elif quantity := self._quantity(name):
            self._enter(name)
            for parameter in quantity.parameters:
                self.visit(parameter)
            self.path.pop()
            self.steps[name] = quantity
        elif name in self.model.inputs:
            self.leaves[name] = None
        else:
            hint = nearest(name, self.model.names)
            raise SpecError(Fault(name, "", "the model has no such quantity or input", hint=hint))

    def _quantity(self, name: str) -> Quantity | None:
        known = self.extra.get(name) or self.model.quantities.get(name)
        if known:
            return known
        for other in self.model.alternatives:
            if other.name == name and self.given.issuperset(other.given):
                return replace(quantity_of(name, other.function), name=name)
        return None

    def _enter(self, name: str) -> None:
        if name in self.path:
            circle = " <- ".join([*self.path[self.path.index(name) :], name])
            raise SpecError(Fault(name, "", f"needs itself: {circle}; give one of them"))
        self.path.append(name)

    def _visit_search(self, search: Search) -> None:
        self._enter(f"search {search.name}")
        free = tuple((axis, values) for axis, values in search.over if axis not in self.given)
        axes = [axis for axis, _ in free]
        search = replace(search, over=free, unless=self.asked(search))
        within = Resolver(self.model, self.given | frozenset(axes), self.extra)
        wiring = within.resolve(search.reasons)
        above = wiring.upstream()
        inner = []
        for step in wiring.steps:
            if any(above[name].intersection(axes) for name in step.makes):
                inner.append(step)
            else:
                self.visit(step.makes[0])
        for leaf in wiring.leaves:
            if leaf not in axes:
                self.visit(leaf)
        self.path.pop()
        step = SearchStep(search, tuple(inner))
        for axis in axes:
            self.steps[axis] = step

    def _visit_aggregate(self, aggregate: Aggregate) -> None:
        self._enter(aggregate.name)
        uncertain = self.aggregation.uncertain
        drawn = [name for name, factor in uncertain.items() if not factor]
        extra = {**self.extra, **self.aggregation.extra, aggregate.of.name: aggregate.of}
        given = self.given.union(drawn, self.aggregation.central)
        wiring = Resolver(self.model, given, extra).resolve([aggregate.of.name])
        inner, central = _in_draws(wiring, aggregate.of.name, uncertain)
        for name in central if inner else aggregate.of.parameters:
            self.visit(name)
        self.path.pop()
        if not inner:
            # What no draw changes is what it is.
            self.steps[aggregate.name] = replace(aggregate.of, name=aggregate.name)
            return
        made = {step.name for step in inner}
        read = made.union(*(step.parameters for step in inner))
        matter = tuple((name, factor) for name, factor in uncertain.items() if name in read)
        self.steps[aggregate.name] = AggregateStep(aggregate, matter, inner)

    def asked(self, search: Search) -> tuple[str, ...]:
        """The conditions for leaving out candidates in which nothing is given that the search could choose."""
        axes = frozenset(axis for axis, _ in search.over)
        made_of = {
            condition: axes.intersection(
                Resolver(self.model, self.given | axes, self.extra).resolve([condition]).leaves
            )
            for condition in search.unless
        }
        return tuple(condition for condition, chosen in made_of.items() if not chosen & self.given)


def _in_draws(
    wiring: Wiring, wanted: str, uncertain: Mapping[str, bool]
) -> tuple[tuple[Quantity, ...], tuple[str, ...]]:
    """The quantities that are made anew in each draw, and what else is read, which is central.

    A search sees central values, so that the axes it chooses are the same in all draws.
    """
    differs = {leaf for leaf in wiring.leaves if leaf in uncertain}
    for step in wiring.steps:
        if isinstance(step, Quantity) and (step.name in uncertain or differs.intersection(step.parameters)):
            differs.add(step.name)
    needed: dict[str, None] = {wanted: None}
    inner: list[Quantity] = []
    for step in reversed(wiring.steps):
        if isinstance(step, Quantity) and step.name in needed and step.name in differs:
            inner.append(step)
            needed |= dict.fromkeys(step.parameters)
    made = {step.name for step in inner} | {name for name, factor in uncertain.items() if not factor}
    return tuple(reversed(inner)), tuple(name for name in needed if name not in made)
