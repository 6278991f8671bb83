"""Wiring: the functions that some outputs need, in an order in which they can be called, by their parameters' names.

``gigacost.graph.resolver`` finds them; ``Wiring.replay`` calls them, on whatever kind of number it is given: the
reference's, the tracer's, the unit check's.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from gigacost.graph.declarations import Mark, Subtotal, marking
from gigacost.ops import Value

Function: TypeAlias = Callable[..., Value]
DRAWN = "draws of "
"""What stands before an uncertain name in that of the leaf that has its draws."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One function of a model."""

    name: str
    function: Function
    parameters: tuple[str, ...]
    """The quantities and inputs it is made of, in the order of the function's parameters."""
    unit: str
    """As its docstring says in brackets: ``chip·h``, ``1``, ``truth``; empty when it says nothing."""
    doc: str
    mark: Mark | Subtotal | None = None
    unspoiled: frozenset[str] = frozenset()
    """Parameters of which it only looks whether they are there: what spoils them does not spoil it."""

    @property
    def makes(self) -> tuple[str, ...]:
        """What it makes as a step of a wiring: itself."""
        return (self.name,)

    @property
    def made_of(self) -> tuple[str, ...]:
        """The parameters that it is spoiled with."""
        return (
            tuple(name for name in self.parameters if name not in self.unspoiled) if self.unspoiled else self.parameters
        )


@dataclass(frozen=True, slots=True)
class Search:
    """Axes whose values a model chooses itself: those at which a quantity is smallest."""

    name: str
    over: tuple[tuple[str, tuple[float, ...]], ...]
    """The axes and their values. The first axis is the outermost; of equally good candidates the first wins."""
    minimise: str
    among: str
    """The truth value that makes a candidate legal."""
    unless: tuple[str, ...] = ()
    """Truth values that each make a candidate not worth trying. One is asked only while all of the search's axes that
    it is made of are free: what a user gives is tried."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """The quantities that decide which candidate wins."""
        return (self.minimise, self.among, *self.unless)


@dataclass(frozen=True, slots=True)
class SearchStep:
    """A search as a step of a wiring."""

    search: Search
    inner: tuple[Step, ...]
    """What is evaluated for each candidate."""

    @property
    def makes(self) -> tuple[str, ...]:
        """The axes that are searched over."""
        return tuple(axis for axis, _ in self.search.over)

    def replay(self, values: dict[str, Value], player: Player) -> None:
        """Evaluate the inner steps for one candidate, whose axes are among the values."""
        for step in self.inner:
            _take(step, values, player)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What the values of a quantity in all draws become."""

    name: str
    of: Quantity
    q: float | None = None
    """Which quantile; None for the mean."""


@dataclass(frozen=True, slots=True)
class Aggregation:
    """What there is to aggregate over draws."""

    uncertain: Mapping[str, bool]
    """What differs from draw to draw, each with whether its draws are factors of what it is otherwise."""
    aggregates: Mapping[str, Aggregate]
    extra: Mapping[str, Quantity] = field(default_factory=dict)
    """Quantities that are others in draws than centrally."""
    central: frozenset[str] = frozenset()
    """Quantities that have their central value in every draw, whatever they are made of."""


NO_AGGREGATES = Aggregation({}, {})


@dataclass(frozen=True, slots=True)
class AggregateStep:
    """An aggregate over draws as a step of a wiring."""

    aggregate: Aggregate
    uncertain: tuple[tuple[str, bool], ...]
    """What is drawn, as in ``Aggregation``, as far as it matters."""
    inner: tuple[Quantity, ...]
    """What is evaluated in each draw: what differs from draw to draw. All else, winners of searches too, is central."""

    @property
    def makes(self) -> tuple[str, ...]:
        """The aggregate."""
        return (self.aggregate.name,)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The names of what is drawn."""
        return tuple(name for name, _ in self.uncertain)

    def replay(self, values: Mapping[str, Value], draw: Mapping[str, Value], player: Player) -> Value:
        """The value in one draw, given those of what is drawn."""
        inside = dict(values)
        made = {step.name for step in self.inner}
        for name, factor in self.uncertain:
            if name not in made:
                inside[name] = inside[name] * draw[name] if factor else draw[name]
        for step in self.inner:
            _take(step, inside, player)
            if step.name in draw:
                inside[step.name] = inside[step.name] * draw[step.name]
        return inside[self.aggregate.of.name]


Step: TypeAlias = Quantity | SearchStep | AggregateStep


class Player(Protocol):
    """What plays a wiring: one for each kind of number."""

    def lift(self, value: Value) -> Value:
        """The value as the player's kind of number, if a function returned a plain one."""

    def search(self, step: SearchStep, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Run a search on the values known so far: the values of its axes at the winner."""

    def aggregate(self, step: AggregateStep, values: Mapping[str, Value]) -> Value:
        """Aggregate a quantity over draws, where the values known so far are central ones."""
        raise TypeError(f"nothing is drawn here: {step.aggregate.name} of {len(values)} values")


@dataclass(frozen=True, slots=True)
class Wiring:
    """The steps that make some outputs, in an order in which they can be taken."""

    steps: tuple[Step, ...]
    leaves: tuple[str, ...]
    """What has to be supplied, in the order of first use."""

    def replay(self, leaves: Mapping[str, Value], player: Player) -> dict[str, Value]:
        """Every quantity's value, made from the leaves'."""
        values = dict(leaves)
        for step in self.steps:
            _take(step, values, player)
        return values

    def upstream(self, searched: Mapping[str, frozenset[str]] | None = None) -> dict[str, frozenset[str]]:
        """For every name, the names it is made of (and spoiled with), directly or not, and itself.

        ``searched`` has those of axes of searches that were run elsewhere.
        """
        above: dict[str, frozenset[str]] = {leaf: frozenset([leaf]) for leaf in self.leaves}
        for step in self.steps:
            if searched and all(name in searched for name in step.makes):
                above |= {name: searched[name] for name in step.makes}
            else:
                _note_upstream(step, above)
        return above

    def search_leaves(self) -> frozenset[str] | None:
        """The leaves that what is searched for depends on; None where nothing is."""
        axes = [axis for step in self.steps if isinstance(step, SearchStep) for axis in step.makes]
        if not axes:
            return None
        above = self.upstream()
        return frozenset[str]().union(*(above[axis] for axis in axes)).intersection(self.leaves)


def _note_upstream(step: Step, above: dict[str, frozenset[str]]) -> None:
    if isinstance(step, Quantity):
        above[step.name] = frozenset([step.name]).union(*(above[name] for name in step.made_of))
    elif isinstance(step, AggregateStep):
        _upstream_of_aggregate(step, above)
    else:
        _upstream_of_search(step, above)


def _upstream_of_aggregate(step: AggregateStep, above: dict[str, frozenset[str]]) -> None:
    inside = {name: frozenset([name]) for name, factor in step.uncertain if not factor}
    for inner in step.inner:
        made_of = (inside.get(name) or above[name] for name in inner.made_of)
        inside[inner.name] = frozenset([inner.name]).union(*made_of)
    above[step.aggregate.name] = inside[step.aggregate.of.name] | {step.aggregate.name}


def _upstream_of_search(step: SearchStep, above: dict[str, frozenset[str]]) -> None:
    inside = dict(above)
    for axis, _ in step.search.over:
        inside.setdefault(axis, frozenset([axis]))
    for inner in step.inner:
        _note_upstream(inner, inside)
    reasons = frozenset[str]().union(*(inside[reason] for reason in step.search.reasons))
    for axis, _ in step.search.over:
        above[axis] = reasons | {axis}


def _take(step: Step, values: dict[str, Value], player: Player) -> None:
    if isinstance(step, SearchStep):
        values.update(player.search(step, values))
        return
    if isinstance(step, AggregateStep):
        values[step.aggregate.name] = player.aggregate(step, values)
        return
    try:
        values[step.name] = player.lift(step.function(*[values[name] for name in step.parameters]))
    except TypeError as error:
        error.add_note(f"in the quantity {step.name} ({_place(step.function)})")
        raise


def _place(function: Function) -> str:
    code = getattr(function, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)


def quantity_of(name: str, function: Function) -> Quantity:
    """A function as a quantity of this name."""
    parameters = tuple(inspect.signature(function).parameters)
    doc = inspect.getdoc(function) or ""
    return Quantity(name, function, parameters, _bracketed_unit(doc), doc, marking(function))


def _bracketed_unit(doc: str) -> str:
    """The unit in brackets at the end of the first paragraph's first bracket: ``... of the run [chip·h].``."""
    first = doc.split("\n\n", 1)[0]
    start = first.find("[")
    end = first.find("]", start)
    return first[start + 1 : end] if 0 <= start < end else ""
