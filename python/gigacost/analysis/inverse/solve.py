"""Inverse questions: the largest (or smallest) value of an unknown at which a condition can still be met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from gigacost._record import Record
from gigacost.analysis.inverse.infeasibility import Relaxation, relaxations
from gigacost.analysis.inverse.search import Found, InverseSearch
from gigacost.queries.request import CatalogLike, ModelLike, PresetLike, Request
from gigacost.queries.space import Space

if TYPE_CHECKING:
    from gigacost.analysis.inverse.unknown import Over
    from gigacost.queries.export import Progress

Ended = Literal["constraints", "states", "range", "infeasible"]


@dataclass(frozen=True, slots=True)
class Held(Record):
    """A constraint at a solution."""

    constraint: str
    """As it was written."""
    quantity: str
    """What it keeps on one side of a number, as a name or an expression; empty where it is of another form."""
    value: float | None
    """Of the quantity; None where there is none, or it is not finite."""
    binds: bool
    """Whether the next value would be feasible if it gave way, alone or, where none alone is enough, with others."""


@dataclass(frozen=True, slots=True)
class Solution(Record):
    """The largest (or smallest) value of an unknown that is feasible, or why none is. Made by ``solve``."""

    unknown: str
    unit: str
    value: float | None
    """None when nothing is feasible."""
    design: Mapping[str, Any]
    """The best combination at that value: its axes, status and columns; empty when nothing is feasible."""
    constraints: tuple[Held, ...]
    """What each constraint says of the design."""
    ended_by: Ended
    """What keeps the unknown from its next value: ``constraints`` that bind; ``states``, where without all constraints
    no combination could be; the end of the ``range``. ``infeasible`` when nothing is feasible."""
    relaxations: tuple[Relaxation, ...]
    """When nothing is feasible: which constraints are to blame, and by how much they would have to give. Empty where no
    constraint is: then ``meta`` counts the ``states`` of all combinations."""
    meta: Mapping[str, Any]

    @property
    def feasible(self) -> bool:
        """Whether there is any."""
        return self.value is not None

    @property
    def binding(self) -> tuple[str, ...]:
        """The constraints that bind, as they were written."""
        return tuple(held.constraint for held in self.constraints if held.binds)


def solve(
    unknown: str,
    given: Space | Mapping[str, Any] | None = None,
    /,
    *,
    where: str | None = None,
    over: Over | None = None,
    smallest: bool = False,
    by: str = "cost_total_usd",
    columns: Sequence[str] = (),
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: str | None = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    strict: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
    **inputs: Any,  # noqa: ANN401 - a value as people write it, a list or a range of them
) -> Solution:
    """The largest value of an input at which any design meets a condition, with the best such design.

    ``solve("tokens", where="cost_total_usd <= 50e6 and train_days <= 90", params="70B", chips=[1024, 2048], ...)``:
    what the designs are is said as to ``estimate``, where a list or a range is an axis, or by a ``Sweep``. The answer
    is over all combinations of the axes; of those at the value found, the one with the smallest ``by`` is told.
    ``smallest`` asks for the smallest value instead.

    An unknown that is an axis has the values of this axis and no others: the answer is exact. Any other is looked for
    within ``over``: ``(low, high)`` or a range as of an axis; by default the input's plausible range. The largest
    feasible value of this first grid (65 values, by equal steps, or by equal factors where its ends are more than a
    factor of 100 apart) is refined: the gap to the next value, where nothing is feasible, is gone through by ever finer
    grids, until the two differ by a relative 1e-12; whole numbers and multiples (``multiple_of``) until no other lies
    between them. So the answer is feasible, and its next value is not. Where what is feasible has holes, one that is
    narrower than the first grid's steps may be passed over, and what is feasible only beyond it, too.

    Only combinations that have ``by`` count. Raises SpecError: for bad values, for what is missing, for an unknown on
    which nothing depends.
    """
    sweep = Request.of(
        given,
        inputs,
        model=model,
        catalog=catalog,
        as_of=as_of,
        base_year=base_year,
        preset=preset,
        strict=strict,
        query={"where": where, "columns": list(columns) or None},
    ).space()
    return _solved(InverseSearch(sweep, unknown, by, over, threads, progress), smallest=smallest)


def _solved(search: InverseSearch, *, smallest: bool) -> Solution:
    unknown = search.unknown
    value = search.extreme(unknown.values, smallest=smallest)
    if value is None:
        return _infeasible(search)
    value, beyond = _refined(search, value, smallest=smallest)
    found = search.found([value])
    ended: Ended = "range"
    binding: set[str] = set()
    if beyond is not None:
        yielding = [one for relaxation in relaxations(search, [beyond]) for one in relaxation.yielding]
        binding = {one.constraint for one in yielding}
        ended = "constraints" if binding else "states"
    return Solution(
        unknown.name,
        unknown.field.unit,
        value,
        found.design if found else {},
        tuple(_held(search, found, binding)),
        ended,
        (),
        search.meta,
    )


def _refined(search: InverseSearch, value: float, *, smallest: bool) -> tuple[float, float | None]:
    """The last feasible value behind a feasible one of the grid, and the next value, where nothing is feasible."""
    beyond = search.unknown.beyond(value, upwards=not smallest)
    while beyond is not None and (inner := search.unknown.between(*sorted((value, beyond)))):
        further = [*inner, beyond] if not smallest else [*inner[::-1], beyond]
        found = search.extreme(inner, smallest=smallest)
        if found is None:
            beyond = further[0]
        else:
            value, beyond = found, further[further.index(found) + 1]
    return value, beyond


def _held(search: InverseSearch, found: Found | None, binding: set[str]) -> Iterator[Held]:
    for constraint, side in zip(search.constraints, found.sides if found else (), strict=True):
        yield Held(constraint.text, constraint.quantity, side, constraint.text in binding)


def _infeasible(search: InverseSearch) -> Solution:
    unknown = search.unknown
    blamed = relaxations(search, unknown.values)
    states = {} if blamed else {"states": search.states()}
    return Solution(unknown.name, unknown.field.unit, None, {}, (), "infeasible", blamed, {**search.meta, **states})
