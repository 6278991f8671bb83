"""Variations of designs: quantities of each combination of a sweep, with some names moved from where they are.

What is moved is moved as a draw is: a factor multiplies what the name has otherwise, anything else takes its place, and
all that is made of it follows. What the model searches for (the layout) stays what it is without any move, and so do
the states that central values decide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from gigacost import ops
from gigacost._engine import Program, Tape
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query, query_plan
from gigacost.errors import InternalError
from gigacost.graph.tracer import Tracer
from gigacost.graph.wiring import Quantity, Wiring
from gigacost.ops import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOVED = "moved "
"""What a leaf's name begins with that holds where something is moved to."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Quantities as a tape that also reads the moves; for all values of what is given."""

    tape: Tape
    nodes: tuple[tuple[int, int | None], ...]
    """The node of each quantity, and that of the condition in which it is null."""

    @property
    def moves(self) -> dict[int, str]:
        """What the leaves move that are moves, by their places."""
        leaves = enumerate(self.tape.leaves)
        return {place: leaf.removeprefix(_MOVED) for place, leaf in leaves if leaf.startswith(_MOVED)}


def moved(bound: Bound, quantities: Sequence[str], moving: Mapping[str, bool]) -> Moved:
    """The tape of quantities in which names move; ``moving`` says of each whether it does by a factor.

    It is made once for each model and set of given names. Raises SpecError when something is missing.
    """
    quantities = tuple(quantities)
    derive = tuple((name, expression.canonical) for name, expression in bound.spec.derive.items())
    key = ("variations", quantities, tuple(moving.items()), derive, bound.given)
    made: Moved = bound.model.compiled(key, lambda: _made(bound, quantities, moving))
    return made


class Variations:
    """Quantities of all combinations of a sweep; ``moving`` says of each name that moves whether it does by a factor.

    Raises SpecError when something that the quantities are made of is missing.
    """

    def __init__(
        self, bound: Bound, quantities: Sequence[str], moving: Mapping[str, bool], threads: int | None = None
    ) -> None:
        self.bound = bound
        self.quantities = tuple(quantities)
        self.moving = dict(moving)
        self.evaluations = 0
        """How many combinations were computed so far."""
        self._threads = lower.thread_count(threads)
        self._made = moved(bound, self.quantities, self.moving)

    def values(self, moves: Mapping[str, Floats]) -> dict[str, Floats]:
        """Each quantity: a row for each combination, a column for each move; NaN where a state spoils it.

        All moves are equally many. A name that is left out, or whose move is NaN, stays where it is. Raises
        InternalError for a value that is not finite.
        """
        import numpy as np

        count = len(next(iter(moves.values()))) if moves else 1
        found = [np.empty(self.bound.size * count) for _ in self.quantities]
        leaves = [self._leaf(leaf, moves) for leaf in self._made.tape.leaves]
        sizes = (*self.bound.sizes, count)
        program = Program(self._made.tape, sizes, leaves, lower.simd_level(), lower.BLOCKS)
        try:
            program.fill(self._made.nodes, found, self._threads)
        except InternalError as error:
            raise self._explained(error, moves, count) from None
        self.evaluations += self.bound.size * count
        shape = (self.bound.size, count)
        return {name: values.reshape(shape) for name, values in zip(self.quantities, found, strict=True)}

    def _leaf(self, leaf: str, moves: Mapping[str, Floats]) -> tuple[tuple[int, ...], Floats | tuple[float]]:
        """The groups of a leaf and its values; the moves are the group behind those of the sweep."""
        if not leaf.startswith(_MOVED):
            table = self.bound.table(leaf)
            return table.groups, table.values
        name = leaf.removeprefix(_MOVED)
        return ((len(self.bound.sizes),), moves[name]) if name in moves else ((), (math.nan,))

    def _explained(self, error: InternalError, moves: Mapping[str, Floats], count: int) -> InternalError:
        """The error with the combination and the moves it is about."""
        if error.row is None:
            return error
        row, move = divmod(error.row, count)
        inputs = {**self.bound.axis_values(row), **{name: values[move] for name, values in moves.items()}}
        told = ", ".join(f"{name} {'x' if self.moving.get(name) else '='} {value}" for name, value in inputs.items())
        return InternalError(f"{error} ({told})", row)


def _made(bound: Bound, quantities: tuple[str, ...], moving: Mapping[str, bool]) -> Moved:
    asked = query_plan(bound, Query(quantities))
    tracer = Tracer()
    leaves = lower.traced_leaves(tracer, asked.wiring, bound.model)
    values = asked.wiring.replay(leaves, tracer)
    central = {state: values[state] for state in asked.central}
    values = _moved(asked.wiring, values, moving, tracer)
    judged = values | central
    nodes = []
    for name in quantities:
        states = [judged[state] for state in asked.spoiled[name]]
        null = tracer.lift(reduce(ops.either, states)).node if states else None
        nodes.append((lower.node(tracer, values[name]), null))
    outputs = [(name, "", "", node) for name, (node, _) in zip(quantities, nodes, strict=True)]
    return Moved(tracer.builder.finish(outputs), tuple(nodes))


def _moved(wiring: Wiring, before: Mapping[str, Value], moving: Mapping[str, bool], tracer: Tracer) -> dict[str, Value]:
    """All values after the moves, made of those before: again what is made of something that moves."""
    values = dict(before)
    changed: set[str] = set()

    def move(name: str) -> None:
        changed.add(name)
        if name in moving:
            to, here = tracer.leaf(_MOVED + name), values[name]
            values[name] = ops.where(ops.missing(to), here, here * to if moving[name] else to)

    for leaf in wiring.leaves:
        if leaf in moving:
            move(leaf)
    for step in wiring.steps:
        if isinstance(step, Quantity) and (step.name in moving or not changed.isdisjoint(step.parameters)):
            values[step.name] = tracer.lift(step.function(*[values[name] for name in step.parameters]))
            move(step.name)
    return values
