"""Expressions as quantities of a bound specification, and aggregates of them over draws.

An aggregate of a quantity is made of its values in all draws. A row state that holds in one of them leaves the
aggregate without that value: the row then is in the state ``LABEL_in_draws``, which spoils the aggregate, whatever the
state is centrally. A probability instead is the share of draws in which nothing that its condition reads is spoiled,
and the condition holds. A state that holds centrally spoils both, as it does all that is made of what it spoils. One
that is declared to be central is not looked at in draws at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gigacost import ops
from gigacost.compiler import constant_dollars
from gigacost.compiler.bound import Bound
from gigacost.compiler.conditions import NO_STATES, States, is_test, written_out
from gigacost.expressions.ast import IN_DRAWS, Expression, Node
from gigacost.graph.declarations import Status
from gigacost.graph.wiring import Aggregate, AggregateStep, Aggregation, Quantity, SearchStep, Wiring
from gigacost.ops import Value

Above = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class State:
    """A row state, as far as it matters to what is asked."""

    name: str
    """The quantity that says whether a combination is in it."""
    label: str
    spoils: frozenset[str]
    central: bool


class Wirer:
    """Wires what is asked of a bound specification, expressions and aggregates among it.

    ``shown`` are the columns whose status conditions look at.
    """

    def __init__(self, bound: Bound, expressions: Mapping[str, Expression], shown: Sequence[str] = ()) -> None:
        self.bound = bound
        self.expressions = expressions
        self.shown = shown
        self.given = bound.given | bound.special
        self.uncertain = {name: distribution.relative for name, distribution in bound.uncertain.items()}
        self.nodes = tuple(dict.fromkeys(node for expression in expressions.values() for node in expression.aggregates))
        self.shares = {str(node) for node in self.nodes if node.op == "probability"}
        self.extra: dict[str, Quantity] = {}
        self.in_draws: dict[str, Quantity] = {}
        """Expressions as they are in draws, where they look at states."""
        self.central: dict[str, Quantity] = {}
        """The central states that conditions in draws look at."""
        self.aggregates: dict[str, Aggregate] = {}
        self._write(NO_STATES, NO_STATES)
        if any(is_test(node) for expression in expressions.values() for node in expression.root.walk()):
            self._write(self._states(), self._states_of_a_draw())

    def wire(self, names: Iterable[str]) -> Wiring:
        """The steps that make these names."""
        extra = {**self.extra, **self.central}
        aggregation = Aggregation(self.uncertain, self.aggregates, self.in_draws, frozenset(self.central))
        return self.bound.model.wire(names, self.given, extra, aggregation)

    def states(self, read: Iterable[str], above: Above) -> list[State]:
        """The states that spoil something of what is read, and whose conditions can be known."""
        return [
            State(state.name, state.mark.label, frozenset(state.mark.spoils), state.mark.central)
            for state in self.bound.model.states
            if isinstance(state.mark, Status) and self._concerns(state, state.mark, read, above)
        ]

    @cached_property
    def leaves_of_states(self) -> Mapping[str, tuple[str, ...]]:
        """What each state looks at."""
        model, given = self.bound.model, frozenset(self.given)
        names = [state.name for state in model.states]
        made: Mapping[str, tuple[str, ...]] = model.compiled(
            ("leaves of states", given), lambda: {name: tuple(model.wire([name], given).leaves) for name in names}
        )
        return made

    def states_in_draws(self, read: Iterable[str], above: Above) -> list[State]:
        """The states that some draws may be in, each spoiling the aggregates of what it spoils."""
        found = []
        made_of = frozenset[str]().union(*(above[name] for name in read))
        means = [name for name in map(str, self.nodes) if name not in self.shares and name in made_of]
        for state in self.bound.model.states if means else ():
            mark = state.mark
            if not isinstance(mark, Status) or mark.central:
                continue
            spoiled = frozenset(name for name in means if self._concerns(state, mark, [name], above))
            if not spoiled:
                continue
            name = f"{state.name} in draws"
            share = Aggregate(f"mean({state.name})", _as_number(state.name))
            self.aggregates[share.name] = share
            self.extra[name] = Quantity(name, lambda share: share > 0.0, (share.name,), "truth", state.doc)
            if any(isinstance(step, AggregateStep) for step in self.wire([name]).steps):
                found.append(State(name, f"{mark.label}{IN_DRAWS}", spoiled, central=False))
        return found

    def _write(self, states: States, of_a_draw: States) -> None:
        """Make quantities of the expressions and aggregates, whose conditions look at some states."""
        for name, expression in self.expressions.items():
            self.extra[name] = derived(self.bound, name, expression, states)
            if not self._is_aggregated(expression):
                self.in_draws[name] = derived(self.bound, name, expression, of_a_draw)
        for node in self.nodes:
            made = self._share if str(node) in self.shares else self._aggregate
            self.aggregates[str(node)] = made(node, of_a_draw)

    def _states(self) -> States:
        """The states of a combination."""
        parts = {name for one in self.expressions.values() for name in (*one.names, *map(str, one.aggregates))}
        names = [*parts, *self.shown]
        above = self.wire(names).upstream()
        return self._looked_at(names, self.shown, above)

    def _states_of_a_draw(self) -> States:
        """The states in one draw, those that central values decide as they are centrally."""
        inside = [Expression("", node.parts[0]) for node in self.nodes]
        plain = {name: one for name, one in self.expressions.items() if not self._is_aggregated(one)}
        read = {name for one in (*inside, *plain.values()) for name in one.names}
        shown = [name for column in self.shown for name in self._in_a_draw(column)]
        names = [*read, *shown]
        return self._looked_at(names, shown, self._upstream_in_draws(names), in_draws=True)

    def _in_a_draw(self, name: str) -> Iterator[str]:
        """What stands for a name in one draw: for an aggregate, what it is an aggregate of."""
        expression = self.expressions.get(name)
        if expression is None or not self._is_aggregated(expression):
            yield name
            return
        nodes = {str(node): node for node in expression.aggregates}
        for read in written_out(expression.root, NO_STATES)[1]:
            if read in nodes:
                yield from written_out(nodes[read].parts[0], NO_STATES)[1]
            else:
                yield from self._in_a_draw(read)

    def _is_aggregated(self, expression: Expression) -> bool:
        names = (self.expressions.get(name) for name in expression.names)
        return bool(expression.aggregates) or any(self._is_aggregated(one) for one in names if one)

    def _looked_at(self, names: Sequence[str], shown: Sequence[str], above: Above, *, in_draws: bool = False) -> States:
        def known(read: Sequence[str]) -> list[State]:
            return [*self.states(read, above), *([] if in_draws else self.states_in_draws(read, above))]

        def truth(state: State) -> str:
            if not (in_draws and state.central):
                return state.name
            name = f"{state.name} centrally"
            self.central[name] = Quantity(name, lambda holds: holds, (state.name,), "truth", "")
            return name

        states = known(names)

        def spoiling(read: Iterable[str]) -> list[str]:
            made_of = frozenset[str]().union(*(above[name] for name in read))
            return [truth(state) for state in states if made_of.intersection(state.spoils)]

        return States(spoiling, [(state.label, truth(state)) for state in known(shown)])

    def _upstream_in_draws(self, names: Iterable[str]) -> Above:
        """What these names are made of in one draw, in which searches are those of central values."""
        drawn = [name for name, factor in self.uncertain.items() if not factor]
        wiring = self.bound.model.wire(names, self.given.union(drawn, self.central), self.in_draws)
        axes = [axis for step in wiring.steps if isinstance(step, SearchStep) for axis in step.makes]
        above = self.wire(axes).upstream()
        return wiring.upstream({axis: above[axis] for axis in axes})

    def _concerns(self, state: Quantity, mark: Status, read: Iterable[str], above: Above) -> bool:
        """Whether a state spoils something that is read, and all that it looks at is known."""
        if not any(above[name].intersection(mark.spoils) for name in read):
            return False
        return all(map(self.bound.available, self.leaves_of_states[state.name]))

    def _aggregate(self, node: Node, of_a_draw: States) -> Aggregate:
        """The mean or a quantile of an expression."""
        (part,) = node.parts
        each = derived(self.bound, f"each {node}", Expression(str(part), part), of_a_draw)
        return Aggregate(str(node), each, node.value if node.op == "quantile" else None)

    def _share(self, node: Node, of_a_draw: States) -> Aggregate:
        """The share of draws in which a condition holds, and nothing that it reads is missing."""
        (part,) = node.parts
        holds = derived(self.bound, f"each {node}", Expression(str(part), part), of_a_draw)
        above = self._upstream_in_draws(holds.parameters)
        states = [state.name for state in self.states(holds.made_of, above) if not state.central]
        count = len(holds.parameters)

        def share(*values: Value) -> Value:
            known = holds.function(*values[:count])
            for spoiled in values[count:]:
                known = ops.both(known, ops.negate(spoiled))
            return ops.where(known, 1.0, 0.0)

        unspoiled = holds.unspoiled.difference(states)
        made = Quantity(holds.name, share, (*holds.parameters, *states), "1", str(node), unspoiled=unspoiled)
        return Aggregate(str(node), made)


def _as_number(condition: str) -> Quantity:
    """A condition as 1 where it holds, else 0."""
    return Quantity(f"each {condition}", lambda holds: ops.where(holds, 1.0, 0.0), (condition,), "1", "")


def derived(bound: Bound, name: str, expression: Expression, states: States = NO_STATES) -> Quantity:
    """An expression as a quantity, whose parameters are its names, its tests of labels and its aggregates.

    Its conditions look at ``states``.
    """
    root, reads = written_out(expression.root, states)
    written = Expression(expression.text, root)
    tests = {(node.name, node.labels): bound.test(node.name, node.labels) for node in root.read() if node.op == "label"}
    amounts = constant_dollars.amounts(bound, written.names)
    deflator = (bound.deflator,) if amounts else ()
    aggregates = tuple(map(str, written.aggregates))
    parameters = (*written.names, *tests.values(), *aggregates, *deflator)

    def function(*arguments: Value) -> Value:
        known = dict(zip(parameters, arguments, strict=True))
        for amount, power in amounts.items():
            known[amount] = constant_dollars.converted(known[amount], power, known[bound.deflator])
        return written.evaluate(known, lambda axis, labels: known[tests[axis, labels]] == 1.0)

    unspoiled = frozenset((*written.names, *aggregates)).difference(reads)
    unit = "truth" if expression.kind == "truth" else ""
    return Quantity(name, function, parameters, unit, expression.text, unspoiled=unspoiled)
