"""Nodes as instructions: a node that is used once where it is used, another one as a variable."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from gigacost.compiler.wasm.assembler import Code, Function, call, number, select
from gigacost.compiler.wasm.encoding import F64, I32, I64, instruction
from gigacost.compiler.wasm.graph import Graph
from gigacost.compiler.wasm.memory import Memory, Place
from gigacost.sampling import sobol

DEEPEST = 40
"""So many operations inside each other are written as one expression."""
_SHORT = 6
"""An alternative of more operations than this is computed only where it is taken."""
_DEAR = {"exp": 12, "log": 12, "power": 24, "normal": 24}
"""What weighs more than one operation."""
NONE = -1
"""The winner of a search without a legal candidate."""


class Callables(NamedTuple):
    """The places of functions."""

    exp: int
    log: int
    power: int
    normal: int
    """The quantile of the standard normal distribution."""
    searches: Mapping[int, int]
    """Those that find winners, by node."""
    reads: Mapping[int, Collection[int]]
    """The nodes that each of these reads from memory."""


def type_of(graph: Graph, node: int) -> int:
    """The type that a node's value has: conditions and winners are whole numbers."""
    return I32 if graph.is_truth(node) or graph.nodes[node].name == "winner" else F64


def weight(graph: Graph, node: int) -> int:
    """About how long a node takes."""
    return _DEAR.get(graph.nodes[node].name, 1)


class Writer:
    """Writes nodes into a function.

    ``bound`` nodes become variables, and go into memory where ``stored`` says; ``elsewhere`` has what is known
    otherwise, as from memory; all other nodes are written where they are used.
    """

    def __init__(
        self,
        memory: Memory,
        function: Function,
        callables: Callables,
        elsewhere: Callable[[int], Code | None],
        stored: Mapping[int, Place],
    ) -> None:
        self.graph = memory.graph
        self.memory = memory
        self.function = function
        self.callables = callables
        self.elsewhere = elsewhere
        self.stored = stored
        self.bound = set(stored)
        self.known: dict[int, Code] = {}
        self.digits: Mapping[tuple[int, int], Code] = {}
        """The digits of the axes of searches."""

    def plan(self, nodes: Collection[int], kept: Iterable[int], roots: Iterable[int] = ()) -> None:
        """Decide what becomes a variable: what is used more than once, or ``kept``, or is deep inside.

        ``roots`` are used once more than by the nodes.
        """
        uses: Counter[int] = Counter(roots)
        for node in nodes:
            uses.update(self._operands(node))
        self.bound |= {node for node in nodes if uses[node] > 1}.union(kept)
        depths: dict[int, int] = {}
        for node in sorted(nodes):
            inside = (depths.get(one, 0) for one in self.graph.nodes[node].operands if one not in self.bound)
            depths[node] = 1 + max(inside, default=0)
            if depths[node] > DEEPEST:
                self.bound.add(node)

    def bind(self, node: int) -> None:
        """Compute what a node needs and has not, and the node itself, as variables."""
        if node not in self.known:
            self.require(node)
            self._let(node)

    def _let(self, node: int) -> None:
        local = self.function.local(type_of(self.graph, node))
        local.set(self.compute(node))
        self.known[node] = local
        if node in self.stored:
            self.function.add(self.stored[node].store(local))

    def require(self, node: int) -> None:
        """Compute what becomes a variable of what a node is made of."""
        if not self._here(node):
            return
        stack = [(node, iter(self._operands(node)))]
        while stack:
            at, rest = stack[-1]
            operand = next(rest, None)
            if operand is not None:
                if operand not in self.known and self._here(operand):
                    stack.append((operand, iter(self._operands(operand))))
                continue
            stack.pop()
            if stack and at in self.bound and at not in self.known:
                self._let(at)

    def _operands(self, node: int) -> Collection[int]:
        """What is computed before a node; what a search reads lies in memory."""
        return self.callables.reads[node] if node in self.callables.reads else self.graph.nodes[node].operands

    def _here(self, node: int) -> bool:
        return self.graph.value(node) is None and self.elsewhere(node) is None

    def value(self, node: int) -> Code:
        """A node as a float."""
        number_ = self.graph.value(node)
        if number_ is not None:
            return number(number_, F64)
        raw = self.raw(node)
        if raw.type == F64:
            return raw
        converted = Code(raw.bytes + instruction("f64.convert_i32_u"), F64)
        return converted if self.graph.is_truth(node) else select(raw == NONE, number(math.nan, F64), converted)

    def truth(self, node: int) -> Code:
        """Whether a node holds."""
        number_ = self.graph.value(node)
        if number_ is not None:
            return number(1 if number_ != 0.0 else 0)
        raw = self.raw(node)
        return raw if raw.type == I32 else raw != 0.0

    def raw(self, node: int) -> Code:
        """A node in the type that it has."""
        known = self.known.get(node) or self.elsewhere(node)
        return self.compute(node) if known is None else known

    def compute(self, node: int) -> Code:
        """The instructions of a node."""
        op = self.graph.nodes[node]
        if op.name in _TRUTHS:
            return _TRUTHS[op.name](*(self.truth(one) for one in op.operands))
        if op.name in _PLAIN:
            return _PLAIN[op.name](*(self.value(one) for one in op.operands))
        return getattr(self, f"_{op.name}")(node, *op.operands)  # type: ignore[no-any-return] # the methods below

    def _where(self, _: int, condition: int, a: int, b: int) -> Code:
        holds, first, second = self.truth(condition), self.value(a), self.value(b)
        if self._inside(a) + self._inside(b) <= _SHORT:
            return select(holds, first, second)
        made = holds.bytes + instruction("if", bytes((F64,))) + first.bytes
        return Code(made + instruction("else") + second.bytes + instruction("end"), F64)

    def _inside(self, node: int) -> int:
        """How long what is written in the place of a node takes."""
        found, stack = 0, [node]
        while stack:
            at = stack.pop()
            if at not in self.known and self._here(at):
                found += weight(self.graph, at)
                stack += self._operands(at)
        return found

    def _minimum(self, _: int, a: int, b: int) -> Code:
        return self._extreme("min", "lt", a, b)

    def _maximum(self, _: int, a: int, b: int) -> Code:
        return self._extreme("max", "gt", a, b)

    def _extreme(self, name: str, compared: str, a: int, b: int) -> Code:
        """WebAssembly's own differ from the engine's in the signs of zeros alone: of two it must be the last."""
        if not (self.graph.intervals[a].has_zero and self.graph.intervals[b].has_zero):
            return self.value(a).op(name, self.value(b))
        first, second = self.function.local(F64), self.function.local(F64)
        # Both operands stay on the stack.
        operands = first.tee(self.value(a)).bytes + second.tee(self.value(b)).bytes
        chosen = first.op(compared, second, to=I32) | (first != first)  # noqa: PLR0124 - NaN differs from itself
        return Code(operands + chosen.bytes + instruction("select"), F64)

    def _missing(self, _: int, a: int) -> Code:
        known = self.known.get(a) or self.elsewhere(a)
        value = self.value(a)
        if known is not None:
            return value != value  # noqa: PLR0124 - as above
        local = self.function.local(F64)
        return Code(local.tee(value).bytes + local.bytes + instruction("f64.ne"), I32)

    def _exp(self, _: int, a: int) -> Code:
        return call(self.callables.exp, self.value(a), to=F64)

    def _log(self, _: int, a: int) -> Code:
        return call(self.callables.log, self.value(a), to=F64)

    def _power(self, _: int, a: int, b: int) -> Code:
        return call(self.callables.power, self.value(a), self.value(b), to=F64)

    def _winner(self, node: int, *_: int) -> Code:
        return call(self.callables.searches[node], to=I32)

    def _pick(self, node: int, winner: int) -> Code:
        search, axis = map(int, self.graph.nodes[node].about)
        sizes = [len(values) for values in self.graph.searches[search]]
        found = self.raw(winner)
        digit = found.op("div_u", math.prod(sizes[axis + 1 :])).op("rem_u", sizes[axis])
        return select(found == NONE, number(math.nan, F64), self.memory.axis_value(search, axis, digit))

    def _axis(self, node: int) -> Code:
        search, axis = map(int, self.graph.nodes[node].about)
        return self.memory.axis_value(search, axis, self.digits[search, axis])

    def _normal(self, _: int, a: int) -> Code:
        return call(self.callables.normal, self.value(a), to=F64)

    def _point(self, node: int) -> Code:
        group, first, *flips = map(int, self.graph.nodes[node].about)
        index = self.memory.digit(group)
        found = number(first, I64)
        for place, flipped in enumerate(flips):
            found = found ^ (number(flipped, I64) * (index >> place & 1).wide())
        whole = Code(found.bytes + instruction("f64.convert_i64_u"), F64)
        return (whole + 0.5) * 2.0**-sobol.BITS

    def _leaf(self, node: int) -> Code:
        return self.memory.figure(int(self.graph.nodes[node].about[0]))


_TRUTHS: dict[str, Callable[..., Code]] = {
    "both": lambda a, b: a & b,
    "either": lambda a, b: a | b,
    "negate": lambda a: ~a,
}
_PLAIN: dict[str, Callable[..., Code]] = {
    "negative": lambda a: -a,
    "sqrt": lambda a: a.op("sqrt"),
    "floor": lambda a: a.op("floor"),
    "ceil": lambda a: a.op("ceil"),
    "round_half_even": lambda a: a.op("nearest"),
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
}
