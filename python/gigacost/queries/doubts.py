"""What is doubtful about combinations: the model's warnings about what it computes (``graph.declarations.doubt``).

An answer with rows is warned about for these rows, an answer about all combinations for those that meet the condition.
A doubt is told where what it is about goes into the answer, or where all that this is made of does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.picked import Picked
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, SpecError
from gigacost.expressions.ast import Node
from gigacost.expressions.constraints import joined
from gigacost.graph.declarations import Doubt
from gigacost.graph.wiring import Quantity
from gigacost.queries.askers import Asker
from gigacost.queries.asks import AskCount, AskTally, Prepared, Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Indices: TypeAlias = "Sequence[int] | NDArray[np.integer]"
COUNTED = 1 << 26
"""Of a space of more combinations, a sample is looked at."""
_SAMPLE = 1 << 16
_GOLDEN = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio: its multiples are spread evenly over 2^64, and over every axis of a space."""


def about_rows(bound: Bound, indices: Indices, asked: Iterable[str]) -> list[Fault]:
    """What is doubtful about some combinations, of which some columns are told. Raises SpecError if it is an error."""
    known = concerned(bound, _made_of(bound, asked)) if len(indices) else []
    return refused(bound, [*_of_rows(bound, indices, known)] if known else [])


def about_space(bound: Bound, asked: Iterable[str], asker: Asker) -> list[Fault]:
    """What is doubtful about the combinations that meet the condition. Raises SpecError if it is an error.

    ``asked`` are the columns that are told of them. Of a very large space a sample is counted.
    """
    where = [bound.spec.where.root] if bound.spec.where else []
    read = [node.name for root in where for node in root.walk() if node.op == "name"]
    known = concerned(bound, _made_of(bound, [*asked, *read]))

    conditions = [Node("name", "truth", name=doubt.name) for doubt, _ in known]
    found: list[Fault] = []
    if conditions:
        some = conditions[0] if len(conditions) == 1 else Node("or", "truth", tuple(conditions))
        queries = [Query((), joined([*where, node])) for node in (some, *conditions)]
        counts, combinations = _tally(bound, AskTally(queries[0], tuple(queries[1:])), asker)
        among = f"{combinations:,} combinations" + ("" if combinations == bound.size else " of a sample")
        found = [told(*one, "", f"in {many:,} of {among}") for one, many in zip(known, counts, strict=True) if many]
    return refused(bound, found)


def _tally(bound: Bound, ask: AskTally, asker: Asker) -> tuple[list[int], int]:
    """How many combinations meet conditions, of all or of a sample, and how many were looked at."""
    if bound.size <= COUNTED:
        return asker.ask(bound, ask, watched=False)[0], bound.size
    looked_at = Picked(bound, sample(bound.size))

    def prepare(query: Query) -> Prepared:
        made = lower.compiled(bound, query)
        return Prepared(bound, made, lower.program(looked_at, made))

    counts, _ = ask.of(prepare, Run((0, _SAMPLE), asker.threads))
    return counts, _SAMPLE


def about_nothing(bound: Bound, read: Sequence[str], asker: Asker) -> list[Fault]:
    """Why nothing is found where combinations meet the condition: what they are compared by is null in all of them."""
    met, _ = asker.ask(bound, AskCount(Query((), bound.spec.where)), watched=False)
    which = "all combinations" if bound.spec.where is None else f"all {met:,} combinations that meet the condition"
    absent = [name for name in read if met and not _counted(bound, name, asker)] or [*read][:met]
    return [Fault(", ".join(absent), "", f"null in {which}, which leaves nothing to compare")] if absent else []


def _counted(bound: Bound, name: str, asker: Asker) -> int:
    """In how many combinations that meet the condition a quantity is no null."""
    return asker.ask(bound, AskCount(Query((), bound.spec.where, (name,))), watched=False)[0]


def sample(size: int) -> list[int]:
    """The places of some combinations of a space, spread evenly over it."""
    return [(place * _GOLDEN % (1 << 64)) * size >> 64 for place in range(_SAMPLE)]


def refused(bound: Bound, doubts: list[Fault]) -> list[Fault]:
    """The doubts. Raises SpecError with them where warnings are errors."""
    if doubts and bound.spec.strict:
        raise SpecError(*doubts)
    return doubts


def told(doubt: Quantity, mark: Doubt, value: str, where: str = "") -> Fault:
    """A doubt that holds, of which value and in which combinations."""
    return Fault(mark.of, value, f"{mark.what} ({'; '.join(filter(None, [doubt.name, where]))})")


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
    names = tuple(dict.fromkeys(name for doubt, mark in known for name in (doubt.name, mark.of)))
    filled = lower.values_at(bound, lower.compiled(bound, Query(names)), names, indices)
    for doubt, mark in known:
        values = filled[mark.of][filled[doubt.name] == 1.0]  # null is not equal to anything
        if len(values):
            largest = "the largest in" if len(values) > 1 else "in"
            where = f"{largest} {len(values):,} of {len(indices):,} combinations" if len(indices) > 1 else ""
            yield told(doubt, mark, f"{values.max():.6g}", where)


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
