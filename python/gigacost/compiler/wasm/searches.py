"""Searches as loops: for each candidate what it needs, each part at the outermost axis where it is known.

Conditions are tested there, and floors of the objective: what cannot win is left as early as that is known. The order
of the loops is free, because of equally good candidates the one with the lowest number wins; each axis begins where the
last winner was, which is a good one to compare with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from gigacost.compiler.wasm.assembler import Code, Function, Local, load, number
from gigacost.compiler.wasm.candidates import Candidates, order_of_axes
from gigacost.compiler.wasm.encoding import F64, I32
from gigacost.compiler.wasm.floors import floors
from gigacost.compiler.wasm.graph import Graph
from gigacost.compiler.wasm.memory import ABSOLUTE, Memory, Place
from gigacost.compiler.wasm.nodes import NONE, Callables, Writer, type_of

_PASSING = 0.1
"""How many candidates may still win by a floor, or so."""


class Inside(NamedTuple):
    """What a search is made of."""

    cone: frozenset[int]
    """The nodes that vary over its axes."""
    reads: frozenset[int]
    """The others that these, or the search itself, are made of: read from memory."""


def inside(graph: Graph, needed: Iterable[int]) -> dict[int, Inside]:
    """The searches among some nodes (ascending), by the node of the winner."""
    found: dict[int, Inside] = {}
    for winner in needed:
        if graph.nodes[winner].name != "winner":
            continue
        own = graph.own(winner)
        cone, reads, stack = set[int](), set[int](), list(graph.nodes[winner].operands)
        while stack:
            node = stack.pop()
            if graph.value(node) is not None or node in cone:
                continue
            if not graph.masks[node] & own:
                reads.add(node)
                continue
            cone.add(node)
            stack += found[node].reads if node in found else graph.nodes[node].operands
        found[winner] = Inside(frozenset(cone), frozenset(reads))
    return found


def conjuncts(graph: Graph, condition: int, own: int) -> list[int]:
    """The conditions that must all hold; what varies over none of the axes ``own`` is one."""
    found: dict[int, None] = {}
    stack = [condition]
    while stack:
        node = stack.pop()
        op = graph.nodes[node]
        if op.name == "both" and graph.masks[node] & own:
            stack += reversed(op.operands)
        elif graph.value(node) is None:
            found[node] = None
    return list(found)


@dataclass
class _Table:
    """What is computed before the loops: nodes that vary over few combinations of some axes."""

    axes: list[int]
    nodes: list[int]
    slots: dict[int, int]
    address: int
    bytes: int


class Loops:
    """The function of one search."""

    def __init__(self, memory: Memory, winner: int, found: Inside, outside: Mapping[int, Place]) -> None:
        """``outside`` has where the nodes are that it reads, and those of its own that searches inside of it read."""
        self.memory = memory
        self.graph = memory.graph
        self.winner = winner
        self.outside = outside
        self.objective, among = self.graph.nodes[winner].operands
        self.search = int(self.graph.nodes[winner].about[0])
        self.bits = self.graph.bits[self.search]
        self.sizes = [len(values) for values in self.graph.searches[self.search]]
        self.conditions = conjuncts(self.graph, among, sum(self.bits))
        self.cone = found.cone
        self.floors = [node for node in floors(self.graph, self.objective) if node in self.cone]
        self.groups: dict[int, list[int]] = {}
        for node in sorted(self.cone):
            self.groups.setdefault(self.graph.masks[node] & sum(self.bits), []).append(node)
        candidates = Candidates(self.graph, self.bits, self.sizes, self.conditions)
        floor_masks = [self._own(floor) for floor in self.floors]
        self.order, tabled = order_of_axes(candidates, self.groups, floor_masks, _PASSING)
        if any(self.graph.nodes[node].name == "winner" for node in self.cone):
            tabled = set()
        # The smaller ones first: others are made of them.
        self.tables = {mask: self._laid(mask, self.groups[mask]) for mask in sorted(tabled, key=int.bit_count)}

    def _axes(self, mask: int) -> list[int]:
        return [axis for axis, bit in enumerate(self.bits) if mask & bit]

    def _own(self, node: int) -> int:
        return self.graph.masks[node] & sum(self.bits)

    def _depth(self, mask: int) -> int:
        """The loop in which a mask's axes are all known; −1 outside of all."""
        return max((place for place, axis in enumerate(self.order) if mask & self.bits[axis]), default=-1)

    def _laid(self, mask: int, nodes: list[int]) -> _Table:
        tests = set(self.conditions)
        others = [node for node in self.cone if self._own(node) != mask]
        read = {one for node in others for one in self.graph.nodes[node].operands} | {*tests, *self.floors}
        read.add(self.objective)
        told = sorted(read.intersection(nodes), key=lambda node: type_of(self.graph, node) == I32)
        slots, at = {}, 0
        for node in told:
            slots[node] = at
            at += 4 if type_of(self.graph, node) == I32 else 8
        row = -(-at // 8) * 8
        axes = self._axes(mask)
        room = self.memory.room(row * math.prod(self.sizes[axis] for axis in axes))
        return _Table(axes, nodes, slots, room, row)

    def written(self, callables: Callables) -> Function:
        """The function: it gives the number of the winner, or ``NONE``."""
        function = self.function = Function((), (I32,))
        self.callables = callables
        kept = self._kept()
        if kept is not None:
            at = function.local(I32)
            at.set(load(kept.pointer, kept.offset, I32))
            with function.when(at):
                function.give(at - 2)
        self.near = self._nearer()
        self.best, self.found = function.local(F64), function.local(I32)
        self.best.set(math.inf)
        self.found.set(NONE)
        with function.block():
            outside = self._writer({}, {}, {})
            for condition in self.conditions:
                if not self._own(condition):
                    function.leave(~outside.truth(condition))
            for mask, table in self.tables.items():
                self._fill(mask, table)
            self._search()
        if kept is not None:
            function.add(kept.store(self.found + 2))
        function.give(self.found)
        return function

    def _kept(self) -> Place | None:
        """Where the winner of the design at hand is kept, plus 2; 0 where it is not known."""
        mask = self.graph.masks[self.winner]
        if mask & ~self.graph.outer or not mask:
            return None
        return self.memory.kept(mask, [node for node in self.outside if node not in self.cone])

    def _writer(
        self, digits: Mapping[int, Local], pointers: Mapping[int, Local], stored: Mapping[int, Place]
    ) -> Writer:
        """Writes nodes where the axes have these digits, and tables of some masks these rows."""

        def elsewhere(node: int) -> Code | None:
            if self.graph.value(node) is not None:
                return None
            if node not in self.cone:
                return self.near[node].load(type_of(self.graph, node))
            mask = self._own(node)
            if mask not in pointers:
                return None
            return Place(pointers[mask], self.tables[mask].slots[node]).load(type_of(self.graph, node))

        writer = Writer(self.memory, self.function, self.callables, elsewhere, stored)
        writer.digits = {(self.search, axis): digit for axis, digit in digits.items()}
        return writer

    def _nearer(self) -> dict[int, Place]:
        """Where what is read lies, with the pointers as variables."""
        known: dict[bytes, Local] = {}
        found = {}
        for node, place in self.outside.items():
            pointer: Code = place.pointer
            if place.pointer is not ABSOLUTE:
                if pointer.bytes not in known:
                    known[pointer.bytes] = self.function.local(I32)
                    known[pointer.bytes].set(pointer)
                pointer = known[pointer.bytes]
            found[node] = Place(pointer, place.offset)
        return found

    def _pointer(self, table: _Table, digits: Mapping[int, Local]) -> Code:
        at: Code = number(0)
        for axis in table.axes:
            at = digits[axis] if at.bytes == number(0).bytes else at * self.sizes[axis] + digits[axis]
        return at * table.bytes + table.address

    def _fill(self, mask: int, table: _Table) -> None:
        """Compute a table, but for rows whose candidates are illegal: these end with the condition that says so."""
        function = self.function
        digits = {axis: function.local(I32) for axis in table.axes}
        pointers = {part: function.local(I32) for part in self.tables if not part & ~mask}
        stored = {node: Place(pointers[mask], slot) for node, slot in table.slots.items()}
        parts = {part: pointer for part, pointer in pointers.items() if part != mask}
        writer = self._writer(digits, parts, stored)
        nodes = self._closure(table.nodes, pointers.keys() - {mask})
        writer.plan(nodes, ())

        def body() -> None:
            for part, pointer in pointers.items():
                pointer.set(self._pointer(self.tables[part], digits))
            for condition in self.conditions:
                if self._own(condition) in parts:
                    function.leave(~writer.truth(condition))
            for condition in self.conditions:
                if self._own(condition) == mask:
                    writer.bind(condition)
                    function.leave(~writer.truth(condition))
            for node in sorted(table.slots):
                writer.bind(node)

        self._looped([(digits[axis], self.sizes[axis], None) for axis in table.axes], body)

    def _closure(self, roots: Iterable[int], tabled: Collection[int]) -> set[int]:
        """The nodes of the cone that some are made of, up to those in tables."""
        found, stack = set[int](), list(roots)
        while stack:
            node = stack.pop()
            if node in self.cone and node not in found and self._own(node) not in tabled:
                found.add(node)
                stack += self.callables.reads.get(node, self.graph.nodes[node].operands)
        return found

    def _looped(self, loops: list[tuple[Local, int, Code | None]], body: Callable[[], None]) -> None:
        """Loops inside each other, each over so many digits from a first one on; the body leaves a block to go on."""
        if not loops:
            with self.function.block():
                body()
            return
        (digit, size, first), *others = loops
        self._loop(digit, size, first, lambda: self._looped(others, body))

    def _loop(self, digit: Local, size: int, first: Code | None, body: Callable[[], None]) -> None:
        function = self.function
        left = function.local(I32)
        digit.set(0 if first is None else first)
        left.set(size)
        with function.block("loop"):
            with function.block():
                body()
            digit.set(digit + 1)
            if first is not None:
                with function.when(digit == size):
                    digit.set(0)
            function.leave(left.tee(left - 1))

    def _search(self) -> None:
        """The loops."""
        function, order = self.function, self.order
        digits = {axis: function.local(I32) for axis in order}
        pointers = {mask: function.local(I32) for mask in self.tables}
        stored = {node: place for node, place in self.outside.items() if node in self.cone}
        writer = self._writer(digits, pointers, stored)
        roots = [*self.conditions, *self.floors, self.objective]
        nodes = self._closure(roots, self.tables)
        depth = {node: self._depth(self._own(node)) for node in nodes}
        hoisted = {
            operand
            for node in nodes
            for operand in self.callables.reads.get(node, self.graph.nodes[node].operands)
            if operand in depth and depth[operand] < depth[node]
        }
        hoisted |= {self.objective} & depth.keys() if self._depth(self._own(self.objective)) < len(order) - 1 else set()
        writer.plan(nodes, hoisted, roots)
        starts = self.memory.room(4 * max(1, len(order)))

        def level(place: int) -> None:
            if place == len(order):
                self._compare(writer, digits)
                return

            def body() -> None:
                for mask, pointer in pointers.items():
                    if self._depth(mask) == place:
                        pointer.set(self._pointer(self.tables[mask], digits))
                self._tests(writer, place)
                for node in sorted(writer.bound & depth.keys()):
                    if depth[node] == place:
                        writer.bind(node)
                level(place + 1)

            axis = order[place]
            self._loop(digits[axis], self.sizes[axis], load(ABSOLUTE, starts + 4 * place, I32), body)

        level(0)
        with function.when(self.found != NONE):
            for place, axis in enumerate(order):
                digit = self.found.op("div_u", self._stride(axis)).op("rem_u", self.sizes[axis])
                function.add(Place(ABSOLUTE, starts + 4 * place).store(digit))

    def _tests(self, writer: Writer, place: int) -> None:
        """Leave what is illegal, or cannot win, as far as that is known in a loop."""
        here = [one for one in self.conditions if self._own(one) and self._depth(self._own(one)) == place]
        for condition in sorted(here, key=lambda one: self._own(one) not in self.tables):
            writer.require(condition)
            self.function.leave(~writer.truth(condition))
        for floor in self.floors:
            if self._depth(self._own(floor)) == place < len(self.order) - 1:
                writer.require(floor)
                self.function.leave(writer.value(floor) > self.best)
                return

    def _stride(self, axis: int) -> int:
        return math.prod(self.sizes[axis + 1 :])

    def _compare(self, writer: Writer, digits: Mapping[int, Local]) -> None:
        """Keep a candidate that is better than the best one, or as good and of a lower number."""
        function = self.function
        objective, place = function.local(F64), function.local(I32)
        writer.require(self.objective)
        objective.set(writer.value(self.objective))
        with function.when(objective <= self.best):
            at: Code = number(0)
            for axis, digit in digits.items():
                at = at + digit * self._stride(axis)
            place.set(at)
            with function.when((objective < self.best) | place.op("lt_u", self.found)):
                self.best.set(objective)
                self.found.set(place)
