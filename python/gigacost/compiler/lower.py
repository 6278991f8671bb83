"""From a plan to a program: traced once into a tape, then bound to the tables of its leaves."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from gigacost import ops
from gigacost._engine import Program, Tape, simd
from gigacost._record import unboxed
from gigacost.compiler.bound import Bound, Digit
from gigacost.compiler.picked import Picked
from gigacost.compiler.plan import Query, QueryPlan, query_plan, status_columns
from gigacost.errors import Fault, InternalError, SpecError, show
from gigacost.graph.model import Model
from gigacost.graph.tracer import Traced, Tracer
from gigacost.graph.wiring import Quantity, Wiring
from gigacost.ops import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCKS: tuple[int, int, int, int, int] | None = None
"""How the engine cuts up the space (see ``Program``); None for its own choice. It never changes a result."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query as a tape, with the nodes that answer it. Independent of all values: it serves every space."""

    plan: QueryPlan
    tape: Tape
    nodes: Mapping[str, int]
    """The node of each column and of each of the query's reads."""
    nulls: Mapping[str, int | None]
    keep: int | None
    state: int
    search_leaves: frozenset[str] | None
    """The leaves that what is searched for depends on; None where nothing is."""


def compiled(bound: Bound, query: Query) -> Compiled:
    """The query's tape; made once for each model, query and set of given names."""
    for name in (*query.columns, *query.reads, *status_columns(bound, query)):
        bound.aggregate(name)  # whose tests of labels the tape may read, though it was compiled for another one
    return bound.model.compiled(("tape", *_key(bound, query)), lambda: _compile(bound, query))


def planned(bound: Bound, query: Query) -> QueryPlan:
    """The query's plan, for whoever needs no tape; made as seldom."""
    return bound.model.compiled(("plan", *_key(bound, query)), lambda: query_plan(bound, query))


def _key(bound: Bound, query: Query) -> tuple[Hashable, ...]:
    """What a plan and its tape depend on, beside the model."""
    return (
        query.columns,
        query.reads,
        query.where.canonical if query.where else "",
        tuple((name, expression.canonical) for name, expression in bound.spec.derive.items()),
        tuple((name, distribution.relative) for name, distribution in bound.uncertain.items()),
        bound.given,
        status_columns(bound, query),
    )


def _compile(bound: Bound, query: Query) -> Compiled:
    made = query_plan(bound, query)
    tracer = Tracer()
    quantities = bound.model.quantities
    leaves = traced_leaves(tracer, made.wiring, bound.model)
    answer = made.play(leaves, tracer)
    nodes = {name: node(tracer, answer.values[name]) for name in (*query.columns, *query.reads)}
    nulls = {name: None if null is None else tracer.lift(null).node for name, null in answer.nulls.items()}
    outputs = [(name, *_named(quantities.get(name)), number) for name, number in nodes.items()]
    tape = tracer.builder.finish(outputs)
    keep = None if answer.keep is None else tracer.lift(answer.keep).node
    return Compiled(made, tape, nodes, nulls, keep, tracer.lift(answer.state).node, made.wiring.search_leaves())


def traced_leaves(tracer: Tracer, wiring: Wiring, model: Model) -> dict[str, Value]:
    """The leaves of a wiring as values of the tracer, with the units and the docstrings that the model has for them."""
    known = {leaf: model.inputs.get(leaf) or model.quantities.get(leaf) for leaf in wiring.leaves}
    return {leaf: tracer.leaf(leaf, one.unit if one else "", one.doc if one else "") for leaf, one in known.items()}


def node(tracer: Tracer, value: Value) -> int:
    """The node of a value; of a condition, one that is 1 where it holds, else 0."""
    lifted: Traced = tracer.lift(value)
    return tracer.lift(ops.where(lifted, 1.0, 0.0)).node if lifted.truth else lifted.node


def _named(quantity: Quantity | None) -> tuple[str, str]:
    return (quantity.unit, quantity.doc) if quantity else ("", "")


def model_sha256(model: Model) -> str:
    """The hash of a model: of the tape of all its quantities, whatever is asked of it. Empty for a circular model."""

    def trace() -> str:
        try:
            wiring = model.wire([*model.quantities], ())
        except SpecError:
            return ""
        tracer = Tracer()
        known = {leaf: tracer.leaf(leaf, model.unit(leaf)) for leaf in wiring.leaves}
        values = wiring.replay(known, tracer)
        outputs = [(name, *_named(model.quantities[name]), node(tracer, values[name])) for name in model.quantities]
        return tracer.builder.finish(outputs).sha256

    return model.compiled("sha256", trace)


def program(space: Bound | Picked, made: Compiled) -> Program:
    """The tape bound to the values of a specification, or to those of some of its combinations.

    That of a specification is kept for its next question, with the winners of searches that were found for it.
    """
    if isinstance(space, Bound):
        key = (made.tape, simd_level(), BLOCKS)
        return space.programs.get(key, lambda: _program(space, made))
    return _program(space, made)


def _program(space: Bound | Picked, made: Compiled) -> Program:
    tables = [space.table(leaf) for leaf in made.tape.leaves]
    draws = len(space.sizes)  # the group behind those of the space
    leaves = [((*table.groups, draws) if table.drawn else table.groups, table.values) for table in tables]
    return Program(made.tape, space.sizes, leaves, simd_level(), BLOCKS)


def values_at(
    bound: Bound, made: Compiled, names: Iterable[str], indices: Sequence[int] | NDArray[np.integer]
) -> dict[str, NDArray[np.float64]]:
    """The values of some of a query's quantities at some combinations, null as NaN."""
    import numpy as np

    filled = {name: np.empty(len(indices)) for name in names}
    asked = program(Picked(bound, np.asarray(indices, dtype=np.int64)), made)
    asked.fill([(made.nodes[name], made.nulls.get(name)) for name in filled], list(filled.values()), 1)
    return filled


def ask(bound: Bound, made: Compiled, answer: Callable[[Program], T]) -> T:
    """What the engine answers; a value that should be finite and is not is reported with the inputs that made it."""
    asked = program(bound, made)
    try:
        return answer(asked)
    except InternalError as error:
        raise with_inputs(bound, error) from None


def with_inputs(bound: Bound, error: InternalError) -> InternalError:
    """The error with the inputs of the combination that it names."""
    if error.row is None:
        return error
    inputs = ", ".join(f"{name} = {value}" for name, value in bound.axis_values(error.row).items())
    return InternalError(f"{error} ({inputs})", error.row)


def columns(space: Bound | Picked, made: Compiled) -> list[tuple[Any, ...]]:
    """The columns of rows as the engine wants them: axes, the state where the model has any, quantities."""
    specs = [axis_column(digit) for digit in space.digits.values()]
    if space.model.states:
        specs.append(("status", made.state, list(made.plan.states)))
    specs += [(name, made.nodes[name], made.nulls[name]) for name in made.plan.query.columns]
    return specs


def axis_column(digit: Digit) -> tuple[Any, ...]:
    """An axis as a column: whole numbers, numbers, or positions in a list of labels."""
    import numpy as np

    if digit.kind == "label":
        labels = list(dict.fromkeys(str(value) for value in digit.values))
        position = {label: i for i, label in enumerate(labels)}
        return (digit.name, digit.group, [position[str(value)] for value in digit.values], labels)
    dtype = np.int64 if digit.kind == "integer" else np.float64
    return (digit.name, digit.group, np.array(digit.values, dtype=dtype))


def simd_level() -> str | None:
    """The SIMD level that ``GIGACOST_SIMD`` names (baseline, avx2, avx512); None for the best there is."""
    wanted = os.environ.get("GIGACOST_SIMD") or None
    try:
        simd(wanted)
    except ValueError as error:
        raise SpecError(Fault("GIGACOST_SIMD", show(wanted), str(error))) from None
    return wanted


def thread_count(threads: int | None = None) -> int:
    """How many threads to use: as asked for, else as ``GIGACOST_THREADS`` says, else as allotted, else one per CPU."""
    given: object = threads
    name = "threads"
    if threads is None:
        text = os.environ.get("GIGACOST_THREADS")
        if not text:
            return _allotted.get() or cpus()
        name, given = "GIGACOST_THREADS", text
        threads = int(text) if text.isascii() and text.isdigit() else 0
    number = unboxed(threads)
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST_THREADS:
        raise SpecError(Fault(name, show(given), "not a number of threads", allowed=f"1 to {_MOST_THREADS}"))
    return number


def cpus() -> int:
    """How many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def allotted(threads: int | None) -> Iterator[None]:
    """What is asked inside, and says no number of threads, uses as many; as many as there are CPUs for None."""
    before = _allotted.set(threads)
    try:
        yield
    finally:
        _allotted.reset(before)


_allotted: ContextVar[int | None] = ContextVar("allotted", default=None)
_MOST_THREADS = 1024
