"""A specification's quantities as a WebAssembly module: ``written``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.compiler.wasm import encoding, functions, segments
from gigacost.compiler.wasm.assembler import Code, Function, load, number, store
from gigacost.compiler.wasm.encoding import I32, instruction, unsigned
from gigacost.compiler.wasm.graph import Graph, add
from gigacost.compiler.wasm.memory import ABSOLUTE, PAGE, Memory, Place
from gigacost.compiler.wasm.nodes import Callables, Writer, type_of
from gigacost.compiler.wasm.searches import Loops, inside
from gigacost.compiler.wasm.tape import Operations, operations
from gigacost.errors import Fault, SpecError, show

NOT_FINITE = 255
"""The code of a design of which a quantity is neither finite nor null: the engine raises InternalError for it."""
_MOST_AXES = 32


@dataclass(frozen=True, slots=True)
class Module:
    """A module, and what one has to know to call it."""

    bytes: bytes
    outputs: tuple[str, ...]
    """The quantities, in the order in which ``run`` writes them."""
    states: tuple[str, ...]
    """What the status codes mean."""
    tape_sha256: str
    heap: int
    """The first byte of the memory that the module does not use."""
    pages: int
    """How many pages of memory it begins with."""


def written(bound: Bound, outputs: Sequence[str]) -> Module:
    """The module that computes quantities of any design of a specification. Raises SpecError for what it cannot.

    It imports nothing, and exports ``memory`` and ``run(n, in, out)``: of ``n`` designs, given at ``in`` as a 32-bit
    index for each axis, it writes at ``out`` the outputs as 64-bit floats, null as NaN, and behind those of all designs
    a byte for each: the place of its state.
    """
    made = lower.compiled(bound, Query(tuple(outputs)))
    read = operations(made.tape)
    _refuse(bound, made, read)
    graph = Graph(bound.sizes, read.searches)
    nodes = add(graph, read, [bound.table(leaf) for leaf in made.tape.leaves])
    asked = [(nodes[made.nodes[name]], None if null is None else nodes[null]) for name, null in _nulls(made, outputs)]
    finals, status = told(graph, asked, nodes[made.state])
    memory = Memory(graph)
    code = _Functions(memory, finals, status)
    pages = -(-memory.top // PAGE)
    binary = encoding.module(
        types=code.types,
        functions=[(code.types.index(one.type), one.locals, one.code) for one in code.all],
        globals_=memory.globals,
        exports=[("run", len(code.all) - 1)],
        pages=pages,
        data=memory.data,
    )
    return Module(binary, tuple(outputs), made.plan.states, made.tape.sha256, memory.top, pages)


def _nulls(made: lower.Compiled, outputs: Sequence[str]) -> list[tuple[str, int | None]]:
    return [(name, made.nulls[name]) for name in outputs]


def _refuse(bound: Bound, made: lower.Compiled, read: Operations) -> None:
    """Raise SpecError for what cannot be written."""
    folded: list[bool] = []
    for op in read.ops:
        folded.append(op.name in {"mean", "quantile"} or any(folded[operand] for operand in op.operands))
    faults = [
        Fault("columns", show(name), "made of an aggregate over draws, which no module computes", "quantities")
        for name, node in made.nodes.items()
        if folded[node]
    ]
    if len(bound.sizes) > _MOST_AXES:
        faults.append(Fault("axes", show(len(bound.sizes)), "too many axes for a module", allowed=f"<= {_MOST_AXES}"))
    if faults:
        raise SpecError(*faults)


def told(graph: Graph, asked: Sequence[tuple[int, int | None]], state: int) -> tuple[list[int], int]:
    """What is written of quantities, each with the condition in which it is null; and the status."""
    finals = []
    wrong = graph.constant(0.0)
    for value, null in asked:
        finite = graph.apply("equal", graph.apply("subtract", value, value), graph.constant(0.0))
        odd = graph.apply("negate", finite)
        if null is not None:
            odd = graph.apply("both", graph.apply("negate", null), odd)
            value = graph.apply("where", null, graph.constant(math.nan), value)  # noqa: PLW2901 - as it is told
        finals.append(value)
        wrong = graph.apply("either", wrong, odd)
    return finals, graph.apply("where", wrong, graph.constant(NOT_FINITE), state)


class _Functions:
    """All functions of a module, ``run`` the last."""

    def __init__(self, memory: Memory, finals: Sequence[int], status: int) -> None:
        self.memory = memory
        graph = memory.graph
        searches = inside(graph, graph.needed([*finals, status]))
        reads = {winner: found.reads for winner, found in searches.items()}
        shared = [functions.scaled(), functions.exp(0), functions.log(), functions.power(0)]
        places = {winner: len(shared) + place for place, winner in enumerate(searches)}
        callables = Callables(1, 2, 3, places, reads)
        made = segments.segments(memory, [*finals, status], reads)
        rows = segments.in_rows(made)
        outside = {node: rows[node].place(node) for node in rows}
        for found in searches.values():
            for node in found.reads:
                if node not in outside:
                    outside[node] = Place(ABSOLUTE, memory.room(8))
        self.all = shared
        for winner, found in searches.items():
            read = found.reads | {node for one in reads.values() for node in one if node in found.cone}
            loops = Loops(memory, winner, found, {node: outside[node] for node in read})
            self.all.append(loops.written(callables))
        begun = len(self.all)
        self.all += [segments.written(memory, segment, rows, callables) for segment in made]
        self.all.append(self._run(made, begun, outside, callables, [*finals, status]))
        self.types = list(dict.fromkeys(one.type for one in self.all))

    def _run(
        self,
        made: Sequence[segments.Segment],
        begun: int,
        outside: Mapping[int, Place],
        callables: Callables,
        told: Sequence[int],
    ) -> Function:
        """The function that goes through designs."""
        memory, graph = self.memory, self.memory.graph
        function = Function((I32, I32, I32))
        count, at, out = function.parameters
        status, changed, digit = (function.local(I32) for _ in range(3))
        writer = Writer(
            memory,
            function,
            callables,
            lambda node: None if graph.value(node) is not None else outside[node].load(type_of(graph, node)),
            {},
        )
        *finals, state = told
        status.set(out + count * (8 * len(finals)))
        with function.block(), function.block("loop"):
            function.leave(~count, 1)
            changed.set(0)
            for group, size in enumerate(graph.sizes):
                digit.set(load(at, 4 * group, I32))
                with function.when(digit != memory.digit(group)):
                    with function.when(digit.op("ge_u", size, to=I32)):
                        function.add(instruction("unreachable"))
                    function.add(digit.bytes + instruction("global.set", unsigned(group)))
                    changed.set(changed | 1 << group)
            for place, segment in enumerate(made):
                segments.refreshed(memory, function, segment, begun + place, changed)
            for place, node in enumerate(finals):
                function.add(store(out, 8 * place, writer.value(node)))
            code = Code(writer.value(state).bytes + instruction("i32.trunc_f64_u"), I32)
            function.add(status.bytes + code.bytes + instruction("i32.store8", bytes(1), unsigned(0)))
            at.set(at + 4 * len(graph.sizes))
            out.set(out + 8 * len(finals))
            status.set(status + 1)
            count.set(count - number(1))
            function.leave()
        return function
