"""What would flip the choice: values at which another design becomes the cheapest."""

from __future__ import annotations

from gigacost.analysis.sensitivity.uncertainty import Uncertainty
from gigacost.reports.parts import Block, Label, Paragraph, Section, Table, Text, heads
from gigacost.reports.sections.context import Context
from gigacost.reports.sections.ownership import options_table
from gigacost.reports.telling import NOTHING, design, part, told, valued

_HEADS = heads("input", "central", "flips at", "up to there", "from there")


def section(context: Context) -> Section | None:
    """What would make another design the cheapest."""
    answers = context.answers
    found = answers.compared
    if found is None:
        reason = answers.refused.get("designs") or answers.refused.get("markets", "")
        return Section("flips", "What would flip the choice", (Paragraph((f"No designs were compared: {reason}.",)),))
    blocks: list[Block] = []
    path = "markets" if found is answers.markets else "designs"
    if found is not answers.markets:
        blocks.append(options_table(context, found, path, ("The designs that one chooses among",)))
    best = found.options[found.best]
    where = f"{path}:options[{found.best}]"
    here = design(context.model, best.inputs, f"{where}.inputs.")
    sure: Text = (
        *here,
        " is the cheapest at central values, and in ",
        *part(best.best, f"{where}.best"),
        " of the draws.",
    )
    rows = [*_rows(context, found, path)]
    if rows:
        caption: Text = ("One input moved alone, within what is thought possible of it",)
        blocks += [Paragraph(sure), Table("flips", caption, _HEADS, tuple(rows), frozenset({1, 2}))]
    else:
        none = " No single input, moved alone within what is thought possible of it, makes another the cheapest."
        blocks.append(Paragraph((*sure, none)))
    if found.worth_of_all is not None:
        worth = told(found.worth_of_all, f"{path}:worth_of_all", "$")
        blocks.append(
            Paragraph(("To know all that is uncertain before choosing is worth ", *worth, " on average."), "note")
        )
    return Section("flips", "What would flip the choice", tuple(blocks))


def _rows(context: Context, found: Uncertainty, path: str) -> list[tuple[Text, ...]]:
    rows = []
    for i, one in enumerate(found.influences):
        for j, flip in enumerate(one.flips):
            where = f"{path}:influences[{i}].flips[{j}].value"
            central = context.assumed.get(one.input.name, context.estimate.get(one.input.name))
            at = valued(context.model, one.input.name, flip.value, where)
            if one.input.distribution.relative:
                at = ("× ", *told(flip.value, where, "1"))
            sides = [_option(context, found, option, path) for option in (flip.below, flip.above)]
            known = NOTHING if central is None else valued(context.model, one.input.name, central)
            rows.append(((Label(one.input.name),), known, at, *sides))
    return rows


def _option(context: Context, found: Uncertainty, option: int | None, path: str) -> Text:
    if option is None:
        return ("nothing",)
    return design(context.model, found.options[option].inputs, f"{path}:options[{option}].inputs.")
