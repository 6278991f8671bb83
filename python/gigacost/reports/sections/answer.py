"""The answer: what it costs and takes, with intervals, and what a reader should not take it for."""

from __future__ import annotations

from collections.abc import Iterator

from gigacost.model.constants import HOURS_PER_YEAR
from gigacost.model.pace import PACE
from gigacost.queries.marks import marks_of_estimate, price_in_words
from gigacost.reports.answers import TOTAL
from gigacost.reports.parts import Block, Fact, Facts, Label, Listing, Paragraph, Section, Table, Text, heads
from gigacost.reports.sections import chosen
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import PERCENTILES, counted, design, part, told, voted, words
from gigacost.units.numbers import scaled

_RUN = ("train_days", "chip_hours", "facility_mw", "mfu", "energy_mwh", "carbon_t")
_MANY_CHIPS = 64
"""From this many chips on, a quoted price does not mean that they are available."""


def section(context: Context) -> Section:
    """What it costs."""
    answers, blocks = context.answers, list[Block]()
    blocks.append(Paragraph(_said(context), "lead"))
    blocks.append(_facts(context))
    if answers.choice is not None:
        blocks += chosen.blocks(context, answers.choice)
    blocks.append(_intervals(context))
    blocks += [Paragraph(text, "caution") for text in _cautions(context)]
    warnings = [*dict.fromkeys(context.estimate.meta["warnings"])]
    if warnings:
        blocks += [Paragraph(("What is doubtful about it:",)), Listing(tuple((Label(text),) for text in warnings))]
    return Section("answer", "The answer", tuple(blocks))


def _said(context: Context) -> Text:
    answers = context.answers
    total = told(context.estimate[TOTAL], TOTAL, "$")
    here = design(context.model, context.estimate.inputs)
    if answers.choice is not None:
        unlike = ". Markets are not alike: what is owned is paid first and has to be kept in use."
        of = "the cheapest within the limits, at " if answers.choice.needed else "the cheapest of all markets, at "
        return (*here, f": {of}", *total, unlike)
    if answers.best is not None:
        least = "the cheapest combination" if answers.by == TOTAL else f"the combination with the least {answers.by}"
        return (*here, f": {least}, at ", *total, ".")
    return (*here, ": ", *total, " in total.")


def _facts(context: Context) -> Facts:
    one, facts = context.estimate, list[Fact]()
    facts.append(Fact("in total", told(one[TOTAL], TOTAL, "$"), context.interval(TOTAL)))
    for name, title in (
        ("train_days", "the final run"),
        ("chip_hours", "chip-hours"),
        ("facility_mw", "power of the site"),
        ("upfront_usd", "paid or committed at once"),
    ):
        value = one.get(name)
        if value:
            unit = context.unit(name)
            figure = told(value, name, unit, scaled(value) if unit == "chip·h" else "")
            facts.append(Fact(title, figure, context.interval(name)))
    return Facts(tuple(facts))


def _intervals(context: Context) -> Table:
    one = context.estimate
    names = [*one.subtotals, *(name for name in _RUN if one.get(name) is not None)]
    rows = []
    for name in names:
        unit, drawn = context.unit(name), one.intervals.get(name, {})
        figure = part if unit == "1" else None
        cells = [
            figure(value, quantity) if figure else told(value, quantity, unit)
            for value, quantity in ((one[name], name), *((drawn.get(p), f"{p}({name})") for p in PERCENTILES))
        ]
        rows.append(((words(name),), *cells))
    count = counted(int(one.meta["draws"]["count"]), "meta.draws.count")
    caption: Text = ("Central values, and what ", *count, " draws of what is left open come to")
    columns = heads("quantity", "central", Label("P10"), Label("P50"), Label("P90"))
    return Table("intervals", caption, columns, tuple(rows), frozenset({1, 2, 3, 4}))


def _cautions(context: Context) -> Iterator[Text]:
    """What a reader should not take the figures for."""
    one, market = context.estimate, str(context.estimate.inputs.get("market", ""))
    marks = marks_of_estimate(one)
    if price_in_words(marks):
        votes = voted(one.get("price_votes"), "price_votes")
        days = told(one.get("price_age_days"), "price_age_days", "d")
        several = "" if one.get("price_votes") == 1.0 else " votes"
        derived = "; it is derived from another term" if one.get("is_derived") else ""
        yield ("The price of the chip rests on ", *votes, several, " and is ", *days, f" old{derived}.")
    chips = one.inputs.get("chips")
    if market in {"on_demand", "spot"} and isinstance(chips, int | float) and chips > _MANY_CHIPS:
        yield (
            "A quote for ",
            Label(market),
            " does not mean that ",
            *told(chips, "chips", "chip"),
            " chips can be had.",
        )
    if market in {"own", "colo"} and context.assumed.get("runs_per_year") is None:
        used = context.assumed.get("assumed_fleet_utilisation")
        if isinstance(used, int | float):
            yield (
                "How many runs a year the chips do is not given: they are assumed to be in use ",
                *part(used, "assumed_fleet_utilisation"),
                " of the time.",
            )
    if "x" in marks:
        yield ("No published run of this chip at this precision was fitted: its speed is extrapolated from others.",)
    if context.assumed.get(PACE.name) == PACE.default:
        yield ("Pace: that of typical runs of this size, not what the layout alone would allow.",)
    yield from _use(context)


def _use(context: Context) -> Iterator[Text]:
    """Where the draws say that the plan may not be carried out."""
    for name, probability in context.estimate.probabilities.items():
        if probability:
            yield (
                "The plan cannot be carried out in ",
                *part(probability, f"probabilities.{name}"),
                " of the draws: ",
                Label(name),
                ".",
            )
    lost = 1.0 - float(context.estimate.intervals[TOTAL]["feasible"] or 0.0)
    busy = context.estimate.get("busy_hours")
    runs = context.assumed.get("runs_per_year")
    if lost > 0.0:
        yield (
            "In ",
            *part(context.estimate.intervals[TOTAL]["feasible"], f"feasible({TOTAL})"),
            " of the draws it is possible at all; the others count as dearer than any.",
        )
    if isinstance(runs, int | float) and busy and runs * busy > HOURS_PER_YEAR:
        yield (
            *told(runs, "runs_per_year", "1"),
            " runs a year overlap: one keeps its chips busy for ",
            *told(busy, "busy_hours", "h"),
            ".",
        )
