"""What is asked of a bound specification, as steps that any kind of number can take.

The engine's tape is this recipe played once on traced values; the reference plays it on numbers, row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from gigacost import dollars, ops
from gigacost.bind import Bound
from gigacost.declare import Status
from gigacost.errors import SpecError
from gigacost.expression import Expression
from gigacost.ops import Value
from gigacost.wiring import Player, Quantity, Wiring

OK = "ok"
"""The state of a combination of which nothing is spoiled."""
_WHERE = "(where)"
"""The condition's name among the quantities; none of a user's can be called so."""


@dataclass(frozen=True, slots=True)
class Question:
    """What shall be known of each combination."""

    columns: tuple[str, ...]
    where: Expression | None = None
    reads: tuple[str, ...] = ()
    """Quantities that a combination must have to be looked at: what a query compares or groups by."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a combination (or, traced, of all of them)."""

    values: Mapping[str, Value]
    nulls: Mapping[str, Value | None]
    """For each column, the condition in which it is null; None when it never is."""
    keep: Value | None
    """The condition in which the combination counts; None when it always does."""
    state: Value
    """The position of its state in ``Recipe.states``."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a question is answered."""

    question: Question
    wiring: Wiring
    states: tuple[str, ...]
    """The labels of the states that a combination can be in; ``ok`` is the first."""
    conditions: tuple[str, ...]
    """The truth quantities of the other states, in order."""
    spoiled: Mapping[str, tuple[str, ...]]
    """For each column, the conditions in which it is null."""
    spoiled_reads: tuple[str, ...]
    """The conditions in which the combination is not looked at."""
    deflator: str
    """The leaf that amounts of dollars are multiplied by before they are told; empty where they are not."""
    amounts: Mapping[str, int]
    """The columns and reads that it is for, each with the power of the dollar in its unit."""

    def play(self, leaves: Mapping[str, Value], player: Player) -> Answer:
        """The answer made from the leaves' values."""
        values = self.wiring.replay(leaves, player)
        for name, power in self.amounts.items():
            values[name] = dollars.converted(values[name], power, values[self.deflator])
        nulls = {column: _any(values, conditions) for column, conditions in self.spoiled.items()}
        spoiled = _any(values, self.spoiled_reads)
        keep = None if spoiled is None else ops.negate(spoiled)
        if self.question.where:
            keep = values[_WHERE] if keep is None else ops.both(keep, values[_WHERE])
        state: Value = player.lift(0.0)
        for position in range(len(self.conditions), 0, -1):
            state = ops.where(values[self.conditions[position - 1]], float(position), state)
        return Answer(values, nulls, keep, state)


def recipe(bound: Bound, question: Question) -> Recipe:
    """How to answer a question about a bound specification. Raises SpecError when something it needs is missing."""
    extra = {name: _derived(bound, name, expression) for name, expression in bound.spec.derive.items()}
    where = (_WHERE,) if question.where else ()
    if question.where:
        extra[_WHERE] = _derived(bound, _WHERE, question.where)
    read = tuple(dict.fromkeys([*question.columns, *question.reads, *where]))
    given = bound.given | bound.special
    wiring = bound.model.wire(read, given, extra)
    above = wiring.upstream()
    states = [state for state in bound.model.states if _concerns(bound, state, read, above, given)]
    names = tuple(state.name for state in states)
    deflator = (bound.deflator,) if bound.deflator else ()
    wiring = bound.model.wire((*read, *names, *deflator), given, extra)
    lacking = [bound.lacking(leaf) for leaf in wiring.leaves if not bound.available(leaf)]
    if lacking:
        raise SpecError(*dict.fromkeys(lacking))
    above = wiring.upstream()

    def spoilers(quantities: Iterable[str]) -> tuple[str, ...]:
        made_of = frozenset[str]().union(*(above[name] for name in quantities))
        return tuple(state.name for state in states if made_of.intersection(_spoils(state)))

    return Recipe(
        question,
        wiring,
        states=(OK, *(state.mark.label for state in states if isinstance(state.mark, Status))),
        conditions=names,
        spoiled={column: spoilers([column]) for column in question.columns},
        spoiled_reads=spoilers([*question.reads, *where]),
        deflator=bound.deflator,
        amounts=dollars.amounts(bound, (*question.columns, *question.reads)),
    )


def _concerns(
    bound: Bound, state: Quantity, read: Iterable[str], above: Mapping[str, frozenset[str]], given: frozenset[str]
) -> bool:
    """Whether a state spoils something that is read, and all that it looks at is known."""
    if not any(above[name].intersection(_spoils(state)) for name in read):
        return False
    return all(bound.available(leaf) for leaf in bound.model.wire([state.name], given).leaves)


def _spoils(state: Quantity) -> tuple[str, ...]:
    return state.mark.spoils if isinstance(state.mark, Status) else ()


def _any(values: Mapping[str, Value], conditions: tuple[str, ...]) -> Value | None:
    return reduce(ops.either, (values[condition] for condition in conditions)) if conditions else None


def _derived(bound: Bound, name: str, expression: Expression) -> Quantity:
    """An expression as a quantity: its parameters are the names it uses and the label tests it makes."""
    tests = {
        (node.name, node.labels): bound.test(node.name, node.labels)
        for node in expression.root.walk()
        if node.op == "label"
    }
    names = expression.names
    amounts = dollars.amounts(bound, names)
    parameters = (*names, *tests.values(), *((bound.deflator,) if amounts else ()))

    def function(*arguments: Value) -> Value:
        known = dict(zip(parameters, arguments, strict=True))
        for amount, power in amounts.items():
            known[amount] = dollars.converted(known[amount], power, known[bound.deflator])
        return expression.evaluate(known, lambda axis, labels: known[tests[axis, labels]] == 1.0)

    return Quantity(name, function, parameters, "truth" if expression.kind == "truth" else "", expression.text)
