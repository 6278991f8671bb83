"""Of an open question: the cheapest design of each market, what comes near it, and what other deadlines cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gigacost.analysis.choose.records import Candidate, Choice, Deadline, Needed
from gigacost.queries.marks import marks_of, price_in_words
from gigacost.reports.answers import TOTAL
from gigacost.reports.parts import Block, Label, Table, Text, heads
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import NOTHING, design, part, told, voted

_HEADS = ("market", "design", "total", Label("P10"), Label("P90"), "final run")

_LIMITS = {
    "within_days": ("days of the final run", "d"),
    "budget_usd": ("budget, for the total and for what is paid up front", "$"),
    "mw": ("power of the site", "MW"),
    "sure": ("share of the draws in which the limits hold", ""),
}


def blocks(context: Context, choice: Choice) -> Iterator[Block]:
    """The markets side by side, and tables of what else there is."""
    several = [one.estimate.to_dict() for one in choice.answers]
    caption: Text = ("What the cheapest design of each market costs, by contribution.",)
    yield from context.pictured("compare", several, caption, "The markets side by side", _markets(context, choice))
    lacking = [*_needed(choice.needed)]
    if lacking:
        title: Text = ("Markets in which no design is within the limits, and what would have to give",)
        columns = heads("market", "limit", "would be", "design", "total", "final run")
        yield Table("needed", title, columns, tuple(lacking), frozenset({2, 4, 5}))
    near = [*_runners_up(choice)]
    if near:
        title = ("What comes near it: the best of other chips",)
        columns = heads(*_HEADS, "its price is")
        yield Table("runners-up", title, columns, tuple(near), frozenset({2, 3, 4, 5}), folded=True)
    sooner = [*_deadlines(choice.deadlines)]
    if sooner:
        title = ("If the final run has to be done sooner, or may take longer",)
        columns = heads("within", *_HEADS, "its price is")
        yield Table("deadlines", title, columns, tuple(sooner), frozenset({3, 4, 5, 6}), folded=True)


def _markets(context: Context, choice: Choice) -> Table:
    """The cheapest design of each market."""
    rows = []
    for i, answer in enumerate(choice.answers):
        one, path = answer.estimate, f"choose:answers[{i}]"
        drawn = one.intervals[TOTAL]
        money = [told(one[TOTAL], f"{path}.estimate.quantities.{TOTAL}", "$")]
        money += [told(drawn[p], f"{path}.estimate.intervals.{TOTAL}.{p}", "$") for p in ("p10", "p90")]
        days = told(one["train_days"], f"{path}.estimate.quantities.train_days", "d")
        fleet = design(context.model, one.inputs, f"{path}.estimate.inputs.", only=("hardware", "chips"))
        due = told(answer.due_at_once_usd, f"{path}.due_at_once_usd", "$")
        votes = voted(answer.price.votes, f"{path}.price.votes")
        rows.append(((Label(answer.market),), fleet, *money, days, due, votes))
    caption: Text = ("The cheapest design of each market",)
    columns = heads(*_HEADS, "at once", "votes of its price")
    return Table("markets-chosen", caption, columns, tuple(rows), frozenset({2, 3, 4, 5, 6, 7}))


def _needed(needed: Sequence[Needed]) -> Iterator[tuple[Text, ...]]:
    """The limits of a market that would have to give, together, each with the design that is within them then."""
    for i, one in enumerate(needed):
        path = f"choose:needed[{i}]"
        fleet: Text = (*told(one.chips, f"{path}.chips", "chip"), " x ", Label(one.hardware))
        money = told(one.cost_total_usd, f"{path}.{TOTAL}", "$")
        days = told(one.train_days, f"{path}.train_days", "d")
        for limit, value in one.limits.items():
            name, unit = _LIMITS[limit]
            where = f"{path}.limits.{limit}"
            given = told(value, where, unit) if unit else part(value, where)
            yield ((Label(one.market),), (name,), given, fleet, money, days)


def _runners_up(choice: Choice) -> Iterator[tuple[Text, ...]]:
    for i, answer in enumerate(choice.answers):
        for j, one in enumerate(answer.runners_up):
            yield ((Label(answer.market),), *_candidate(one, f"choose:answers[{i}].runners_up[{j}]"))


def _deadlines(deadlines: Sequence[Deadline]) -> Iterator[tuple[Text, ...]]:
    for i, one in enumerate(deadlines):
        path = f"choose:deadlines[{i}]"
        if one.hardware is not None:
            within = told(one.within_days, f"{path}.within_days", "d")
            yield (within, (Label(one.market),), *_candidate(one, path))


def _candidate(one: Candidate | Deadline, path: str) -> tuple[Text, ...]:
    """A design that was considered: chips, total with its interval, days, what is little known of its price."""
    fleet: Text = (*told(one.chips, f"{path}.chips", "chip"), " x ", Label(str(one.hardware)))
    money = [told(getattr(one, name), f"{path}.{name}", "$") for name in (TOTAL, "p10", "p90")]
    known = price_in_words(marks_of(one.evidence))
    return (fleet, *money, told(one.train_days, f"{path}.train_days", "d"), (known,) if known else NOTHING)
