"""All functions of a module: those that are shared, searches, segments, and the two that are called from outside."""

from __future__ import annotations

from collections.abc import Sequence

from gigacost.compiler.wasm import functions, segments
from gigacost.compiler.wasm.assembler import Code, Function, Local, load, number, store
from gigacost.compiler.wasm.encoding import I32, instruction, unsigned
from gigacost.compiler.wasm.memory import ABSOLUTE, Memory, Place
from gigacost.compiler.wasm.nodes import Callables, Writer, type_of
from gigacost.compiler.wasm.normal import normal_quantile
from gigacost.compiler.wasm.searches import Loops, inside

_NO_DIGIT = -1
"""What no digit is: all that depends on it is computed anew."""


class Functions:
    """The functions of a module, in the order of their places.

    ``axes`` is the number of groups that a design is given by; behind them is that of the draws, where there are
    ``in_draws`` quantities.
    """

    def __init__(self, memory: Memory, axes: int, finals: Sequence[int], status: int, in_draws: Sequence[int]) -> None:
        self.memory = memory
        self.axes = axes
        graph = memory.graph
        roots = [*finals, status, *in_draws]
        searches = inside(graph, graph.needed(roots))
        reads = {winner: found.reads for winner, found in searches.items()}
        shared = [functions.scaled(), functions.exp(0), functions.log(), functions.power(0)]
        shared += [normal_quantile(2)] if in_draws else []
        places = {winner: len(shared) + place for place, winner in enumerate(searches)}
        self.callables = Callables(1, 2, 3, 4, places, reads)
        self.segments = segments.segments(memory, roots, reads)
        rows = segments.in_rows(self.segments)
        self.outside = {node: rows[node].place(node) for node in rows}
        for found in searches.values():
            for node in found.reads:
                if node not in self.outside:
                    self.outside[node] = Place(ABSOLUTE, memory.room(8))
        self.all = shared
        for winner, found in searches.items():
            read = found.reads | {node for one in reads.values() for node in one if node in found.cone}
            loops = Loops(memory, winner, found, {node: self.outside[node] for node in read})
            self.all.append(loops.written(self.callables))
        begun = len(self.all)
        self.places = {segment.mask: begun + place for place, segment in enumerate(self.segments)}
        self.all += [segments.written(memory, segment, rows, self.callables) for segment in self.segments]
        self.exports = [("run", len(self.all))]
        self.all.append(self._run(finals, status))
        if in_draws:
            self.exports.append(("draw", len(self.all)))
            self.all.append(self._draw(in_draws))
        self.types = list(dict.fromkeys(one.type for one in self.all))

    def _run(self, finals: Sequence[int], status: int) -> Function:
        """The function that goes through designs."""
        function = Function((I32, I32, I32))
        count, at, out = function.parameters
        state, changed = function.local(I32), function.local(I32)
        writer = self._writer(function)
        state.set(out + count * (8 * len(finals)))
        needed = self._needed([*finals, status])
        with function.block(), function.block("loop"):
            function.leave(~count, 1)
            self._take(function, at, changed)
            for segment in self.segments:
                if segment.mask in needed:
                    segments.refreshed(self.memory, function, segment, self.places[segment.mask], changed)
            self._tell(function, writer, finals, out)
            code = Code(writer.value(status).bytes + instruction("i32.trunc_f64_u"), I32)
            function.add(state.bytes + code.bytes + instruction("i32.store8", bytes(1), unsigned(0)))
            at.set(at + 4 * self.axes)
            out.set(out + 8 * len(finals))
            state.set(state + 1)
            count.set(count - number(1))
            function.leave()
        return function

    def _draw(self, told: Sequence[int]) -> Function:
        """The function that goes through draws of one design."""
        function = Function((I32, I32, I32, I32))
        at, first, count, out = function.parameters
        changed = function.local(I32)
        writer = self._writer(function)
        self._take(function, at, changed)
        needed = self._needed(told)
        drawn = 1 << self.axes
        parts = [segment for segment in self.segments if segment.mask in needed]
        for segment in parts:
            if not segment.mask & drawn:
                segments.refreshed(self.memory, function, segment, self.places[segment.mask], number(-1))
        with function.block(), function.block("loop"):
            function.leave(~count, 1)
            with function.when(first.op("ge_u", self.memory.graph.sizes[self.axes], to=I32)):
                function.add(instruction("unreachable"))
            function.add(first.bytes + instruction("global.set", unsigned(self.axes)))
            for segment in parts:
                if segment.mask & drawn:
                    segments.refreshed(self.memory, function, segment, self.places[segment.mask], number(-1))
            self._tell(function, writer, told, out)
            out.set(out + 8 * len(told))
            first.set(first + 1)
            count.set(count - number(1))
            function.leave()
        # What no draw needs is not up to date.
        for group in range(self.axes):
            function.add(number(_NO_DIGIT).bytes + instruction("global.set", unsigned(group)))
        return function

    def _needed(self, roots: Sequence[int]) -> set[int]:
        """The masks of the segments that roots are made of."""
        graph = self.memory.graph
        found = segments.outside(graph, roots, self.callables.reads)
        return {graph.masks[node] for node in found}

    def _writer(self, function: Function) -> Writer:
        """Writes what lies in rows."""
        graph = self.memory.graph

        def elsewhere(node: int) -> Code | None:
            return None if graph.value(node) is not None else self.outside[node].load(type_of(graph, node))

        return Writer(self.memory, function, self.callables, elsewhere, {})

    def _take(self, function: Function, at: Code, changed: Local) -> None:
        """Take the digits of a design, and note which have changed. What is no digit is a trap."""
        digit = function.local(I32)
        changed.set(0)
        for group, size in enumerate(self.memory.graph.sizes[: self.axes]):
            digit.set(load(at, 4 * group, I32))
            with function.when(digit != self.memory.digit(group)):
                with function.when(digit.op("ge_u", size, to=I32)):
                    function.add(instruction("unreachable"))
                function.add(digit.bytes + instruction("global.set", unsigned(group)))
                changed.set(changed | 1 << group)

    def _tell(self, function: Function, writer: Writer, nodes: Sequence[int], out: Code) -> None:
        """Write values one behind the other."""
        for place, node in enumerate(nodes):
            function.add(store(out, 8 * place, writer.value(node)))
