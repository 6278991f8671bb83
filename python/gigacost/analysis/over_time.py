"""Over time: what the same capability costs in other years, by what drives it, each with an interval.

The capability is that of the specification's designs, trained with the algorithms of one date. Each year is asked apart
for its cheapest design, at its middle:

* algorithms: the same loss takes ``algorithmic_gain`` times less compute a year later, and more a year earlier;
* prices up to the catalogue's date: the quotes of that day, of chips that could be had by then;
* prices beyond it: ``price_performance_gain`` times less a year for the same work, around which the market goes up and
  down (``rental_level``); energy falls by ``energy_efficiency_gain``. No price falls just because a year has passed.

Every trend is an input with a source and a distribution (``catalog/data/uncertainty.toml``), and may be given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.catalog.dates import DAY_FORM, day, decimal_year
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.graph.declarations import Contribution
from gigacost.model import later_years
from gigacost.queries.rows import RowView
from gigacost.queries.space import Space
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import DEFAULT

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.graph.wiring import Quantity

BY = "total_development_usd"
YEARS = (2023, 2025, 2027, 2030)
TRENDS = ("algorithmic_gain", "price_performance_gain", "rental_level", "energy_efficiency_gain")
"""What makes one year differ from another, beside quoted prices."""
_FIRST, _LAST = 2015, 2076
_PERCENTILES = ("p5", "p95", "p10", "p50", "p90")
"""As the fields of an interval, behind its central value."""
_MIDDLE = (7, 1)
"""Month and day of a year at which it is asked about."""


@dataclass(frozen=True, slots=True)
class Interval(Record):
    """An amount with its interval [$]."""

    central: float
    low: float
    """P5."""
    high: float
    """P95."""
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Year(Record):
    """The cheapest design of a year."""

    year: int
    as_of: str
    """The date of its prices."""
    years_ahead: float
    """Years from that date to the middle of the year, over which prices follow a trend."""
    algorithm_years: float
    """Years of progress since the algorithms that the design is meant for."""
    design: Mapping[str, Any]
    """What was chosen on the axes; empty where no design is possible."""
    run_flop: float | None
    """Arithmetic of the run with the algorithms of the year [FLOP]."""
    usd_per_chip_hour: float | None
    """All-in cost of an hour of the work that one chip does at the date of the prices."""
    cost: Interval | None
    drivers: Mapping[str, Interval]
    """The contributions that the cost is made of, those that are anything."""
    state: str
    """``ok``, or what keeps most designs from being possible."""


@dataclass(frozen=True, slots=True)
class OverTime(Record):
    """A cost in several years."""

    by: str
    algorithms_of: str
    years: tuple[Year, ...]
    trends: Mapping[str, Mapping[str, str]]
    """The distributions of ``TRENDS`` with their sources."""


def over_time(
    sweep: Space,
    years: Sequence[int] = YEARS,
    *,
    by: str = BY,
    algorithms_of: str = "",
    threads: int | None = None,
) -> OverTime:
    """Cost the same capability in several years: the cheapest design of each, by driver.

    Parameters
    ----------
    sweep : Sweep
        The designs.
    years : sequence of int
        The years, each asked about at its middle.
    by : str
        The subtotal to minimise.
    algorithms_of : str
        Date of the algorithms that the designs' parameters and tokens assume; by default that of the sweep's prices.
    threads : int, optional
        Number of threads; by default all CPUs.

    Returns
    -------
    OverTime
        Of each year the cheapest design, its cost and the contributions to it, each with percentiles; the trends used,
        with their sources.

    Raises
    ------
    SpecError
        For a year or subtotal that there is not.

    Examples
    --------
    >>> import gigacost
    >>> run = {"params": "7B", "tokens": "2T", "chips": 1024}
    >>> sweep = gigacost.Sweep({"hardware": ["h100-sxm", "b200-sxm"]}, fixed=run)
    >>> [one.year for one in gigacost.over_time(sweep, [2025, 2027]).years]
    [2025, 2027]
    """
    subtotals = [quantity.name for quantity in sweep.model.subtotals]
    if by not in subtotals:
        raise SpecError(Fault("by", show(by), "not a subtotal", ", ".join(subtotals), nearest(by, subtotals)))
    since = _day(algorithms_of or sweep.meta["as_of"] or sweep.bound.catalog.date)
    made_of = contributions(sweep.model, by)
    found = [_year(sweep, year, since, (by, *made_of), threads) for year in _checked(years)]
    return OverTime(by, since.isoformat(), tuple(found), _trends(sweep))


@cache
def later(model: Model) -> Model:
    """A model whose algorithms, prices and chips are those of another year; itself where they already are."""
    if later_years.YEARS_AHEAD.name in model.inputs:
        return model
    inputs = (later_years.YEARS_AHEAD, later_years.ALGORITHM_YEARS, later_years.RENTAL_LEVEL)
    return model.extend(*inputs).override(
        run_flop=later_years.run_flop,
        staff_fte_years=later_years.staff_fte_years,
        rent_usd_per_chip_hour=later_years.rent_usd_per_chip_hour,
        bought_chip_usd=later_years.bought_chip_usd,
        server_w=later_years.server_w,
        owned_server_w=later_years.owned_server_w,
    )


def contributions(model: Model, by: str) -> tuple[str, ...]:
    """The contributions to a subtotal, those to the smaller ones in it first."""
    names: list[str] = []
    for subtotal in model.subtotals:
        names += [one.name for one in model.contributions if _goes_to(one, subtotal.name)]
        if subtotal.name == by:
            break
    return tuple(names)


def _checked(years: Sequence[int]) -> tuple[int, ...]:
    faults = [
        Fault("years", show(year), "not a year that can be asked about", f"{_FIRST} to {_LAST}")
        for year in years
        if isinstance(year, bool) or not isinstance(year, int) or not _FIRST <= year <= _LAST
    ]
    faults += [] if years else [Fault("years", "", "missing value", "2023,2025,2027,2030")]
    if faults:
        raise SpecError(*faults)
    return tuple(dict.fromkeys(years))


def _day(text: str) -> dt.date:
    try:
        return day(text)
    except ValueError as problem:
        raise SpecError(Fault("algorithms_of", show(text), str(problem), DAY_FORM)) from None


def _goes_to(contribution: Quantity, subtotal: str) -> bool:
    return isinstance(contribution.mark, Contribution) and contribution.mark.to == subtotal


def _year(sweep: Space, year: int, algorithms_of: dt.date, costs: tuple[str, ...], threads: int | None) -> Year:
    month, day_of_month = _MIDDLE
    middle = dt.date(year, month, day_of_month)
    dated = min(middle, day(sweep.bound.catalog.date))
    ahead = decimal_year(middle) - decimal_year(dated)
    since = decimal_year(middle) - decimal_year(algorithms_of)
    asked = _asked(sweep, dated.isoformat(), {"years_ahead": ahead, "algorithm_years": since}, costs)
    best = asked.find(1, costs[0], threads=threads)
    (row,) = RowView(asked.bound, best) if best else ({},)
    if None in row.values() or not row:
        state = row.get("status") or _commonest(asked, costs[0], threads)
        return Year(year, dated.isoformat(), ahead, since, {}, None, None, None, {}, state)
    spreads = {name: Interval(row[name], *(row[f"{one}({name})"] for one in _PERCENTILES)) for name in costs}
    cost = spreads.pop(costs[0])
    return Year(
        year=year,
        as_of=dated.isoformat(),
        years_ahead=ahead,
        algorithm_years=since,
        design={name: row[name] for axis in sweep.spec.axes for name in axis.names},
        run_flop=row["run_flop"],
        usd_per_chip_hour=row["usd_per_chip_hour"],
        cost=cost,
        drivers={name: spread for name, spread in spreads.items() if spread.high},
        state="ok",
    )


def _commonest(asked: Space, by: str, threads: int | None) -> str:
    """The state of most combinations of a sweep; ``where`` if all are possible and none is asked for."""
    states = asked.summary((by,), quantiles=(), threads=threads).states
    return max(
        (name for name in states if name != "ok" and states[name]), key=lambda name: states[name], default="where"
    )


def _asked(sweep: Space, as_of: str, at: Mapping[str, float], costs: tuple[str, ...]) -> Space:
    """The sweep as of a year, with its costs and their intervals as columns."""
    model, catalog = later(sweep.model), sweep.bound.catalog
    tree = sweep.spec.to_dict()
    tree["as_of"] = as_of
    tree["fixed"] = {**tree.get("fixed", {}), **at}
    intervals = [f"{one}({name})" for name in costs for one in _PERCENTILES]
    columns = [*costs, *intervals, "run_flop", "usd_per_chip_hour"]
    tree["query"] = {"columns": columns} | ({"where": sweep.spec.where.text} if sweep.spec.where else {})
    tree["uncertain"] = {**tree.get("uncertain", {}), DEFAULT: True}
    return Space(read_mapping(tree, namespace(model, catalog)), model, catalog)


def _trends(sweep: Space) -> dict[str, dict[str, str]]:
    known = Bound(sweep.spec, later(sweep.model), sweep.bound.catalog).shipped
    return {
        name: {"distribution": known[name].distribution, "source": known[name].source, "date": known[name].date}
        for name in TRENDS
        if name in known
    }
