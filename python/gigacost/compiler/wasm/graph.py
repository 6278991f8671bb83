"""What is computed, for one specification: a tape whose fixed figures are constants, without what nothing needs.

Simplifications change no bit of any result (but those of a NaN): an operation on constants is a constant, as the engine
computes it; a condition that is certain wherever in the space chooses; x · 1, x / 1 and x to the power of 2 are what
they are to the engine.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from gigacost._engine import apply
from gigacost.compiler.wasm import intervals, tables
from gigacost.compiler.wasm.intervals import ALL, Interval, hull, operation, selected
from gigacost.compiler.wasm.tape import Op, Operations, SearchAxes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from gigacost.compiler.wasm.tables import Floats

TRUTHS = frozenset({"less", "less_equal", "equal", "not_equal", "both", "either", "negate", "missing"})
"""Operations that give 1 or 0."""


_NORMAL = Interval(-9.0, 9.0)
"""No point strictly inside of the unit interval, of as many digits, is a normal number further from 0."""


class Graph:
    """Operations, each on earlier ones; equal ones are one node.

    A node's ``mask`` has a bit for each group of axes that it varies over, and behind these one for each axis of a
    search, outside of which it means nothing.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        self.searches: list[SearchAxes] = []
        self.nodes: list[Op] = []
        self.masks: list[int] = []
        self.intervals: list[Interval] = []
        """What encloses each node, wherever in the space."""
        self.values: list[Floats | None] = []
        """The values of a node over the bits of its mask in order, where these are few."""
        self.tables: list[tuple[tuple[int, ...], Floats]] = []
        """The groups and the values of each table."""
        self._known: dict[object, int] = {}
        self._known_tables: dict[tuple[tuple[int, ...], bytes], int] = {}
        self._sizes = [*self.sizes]
        self.bits: list[list[int]] = []
        """The bit of each axis of each search."""

    def search(self, axes: SearchAxes) -> int:
        """The number of a new search."""
        self.searches.append(axes)
        self.bits.append([1 << len(self._sizes) + place for place in range(len(axes))])
        self._sizes += map(len, axes)
        return len(self.searches) - 1

    @property
    def outer(self) -> int:
        """The bits of the groups."""
        return (1 << len(self.sizes)) - 1

    def own(self, winner: int) -> int:
        """The bits of the axes that a winner is searched over."""
        return sum(self.bits[int(self.nodes[winner].about[0])])

    def groups(self, mask: int) -> list[int]:
        """The groups of a mask."""
        return [group for group in range(len(self.sizes)) if mask >> group & 1]

    def points(self, mask: int) -> int:
        """How many combinations the groups of a mask have."""
        return math.prod(self.sizes[group] for group in self.groups(mask))

    def is_truth(self, node: int) -> bool:
        """Whether it can only be 1 or 0."""
        return self.nodes[node].name in TRUTHS

    def value(self, node: int) -> float | None:
        """The number that a node is; None for what is none."""
        op = self.nodes[node]
        return op.about[0] if op.name == "constant" else None

    def constant(self, value: float) -> int:
        """A number."""
        value = math.nan if math.isnan(value) else value
        return self._node(Op("constant", (), (value,)), 0, value, ("constant", struct.pack("<d", value)))

    def table(self, groups: Sequence[int], values: Floats) -> int:
        """A figure over some groups; what it does not vary over is left out."""
        import numpy as np

        bits = np.asarray(values, dtype=np.float64).view(np.uint64).reshape([self.sizes[group] for group in groups])
        left: list[int] = []
        for group in groups:
            axis = len(left)
            first = bits.take([0], axis)
            if (bits == first).all():
                bits = first.squeeze(axis)
            else:
                left.append(group)
        found = np.ascontiguousarray(bits).view(np.float64).ravel()
        if not left:
            return self.constant(float(found[0]))
        key = (tuple(left), found.tobytes())
        if key not in self._known_tables:
            self._known_tables[key] = len(self.tables)
            self.tables.append((key[0], found))
        mask = sum(1 << group for group in left)
        return self._node(Op("leaf", (), (self._known_tables[key],)), mask, found)

    def point(self, group: int, steps: Sequence[int]) -> int:
        """The points of a dimension of Sobol's sequence, of ``sobol.steps``; ``group`` is that of the draws."""
        return self._node(Op("point", (), (group, *steps)), 1 << group, Interval(2.0**-53, 1.0 - 2.0**-53))

    def normal(self, point: int) -> int:
        """The standard normal numbers of points."""
        return self._node(Op("normal", (point,)), self.masks[point], _NORMAL)

    def axis(self, search: int, axis: int) -> int:
        """The value of an axis inside a search."""
        values = self.searches[search][axis]
        if len(values) == 1:
            return self.constant(values[0])
        return self._node(Op("axis", (), (search, axis)), self.bits[search][axis], values)

    def winner(self, search: int, objective: int, among: int) -> int:
        """The number of the best candidate of a search."""
        if not self.intervals[among].may_hold or self.intervals[objective].is_empty:
            return self.constant(math.nan)
        mask = (self.masks[objective] | self.masks[among]) & ~sum(self.bits[search])
        return self._node(Op("winner", (objective, among), (search,)), mask, ALL)

    def pick(self, search: int, axis: int, winner: int) -> int:
        """The value of an axis of a search at its winner."""
        if self.value(winner) is not None:
            return self.constant(math.nan)
        inside = hull(self.searches[search][axis])._replace(nan=True)
        return self._node(Op("pick", (winner,), (search, axis)), self.masks[winner], inside)

    def apply(self, name: str, *operands: int) -> int:
        """An operation, or what is simpler and the same."""
        values = [self.value(operand) for operand in operands]
        if name != "where" and None not in values:
            return self.constant(apply(name, *values))  # type: ignore[arg-type] # none is None
        simpler = _SIMPLER.get(name)
        found = simpler(self, operands, values) if simpler else None
        if found is not None:
            return found
        mask = 0
        for operand in operands:
            mask |= self.masks[operand]
        known = self._computed(name, operands, mask)
        if known is not None and _is_one(known):
            return self.constant(float(known.flat[0]))
        enclosed = [self.intervals[operand] for operand in operands]
        interval = selected(*enclosed) if name == "where" else operation(name, enclosed)
        if name in TRUTHS and interval != intervals.TRUTHS:
            return self.constant(interval.low)
        return self._node(Op(name, operands), mask, interval if known is None else known)

    def _computed(self, name: str, operands: Sequence[int], mask: int) -> Floats | None:
        """The values of an operation, where these are few and those of its operands are known."""
        shape = self._shape(mask)
        if math.prod(shape) > tables.MOST:
            return None
        arrays = []
        for operand in operands:
            values = self.values[operand]
            if values is None:
                return None
            arrays.append(values.reshape(self._shape(mask, self.masks[operand])))
        return tables.computed(name, arrays)

    def _shape(self, mask: int, own: int = -1) -> list[int]:
        """The sizes of a mask's bits, 1 for those that are none of its ``own``."""
        return [size if own >> bit & 1 else 1 for bit, size in enumerate(self._sizes) if mask >> bit & 1]

    def truth(self, node: int) -> int:
        """Whether a value holds, as 1 or 0."""
        return node if self.is_truth(node) else self.apply("not_equal", node, self.constant(0.0))

    def needed(self, roots: Iterable[int]) -> list[int]:
        """The nodes that some nodes are made of, and these, ascending."""
        found = set(roots)
        for node in range(max(found, default=-1), -1, -1):
            if node in found:
                found.update(self.nodes[node].operands)
        return sorted(found)

    def _node(self, op: Op, mask: int, known: Interval | ArrayLike, key: object = None) -> int:
        """The node of an operation, of which an interval is known or the values are."""
        import numpy as np

        key = op if key is None else key
        if key not in self._known:
            self._known[key] = len(self.nodes)
            self.nodes.append(op)
            self.masks.append(mask)
            values = None if isinstance(known, Interval) else np.asarray(known, np.float64).reshape(self._shape(mask))
            self.intervals.append(known if isinstance(known, Interval) else tables.hull_of(np.asarray(known)))
            self.values.append(values if values is not None and values.size <= tables.MOST else None)
        return self._known[key]


def _is_one(values: Floats) -> bool:
    """Whether all values have the same bits."""
    import numpy as np

    bits = np.where(np.isnan(values), np.nan, values).view(np.uint64)
    return bool((bits == bits.flat[0]).all())


def add(graph: Graph, read: Operations, leaf: Callable[[int], int]) -> list[int]:
    """The nodes of a tape in a graph; ``leaf`` has those of its leaves. A tape added before may have its searches."""
    if graph.searches[: len(read.searches)] != read.searches:
        message = "tapes of different searches"
        raise ValueError(message)
    made: list[int] = []
    for op in read.ops:
        operands = tuple(made[operand] for operand in op.operands)
        numbers = tuple(int(one) for one in op.about) if op.name in {"leaf", "axis", "pick", "winner"} else ()
        if op.name == "constant":
            node = graph.constant(op.about[0])
        elif op.name == "leaf":
            node = leaf(numbers[0])
        elif op.name == "axis":
            node = graph.axis(*numbers)
        elif op.name == "winner":
            node = graph.winner(*numbers, *operands)
        elif op.name == "pick":
            node = graph.pick(*numbers, *operands)
        else:
            node = graph.apply(op.name, *operands)
        made.append(node)
    return made


_Operands = Sequence[int]
_Values = Sequence[float | None]


def _where(graph: Graph, operands: _Operands, _: _Values) -> int | None:
    condition, a, b = operands
    certain = graph.intervals[condition]
    if certain.holds or not certain.may_hold:
        return a if certain.holds else b
    if a == b:
        return a
    zero, one = graph.constant(0.0), graph.constant(1.0)  # not −0
    if graph.is_truth(condition) and {a, b} == {zero, one}:
        return condition if a == one else graph.apply("negate", condition)
    op = graph.nodes[condition]
    return graph.apply("where", op.operands[0], b, a) if op.name == "negate" else None


def _both(graph: Graph, operands: _Operands, values: _Values) -> int | None:
    (a, b), (x, y) = operands, values
    if x == 0.0 or y == 0.0:
        return graph.constant(0.0)
    if x is not None or a == b:
        return graph.truth(b)
    return graph.truth(a) if y is not None else None


def _either(graph: Graph, operands: _Operands, values: _Values) -> int | None:
    (a, b), (x, y) = operands, values
    if (x is not None and x != 0.0) or (y is not None and y != 0.0):
        return graph.constant(1.0)
    if x is not None or a == b:
        return graph.truth(b)
    return graph.truth(a) if y is not None else None


def _negate(graph: Graph, operands: _Operands, _: _Values) -> int | None:
    op = graph.nodes[operands[0]]
    return graph.truth(op.operands[0]) if op.name == "negate" else None


def _multiply(_: Graph, operands: _Operands, values: _Values) -> int | None:
    if values[1] == 1.0:
        return operands[0]
    return operands[1] if values[0] == 1.0 else None


def _divide(_: Graph, operands: _Operands, values: _Values) -> int | None:
    return operands[0] if values[1] == 1.0 else None


def _power(graph: Graph, operands: _Operands, values: _Values) -> int | None:
    x = operands[0]
    if values[0] == 1.0 or values[1] == 0.0:
        return graph.constant(1.0)
    if values[1] == 2.0:  # noqa: PLR2004 - the engine's special cases
        return graph.apply("multiply", x, x)
    if values[1] == -1.0:
        return graph.apply("divide", graph.constant(1.0), x)
    return x if values[1] == 1.0 else None


_SIMPLER: dict[str, Callable[[Graph, _Operands, _Values], int | None]] = {
    "where": _where,
    "both": _both,
    "either": _either,
    "negate": _negate,
    "multiply": _multiply,
    "divide": _divide,
    "power": _power,
}
