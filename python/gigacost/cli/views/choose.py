"""A choice on one screen: the cheapest design of each market, what comes near it, what other deadlines cost."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from gigacost.analysis.choose.limits import Limits
from gigacost.analysis.choose.records import NEAR
from gigacost.cli.terminal import literal, show, show_more, table
from gigacost.cli.views.cautions import cautions
from gigacost.cli.views.configs import show_configs
from gigacost.cli.views.estimate import fitting, place, trained
from gigacost.model.constants import DAYS_PER_YEAR, MONTHS_PER_YEAR
from gigacost.queries.marks import marked, marks_of
from gigacost.units.numbers import amount, grouped, share, usd

if TYPE_CHECKING:
    from gigacost.analysis.choose.records import Answer, Candidate, Choice, Deadline, LeftOut
    from gigacost.queries.estimates import Estimate

_HEADS = ("market", "design", "total", "P10", "P90", "days")
_RIGHT = _HEADS[2:]
_FEW = 6
"""So many of what is left out are listed each by its name."""
_MOST_NEAR = 3
"""Runners-up of a market on the first screen."""
_NAMES = {
    "no_quote": "no price",
    "no_chip_price": "no purchase price",
    "not_sold": "only for rent",
    "no_network_data": "network unknown",
    "unsupported_precision": "not at this precision",
    "announced": "announced, not to be had yet",
    "china_export": "made for China alone",
    "beyond_limits": "beyond the limits",
}
"""Kinds of what is left out, in a few words."""


def show_choice(found: Choice, *, everything: bool = False) -> None:
    """Print a choice; ``everything`` adds each chip that was left out, with the reason."""
    show(literal(trained(found.asked), "bold"), literal(place(found.labels), "dim"), "")
    show(literal(_title(found), "bold"))
    _show_answers(found.answers)
    unmet = [*_would_give(found)]
    show(*(literal(line, "yellow") for line in unmet), *([""] if unmet else []))
    most = None if everything else _MOST_NEAR
    near = [(answer.market, one) for answer in found.answers for one in answer.runners_up[:most]]
    if near:
        show(literal(f"Within {share(NEAR - 1.0)} of it, the best of other chips", "bold"))
        show(table(_HEADS, [[market, *_cells(one)] for market, one in near], _RIGHT))
    deadlines = [*_deadline_rows(found.deadlines)]
    if any(one.hardware for one in found.deadlines):
        show(literal("If the final run has to be done", "bold"))
        show(table(["within", *_HEADS], deadlines, _RIGHT))
        if len(deadlines) < len(found.deadlines):
            show(literal("Deadlines that change nothing are left out.", "dim"))
    beside = [*(marks_of(one.evidence) for _, one in near), *(marks_of(one.evidence) for one in found.deadlines)]
    for line in cautions([answer.estimate for answer in found.answers], beside) if found.answers else ():
        show(literal(line, "yellow"))
    show_configs(found.config, everything=everything)
    for line in _left_out(found.left_out, everything=everything):
        show(literal(line, "dim"))
    show_more(
        *([] if everything or not found.left_out else ["--all (each runner-up, each chip left out and why)"]),
        "gigacost estimate with --hardware and --chips (the whole of one)",
    )


def _title(found: Choice) -> str:
    assumed = found.assumed["within_days"] is not None
    limits = _limits(found).worded(" (assumed: --within)" if assumed else "")
    where = f", where {found.asked['where']}" if "where" in found.asked else ""
    tried = f" of {found.meta['combinations']:,} tried" if found.meta["combinations"] else ""
    return f"The cheapest design of each market{tried}: {limits}{where}"


def _limits(found: Choice) -> Limits:
    return Limits(*(found.asked[name] for name in Limits.__slots__))


def _show_answers(answers: Sequence[Answer]) -> None:
    """The answers in columns, as many side by side as fit."""
    if not answers:
        return
    heads = [marked(answer.market, answer.estimate) for answer in answers]
    rows = [list(row) for row in zip(*map(_column, answers), strict=True)]
    rows = [[title, *cells] for title, cells in zip(_ROWS, rows, strict=True)]
    for start, stop in fitting(heads, rows):
        cut = [[row[0], *row[start + 1 : stop + 1]] for row in rows]
        show(table(["", *heads[start:stop]], cut, heads[start:stop]))


_ROWS = (
    "design",
    "in total",
    "  P10 to P90",
    "the final run",
    "  P10 to P90",
    "days",
    "  P10 to P90",
    "  with experiments",
    "paid at once",
    "MW of the site",
    "$ per chip-hour",
    "  from a",
    "  quoted",
    "  votes",
)


def _column(answer: Answer) -> Iterator[str]:
    one, price = answer.estimate, answer.price
    known = one.quantities.get
    yield f"{float(one.inputs['chips']):,.0f} x {one.inputs['hardware']}"
    yield amount(known("cost_total_usd"), "$")
    yield _span(one, "cost_total_usd", "$")
    yield amount(known("total_run_usd"), "$")
    yield _span(one, "total_run_usd", "$")
    yield _days(known("train_days"))
    yield _span(one, "train_days", "")
    yield _days(known("project_days"))
    yield amount(answer.due_at_once_usd, "$")
    yield _days(known("facility_mw"))
    yield amount(price.usd_per_chip_hour, "$")
    yield str(one.inputs["provider_class"]) if known("rent_usd_per_chip_hour") else "—"
    age = known("price_age_days")
    months = None if age is None else round(age * MONTHS_PER_YEAR / DAYS_PER_YEAR)
    yield "given" if months is None else f"{months} month{'' if months == 1 else 's'} ago"
    yield "—" if price.votes is None else f"{price.votes}{', derived' if known('is_derived') else ''}"


def _days(value: float | None) -> str:
    return "—" if value is None else grouped(value)


def _span(one: Estimate, name: str, unit: str) -> str:
    interval = one.intervals.get(name, {})
    low, high = (interval.get(percent) for percent in ("p10", "p90"))
    return f"{amount(low, unit)} to {amount(high, unit)}"


def _cells(one: Candidate | Deadline) -> list[str]:
    if one.hardware is None or one.chips is None:
        return ["—"] * (len(_HEADS) - 1)
    amounts = [amount(value, "$") for value in (one.cost_total_usd, one.p10, one.p90)]
    return [f"{one.chips:,} x {one.hardware} {marks_of(one.evidence)}".rstrip(), *amounts, _days(one.train_days)]


def _deadline_rows(deadlines: Sequence[Deadline]) -> Iterator[list[str]]:
    """A row for each deadline and market; a longer deadline that changes nothing is left out."""
    before: list[list[str]] = []
    ordered = sorted(deadlines, key=lambda one: one.within_days)
    for days, group in groupby(ordered, key=lambda one: one.within_days):
        rows = [[one.market, *_cells(one)] for one in group]
        if rows != before:
            yield from ([f"{grouped(days)} d" if i == 0 else "", *row] for i, row in enumerate(rows))
        before = rows


def _would_give(found: Choice) -> Iterator[str]:
    """What would have to give where no design is within the limits, of each market."""
    limits = _limits(found)
    ways: dict[str, list[str]] = {one.market: [] for one in found.deadlines}
    ways |= {one.market: [] for one in found.left_out}
    for one in found.needed:
        ways[one.market].append(f"{limits.yielding(one.limits)} ({one.chips:,} x {one.hardware})")
    for market, told in ways.items():
        if told:
            yield f"{market}: no design is within the limits; one would be with {', or '.join(told)}."
        elif market not in {answer.market for answer in found.answers}:
            yield f"{market}: no design is possible; --all says why of each chip."


def _left_out(left_out: Sequence[LeftOut], *, everything: bool) -> Iterator[str]:
    """What was left out: each chip, or how many for which reason; of extrapolated ones the cheapest."""
    kinds: dict[str, list[LeftOut]] = {}
    for one in left_out:
        kinds.setdefault(one.kind, []).append(one)
    guessed = kinds.pop("extrapolated", [])
    if everything or len(left_out) <= _FEW:
        reasons: dict[str, list[LeftOut]] = {}
        for one in (one for group in kinds.values() for one in group):
            reasons.setdefault(one.reason, []).append(one)
        for reason, group in reasons.items():
            yield f"Left out, {reason}: " + ", ".join(f"{one.hardware} ({one.market})" for one in group)
        yield from _each_extrapolated(guessed)
        return
    yield from _extrapolated(guessed)
    if kinds:
        parts = [f"{_chips(group)} ({_NAMES.get(kind, group[0].reason)})" for kind, group in kinds.items()]
        yield f"Left out in some market: {', '.join(parts)}."


def _each_extrapolated(group: Sequence[LeftOut]) -> Iterator[str]:
    """Each chip whose speed is a guess, the cheapest first."""
    for one in sorted(group, key=lambda one: one.best.cost_total_usd if one.best else math.inf):
        best = f"; the best would be {_spread(one.best)}" if one.best else ", and no design is within the limits"
        yield f"Left out, with extrapolated speed: {one.hardware} ({one.market}){best}"


def _spread(best: Candidate) -> str:
    spread = f"P10 {amount(best.p10, '$')}, P90 {amount(best.p90, '$')}"
    return f"{usd(best.cost_total_usd)} ({spread}), {best.chips:,} x {best.hardware}"


def _chips(group: Sequence[LeftOut]) -> str:
    count = len({one.hardware for one in group})
    return f"{count} chip{'' if count == 1 else 's'}"


def _extrapolated(group: Sequence[LeftOut]) -> Iterator[str]:
    if not group:
        return
    best = min((one.best for one in group if one.best), key=lambda one: one.cost_total_usd, default=None)
    market = next((one.market for one in group if one.best is best), "")
    would = f"; the best would be {_spread(best)}, {market}" if best else ""
    yield f"Left out, {_chips(group)} with extrapolated speed{would}; --hardware '*' adds them."
