"""Segments: nodes that vary over the same groups of axes are computed together, when a digit of these has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from gigacost.compiler.wasm.assembler import Code, Function, load, number
from gigacost.compiler.wasm.encoding import I32, instruction, unsigned
from gigacost.compiler.wasm.graph import Graph
from gigacost.compiler.wasm.memory import ABSOLUTE, Memory, Place, Row
from gigacost.compiler.wasm.nodes import Callables, Writer, type_of, weight

_WORTH = 4
"""What weighs less is computed again sooner than looked up."""


@dataclass
class Segment:
    """The nodes of a mask, and the row of those that others read."""

    mask: int
    nodes: list[int]
    row: Row


def segments(memory: Memory, roots: Iterable[int], reads: Mapping[int, Collection[int]]) -> list[Segment]:
    """The segments that roots need, in an order in which they can be computed. ``reads``: what searches read."""
    graph = memory.graph
    roots = set(roots)
    found: dict[int, list[int]] = {}
    told = set(roots)
    for node in outside(graph, roots, reads):
        mask = graph.masks[node]
        found.setdefault(mask, []).append(node)
        operands = reads.get(node, graph.nodes[node].operands)
        # What a search reads is in memory, wherever it is computed.
        told.update(one for one in operands if graph.masks[one] != mask or node in reads)
    made = []
    for mask in sorted(found, key=lambda one: (one.bit_count(), one)):
        nodes = found[mask]
        types = {node: type_of(graph, node) for node in nodes}
        worth = sum(weight(graph, node) for node in nodes) >= _WORTH
        row = memory.row(mask, told.intersection(nodes), types, worth=worth and mask != 0)
        made.append(Segment(mask, nodes, row))
    return made


def outside(graph: Graph, roots: Collection[int], reads: Mapping[int, Collection[int]]) -> list[int]:
    """The nodes outside of searches that roots are made of, ascending; no constants."""
    found = set(roots)
    for node in range(max(found, default=-1), -1, -1):
        if node in found:
            found.update(reads.get(node, graph.nodes[node].operands))
    return sorted(node for node in found if graph.value(node) is None)


def in_rows(made: Iterable[Segment]) -> dict[int, Row]:
    """The row of each node that is in one."""
    return {node: segment.row for segment in made for node in segment.row.slots}


def written(memory: Memory, segment: Segment, rows: Mapping[int, Row], callables: Callables) -> Function:
    """The function that computes a segment's nodes and fills its row."""
    function = Function()
    own = set(segment.nodes)
    pointers: dict[int, Code] = {}

    def place(node: int) -> Place:
        """A place with its pointer as a variable."""
        row = rows[node]
        found = row.place(node)
        if row.pointer is None:
            return found
        if row.pointer not in pointers:
            local = function.local(I32)
            local.set(found.pointer)
            pointers[row.pointer] = local
        return Place(pointers[row.pointer], found.offset)

    def elsewhere(node: int) -> Code | None:
        if node in own or memory.graph.value(node) is not None:
            return None
        return place(node).load(type_of(memory.graph, node))

    # All pointers at the beginning: what follows may be inside of a branch.
    read = {one for node in own for one in callables.reads.get(node, memory.graph.nodes[node].operands)}
    for node in sorted(read - own | segment.row.slots.keys()):
        if memory.graph.value(node) is None:
            place(node)
    stored = {node: place(node) for node in segment.row.slots}
    writer = Writer(memory, function, callables, elsewhere, stored)
    writer.plan(own, (node for node in own if memory.graph.nodes[node].name == "winner"))
    for node in segment.nodes:
        if node in writer.bound:
            writer.bind(node)
    return function


def refreshed(memory: Memory, function: Function, segment: Segment, place: int, changed: Code) -> None:
    """Write what brings a segment's row up to date where one of its digits has changed."""
    row = segment.row
    if not segment.mask:
        with function.when(~Place(ABSOLUTE, row.address).load(I32)):
            function.add(Place(ABSOLUTE, row.address).store(number(1)) + instruction("call", unsigned(place)))
        return
    with function.when(changed & segment.mask):
        if row.pointer is None:
            function.add(instruction("call", unsigned(place)))
            return
        at = memory.index(memory.graph.groups(segment.mask)) * row.bytes + row.address
        function.add(at.bytes + instruction("global.set", unsigned(row.pointer)))
        pointer = Code(instruction("global.get", unsigned(row.pointer)), I32)
        with function.when(~load(pointer, 0, I32)):
            function.add(instruction("call", unsigned(place)))
            function.add(Place(pointer, 0).store(number(1)))
