"""What is doubtful about combinations: the model's warnings about what it computes (``graph.declarations.doubt``).

An answer with rows is warned about for these rows, an answer about all combinations for those that meet the condition.
A doubt is told where what it is about goes into the answer, or where all that this is made of does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound, Picked
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, SpecError
from gigacost.expressions.ast import Node
from gigacost.expressions.constraints import joined
from gigacost.graph.declarations import Doubt
from gigacost.graph.wiring import Quantity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Indices: TypeAlias = "Sequence[int] | NDArray[np.integer]"


def about_rows(bound: Bound, indices: Indices, asked: Iterable[str]) -> list[Fault]:
    """What is doubtful about some combinations, of which some columns are told. Raises SpecError if it is an error."""
    known = concerned(bound, _made_of(bound, asked)) if len(indices) else []
    return refused(bound, [*_of_rows(bound, indices, known)] if known else [])


def about_space(bound: Bound, asked: Iterable[str], threads: int | None = None) -> list[Fault]:
    """What is doubtful about the combinations that meet the condition. Raises SpecError if it is an error.

    ``asked`` are the columns that are told of them.
    """
    where = [bound.spec.where.root] if bound.spec.where else []
    read = [node.name for root in where for node in root.walk() if node.op == "name"]
    known = concerned(bound, _made_of(bound, [*asked, *read]))

    def count(*among: Node) -> int:
        met = joined([*where, Node("or", "truth", among) if len(among) > 1 else among[0]])
        made = lower.compiled(bound, Query((), met))
        found, _ = lower.ask(bound, made, lambda program: program.count(made.keep, lower.thread_count(threads)))
        return found

    conditions = [Node("name", "truth", name=doubt.name) for doubt, _ in known]
    found: list[Fault] = []
    if conditions and count(*conditions):
        counts = [count(condition) for condition in conditions]
        found = [told(*one, "", many, bound.size) for one, many in zip(known, counts, strict=True) if many]
    return refused(bound, found)


def refused(bound: Bound, doubts: list[Fault]) -> list[Fault]:
    """The doubts. Raises SpecError with them where warnings are errors."""
    if doubts and bound.spec.strict:
        raise SpecError(*doubts)
    return doubts


def told(doubt: Quantity, mark: Doubt, value: str, count: int = 1, among: int = 1) -> Fault:
    """A doubt that holds of so many combinations, the worst of which has this value."""
    largest = "the largest " if value and count > 1 else ""
    many = f"; {largest}in {count:,} of {among:,} combinations" if among > 1 else ""
    return Fault(mark.of, value, f"{mark.what} ({doubt.name}{many})")


def concerned(bound: Bound, names: Iterable[str]) -> list[tuple[Quantity, Doubt]]:
    """The doubts about what is among some names, or is made of them alone, as far as all they look at is known."""
    known = frozenset(names)
    found = []
    for doubt in bound.model.doubts:
        if isinstance(doubt.mark, Doubt):
            about = bound.model.quantities.get(doubt.mark.of)
            told_by_parts = about is not None and known.issuperset(about.parameters)
            leaves = bound.model.wire([doubt.name], bound.given).leaves
            if (doubt.mark.of in known or told_by_parts) and all(bound.available(leaf) for leaf in leaves):
                found.append((doubt, doubt.mark))
    return found


def _of_rows(bound: Bound, indices: Indices, known: list[tuple[Quantity, Doubt]]) -> Iterator[Fault]:
    import numpy as np

    names = tuple(dict.fromkeys(name for doubt, mark in known for name in (doubt.name, mark.of)))
    made = lower.compiled(bound, Query(names))
    filled = {name: np.empty(len(indices)) for name in names}
    program = lower.program(Picked(bound, np.asarray(indices, dtype=np.int64)), made)
    program.fill([(made.nodes[name], made.nulls[name]) for name in names], list(filled.values()), 1)
    for doubt, mark in known:
        values = filled[mark.of][filled[doubt.name] == 1.0]  # null is not equal to anything
        if len(values):
            yield told(doubt, mark, f"{values.max():.6g}", len(values), len(indices))


def _made_of(bound: Bound, asked: Iterable[str]) -> Iterator[str]:
    """Names, and all that they are made of; of expressions and aggregates, what these read."""
    left, plain = list(asked), dict[str, None]()
    while left:
        name = left.pop()
        expression = bound.spec.derive.get(name) or bound.aggregate(name)
        if expression:
            left += [node.name for node in expression.root.walk() if node.op == "name"]
        elif name in bound.model.names:
            plain[name] = None
    wiring = bound.model.wire(plain, bound.given)
    yield from wiring.leaves
    for step in wiring.steps:
        yield from step.makes
