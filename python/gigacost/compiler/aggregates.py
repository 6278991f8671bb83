"""Expressions as quantities of a bound specification, and aggregates of them over draws.

An aggregate of a quantity is made of its values in all draws. A row state that holds in one of them leaves the
aggregate without that value: the row then is in the state ``LABEL_in_draws``, which spoils the aggregate, whatever the
state is centrally. A probability instead is the share of draws in which nothing that its condition reads is spoiled,
and the condition holds. A state that holds centrally spoils both, as it does all that is made of what it spoils. One
that is declared to be central is not looked at in draws at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gigacost import ops
from gigacost.compiler import constant_dollars
from gigacost.compiler.bound import Bound
from gigacost.expressions.ast import Expression, Node
from gigacost.graph.declarations import Status
from gigacost.graph.wiring import Aggregate, AggregateStep, Aggregation, Quantity, Wiring
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
    """Wires what is asked of a bound specification, expressions and aggregates among it."""

    def __init__(self, bound: Bound, expressions: Mapping[str, Expression]) -> None:
        self.bound = bound
        self.given = bound.given | bound.special
        self.extra = {name: derived(bound, name, expression) for name, expression in expressions.items()}
        self.uncertain = {name: distribution.relative for name, distribution in bound.uncertain.items()}
        nodes = dict.fromkeys(node for expression in expressions.values() for node in expression.aggregates)
        self.shares = {str(node) for node in nodes if node.op == "probability"}
        self.aggregates = {
            str(node): self._share(node) if str(node) in self.shares else self._aggregate(node) for node in nodes
        }

    def wire(self, names: Iterable[str]) -> Wiring:
        """The steps that make these names."""
        return self.bound.model.wire(names, self.given, self.extra, Aggregation(self.uncertain, self.aggregates))

    def states(self, read: Iterable[str], above: Above) -> list[State]:
        """The states that spoil something of what is read, and whose conditions can be known."""
        return [
            State(state.name, state.mark.label, frozenset(state.mark.spoils), state.mark.central)
            for state in self.bound.model.states
            if isinstance(state.mark, Status) and self._concerns(state, state.mark, read, above)
        ]

    def states_in_draws(self, above: Above) -> list[State]:
        """The states that some draws may be in, each spoiling the aggregates of what it spoils."""
        found = []
        for state in self.bound.model.states if self.aggregates else ():
            mark = state.mark
            aggregates = [name for name in self.aggregates if name not in self.shares and name in above]
            if not isinstance(mark, Status) or mark.central:
                continue
            spoiled = frozenset(name for name in aggregates if self._concerns(state, mark, [name], above))
            if not spoiled:
                continue
            name = f"{state.name} in draws"
            share = Aggregate(f"mean({state.name})", _as_number(state.name))
            self.aggregates[share.name] = share
            self.extra[name] = Quantity(name, lambda share: share > 0.0, (share.name,), "truth", state.doc)
            if any(isinstance(step, AggregateStep) for step in self.wire([name]).steps):
                found.append(State(name, f"{mark.label}_in_draws", spoiled, central=False))
        return found

    def _concerns(self, state: Quantity, mark: Status, read: Iterable[str], above: Above) -> bool:
        """Whether a state spoils something that is read, and all that it looks at is known."""
        if not any(above[name].intersection(mark.spoils) for name in read):
            return False
        return all(self.bound.available(leaf) for leaf in self.bound.model.wire([state.name], self.given).leaves)

    def _aggregate(self, node: Node) -> Aggregate:
        """The mean or a quantile of an expression."""
        (part,) = node.parts
        each = derived(self.bound, f"each {node}", Expression(str(part), part))
        return Aggregate(str(node), each, node.value if node.op == "quantile" else None)

    def _share(self, node: Node) -> Aggregate:
        """The share of draws in which a condition holds, and nothing that it reads is missing."""
        (part,) = node.parts
        holds = derived(self.bound, f"each {node}", Expression(str(part), part))
        drawn = [name for name, factor in self.uncertain.items() if not factor]
        wiring = self.bound.model.wire(holds.parameters, self.given.union(drawn), self.extra)
        states = [state.name for state in self.states(holds.parameters, wiring.upstream()) if not state.central]
        count = len(holds.parameters)

        def share(*values: Value) -> Value:
            known = holds.function(*values[:count])
            for spoiled in values[count:]:
                known = ops.both(known, ops.negate(spoiled))
            return ops.where(known, 1.0, 0.0)

        return Aggregate(str(node), Quantity(holds.name, share, (*holds.parameters, *states), "1", str(node)))


def _as_number(condition: str) -> Quantity:
    """A condition as 1 where it holds, else 0."""
    return Quantity(f"each {condition}", lambda holds: ops.where(holds, 1.0, 0.0), (condition,), "1", "")


def derived(bound: Bound, name: str, expression: Expression) -> Quantity:
    """An expression as a quantity, whose parameters are its names, its tests of labels and its aggregates."""
    tests = {
        (node.name, node.labels): bound.test(node.name, node.labels)
        for node in expression.root.read()
        if node.op == "label"
    }
    amounts = constant_dollars.amounts(bound, expression.names)
    deflator = (bound.deflator,) if amounts else ()
    parameters = (*expression.names, *tests.values(), *map(str, expression.aggregates), *deflator)

    def function(*arguments: Value) -> Value:
        known = dict(zip(parameters, arguments, strict=True))
        for amount, power in amounts.items():
            known[amount] = constant_dollars.converted(known[amount], power, known[bound.deflator])
        return expression.evaluate(known, lambda axis, labels: known[tests[axis, labels]] == 1.0)

    return Quantity(name, function, parameters, "truth" if expression.kind == "truth" else "", expression.text)
