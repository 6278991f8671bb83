"""The rules of values, nulls and states, written down once more: for one combination, by calling the model's functions.

It knows nothing of the plans and wirings that the engine and the reference share. What it holds them to:

- What is given (by the user, by the model, by the catalogue) is not computed, and made of nothing else.
- An axis that is searched over has the value of the first legal candidate with the smallest objective. It is made of
  all that decides which one wins.
- Null is what is made of something that a state spoils, when that state is true; the rest of the row stays. A row's
  status is the first true state that spoils something read.
- A row is kept where its condition holds. Conditions joined by ``and`` are looked at one by one: one without
  ``missing`` and ``status`` holds only where nothing it reads is null. In any other each comparison counts for itself.
  ``missing(x)`` holds where x is null or its figure missing, ``status`` is that of the row with the columns shown, and
  of a comparison that reads a null nobody knows whether it holds (nor of its negation). What ``missing`` and ``status``
  look at, and what the alternatives beside them read, need not be there.
- In a draw, an absolute distribution replaces what a name is otherwise, a relative one multiplies it. Searches see
  central values in every draw.
- A mean or a quantile is null when, in any draw, a state is true that spoils what it is made of; the row then is in the
  state ``LABEL_in_draws``, unless it is in another one centrally. A probability counts such a draw as one in which its
  condition does not hold, so that it is made of these states too. What a state spoils centrally is null in both. A
  central state is not looked at in draws.
- With a base year, what the model computes in dollars is read as that times the dollars of that year per dollar.
"""

from __future__ import annotations

import inspect
import itertools
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from gigacost import Model
from gigacost.expressions.ast import AGGREGATES, Expression, Node
from gigacost.graph.declarations import Status
from gigacost.graph.wiring import Quantity, Search
from gigacost.ops import Value
from gigacost.reference import Number, Truth
from gigacost.sampling.distributions import Distribution
from gigacost.units.algebra import Unit


class NotFiniteError(Exception):
    """A value that no state explains is not finite."""


@dataclass(frozen=True)
class Design:
    """One combination: what is given of it, what is asked by expression, and what is not known exactly."""

    model: Model
    given: Mapping[str, float]
    labels: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, Expression] = field(default_factory=dict)
    uncertain: Mapping[str, Distribution] = field(default_factory=dict)
    draws: Sequence[Mapping[str, float]] = ()
    dollars: float | None = None
    """Dollars of the base year per dollar."""
    shown: Sequence[str] = ()
    """The columns whose status a condition looks at."""

    @cached_property
    def central(self) -> World:
        return World(self, self.given)

    @cached_property
    def drawn(self) -> list[World]:
        return [World(self, self.given, draw) for draw in self.draws]

    def row(self, columns: Sequence[str], where: Expression | None) -> dict[str, Any] | None:
        """Its status and columns, null as None; None where the condition does not hold, or reads what is null."""
        expressions = {**self.expressions, **({"(where)": where} if where else {})}
        alone = {str(node): Expression("", node) for one in expressions.values() for node in one.aggregates}
        design = replace(self, expressions={**expressions, **alone})
        if where and design.central.judged(where.root) is not True:
            return None
        read = [*columns, *(["(where)"] if where else [])]
        row = {"status": next(iter(design.true_states(read)), "ok")} if self.model.states else {}
        for column in columns:
            null = bool(design.true_states([column]))
            row[column] = None if null else float(plain(design.central[column])) + 0.0
            if not null and not math.isfinite(row[column]):
                raise NotFiniteError(column)
        return row

    def true_states(self, read: Iterable[str]) -> list[str]:
        """The states that spoil something that is read, those in draws behind the others."""
        made_of = frozenset[str]().union(*(self.central.made_of(name) for name in read))
        found = [status.label for status, state in self._states(made_of) if self.central.is_true(state)]
        aggregated = [node for name in read for node in self._aggregates(name) if node.op != "probability"]
        made_of = frozenset[str]().union(*(self.aggregated(node) for node in aggregated))
        in_draws = self._drawn_states(made_of) if aggregated else ()
        return found + [
            f"{status.label}_in_draws" for status, state in in_draws if any(w.is_true(state) for w in self.drawn)
        ]

    def _states(self, made_of: frozenset[str]) -> Iterator[tuple[Status, Quantity]]:
        for state in self.model.states:
            assert isinstance(state.mark, Status)
            if made_of.intersection(state.mark.spoils):
                yield state.mark, state

    def _drawn_states(self, made_of: frozenset[str]) -> Iterator[tuple[Status, Quantity]]:
        return ((status, state) for status, state in self._states(made_of) if not status.central)

    def _aggregates(self, name: str) -> Iterator[Node]:
        if expression := self.expressions.get(name):
            parts = needed(expression.root)
            yield from (node for node in expression.aggregates if str(node) in parts)
            for other in parts:
                if "(" not in other:
                    yield from self._aggregates(other)

    def within(self, name: str) -> Iterator[str]:
        """A name; the names that are read within it, where there are aggregates in it."""
        if not self._is_aggregated(name):
            yield name
            return
        nodes = {str(node): node for node in self.expressions[name].aggregates}
        for part in needed(self.expressions[name].root):
            yield from needed(nodes[part].parts[0]) if part in nodes else self.within(part)

    def _is_aggregated(self, name: str) -> bool:
        one = self.expressions.get(name)
        return one is not None and (bool(one.aggregates) or any(map(self._is_aggregated, one.names)))

    def _read_in_draws(self, node: Node) -> frozenset[str]:
        return frozenset[str]().union(*(self.drawn[0].made_of(name) for name in needed(node.parts[0])))

    def aggregated(self, node: Node) -> frozenset[str]:
        """The names that an aggregate is made of."""
        read = self._read_in_draws(node)
        states = self._drawn_states(read) if node.op == "probability" else ()
        return read.union(*(self.drawn[0].made_of(state.name) for _, state in states))

    def aggregate(self, node: Node) -> Number:
        """An aggregate of an expression over the draws."""
        if node.op == "probability":
            states = [state for _, state in self._drawn_states(self._read_in_draws(node))]
            holds = [
                world.judged(node.parts[0]) is True and not any(map(world.is_true, states)) for world in self.drawn
            ]
            return Number(sum(holds) / len(holds))
        values = [plain(world.number(node.parts[0])) for world in self.drawn]
        if not all(map(math.isfinite, values)):
            return Number(math.nan)
        if node.op == "quantile":
            return Number(sorted(values)[math.floor(node.value * (len(values) - 1))])
        if len(set(values)) == 1:
            return Number(values[0])
        try:
            return Number(float(sum(map(Fraction, values))) / len(values))
        except OverflowError:
            return Number(math.inf)


class World:
    """All values of a design: the central ones, or those in one draw."""

    def __init__(self, design: Design, given: Mapping[str, float], draw: Mapping[str, float] | None = None) -> None:
        self.design, self.model, self.given, self.draw = design, design.model, given, draw
        self.known: dict[str, Value] = {}
        self.above: dict[str, frozenset[str]] = {}
        self.winners: dict[str, Mapping[str, Value]] = {}

    def __getitem__(self, name: str) -> Value:
        """What a question reads: an expression, or a value, in dollars of the base year."""
        if name in self.design.expressions:
            return self.number(self.design.expressions[name].root)
        value, quantity = self.value(name), self.model.quantities.get(name)
        if quantity and self.design.dollars is not None and name not in self.given and "$" in quantity.unit:
            for symbol, power in Unit.parse(quantity.unit).powers:
                for _ in range(abs(power) if symbol == "$" else 0):
                    value = value * self.design.dollars if power > 0 else value / self.design.dollars
        return value

    def number(self, node: Node) -> Value:
        """The value of an expression."""
        if node.op == "number":
            return Number(node.value)
        if node.op == "name":
            return self[node.name]
        if node.op in AGGREGATES:
            return self.design.aggregate(node)
        if node.op == "where":
            return self.number(node.parts[1 if self.judged(node.parts[0]) is True else 2])
        parts = {f"part {i}": self.number(part) for i, part in enumerate(node.parts)}
        return replace(node, parts=tuple(Node("name", "number", name=name) for name in parts)).evaluate(parts, None)

    def judged(self, node: Node) -> bool | None:
        """Whether a condition holds; None where nobody knows."""
        found = []
        for part, holds in joined(node, holds=True):
            known = None if not tested(part) and self.is_null(needed(part)) else self.alternative(part)
            found.append(known if known is None else known == holds)
        return None if None in found else all(found)

    def alternative(self, node: Node) -> bool | None:  # noqa: PLR0911 - one per kind
        """The same, of a condition each of whose comparisons counts for itself."""
        if node.op in {"and", "or", "not"}:
            known = [self.alternative(part) for part in node.parts]
            if node.op == "not":
                return None if known[0] is None else not known[0]
            decides = node.op == "or"
            return decides if decides in known else None if None in known else not decides
        if node.op == "missing":
            return math.isnan(plain(self.number(node.parts[0]))) or self.is_null(needed(node.parts[0]))
        if node.op == "label":
            return (self.status if node.name == "status" else self.design.labels[node.name]) in node.labels
        if self.is_null(needed(node)):
            return None
        if node.op == "name":
            return bool(plain(self[node.name]))
        values = [plain(self.number(part)) for part in node.parts]
        pairs = [
            None if math.isnan(a) or math.isnan(b) else SIGNS[sign](a, b)
            for sign, a, b in zip(node.signs, values, values[1:], strict=False)
        ]
        return False if False in pairs else None if None in pairs else True

    @property
    def status(self) -> str:
        """The status of the row; in a draw, what aggregates are of stands in their place."""
        if self.draw is None:
            return next(iter(self.design.true_states(self.design.shown)), "ok")
        names = [name for column in self.design.shown for name in self.design.within(column)]
        return next((label for label in self._states(names)), "ok")

    def is_null(self, names: Iterable[str]) -> bool:
        """Whether a state is true that spoils one of some names (or of the aggregates that are written so)."""
        if self.draw is None:
            return any(self.design.true_states([name]) for name in names)
        return bool([*self._states(names)])

    def _states(self, names: Iterable[str]) -> Iterator[str]:
        """The states of a draw that spoil some names; those that are central are as they are centrally."""
        made_of = frozenset[str]().union(*map(self.made_of, names))
        for status, state in self.design._states(made_of):
            if (self.design.central if status.central else self).is_true(state):
                yield status.label

    def is_true(self, state: Quantity) -> bool:
        try:
            return bool(plain(self.value(state.name)))
        except KeyError:  # it looks at what nobody gave
            return False

    def value(self, name: str) -> Value:
        """The value of an input, a quantity or an axis of a search. Raises KeyError for an input that is not given."""
        if name not in self.known:
            relative = self.draw is None or name not in self.draw or self.design.uncertain[name].relative
            made = self._made(name) if relative else Number(0.0)
            if self.draw is not None and name in self.draw:
                made = made * self.draw[name] if relative else Number(self.draw[name])
            self.known[name] = made
        return self.known[name]

    def _made(self, name: str) -> Value:
        if name in self.given:
            return Number(self.given[name])
        if search := self._search_of(name):
            if self.draw is not None:
                return self.design.central.value(name)
            self.winners[search.name] = self.winners.get(search.name) or self._winner(search)
            return self.winners[search.name][name]
        if found := self._function_of(name):
            function, parameters = found
            value = function(*map(self.value, parameters))
            if isinstance(value, Number | Truth):
                return value
            return Truth(value) if isinstance(value, bool) else Number(value)
        default = self.model.inputs[name].default
        return Number(self.design.uncertain[name].median if default is None else default)

    def made_of(self, name: str) -> frozenset[str]:
        """The names that a value is made of, directly or not, and itself."""
        if name not in self.above:
            self.above[name] = frozenset([name]).union(*map(self.made_of, self._parts(name)), *self._within(name))
        return self.above[name]

    def _parts(self, name: str) -> Iterable[str]:
        if expression := self.design.expressions.get(name):
            return [part for part in needed(expression.root) if "(" not in part]
        replaced = self.draw is not None and name in self.draw and not self.design.uncertain[name].relative
        if replaced or name in self.given or self._search_of(name):
            return ()
        found = self._function_of(name)
        return found[1] if found else ()

    def _within(self, name: str) -> Iterator[frozenset[str]]:
        """What a name is made of elsewhere: an expression in draws, an axis in the candidates of its search."""
        if expression := self.design.expressions.get(name):
            parts = needed(expression.root)
            yield from (self.design.aggregated(node) for node in expression.aggregates if str(node) in parts)
        elif name not in self.given and (search := self._search_of(name)):
            inside = next(self._candidates(search))
            yield from map(inside.made_of, [search.minimise, search.among, *self._asked(search)])

    def _winner(self, search: Search) -> Mapping[str, Value]:
        legal = [
            (plain(inside.value(search.minimise)), inside.given)
            for inside in self._candidates(search)
            if plain(inside.value(search.among)) and not any(plain(inside.value(x)) for x in self._asked(search))
        ]
        best = [entry for entry in legal if not math.isnan(entry[0])]
        winner = min(best, key=lambda entry: entry[0])[1] if best else {}  # the first of equals
        return {axis: Number(winner.get(axis, math.nan)) for axis, _ in search.over}

    def _candidates(self, search: Search) -> Iterator[World]:
        free = [[(axis, value) for value in values] for axis, values in search.over if axis not in self.given]
        for candidate in itertools.product(*free):
            yield World(self.design, {**self.given, **dict(candidate)})

    def _asked(self, search: Search) -> list[str]:
        """The reasons to leave a candidate out that hang on nothing that is given of what is searched for."""
        given = {axis for axis, _ in search.over if axis in self.given}
        return [name for name in search.unless if not given & next(self._candidates(search)).made_of(name)]

    def _search_of(self, name: str) -> Search | None:
        return next((search for search in self.model.searches if name in dict(search.over)), None)

    def _function_of(self, name: str) -> tuple[Callable[..., Value], Sequence[str]] | None:
        if quantity := self.model.quantities.get(name):
            return quantity.function, quantity.parameters
        for other in self.model.alternatives:
            if other.name == name and all(needed in self.given for needed in other.given):
                return other.function, tuple(inspect.signature(other.function).parameters)
        return None


def joined(node: Node, *, holds: bool) -> Iterator[tuple[Node, bool]]:
    """The conditions that a condition (or its negation) joins by ``and``, each with whether it is to hold."""
    if node.op == "not":
        yield from joined(node.parts[0], holds=not holds)
    elif node.op in {"and", "or"} and (node.op == "and") == holds:
        for part in node.parts:
            yield from joined(part, holds=holds)
    else:
        yield node, holds


def tested(node: Node) -> bool:
    """Whether a condition has ``missing`` or ``status`` among its alternatives."""
    if node.op in {"and", "or", "not"}:
        return any(map(tested, node.parts))
    return node.op == "missing" or node.name == "status"


def needed(node: Node, *, holds: bool = True) -> frozenset[str]:
    """The names and aggregates of an expression (or of a condition that is to fail) that must not be null."""
    if node.kind == "truth" and node.op != "name":
        parts = [*joined(node, holds=holds)]
        if len(parts) > 1 or parts[0][0] is not node:
            return frozenset[str]().union(*(needed(part, holds=wanted) for part, wanted in parts))
        if tested(node):
            return frozenset()
    if node.op in AGGREGATES or node.op == "name":
        return frozenset([node.name or str(node)])
    return frozenset[str]().union(*map(needed, node.parts))


SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


def plain(value: Value) -> Any:
    return value.value if isinstance(value, Number) else value.holds if isinstance(value, Truth) else value
