"""The cheapest design of one year: what it costs, what that is made of, which prices it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.catalog.dates import day, decimal_year
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, unplaced
from gigacost.model import later_years
from gigacost.queries import doubts
from gigacost.queries.assumptions import Assumption, assumption, matters_in
from gigacost.queries.rows import RowView
from gigacost.queries.space import Space
from gigacost.spec.reader import read_mapping
from gigacost.spec.spec import DEFAULT

if TYPE_CHECKING:
    from gigacost.graph.model import Model

FAR_YEARS = 3.0
"""So many years beyond the last prices a trend is taken for known: an assumption; rents rose and fell within less."""
TOO_LONG = "too_long"
_PERCENTILES = {"low": "p5", "high": "p95", "p10": "p10", "p50": "p50", "p90": "p90"}
"""What the fields of an interval are, beside its central value."""
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
    of: Mapping[str, Any]
    """The option that it is the cheapest design of; empty where all compete."""
    as_of: str
    """The date of its prices."""
    years_ahead: float
    """Years from that date to the middle of the year, over which prices follow a trend."""
    algorithm_years: float
    """Years of progress since the algorithms that the design is meant for; 0 for the same FLOP."""
    design: Mapping[str, Any]
    """What was chosen on the axes; empty where no design is possible."""
    train_days: float | None
    """Days of the run; of one that is too long those of the cheapest design whatever it takes."""
    run_flop: float | None
    """Arithmetic of the run with the algorithms of the year [FLOP]."""
    usd_per_chip_hour: float | None
    """All-in cost of an hour of the work that one chip does at the date of the prices."""
    cost: Interval | None
    drivers: Mapping[str, Interval]
    """The contributions that the cost is made of, those that are anything."""
    prices: tuple[Assumption, ...]
    """Every price that it rests on, at the date of the prices, with source and date."""
    state: str
    """``ok``, or what keeps most designs from being possible; ``too_long`` where the time limit does."""


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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of every year."""

    sweep: Space
    costs: tuple[str, ...]
    """What is minimised, and what it is made of."""
    within_days: float
    threads: int | None

    def space(self, as_of: str, at: Mapping[str, Any], where: str) -> Space:
        """The sweep as of a year, of one option, with its costs and their intervals as columns."""
        model, catalog = later(self.sweep.model), self.sweep.bound.catalog
        tree = self.sweep.spec.to_dict()
        tree["axes"] = {name: values for name, values in tree.get("axes", {}).items() if name not in at}
        tree["fixed"] = {**tree.get("fixed", {}), **at, "as_of": as_of}
        tree.pop("as_of", None)  # it may stand in either place
        intervals = [f"{one}({name})" for name in self.costs for one in _PERCENTILES.values()]
        columns = [*self.costs, *intervals, "train_days", "run_flop", "usd_per_chip_hour"]
        own = self.sweep.spec.where
        conditions = [f"({own.text})"] if own else []
        conditions += [where] if where else []
        tree["query"] = {"columns": columns} | ({"where": " and ".join(conditions)} if conditions else {})
        tree["uncertain"] = {**tree.get("uncertain", {}), DEFAULT: True}
        return Space(read_mapping(tree, namespace(model, catalog)), model, catalog)

    def best(self, space: Space) -> dict[str, Any]:
        """The cheapest combination; empty where none is possible."""
        found = space.find(1, self.costs[0], threads=self.threads)
        (row,) = RowView(space.bound, found) if found else ({},)
        return {} if None in row.values() else dict(row)


def cheapest(
    asked: Asked, year: int, algorithms_of: dt.date | None, option: Mapping[str, Any]
) -> tuple[Year, tuple[Fault, ...]]:
    """A year with what is doubtful about it."""
    month, day_of_month = _MIDDLE
    middle = dt.date(year, month, day_of_month)
    as_of = min(middle, day(asked.sweep.bound.catalog.date)).isoformat()
    ahead = decimal_year(middle) - decimal_year(day(as_of))
    since = decimal_year(middle) - decimal_year(algorithms_of) if algorithms_of else 0.0
    at = {**option, "years_ahead": ahead, "algorithm_years": since}
    space = asked.space(as_of, at, f"train_days <= {asked.within_days!r}")
    row = asked.best(space)
    made = Year(year, option, as_of, ahead, since, {}, None, None, None, None, {}, (), "ok")
    if not row:
        anyhow = asked.space(as_of, at, "")
        longer = asked.best(anyhow)
        state = TOO_LONG if longer else _commonest(anyhow, asked.costs[0], asked.threads)
        return replace(made, train_days=longer.get("train_days"), state=state), ()
    spreads = {name: _interval(row, name) for name in asked.costs}
    cost = spreads.pop(asked.costs[0])
    design = {**option, **{name: row[name] for name in space.bound.digits}}
    fixed = space.bound.settings(row["index"])
    one = Bound(replace(space.spec, axes=(), fixed=fixed), space.model, space.bound.catalog)
    return replace(
        made,
        design={name: design[name] for name in asked.sweep.bound.digits},
        train_days=row["train_days"],
        run_flop=row["run_flop"],
        usd_per_chip_hour=row["usd_per_chip_hour"],
        cost=cost,
        drivers={name: spread for name, spread in spreads.items() if spread.high},
        prices=tuple(_prices(one, asked.costs)),
    ), tuple(_doubts(one, year, ahead, asked.costs))


def _interval(row: Mapping[str, Any], name: str) -> Interval:
    return Interval(central=row[name], **{field: row[f"{one}({name})"] for field, one in _PERCENTILES.items()})


def _prices(one: Bound, costs: tuple[str, ...]) -> Iterator[Assumption]:
    """The prices that go into a design's costs, and the index that turns them into those of a base year."""
    market = str(one.labels["market"][1][0]) if "market" in one.labels else ""
    for leaf in lower.compiled(one, Query(costs)).tape.leaves:
        known = one.model.inputs.get(leaf)
        if leaf == one.deflator or (known and "$" in known.unit and matters_in(leaf, market)):
            found = assumption(one, leaf)
            if found.value is not None:
                yield found


def _doubts(one: Bound, year: int, ahead: float, costs: tuple[str, ...]) -> Iterator[Fault]:
    """What is doubtful about a design: its prices, what the model warns of, and trends that are carried too far."""
    lenient = Bound(replace(one.own, strict=False), one.model, one.catalog)
    about = doubts.about_rows(lenient, [0], [*costs, "train_days"])
    for doubt in [*unplaced(namespace(one.model, one.catalog).doubts(one.own)), *about]:
        yield replace(doubt, what=f"{doubt.what} ({year})") if doubt.field != "base_year" else doubt
    if ahead > FAR_YEARS:
        far = (
            f"{ahead:.1f} years beyond the last prices, of {one.catalog.date}: trends are only extrapolated from there"
        )
        yield Fault("years", str(year), far)


def _commonest(asked: Space, by: str, threads: int | None) -> str:
    """The state of most combinations of a sweep; ``where`` if all are possible and none is asked for."""
    states = asked.summary((by,), quantiles=(), std=False, threads=threads).states
    return max(
        (name for name in states if name != "ok" and states[name]), key=lambda name: states[name], default="where"
    )
