"""Over time: what the same capability, or the same arithmetic, costs in other years, by what drives it.

The capability is that of the specification's designs, trained with the algorithms of one date. Each year is asked apart
for its cheapest design, at its middle:

* algorithms: the same loss takes ``algorithmic_gain`` times less compute a year later, and more a year earlier; the
  same FLOP take what they take;
* prices up to the catalogue's date: the quotes of that day, of chips that could be had by then;
* prices beyond it: ``price_performance_gain`` times less a year for the same work, around which the market goes up and
  down (``rental_level``); energy falls by ``energy_efficiency_gain``. No price falls just because a year has passed.

Every trend is an input with a source and a distribution (``catalog/data/uncertainty.toml``), and may be given.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from gigacost._record import Record, unboxed, without_days
from gigacost.analysis.cheapest_of_year import Asked, Year, cheapest, later
from gigacost.analysis.years import read_days, read_years
from gigacost.catalog.dates import DAY_FORM, day
from gigacost.charts.charted import Charted
from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph.declarations import Contribution
from gigacost.queries import arguments
from gigacost.queries.space import Space
from gigacost.spec.axes import Zipped

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.graph.wiring import Quantity

T = TypeVar("T")
BY = "total_development_usd"
YEARS = (2023, 2025, 2027, 2030)
SAME = ("capability", "flop")
WITHIN = "1 yr"
"""How long a run may take, by default: an assumption. In a longer one hardware and algorithms overtake it."""
TRENDS = ("algorithmic_gain", "price_performance_gain", "rental_level", "energy_efficiency_gain")
"""What makes one year differ from another, beside quoted prices."""
_FIRST, _LAST = 2015, 2076


@dataclass(frozen=True, slots=True)
class OverTime(Charted, Record):
    """A cost in several years."""

    _kind = "over-time"

    by: str
    same: str
    """What is the same in all years: the capability, or the FLOP."""
    algorithms_of: str
    within_days: float
    """How long a run may take."""
    base_year: int | None
    """The year whose dollars they are; None for those of the date of the prices."""
    years: tuple[Year, ...]
    trends: Mapping[str, Mapping[str, str]]
    """The distributions of ``TRENDS`` that matter, with their sources."""
    warnings: tuple[str, ...]
    """What is doubtful about a year: prices from far away, trends beyond what they were seen to do."""


def over_time(
    sweep: Space,
    years: Iterable[int] | str | int = YEARS,
    *,
    by: str = BY,
    same: Literal["capability", "flop"] = "capability",
    algorithms_of: str | dt.date = "",
    within: str | float = WITHIN,
    per: Sequence[str] = (),
    strict: bool = False,
    threads: int | None = None,
) -> OverTime:
    """Cost the same capability in several years: the cheapest design of each, by driver.

    Parameters
    ----------
    sweep : Sweep
        The designs.
    years : int, sequence of int, or str
        The years, each asked about at its middle; as text also with ranges, ``"2023..2027,2030"``.
    by : str
        The subtotal to minimise.
    same : str
        ``capability``: the same loss, for which later algorithms take less compute; ``flop``: the same arithmetic.
    algorithms_of : str
        Date of the algorithms that the designs' parameters and tokens assume; by default that of the sweep's prices.
        Not with the same FLOP.
    within : str or float
        How long a run may take, as ``"1 yr"`` or in days.
    per : sequence of str
        Axes each of whose values is asked about apart, as ``market``.
    strict : bool
        Whether warnings are errors.
    threads : int, optional
        Number of threads; by default all CPUs.

    Returns
    -------
    OverTime
        Of each year the cheapest design, its cost and the contributions to it, each with percentiles, and its prices
        with their sources; the trends used, with theirs.

    Raises
    ------
    SpecError
        For a year, subtotal or axis that there is not.

    Examples
    --------
    >>> import gigacost
    >>> run = {"params": "7B", "tokens": "2T", "chips": 1024}
    >>> sweep = gigacost.Sweep({"hardware": ["h100-sxm", "b200-sxm"]}, fixed=run)
    >>> [one.year for one in gigacost.over_time(sweep, [2025, 2027]).years]
    [2025, 2027]
    """
    per = arguments.listed("per", per)
    faults: list[Fault] = [*_unknown(sweep, by, same, per, since_given=bool(algorithms_of))]
    days = _read(faults, lambda: read_days("within", within)) or 0.0
    asked_years = _read(faults, lambda: _checked(years)) or ()
    since = _read(faults, lambda: _day(without_days(algorithms_of) or sweep.meta["as_of"] or sweep.bound.catalog.date))
    if faults or since is None:
        raise SpecError(*faults)
    asked = Asked(sweep, (by, *contributions(sweep.model, by)), days, threads)
    progressed = None if same == "flop" else since
    pairs = [cheapest(asked, year, progressed, option) for year in asked_years for option in _options(sweep, per)]
    doubts = dict.fromkeys(doubt for _, doubts in pairs for doubt in doubts)
    if doubts and strict:
        raise SpecError(*doubts)
    return OverTime(
        by=by,
        same=same,
        algorithms_of=since.isoformat(),
        within_days=asked.within_days,
        base_year=sweep.spec.base_year,
        years=tuple(year for year, _ in pairs),
        trends=_trends(sweep, same),
        warnings=tuple(map(str, doubts)),
    )


def contributions(model: Model, by: str) -> tuple[str, ...]:
    """The contributions to a subtotal, those to the smaller ones in it first."""
    names: list[str] = []
    for subtotal in model.subtotals:
        names += [one.name for one in model.contributions if _goes_to(one, subtotal.name)]
        if subtotal.name == by:
            break
    return tuple(names)


def _read(faults: list[Fault], reading: Callable[[], T]) -> T | None:
    """What is read; None, with the faults noted, where that cannot be."""
    try:
        return reading()
    except SpecError as error:
        faults += error.faults
        return None


def _unknown(sweep: Space, by: str, same: str, per: Sequence[str], *, since_given: bool) -> Iterator[Fault]:
    subtotals = [quantity.name for quantity in sweep.model.subtotals]
    if by not in subtotals:
        yield Fault("by", show(by), "not a subtotal", ", ".join(subtotals), nearest(by, subtotals))
    if same not in SAME:
        yield Fault("same", show(same), "nothing that can be the same", ", ".join(SAME), nearest(same, SAME))
    if since_given and same == "flop":
        yield Fault("algorithms_of", "", "given, but the same FLOP take no algorithms of a date", "same = capability")
    alone = _alone(sweep)
    for name in per:
        if name not in alone:
            yield Fault("per", show(name), "not an axis of its own", ", ".join(alone), nearest(name, alone))


def _checked(years: Iterable[int] | str | int) -> tuple[int, ...]:
    listed = years if isinstance(years, Iterable) else [years]
    found: tuple[Any, ...] = (
        read_years("years", years) if isinstance(years, str) else tuple(unboxed(year) for year in listed)
    )
    faults = [
        Fault("years", show(year), "not a year that can be asked about", f"{_FIRST} to {_LAST}")
        for year in found
        if isinstance(year, bool) or not isinstance(year, int) or not _FIRST <= year <= _LAST
    ]
    faults += [] if found else [Fault("years", "", "missing value", "2023,2025,2027,2030 or 2023..2030")]
    if faults:
        raise SpecError(*faults)
    return tuple(dict.fromkeys(found))


def _alone(sweep: Space) -> dict[str, tuple[Any, ...]]:
    """The values of each axis that is no column of a table."""
    return {axis.name: axis.values for axis in sweep.spec.axes if not isinstance(axis, Zipped)}


def _options(sweep: Space, per: Sequence[str]) -> list[Mapping[str, Any]]:
    """The combinations of the values of some axes."""
    alone = _alone(sweep)
    return [dict(zip(per, values, strict=True)) for values in itertools.product(*(alone[name] for name in per))]


def _day(text: str) -> dt.date:
    try:
        return day(text)
    except ValueError as problem:
        raise SpecError(Fault("algorithms_of", show(text), str(problem), DAY_FORM)) from None


def _goes_to(contribution: Quantity, subtotal: str) -> bool:
    return isinstance(contribution.mark, Contribution) and contribution.mark.to == subtotal


def _trends(sweep: Space, same: str) -> dict[str, dict[str, str]]:
    known = Bound(sweep.spec, later(sweep.model), sweep.bound.catalog).shipped
    return {
        name: {"distribution": known[name].distribution, "source": known[name].source, "date": known[name].date}
        for name in TRENDS
        if name in known and not (same == "flop" and name == "algorithmic_gain")
    }
