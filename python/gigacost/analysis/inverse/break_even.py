"""Break-even: where one way of doing it (owning, say) becomes cheaper than another, along one unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost._record import Record
from gigacost.analysis.breakpoints import breakpoints
from gigacost.analysis.inverse.infeasibility import Relaxation, relaxations
from gigacost.analysis.inverse.search import InverseSearch
from gigacost.charts.charted import Charted
from gigacost.configs.source import ConfigLike
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.queries import doubts
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
from gigacost.queries.space import Space
from gigacost.spec.axes import Zipped, as_list

if TYPE_CHECKING:
    from gigacost.analysis.inverse.unknown import Over
    from gigacost.queries.export import Progress
    from gigacost.spec.fields import Scalar

Row: TypeAlias = Mapping[str, Any]
"""A combination: its axes, status and columns."""


@dataclass(frozen=True, slots=True)
class Interval(Record):
    """Values of the unknown over which one option is the best."""

    low: float
    high: float
    option: Scalar | None
    """None where no option is feasible."""


@dataclass(frozen=True, slots=True)
class Crossing(Record):
    """Where the best option changes."""

    value: float
    """The first value at which the option above is the best."""
    below: Row | None
    """The best combination at the value before, which differs from it as little as matters; None if nothing is
    feasible there."""
    above: Row | None
    """The best combination at the value; None if nothing is feasible there."""


@dataclass(frozen=True, slots=True)
class BreakEven(Charted, Record):
    """Which option is the best at which values of an unknown. Made by ``break_even``."""

    _kind = "break-even"

    unknown: str
    unit: str
    axis: str
    """What the options are values of."""
    options: tuple[Scalar, ...]
    intervals: tuple[Interval, ...]
    """From the lowest value to the highest."""
    crossings: tuple[Crossing, ...]
    """Where two intervals meet."""
    curve: tuple[Row, ...]
    """The best combination of each option, where it has one, at each value of the first grid and beside crossings."""
    relaxations: tuple[Relaxation, ...]
    """When nothing is feasible: which constraints are to blame, and by how much they would have to give."""
    meta: Mapping[str, Any]

    @property
    def feasible(self) -> bool:
        """Whether any option is feasible at any value."""
        return bool(self.curve)


def break_even(
    unknown: str,
    given: Space | Mapping[str, Any] | None = None,
    /,
    *,
    between: str | Mapping[str, Sequence[Any]],
    over: Over | None = None,
    where: str | None = None,
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
) -> BreakEven:
    """Find where the cheapest of several options changes along an input.

    Parameters
    ----------
    unknown : str
        The input along which options are compared.
    given : Sweep or mapping, optional
        The designs, as for `solve`.
    between : str or mapping
        The options: an axis of the designs, or one with its values (``{"market": ["own", "on_demand"]}``). Each option
        counts with its best design over all other axes.
    over, where, columns, threads, progress
        As for `solve`.
    by : str
        Quantity to minimise; of equally good options the first wins.
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
        As for `estimate`.
    **inputs
        As for `solve`.

    Returns
    -------
    BreakEven
        ``intervals`` of the unknown with the option that is best in each, the ``crossings`` between them, and the
        ``curve`` of each option.

    Raises
    ------
    SpecError
        As `solve`, and for an unknown that makes no difference to any option.

    Notes
    -----
    Wherever two neighbours of the first grid have different winners, the gap is refined as by `solve`. An option that
    wins only between two neighbours may be missed, as may a change and its reverse.

    Examples
    --------
    >>> import gigacost
    >>> found = gigacost.break_even(
    ...     "runs_per_year",
    ...     between={"market": ["own", "on_demand"]},
    ...     over=(1, 200),
    ...     params="7B",
    ...     tokens="2T",
    ...     hardware="h100-sxm",
    ...     chips=1024,
    ... )
    >>> [one.option for one in found.intervals]
    ['on_demand', 'own', 'on_demand']
    """
    axis, options = _options(between)
    inputs |= {} if options is None else {axis: options}
    query = {"where": where, "columns": columns if isinstance(columns, str) else list(columns)}
    request = Request.of(
        given, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict, query=query
    )
    search = InverseSearch(request.space(), unknown, by, over, threads, progress)
    return _Comparison(search, axis).answer()


def _options(between: object) -> tuple[str, Any]:
    """The axis of the options, and its values where they are given. Raises SpecError."""
    if isinstance(between, str):
        return between, None
    if not isinstance(between, Mapping) or len(between) != 1:
        allowed = 'an axis, or one with its options: {"market": ["own", "on_demand"]}'
        raise SpecError(Fault("between", show(between), "not the options of one axis", allowed))
    ((axis, options),) = between.items()
    if as_list(options) is None and not isinstance(options, Mapping):
        raise SpecError(Fault("between", show(options), "one option, where several are compared"))
    return str(axis), options


class _Comparison:
    """The options along the unknown, as far as they are known."""

    def __init__(self, search: InverseSearch, axis: str) -> None:
        self.search = search
        self.axis = axis
        self.options = _values_of(search, axis)
        self.rows: dict[float, dict[Scalar, Row]] = {}
        """For each value of the unknown, the best combination of each option that has one."""

    def answer(self) -> BreakEven:
        unknown, search = self.search.unknown, self.search
        self.search.doubted(self._ask(unknown.values))
        self._refuse_indifferent()
        changes = breakpoints(unknown.values, self._winners, unknown.between)
        sides = [value for change in changes for value in change]
        ends = [unknown.values[0], *sides, unknown.values[-1]]
        values = sorted({*unknown.values, *sides})
        curve = tuple(self.rows[value][option] for value in values for option in self._feasible(value))
        blamed = () if curve else relaxations(search, unknown.values)
        states = {} if curve or blamed else {"states": search.states()}
        return BreakEven(
            unknown.name,
            unknown.field.unit,
            self.axis,
            self.options,
            tuple(Interval(low, high, self._winner(low)) for low, high in zip(ends[::2], ends[1::2], strict=True)),
            tuple(Crossing(high, self._best(low), self._best(high)) for low, high in changes),
            curve,
            blamed,
            {**search.meta, **states},
        )

    def _ask(self, values: Sequence[float]) -> list[Fault]:
        """Find the best combination of each option at some values; what is doubtful about them."""
        name = self.search.unknown.name
        sweep = self.search.at(values, columns=(self.search.by,))
        self.rows |= {value: {} for value in values}
        rows = self.search.rows(sweep, self.search.by, per=(name, self.axis))
        for row in rows:
            design = {column: value for column, value in row.items() if column != "index"}
            self.rows[row[name]][row[self.axis]] = design
        return doubts.about_rows(sweep.bound, [row["index"] for row in rows], sweep.columns)

    def _refuse_indifferent(self) -> None:
        by, unknown = self.search.by, self.search.unknown
        figures = {tuple((option, row[by]) for option, row in rows.items()) for rows in self.rows.values()}
        if len(figures) == 1 and any(figures):
            options = ", ".join(map(str, self.options))
            what = f"makes no difference to {by} of {self.axis} = {options} from {unknown.values[0]:.6g}"
            raise SpecError(Fault("unknown", show(unknown.name), f"{what} to {unknown.values[-1]:.6g}"))

    def _winners(self, values: Sequence[float]) -> list[Scalar | None]:
        """The best option at some values, which are asked for if they are new."""
        new = [value for value in values if value not in self.rows]
        if new:
            self._ask(new)
        return [self._winner(value) for value in values]

    def _winner(self, value: float) -> Scalar | None:
        rows, by = self.rows[value], self.search.by
        return min(self._feasible(value), key=lambda option: rows[option][by], default=None)

    def _best(self, value: float) -> Row | None:
        winner = self._winner(value)
        return None if winner is None else self.rows[value][winner]

    def _feasible(self, value: float) -> list[Scalar]:
        return [option for option in self.options if option in self.rows[value]]


def _values_of(search: InverseSearch, axis: str) -> tuple[Scalar, ...]:
    """The options. Raises SpecError when they are not several values of an axis of their own."""
    name, digits = search.unknown.name, search.sweep.bound.digits
    if axis == name:
        raise SpecError(Fault("between", show(axis), "the unknown itself; its options are another axis"))
    known = [other for other, digit in digits.items() if other != name and not digit.carried]
    if axis not in known:
        raise SpecError(
            Fault("between", show(axis), "not an axis of this space", ", ".join(known), nearest(axis, known))
        )
    if any(isinstance(other, Zipped) and axis in other.names for other in search.sweep.spec.axes):
        raise SpecError(Fault("between", show(axis), "a column of a table, which walks with the others"))
    if len(digits[axis].values) < 2:  # noqa: PLR2004 - between two
        raise SpecError(Fault("between", show(list(digits[axis].values)), "one option, where several are compared"))
    return digits[axis].values
