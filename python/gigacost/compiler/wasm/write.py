"""A specification's quantities as a WebAssembly module: ``written``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.compiler.wasm import encoding
from gigacost.compiler.wasm.draws import Moving, drawn
from gigacost.compiler.wasm.entries import Functions
from gigacost.compiler.wasm.graph import Graph, add
from gigacost.compiler.wasm.memory import PAGE, Memory
from gigacost.compiler.wasm.tape import Operations, operations
from gigacost.errors import Fault, SpecError, show

NOT_FINITE = 255
"""The code of a design of which a quantity is neither finite nor null: the engine raises InternalError for it."""
_MOST_AXES = 31
"""Each has a bit of 32, and so have the draws."""
_MOST_LOCALS = 50_000
"""So many variables of a function do browsers take."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module, and what one has to know to call it."""

    bytes: bytes
    outputs: tuple[str, ...]
    """The quantities, in the order in which ``run`` writes them."""
    states: tuple[str, ...]
    """What the status codes mean."""
    heap: int
    """The first byte of the memory that the module does not use."""
    pages: int
    """How many pages of memory it begins with."""


def written(bound: Bound, outputs: Sequence[str], moving: Moving | None = None) -> Module:
    """The module that computes quantities of any design of a specification. Raises SpecError for what it cannot.

    It imports nothing, and exports ``memory`` and ``run(n, in, out)``: of ``n`` designs, given at ``in`` as a 32-bit
    index for each axis, it writes at ``out`` the outputs as 64-bit floats, null as NaN, and behind those of all designs
    a byte for each: the place of its state. With ``moving`` it also exports ``draw(in, first, count, out)``: of the
    design at ``in``, in so many draws from the first one on, the quantities that move.
    """
    made = lower.compiled(bound, Query(tuple(outputs)))
    read = operations(made.tape)
    _refuse(bound, made, read)
    graph = Graph((*bound.sizes, moving.draws.count) if moving else bound.sizes)
    for axes in read.searches:
        graph.search(axes)
    names = made.tape.leaves
    nodes = add(graph, read, lambda leaf: _figure(graph, bound, names[leaf]))
    asked = [(nodes[made.nodes[name]], None if null is None else nodes[null]) for name, null in _nulls(made, outputs)]
    finals, status = told(graph, asked, nodes[made.state])
    in_draws = _in_draws(graph, bound, moving) if moving else []
    memory = Memory(graph)
    code = Functions(memory, len(bound.sizes), finals, status, in_draws)
    if max(len(one.locals) for one in code.all) > _MOST_LOCALS:
        what = "made of more operations than a function of a module can hold"
        raise SpecError(Fault("columns", show(len(outputs)), what, "fewer columns"))
    pages = -(-memory.top // PAGE)
    binary = encoding.module(
        types=code.types,
        functions=[(code.types.index(one.type), one.locals, one.code) for one in code.all],
        globals_=memory.globals,
        exports=code.exports,
        pages=pages,
        data=memory.data,
    )
    return Module(binary, tuple(outputs), made.plan.states, memory.top, pages)


def _figure(graph: Graph, bound: Bound, name: str) -> int:
    import numpy as np

    table = bound.table(name)
    return graph.table(table.groups, np.asarray(table.values, dtype=np.float64))


def _in_draws(graph: Graph, bound: Bound, moving: Moving) -> list[int]:
    """What is written of quantities in a draw."""
    names = moving.tape.leaves

    def leaf(place: int) -> int:
        name = moving.drawn.get(place)
        return _figure(graph, bound, names[place]) if name is None else drawn(graph, bound, moving, name)

    nodes = add(graph, operations(moving.tape), leaf)
    missing = graph.constant(math.nan)
    return [
        nodes[value] if null is None else graph.apply("where", nodes[null], missing, nodes[value])
        for value, null in moving.nodes
    ]


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
    if len(made.plan.states) > NOT_FINITE:
        faults.append(Fault("states", show(len(made.plan.states)), "too many states", allowed=f"<= {NOT_FINITE}"))
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
