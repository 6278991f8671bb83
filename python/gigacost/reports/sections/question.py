"""The question: what was given, and what was left to be chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gigacost.analysis.choose.records import Choice
from gigacost.reports.parts import Block, Code, Label, Paragraph, Section, Table, Text, heads, joined
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import counted, design, part, told, valued
from gigacost.spec.axes import Axis, Zipped

_TRIED = " designs that were tried, the cheapest of each market."
_FEW = 6
"""Values of an axis that are listed."""


def section(context: Context) -> Section:
    """What is asked."""
    answers = context.answers
    blocks: list[Block] = [Paragraph(_asked(context), "lead"), _given(context)]
    if answers.request.spec.axes:
        blocks.append(_axes(context))
    return Section("question", "The question", tuple(blocks))


def _asked(context: Context) -> Text:
    answers, spec = context.answers, context.answers.request.spec
    trained = design(context.model, answers.held, only=("model", "params", "tokens"))
    what: Text = ("What does it cost to train ", *trained) if trained else ("What does it cost",)
    if answers.choice is not None:
        tried = counted(answers.choice.meta["combinations"], "choose:meta.combinations")
        limits = _limits(answers.choice)
        return (*what, ", on which chips and how many", *limits, "? Of ", *tried, _TRIED)
    if spec.axes:
        size = counted(spec.size, "pareto:meta.combinations")
        where: Text = (" that meet ", Code(spec.where.text)) if spec.where else ()
        return (*what, "? Which of ", *size, " combinations", *where, " is the cheapest, and what does more cost?")
    here = {name: value for name, value in context.estimate.inputs.items() if name not in {"model", "params", "tokens"}}
    return (*what, ", on ", *design(context.model, here, only=("hardware", "chips", "market")), "?")


def _limits(choice: Choice) -> Text:
    """What a design may take at most."""
    asked, found = choice.asked, list[Text]()
    if asked["within_days"] is not None:
        assumed = " (assumed)" if choice.assumed["within_days"] is not None else ""
        days = told(asked["within_days"], "choose:asked.within_days", "d")
        found.append((", with a final run within ", *days, assumed))
    if asked["budget_usd"] is not None:
        found.append((", for at most ", *told(asked["budget_usd"], "choose:asked.budget_usd", "$")))
    if asked["mw"] is not None:
        found.append((", on a site of at most ", *told(asked["mw"], "choose:asked.mw", "MW")))
    if asked["sure"] is not None:
        found.append((", all of that in ", *part(asked["sure"], "choose:asked.sure"), " of the draws at least"))
    return joined(found, "")


def _given(context: Context) -> Table:
    """What was given, and the choices that were not."""
    rows: list[tuple[Text, ...]] = []
    of_axes = {name for axis in context.answers.request.spec.axes for name in axis.names}
    for one in context.estimate.assumptions:
        choice = not one.unit and isinstance(one.value, str)
        if one.name in of_axes or not (one.origin in {"given", "configuration", "preset"} or choice):
            continue
        source: Text = (Label(one.source),) if one.origin == "preset" else (one.source,)
        if context.answers.choice is not None and one.name in {"hardware", "chips", "market", "provider_class"}:
            source = ("chosen here",)
        rows.append(((Label(one.name),), valued(context.model, one.name, one.value), source))
    caption: Text = ("What was given, and what holds where nothing was",)
    return Table("question", caption, heads("name", "value", "from"), tuple(rows), folded=True)


def _axes(context: Context) -> Table:
    rows = tuple(_axis(context, part) for axis in context.answers.request.spec.axes for part in _parts(axis))
    return Table("axes", ("What varies",), heads("axis", "values", "which"), rows, frozenset({1}))


def _parts(axis: Axis | Zipped) -> Iterator[Axis]:
    yield from axis.axes if isinstance(axis, Zipped) else (axis,)


def _axis(context: Context, axis: Axis) -> tuple[Text, ...]:
    values: tuple[Any, ...] = axis.values
    shown = [valued(context.model, axis.name, value, f"axes.{axis.name}[{i}]") for i, value in enumerate(values)]
    several = joined(shown) if len(shown) <= _FEW else (*shown[0], " to ", *shown[-1])
    return ((Label(axis.name),), counted(len(values), f"len(axes.{axis.name})"), several)
