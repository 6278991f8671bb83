"""Where a run stands: ``track``."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from gigacost._record import Record
from gigacost.catalog.dates import last_day
from gigacost.display.shown import Shown
from gigacost.errors import Fault, SpecError, escape, show
from gigacost.queries.request import CatalogLike, Request
from gigacost.sampling.draws import Draws
from gigacost.tracking.bills import Bill, read_bills
from gigacost.tracking.completion import Completion, completion
from gigacost.tracking.level import forecast
from gigacost.tracking.log import RunLog, read_log
from gigacost.tracking.planned import COUNT, HOURS, POWER, PRICES, RUN, TOTAL, Plan
from gigacost.tracking.progress import BLOCKS, Progress, progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PathLike: TypeAlias = "str | os.PathLike[str]"
PERCENTILES = (5, 50, 95)
_LATE = 0.001
"""A log whose first row has more of the tokens than this begins in the middle of the run."""
_UNITS = {"stops_per_day": "1/d", "hours_per_stop": "h"}


@dataclass(frozen=True, slots=True)
class Wrong(Record):
    """An assumption of the plan that lies outside of the 90 % interval of what is now known."""

    name: str
    unit: str
    planned: float
    now: float
    """The middle of what is now known."""
    p5: float
    p95: float
    effect_days: float
    """What the difference alone does to the day of completion."""
    effect_usd: float
    """What it alone does to the total."""


@dataclass(frozen=True, slots=True)
class Tracking(Shown, Record):
    """Where a run stands and how it will end. Made by ``track``."""

    at_share: float
    """Of the planned tokens, how much is done."""
    elapsed_hours: float
    start: str
    """ISO 8601."""
    done: Mapping[str, str]
    """When the planned tokens are done, ISO 8601: ``p5``, ``p50``, ``p95``."""
    done_hours: Mapping[str, float]
    """The same in hours since the start."""
    cost_total_usd: Mapping[str, float]
    """At completion."""
    total_run_usd: Mapping[str, float]
    """The part of it that log and bills tell of: the run without experiments, people and what else a project needs."""
    spent_usd: float | None
    """What the bills come to; None without any."""
    planned: Mapping[str, Any]
    """``done``, ``hours`` and both costs as the plan has them."""
    posterior: Mapping[str, Mapping[str, float]]
    """What is now known of each assumption: ``planned``, ``p5``, ``p50``, ``p95``."""
    wrong: tuple[Wrong, ...]
    """The assumptions that were wrong, the one that costs most first."""
    meta: Mapping[str, Any]


def track(
    plan: PathLike | Mapping[str, Any] | Request,
    log: PathLike,
    bills: PathLike | None = None,
    *,
    start: str | dt.datetime | None = None,
    catalog: CatalogLike = None,
    draws: int = COUNT,
    seed: int = 0,
) -> Tracking:
    """Track a run: what its log and its bills say of the plan, and when it will be done at what cost.

    Parameters
    ----------
    plan : path or mapping
        The specification of one design (.toml, .json), or its inputs by name.
    log : path
        A CSV file: ``time`` or ``hours``, ``tokens`` or ``tokens_per_second``, and if known ``power_mw`` and ``state``.
    bills : path, optional
        A CSV file: ``date`` or ``hours``, ``usd``, ``what``; or a FOCUS file.
    start : str or datetime, optional
        When the run started; by default the first row's time, or for hours the plan's ``as_of``.
    catalog : Catalog, path or mapping, optional
        A private price book.
    draws : int
        Number of draws.
    seed : int
        Of the draws.

    Returns
    -------
    Tracking
        ``done`` and ``cost_total_usd`` at completion with 5th, 50th and 95th percentiles, the ``posterior`` of pace,
        goodput and rate, and the assumptions of the plan that were ``wrong``.

    Raises
    ------
    SpecError
        For a plan of several designs and for bad rows, each with row and column.
    """
    if isinstance(plan, Request):
        request = plan
    elif isinstance(plan, Mapping):
        request = Request.of(None, plan, catalog=catalog)
    else:
        request = Request.of_file(plan, catalog=catalog)
    began = _moment(start)
    known = Plan.of(request.bound, Draws(draws, seed))
    read = read_log(log, began)
    since = read.start or began or _day_of_prices(known)
    billed = () if bills is None else read_bills(bills, since)
    told = [] if read.start or began else [f"the log has no dates: they count from {since:%Y-%m-%d}, if not from start"]
    return _Tracker(known, read, since, billed, told).answer()


def _day_of_prices(plan: Plan) -> dt.datetime:
    day = last_day(plan.bound.labels["as_of"][1][0])
    return dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)


def _moment(start: str | dt.datetime | None) -> dt.datetime | None:
    if start is None:
        return None
    try:
        found = dt.datetime.fromisoformat(start) if isinstance(start, str) else start
    except ValueError:
        raise SpecError(Fault("start", show(start), "not a time", "ISO 8601, as 2026-11-21T06:00:00Z")) from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


class _Tracker:
    """A plan and what came of it so far."""

    def __init__(
        self, plan: Plan, log: RunLog, start: dt.datetime, bills: Sequence[Bill], notes: Sequence[str]
    ) -> None:
        self.plan, self.log, self.start, self.bills = plan, log, start, bills
        self.rng = np.random.default_rng(plan.draws.seed)
        if len(log.tokens) and log.tokens[0] > _LATE * plan.prior.tokens:
            what = f"the log begins when {log.tokens[0]:.3g} tokens are done already"
            raise SpecError(Fault("start", "", what, "when the run started, before the first row"))
        self.seen = _until_done(log, plan.prior.tokens)
        self.share = min(self.seen.tokens / plan.prior.tokens, 1.0)
        self.notes = [*notes, *log.notes]

    def answer(self) -> Tracking:
        plan = self.plan
        started = self.seen.hours > 0.0
        end = completion(self.seen, plan.prior, plan.draws.count, self.rng) if started else plan.before()
        known = {name: self._price(name) for name in PRICES}
        factors = {PRICES[kind]: found for kind, found in known.items() if found is not None}
        power = self._power()
        factors |= {} if power is None else {POWER: power}
        billed = self._billed(known, end.hours / plan.pretraining_share)
        self._tell_of_others(known)
        costs = {name: _percentiles(one + billed) for name, one in plan.costs({**factors, **self._hours(end)}).items()}
        posterior = self._posterior(end, factors)
        hours = _percentiles(end.hours)
        planned_hours = plan.values[HOURS] * plan.pretraining_share
        return Tracking(
            self.share,
            self.seen.hours,
            self._day(0.0),
            {name: self._day(value) for name, value in hours.items()},
            hours,
            costs[TOTAL],
            costs[RUN],
            sum(bill.usd for bill in self.bills) if self.bills else None,
            {
                "done": self._day(planned_hours),
                "hours": planned_hours,
                **{name: plan.values[name] for name in (RUN, TOTAL)},
            },
            posterior,
            tuple(sorted(self._wrong(posterior), key=lambda one: -abs(one.effect_usd))),
            self._meta(),
        )

    def _hours(self, end: Completion) -> dict[str, Floats]:
        """How many times the planned hours the run takes; without a log the plan's own draws say that."""
        if not self.seen.hours:
            return {}
        return {HOURS: end.hours / (self.plan.values[HOURS] * self.plan.pretraining_share)}

    def _day(self, hours: float) -> str:
        return (self.start + dt.timedelta(hours=round(hours, 3))).isoformat(timespec="minutes")

    def _price(self, kind: str) -> Floats | None:
        """How many times the planned price is paid from now on, by the bills; None where there are none."""
        rows = [bill for bill in self.bills if bill.what == kind]
        hourly = self.plan.usd_per_hour(kind)
        if not rows or not hourly:
            return None
        times = np.unique([bill.hours for bill in rows])
        amounts = np.array([sum(bill.usd for bill in rows if bill.hours == time) for time in times])
        paid = amounts / np.diff(times, prepend=0.0) / hourly
        if not (paid > 0.0).all():
            self.notes.append(f"bills of {kind}: not above 0 in each period, so that no rate is concluded from them")
            return None
        std = self.plan.price_spread(kind)
        return np.exp(forecast(np.log(paid), min(self.share, 0.999), 0.0, std).draw(self.rng, self.plan.draws.count)[0])

    def _billed(self, known: Mapping[str, Floats | None], hours: Floats) -> Floats | float:
        """What was billed in place of what the rate from now on would have made of those hours."""
        more: Floats | float = 0.0
        for kind, factor in known.items():
            rows = [bill for bill in self.bills if bill.what == kind]
            if factor is not None:
                covered = np.minimum(max(bill.hours for bill in rows), hours)
                more = more + sum(bill.usd for bill in rows) - factor * self.plan.usd_per_hour(kind) * covered
        return more

    def _tell_of_others(self, known: Mapping[str, Floats | None]) -> None:
        """Note the bills from which nothing is concluded."""
        for kind in sorted({bill.what for bill in self.bills}):
            if known.get(kind) is None and not any(kind in note for note in self.notes):
                usd = sum(bill.usd for bill in self.bills if bill.what == kind)
                why = "the plan has no such cost" if kind in PRICES else "of no kind that is forecast"
                self.notes.append(f"bills of {escape(kind)}: {usd:,.2f} $, counted as spent and nothing else; {why}")

    def _power(self) -> Floats | None:
        """How many times the planned power the run draws; None where the log does not say."""
        values = self.log.power_mw[~np.isnan(self.log.power_mw) & ~self.log.stopped & (self.log.power_mw > 0.0)]
        planned = self.plan.values.get("average_mw", 0.0)
        if not len(values) or not planned:
            return None
        logs = np.array([np.log(part.mean()) for part in np.array_split(values, min(len(values), BLOCKS))])
        std = self.plan.spread("average_mw", "average_power_fraction")
        found = forecast(logs, min(max(self.share, 0.001), 0.999), float(np.log(planned)), std)
        later = np.exp(found.draw(self.rng, self.plan.draws.count)[0])
        return np.asarray((self.share * values.mean() + (1.0 - self.share) * later) / planned)

    def _posterior(self, end: Completion, factors: Mapping[str, Floats]) -> dict[str, dict[str, float]]:
        """Of each assumption that the log or the bills tell of."""
        prior, values = self.plan.prior, self.plan.values
        whole = prior.tokens / end.running_hours / prior.pace
        found = {
            "tokens_per_second": (prior.pace / 3600.0, end.pace / 3600.0),
            "mfu": (values["mfu"], values["mfu"] * whole),
            "goodput": (prior.goodput, end.goodput),
            "stops_per_day": (24.0 * prior.stops_per_hour * prior.goodput, 24.0 * end.stops_per_hour * end.goodput),
            "hours_per_stop": (prior.stop_hours, end.stop_hours),
        }
        if POWER in factors:
            found["average_mw"] = (values["average_mw"], values["average_mw"] * factors[POWER])
        found |= {name: (values[name], values[name] * factor) for name, factor in factors.items() if name != POWER}
        return {name: {"planned": planned, **_percentiles(now)} for name, (planned, now) in found.items()}

    def _wrong(self, posterior: Mapping[str, Mapping[str, float]]) -> list[Wrong]:
        prior, plan = self.plan.prior, self.plan
        lost = prior.stops_per_hour * prior.stop_hours
        found = []
        for name, one in posterior.items():
            planned, now = one["planned"], one["p50"]
            if name == "tokens_per_second" or one["p5"] <= planned <= one["p95"]:
                continue
            ratio = now / planned
            moves = {"mfu": 1.0 / ratio, "goodput": 1.0 / ratio}
            moves |= dict.fromkeys(("stops_per_day", "hours_per_stop"), (1.0 + lost * ratio) / (1.0 + lost))
            factor = moves.get(name)
            moved = {HOURS: factor} if factor else {POWER if name == "average_mw" else name: ratio}
            days = plan.values[HOURS] * plan.pretraining_share * ((factor or 1.0) - 1.0) / 24.0
            usd = plan.total_at(moved) - plan.values[TOTAL]
            found.append(
                Wrong(
                    name,
                    _UNITS.get(name) or self.plan.bound.model.unit(name),
                    planned,
                    now,
                    one["p5"],
                    one["p95"],
                    days,
                    usd,
                )
            )
        return found

    def _meta(self) -> dict[str, Any]:
        return {"draws": self.plan.draws.to_dict(), "rows": len(self.log.hours), "notes": self.notes}


def _until_done(log: RunLog, tokens: float) -> Progress:
    """The progress up to the planned tokens: rows after these are not part of the run."""
    hours, done, stopped = log.hours, log.tokens, log.stopped
    over = np.flatnonzero(done >= tokens)
    if len(over) and over[0] > 0:
        last = int(over[0])
        share = (tokens - done[last - 1]) / (done[last] - done[last - 1])
        at = hours[last - 1] + share * (hours[last] - hours[last - 1])
        hours, done = np.append(hours[:last], at), np.append(done[:last], tokens)
        stopped = np.append(stopped[:last], False)
    return progress(hours, done, stopped)


def _percentiles(values: Floats) -> dict[str, float]:
    known = values[~np.isnan(values)]
    return {f"p{percent}": float(np.quantile(known, percent / 100.0)) for percent in PERCENTILES}
