"""Floors: what no candidate's objective is below, known from a part of it (as ``rust/engine/src/search/floor.rs``).

Of computed numbers, a + b is not below a where b is not negative, because rounding is monotone; and where b is NaN the
sum is, which never wins. So each left part of a sum bounds it, as long as no later term is negative.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from gigacost.compiler.wasm.graph import TRUTHS, Graph
from gigacost.compiler.wasm.tape import Op


def floors(graph: Graph, objective: int) -> list[int]:
    """The left parts of a sum that bound it, the longest first."""
    known: dict[int, bool] = {}
    found = []
    op = graph.nodes[objective]
    while op.name == "add" and is_unsigned(graph, op.operands[1], known):
        found.append(op.operands[0])
        op = graph.nodes[op.operands[0]]
    return found


def is_unsigned(graph: Graph, node: int, known: dict[int, bool]) -> bool:
    """Whether a node is certain to be NaN or a number without a sign: not below 0, and not −0."""
    if node not in known:
        op = graph.nodes[node]
        test = _TESTS.get(op.name)
        if test is not None:
            known[node] = test(graph, op)
        elif op.name in _OF_ALL:
            known[node] = all(is_unsigned(graph, one, known) for one in op.operands)
        else:
            which = _OF_ONE.get(op.name)
            known[node] = op.name in TRUTHS or (which is not None and is_unsigned(graph, op.operands[which], known))
        if op.name == "where":
            known[node] = all(is_unsigned(graph, one, known) for one in op.operands[1:])
    return known[node]


def _plain(value: float) -> bool:
    return math.isnan(value) or math.copysign(1.0, value) > 0.0


_TESTS: dict[str, Callable[[Graph, Op], bool]] = {
    "constant": lambda _, op: _plain(op.about[0]),
    "leaf": lambda graph, op: all(map(_plain, graph.tables[int(op.about[0])][1].tolist())),
    "axis": lambda graph, op: all(map(_plain, graph.searches[int(op.about[0])][int(op.about[1])])),
    "pick": lambda graph, op: all(map(_plain, graph.searches[int(op.about[0])][int(op.about[1])])),
    "exp": lambda *_: True,
}
_OF_ALL = frozenset({"add", "multiply", "divide", "minimum", "sqrt", "floor", "ceil", "round_half_even"})
"""Unsigned where all operands are."""
_OF_ONE = {"power": 0, "maximum": 1}
"""Unsigned where this operand is: the greater of two is the second one unless the first is above it."""
