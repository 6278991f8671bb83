"""Floors: what no candidate's objective is below, known from a part of it (as the engine's ``argmin/lower_bound.rs``).

Of computed numbers, a + b is not below a where b is not negative, because rounding is monotone; and where b is NaN the
sum is, which never wins. So each left part of a sum bounds it, as long as no later term is negative.
"""

from __future__ import annotations

from gigacost.compiler.wasm.graph import Graph


def floors(graph: Graph, objective: int) -> list[int]:
    """The left parts of a sum that bound it, the longest first."""
    found = []
    op = graph.nodes[objective]
    while op.name == "add" and graph.intervals[op.operands[1]].is_unsigned:
        found.append(op.operands[0])
        op = graph.nodes[op.operands[0]]
    return found
