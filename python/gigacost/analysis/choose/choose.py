"""The cheapest design of each market within limits, for who names no hardware: ``choose``.

Never one winner across markets: an owned fleet looks cheapest only for who pays it first and fills it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gigacost.analysis.choose import designs
from gigacost.analysis.choose.designs import CHOSEN, MARKETS, Asked
from gigacost.analysis.choose.figures import COLUMNS, Figures
from gigacost.analysis.choose.limits import TOTAL, Limits, read_limits
from gigacost.analysis.choose.picking import Aside, Pick, aside, picked
from gigacost.analysis.choose.records import Answer, Candidate, Choice, Deadline, LeftOut, Needed, Price
from gigacost.analysis.sensitivity.intervals import with_intervals
from gigacost.analysis.sensitivity.uncertain_inputs import draws_for
from gigacost.catalog import chip_prices
from gigacost.catalog.rental import RENT
from gigacost.compiler.bound import Bound
from gigacost.compiler.checks import namespace
from gigacost.compiler.provenance import provenance
from gigacost.configs.source import ConfigLike
from gigacost.errors import Fault, SpecError
from gigacost.queries import doubts
from gigacost.queries.estimates import Estimate, estimated
from gigacost.queries.evidence import evidence
from gigacost.queries.lacking import lacking
from gigacost.queries.request import CatalogLike, DateLike, ModelLike, PresetLike, Request
from gigacost.spec.spec import Spec

if TYPE_CHECKING:
    from gigacost.queries.space import Space

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
    model_config: ConfigLike = None,
    train_config: ConfigLike = None,
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
    model, catalog, as_of, base_year, preset, model_config, train_config, strict
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
    request = Request.of(
        given, inputs, model, catalog, as_of, base_year, preset, model_config, train_config, strict=strict
    )
    return chosen(request, limits, is_assumed=within is None, threads=threads)


def chosen(request: Request, limits: Limits, *, is_assumed: bool, threads: int | None = None) -> Choice:
    """The choice that a request leaves open. ``is_assumed``: nobody has said how long the run may take.

    Raises SpecError.
    """
    question = designs.asked(request)
    faults = _lacking(question)
    if faults:
        raise SpecError(*faults)
    space, left_out = designs.space_of(question, COLUMNS)
    answers: list[Answer] = []
    deadlines: list[Deadline] = []
    needed: list[Needed] = []
    if space is not None:
        found = Figures.measured(question, space, limits, threads)
        picks, others = picked(found, question.markets), list(aside(found, question.markets))
        shown = _Shown.of(question, found, picks, others)
        for pick in picks:
            if pick.best is None:
                needed += [Needed(pick.market, what, **found.design(place)) for place, what in found.needed(pick.among)]
            else:
                answers.append(_answer(question, shown, pick, pick.best))
            deadlines += _deadlines(shown, pick)
        left_out += map(shown.left_out, others)
    order = {chip: i for i, chip in enumerate(question.catalog.labels("hardware", announced=True))}
    left_out.sort(key=lambda one: (order[one.hardware], question.markets.index(one.market)))
    return Choice(
        asked={**question.bound.own.fixed, **_named(question), **_also(question.bound.own), **limits.to_dict()},
        labels={axis: str(label) for axis, (_, (label, *_)) in question.bound.labels.items() if axis not in CHOSEN},
        assumed={
            "within_days": limits.within_days if is_assumed else None,
            "markets": None if question.market else list(MARKETS),
            "hardware": None if question.hardware else _tried(space, "hardware"),
            "chips": None if question.chips else _tried(space, "chips"),
        },
        answers=tuple(answers),
        deadlines=tuple(deadlines),
        left_out=tuple(left_out),
        needed=tuple(needed),
        meta={
            **provenance(question.bound, draws=False),
            "combinations": space.size if space is not None else 0,
            "draws": draws_for(question.bound.own).to_dict(),
            "warnings": list(dict.fromkeys(text for one in answers for text in one.estimate.meta["warnings"])),
        },
        config=question.bound.own.config,
    )


def _lacking(question: Asked) -> list[Fault]:
    """What has to be given before anything can be chosen; what is chosen over is not among it."""
    own = question.bound.own
    some = {"hardware": question.catalog.labels("hardware")[0], "chips": designs.MOST_CHIPS, "market": MARKETS[0]}
    fixed: dict[str, Any] = {name: value for name, value in own.fixed.items() if name not in CHOSEN} | some
    bound = Bound(replace(own, axes=(), fixed=fixed), question.bound.model, question.catalog)
    faults = lacking(bound)
    return faults or lacking(bound, COLUMNS)


def _named(question: Asked) -> dict[str, Any]:
    """The axes that are chosen over and were named, as lists where they have several values."""
    values = {name: getattr(question, name) for name in CHOSEN}
    return {name: list(given) if len(given) > 1 else given[0] for name, given in values.items() if given}


def _also(own: Spec) -> dict[str, Any]:
    """What was given beside inputs and limits, as far as it was."""
    where = own.where.text if own.where else None
    said = {"preset": own.preset or None, "base_year": own.base_year, "where": where}
    return {name: value for name, value in said.items() if value is not None}


def _tried(space: Space | None, name: str) -> list[Any]:
    """The values of an axis that is chosen over."""
    return sorted(set(space.bound.digits[name].values)) if space is not None else []


def _spreads(question: Asked, found: Figures, places: set[int]) -> dict[int, dict[str, Any]]:
    """P10, P50 and P90 of the total of some designs."""
    names = {one: f"{one}({TOTAL})" for one in _PERCENTILES}
    ordered = sorted(places)
    rows = designs.drawn(question, found.space, list(names.values()), ordered) if ordered else ()
    return {place: {one: row[name] for one, name in names.items()} for place, row in zip(ordered, rows, strict=True)}


@dataclass(frozen=True)
class _Shown:
    """The figures of the designs that are told of, with the percentiles of their totals."""

    found: Figures
    spreads: Mapping[int, Mapping[str, Any]]

    @classmethod
    def of(cls, question: Asked, found: Figures, picks: list[Pick], others: list[Aside]) -> _Shown:
        """Those of the designs of some markets, and of chips that are left out."""
        places = {place for pick in picks for place in pick.places}
        return cls(found, _spreads(question, found, places.union(one.best for one in others if one.best is not None)))

    def figures(self, place: int) -> dict[str, Any]:
        """What is told of a design, by its place in the space."""
        known = evidence(self.found.space.bound, place)
        return {**self.found.design(place), **self.spreads[place], "evidence": known}

    def candidate(self, place: int) -> Candidate:
        """A design by its place in the space."""
        return Candidate(**self.figures(place))

    def left_out(self, one: Aside) -> LeftOut:
        """A chip that is left out, with its best design."""
        best = None if one.best is None else self.candidate(one.best)
        would = f"; the best would be ${best.cost_total_usd:,.0f}" if best else ""
        return LeftOut(one.hardware, one.market, f"{one.reason}{would}", one.kind, best)


def _answer(question: Asked, shown: _Shown, pick: Pick, best: int) -> Answer:
    own = question.bound.own
    values = shown.found.space.bound.axis_values(best)
    one = replace(own, axes=(), fixed={**own.fixed, **{name: values[name] for name in CHOSEN}})
    odd = doubts.refused(question.bound, [*namespace(question.bound.model, question.catalog).doubts(one)])
    bound = Bound(replace(one, warnings=tuple(odd)), question.bound.model, question.catalog)
    estimate = with_intervals(estimated(bound), bound, draws_for(own))
    return Answer(
        market=pick.market,
        estimate=estimate,
        due_at_once_usd=estimate.get("upfront_usd"),
        price=_price(bound, estimate),
        runners_up=tuple(map(shown.candidate, pick.runners_up)),
    )


def _price(bound: Bound, estimate: Estimate) -> Price:
    """What an hour of a chip costs, how many votes that price has, and of which date."""
    votes = evidence(bound).get("price_votes")
    if votes is None:  # it was given, or is counted in another way
        return Price(estimate.get("usd_per_chip_hour"), None, "")
    is_rented = bound.leaf_values(["is_rented"], 0)["is_rented"] == 1.0
    price = estimate.assumption(RENT if is_rented else chip_prices.COLUMN)
    return Price(estimate.get("usd_per_chip_hour"), int(votes), price.date)


def _deadlines(shown: _Shown, pick: Pick) -> Iterator[Deadline]:
    for days, place in pick.deadlines.items():
        yield Deadline(days, pick.market, **({} if place is None else shown.figures(place)))
