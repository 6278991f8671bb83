"""Inverse questions: the largest (or smallest) value of an unknown at which a condition can still be met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from gigacost._record import Record
from gigacost.analysis.inverse.infeasibility import Relaxation, relaxations
from gigacost.analysis.inverse.search import Found, InverseSearch
from gigacost.charts.charted import Charted
from gigacost.configs.source import ConfigLike
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
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
class Solution(Charted, Record):
    """The largest (or smallest) value of an unknown that is feasible, or why none is. Made by ``solve``."""

    _kind = "solve"

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
    _search: InverseSearch | None = field(compare=False, repr=False)
    """None of an answer that comes from elsewhere: its chart has the end alone."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return self.plainly(*(one.name for one in fields(self) if one.name != "_search"))

    @property
    def feasible(self) -> bool:
        """Whether there is any."""
        return self.value is not None

    @property
    def binding(self) -> tuple[str, ...]:
        """The constraints that bind, as they were written."""
        return tuple(held.constraint for held in self.constraints if held.binds)

    def _drawn(self) -> dict[str, Any]:
        """With the answer, what it is an end of: ``curve``, and ``beyond`` it the best designs without constraints.

        Both at the values of the first grid, which are asked for here; the end of the curve is the answer itself.
        """
        if self._search is None:
            return self.to_dict()
        grid, end = self._search.unknown.values, self.value
        kept = {row[self.unknown]: row for row in self._search.along([value for value in grid if value != end])}
        beyond = self._search.along([value for value in grid if value not in kept and value != end], kept=())
        solved = {} if end is None else {end: dict(self.design)}
        curve = [row for _, row in sorted((kept | solved).items())]
        return {**self.to_dict(), "curve": curve, "beyond": list(beyond)}


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
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
    strict: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
    **inputs: Any,  # noqa: ANN401 - a value as people write it, a list or a range of them
) -> Solution:
    """Find the largest (or smallest) value of an input for which some design satisfies a condition.

    Parameters
    ----------
    unknown : str
        The input to solve for.
    given : Sweep or mapping, optional
        The designs: a sweep, or inputs by name beside those given by keyword; a list or a range is an axis.
    where : str, optional
        The condition (``"cost_total_usd <= 50e6 and train_days <= 90"``).
    over : (low, high) or mapping, optional
        Where to search, as a pair or as a range of an axis; by default the input's plausible range. An unknown that is
        an axis of the designs takes that axis's values only.
    smallest : bool
        Find the smallest value instead of the largest.
    by : str
        Quantity to minimise among the designs that are feasible at the value found.
    columns : sequence of str
        Quantities to report of the design.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.
    threads : int, optional
        Number of threads; by default all CPUs.
    progress : callable, optional
        Called with the number of combinations evaluated so far.
    **inputs
        As for `estimate`; a list or a range is an axis.

    Returns
    -------
    Solution
        ``value`` in ``unit``, the best ``design`` there, the ``constraints`` with those that bind, and what ends the
        range (``ended_by``). If nothing is feasible, ``relaxations``: the smallest changes of constraints that make a
        design feasible.

    Raises
    ------
    SpecError
        For bad or missing values, and for an unknown on which neither condition nor ``by`` depends.

    Notes
    -----
    The answer is exact over all combinations of the axes. An unknown that is no axis is searched on a grid of 65
    values (by equal steps, or by equal factors where the range spans more than a factor of 100), and the gap behind
    the last feasible value by ever finer grids until neighbours differ by a relative 1e-12; whole numbers and
    multiples until none is left between. So the value is feasible and its next one is not; a hole narrower than the
    first grid may be missed.

    Examples
    --------
    >>> import gigacost
    >>> found = gigacost.solve(
    ...     "tokens",
    ...     where="cost_total_usd <= 5e6",
    ...     params="7B",
    ...     hardware="h100-sxm",
    ...     chips=[512, 1024],
    ...     over=("100B", "20T"),
    ... )
    >>> found.feasible, found.binding
    (True, ('cost_total_usd <= 5e6',))
    """
    query = {"where": where, "columns": columns if isinstance(columns, str) else list(columns)}
    request = Request.of(
        given, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict, query=query
    )
    return _solved(InverseSearch(request.space(), unknown, by, over, threads, progress), smallest=smallest)


def _solved(search: InverseSearch, *, smallest: bool) -> Solution:
    unknown = search.unknown
    value = search.extreme(unknown.values, smallest=smallest)
    if value is None:
        return _infeasible(search)
    value, beyond = _refined(search, value, smallest=smallest)
    found = search.found([value])
    search.doubted(found.doubts if found else ())
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
        search.untold(),
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
    meta = {**search.meta, **states}
    return Solution(unknown.name, unknown.field.unit, None, {}, (), "infeasible", blamed, meta, search.untold())
