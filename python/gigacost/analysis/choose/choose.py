"""The cheapest design of each market within limits, for who names no hardware: ``choose``.

Never one winner across markets: an owned fleet looks cheapest only for who pays it first and fills it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacost.analysis.choose import designs, figures
from gigacost.analysis.choose.designs import CHOSEN, MARKETS, Asked
from gigacost.analysis.choose.figures import DEADLINES, TOTAL, Figures
from gigacost.analysis.choose.limits import Limits, read_limits
from gigacost.analysis.choose.records import Answer, Choice, Deadline, Design, LeftOut, Price, Yielding
from gigacost.analysis.sensitivity.intervals import with_intervals
from gigacost.analysis.sensitivity.uncertain_inputs import draws_for
from gigacost.compiler.bound import Bound
from gigacost.compiler.provenance import provenance
from gigacost.errors import Fault, SpecError
from gigacost.queries.estimates import Estimate, estimated
from gigacost.queries.evidence import evidence
from gigacost.queries.infeasible import in_words
from gigacost.queries.lacking import lacking
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
from gigacost.queries.rows import RowView
from gigacost.spec.spec import DEFAULT

if TYPE_CHECKING:
    from gigacost.analysis.choose.figures import Mask
    from gigacost.queries.space import Space

_NEAR = 1.25
"""Runners-up cost at most so many times what the cheapest does."""
_PERCENTILES = ("p10", "p50", "p90")


def choose(
    given: Mapping[str, Any] | None = None,
    /,
    *,
    within: str | float | None = None,
    budget: str | float | None = None,
    mw: str | float | None = None,
    sure: str | float | None = None,
    model: ModelLike = None,
    catalog: CatalogLike = None,
    as_of: DateLike = None,
    base_year: int | None = None,
    preset: PresetLike = None,
    strict: bool = False,
    threads: int | None = None,
    **inputs: Any,  # noqa: ANN401 - a value as people write it
) -> Choice:
    """Choose the cheapest design of each market.

    Parameters
    ----------
    given : mapping, optional
        Inputs by name, beside those given by keyword.
    within : str or float, optional
        How long the final run may take, as ``"90d"`` or in days; ``"none"`` for any time. By default 90 days.
    budget : str or float, optional
        What the total may be, as ``"50M"`` or in dollars; of owned chips, their price and that of their site too.
    mw : str or float, optional
        Power of the site, as ``"30 MW"`` or in megawatts.
    sure : str or float, optional
        How probable it has to be that all limits hold, as ``0.9``; by default they hold for typical values.
    model, catalog, as_of, base_year, preset, strict
        As of ``gigacost.estimate``.
    threads : int, optional
        Number of threads; by default all CPUs.
    **inputs
        As of ``gigacost.estimate``. ``hardware``, ``chips``, ``market`` and ``provider_class`` may be lists, and are
        what is chosen among; ``"*"`` is all there are, chips whose speed is extrapolated among them.

    Returns
    -------
    Choice
        For each market the estimate of its cheapest design, the runners-up, and what shorter and longer runs cost; what
        was left out, and why.

    Raises
    ------
    SpecError
        For bad values, and for missing ones.

    Examples
    --------
    >>> import gigacost
    >>> choice = gigacost.choose(params="7B", tokens="2T", within="30d")
    >>> [answer.market for answer in choice.answers]
    ['on_demand', 'reserved_1y', 'own']
    """
    limits = read_limits(within, budget, mw, sure)
    request = Request.of(given, inputs, model, catalog, as_of, base_year, preset, strict=strict)
    return chosen(request, limits, is_assumed=within is None, threads=threads)


def chosen(request: Request, limits: Limits, *, is_assumed: bool, threads: int | None = None) -> Choice:
    """The choice that a request leaves open. ``is_assumed``: nobody has said how long the run may take.

    Raises SpecError.
    """
    question = designs.asked(request)
    faults = _lacking(question)
    if faults:
        raise SpecError(*faults)
    space, left_out = designs.space_of(question, figures.columns(limits), drawn=limits.sure is not None)
    markets = question.markets or MARKETS
    answers: list[Answer] = []
    deadlines: list[Deadline] = []
    yielding: list[Yielding] = []
    if space is not None:
        found = Figures.measured(space, limits, named=question.hardware is not None, threads=threads)
        picked, aside = _picked(found, markets), list(_aside(found, markets))
        told = {place for pick in picked for place in pick.places}.union(
            one.best for one in aside if one.best is not None
        )
        shown = _Shown(found, _spreads(question, found, told))
        for pick in picked:
            if pick.best is None:
                yielding += _yielding(found, pick)
            else:
                answers.append(_answer(question, shown, pick, pick.best))
            deadlines += _deadlines(shown, pick)
        left_out += [one.told(shown) for one in aside]
    order = {chip: i for i, chip in enumerate(question.catalog.labels("hardware", announced=True))}
    return Choice(
        asked={**question.bound.own.fixed, **_said(question), **limits.to_dict()},
        where={axis: str(label) for axis, (_, (label, *_)) in question.bound.labels.items() if axis not in CHOSEN},
        assumed={
            "within_days": limits.within_days if is_assumed else None,
            "markets": None if question.markets else list(MARKETS),
            "hardware": None if question.hardware else _tried(space, "hardware"),
            "chips": None if question.chips else _tried(space, "chips"),
        },
        answers=tuple(answers),
        deadlines=tuple(deadlines),
        left_out=tuple(sorted(left_out, key=lambda one: (order[one.hardware], markets.index(one.market)))),
        yielding=tuple(yielding),
        meta={
            **provenance(question.bound, draws=False),
            "combinations": space.size if space is not None else 0,
            "draws": draws_for(question.bound.own).to_dict(),
            "warnings": list(dict.fromkeys(text for one in answers for text in one.estimate.meta["warnings"])),
        },
    )


@dataclass(frozen=True)
class _Pick:
    """What is told of a market: the designs, by their places in the space."""

    market: str
    among: Mask
    """All of its candidates."""
    best: int | None
    runners_up: tuple[int, ...]
    deadlines: Mapping[float, int | None]

    @property
    def places(self) -> Iterable[int]:
        """All of them."""
        return (place for place in (*self.runners_up, *self.deadlines.values()) if place is not None)


def _lacking(question: Asked) -> list[Fault]:
    """What has to be given before anything can be chosen; what is chosen over is not among it."""
    own = question.bound.own
    some = {"hardware": question.catalog.labels("hardware")[0], "chips": designs.MOST_CHIPS, "market": MARKETS[0]}
    fixed: dict[str, Any] = {name: value for name, value in own.fixed.items() if name not in CHOSEN} | some
    bound = Bound(replace(own, axes=(), fixed=fixed), question.bound.model, question.catalog)
    faults = lacking(bound)
    return faults or lacking(bound, [TOTAL, *figures.ALSO])


def _said(question: Asked) -> dict[str, Any]:
    """The axes that were named, as lists where they have several values."""
    values = {name: getattr(question, field) for name, field in zip(CHOSEN, _FIELDS, strict=True)}
    return {name: list(given) if len(given) > 1 else given[0] for name, given in values.items() if given}


_PRICED = ("hardware", "market", "provider_class")
_FIELDS = ("hardware", "chips", "markets", "classes")
"""What ``Asked`` calls the axes that are chosen over."""


def _tried(space: Space | None, name: str) -> list[Any]:
    """The values of an axis that is chosen over."""
    return sorted(set(space.bound.digits[name].values)) if space is not None else []


def _picked(found: Figures, markets: Iterable[str]) -> list[_Pick]:
    picked = []
    for market in markets:
        among = found.candidates & (found.values["market"] == market)
        held = among & found.within(found.limits.within_days)
        best = found.cheapest(held)
        near: list[int] = []
        if best is not None:
            most = _NEAR * found.values[TOTAL][best]
            others = held & (found.values["hardware"] != found.values["hardware"][best]) & (found.values[TOTAL] <= most)
            near = sorted(found.best_of_each(others), key=lambda place: float(found.values[TOTAL][place]))
        deadlines = {days: found.cheapest(among & found.within(days)) for days in DEADLINES}
        picked.append(_Pick(market, among, best, tuple(near), deadlines))
    return picked


def _spreads(question: Asked, found: Figures, places: set[int]) -> dict[int, dict[str, Any]]:
    """P10, P50 and P90 of the total of some designs."""
    if not places:
        return {}
    tree = found.space.spec.to_dict()
    tree["query"] = {"columns": [f"{one}({TOTAL})" for one in _PERCENTILES]}
    tree["uncertain"] = {**tree.get("uncertain", {}), DEFAULT: True}
    tree["draws"] = draws_for(question.bound.own).to_dict()
    drawn = designs.space(tree, found.space.model, question.catalog)
    ordered = sorted(places)
    return {
        place: {one: row[f"{one}({TOTAL})"] for one in _PERCENTILES}
        for place, row in zip(ordered, RowView(drawn.bound, ordered), strict=True)
    }


@dataclass(frozen=True)
class _Shown:
    """The figures of the designs that are told of, with the percentiles of their totals."""

    found: Figures
    spreads: Mapping[int, Mapping[str, Any]]

    def design(self, place: int) -> Design:
        """A design by its place in the space."""
        known = evidence(self.found.space.bound, place)
        return Design(**self.found.design(place), **self.spreads[place], evidence=known)


def _answer(question: Asked, shown: _Shown, pick: _Pick, best: int) -> Answer:
    own = question.bound.own
    values = shown.found.space.bound.axis_values(best)
    one = replace(own, axes=(), fixed={**own.fixed, **{name: values[name] for name in CHOSEN}})
    bound = Bound(one, question.bound.model, question.catalog)
    estimate = with_intervals(estimated(bound), bound, draws_for(own))
    return Answer(
        market=pick.market,
        estimate=estimate,
        due_at_once_usd=estimate["upfront_usd"],
        price=_price(question, estimate),
        runners_up=tuple(map(shown.design, pick.runners_up)),
    )


def _price(question: Asked, estimate: Estimate) -> Price:
    """What an hour of a chip costs, how many votes that price has, and of which date."""
    known = {one.name: one for one in estimate.assumptions}
    price = known.get("chip_price_usd" if estimate["rent_usd_per_chip_hour"] == 0.0 else "rental_usd_per_chip_hour")
    usd = estimate["usd_per_chip_hour"]
    if price is None or price.origin != "catalogue":
        return Price(usd, None, "")
    labels = {axis: str(estimate.inputs[axis]) for axis in (*_PRICED, "as_of")}
    return Price(usd, int(question.catalog.cite("price_votes", labels).value), price.date)


def _deadlines(shown: _Shown, pick: _Pick) -> Iterator[Deadline]:
    for days, place in pick.deadlines.items():
        if place is None:
            yield Deadline(days, pick.market)
        else:
            found, known = shown.found, evidence(shown.found.space.bound, place)
            yield Deadline(days, pick.market, **found.design(place), **shown.spreads[place], evidence=known)


def _yielding(found: Figures, pick: _Pick) -> Iterator[Yielding]:
    for place, needed in found.yielding(pick.among):
        yield Yielding(pick.market, needed, **found.design(place))


@dataclass(frozen=True)
class _Aside:
    """A chip in the space that is left out in a market."""

    hardware: str
    market: str
    reason: str
    kind: str
    best: int | None = None
    """Of an extrapolated one the cheapest within the limits."""

    def told(self, shown: _Shown) -> LeftOut:
        """It with the figures of its best design."""
        best = None if self.best is None else shown.design(self.best)
        would = f"; the best would be ${best.cost_total_usd:,.0f}" if best else ""
        return LeftOut(self.hardware, self.market, f"{self.reason}{would}", self.kind, best)


def _aside(found: Figures, markets: Iterable[str]) -> Iterator[_Aside]:
    """The chips in the space that are not chosen among, or of which no design is within the limits; and why."""
    values = found.values
    for market in markets:
        here = values["market"] == market
        for chip in dict.fromkeys(values["hardware"][here].tolist()):
            among = here & (values["hardware"] == chip)
            possible = among & found.possible
            held = possible & found.within(found.limits.within_days)
            if not possible.any():
                yield _Aside(chip, market, *_commonest(found, among))
            elif not (possible & found.candidates).any():
                best = found.cheapest(held)
                beyond = "" if best is not None else ", and no design of it is within the limits"
                reason = f"its speed is extrapolated from other chips{beyond}"
                yield _Aside(chip, market, reason, "extrapolated", best)
            elif not held.any():
                yield _Aside(chip, market, _beyond(found, possible), "beyond_limits")


def _beyond(found: Figures, possible: Mask) -> str:
    """Which limits a chip is beyond, and by how much at least."""
    ways = [
        " and ".join(
            f"{name} {value:.3g} in place of {getattr(found.limits, name):.3g}" for name, value in needed.items()
        )
        for _, needed in found.yielding(possible)
    ]
    return f"beyond the limits; within them with {' or '.join(ways)}"


def _commonest(found: Figures, among: Mask) -> tuple[str, str]:
    """What most designs of a chip are impossible for, in words, and the name of the state."""
    states, counts = np.unique(found.values["status"][among], return_counts=True)
    state = str(states[np.argmax(counts)])
    words = {getattr(one.mark, "label", ""): in_words(one) for one in found.space.model.states}
    return (words[state], state) if state in words else ("no design of it meets the condition", "where")
