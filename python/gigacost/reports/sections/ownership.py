"""Own or rent: the design in each market, and where one becomes cheaper than the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.analysis.inverse.break_even import BreakEven, Crossing
from gigacost.analysis.sensitivity.uncertainty import Uncertainty
from gigacost.charts.rows import no_longer_possible
from gigacost.reports.alternatives import FULL, RUNS
from gigacost.reports.answers import TOTAL
from gigacost.reports.parts import Block, Label, Paragraph, Section, Table, Text, heads
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import NOTHING, PERCENTILES, design, part, told, valued

_SHOWN = 8
"""Values along the unknown that the table has, beside those around crossings."""


def section(context: Context) -> Section:
    """Own or rent."""
    answers, blocks = context.answers, list[Block]()
    if answers.markets is None:
        blocks.append(Paragraph((f"No other market was costed: {answers.refused.get('markets', '')}.",)))
    else:
        blocks.append(options_table(context, answers.markets, "markets", ("This design in each market",)))
    found = answers.ownership
    if found is None or not found.feasible:
        reason = answers.refused.get("ownership", "neither way has a cost")
        blocks.append(Paragraph((f"Where one becomes cheaper than the other is not known: {reason}.",)))
        return Section("ownership", "Own or rent", tuple(blocks))
    blocks.append(Paragraph(_crossings(context, found), "lead"))
    caption: Text = ("The total along ", Label(found.unknown), _meaning(found.unknown))
    said = f"The total of each market along {found.unknown}, with the crossing"
    blocks += context.pictured("break-even", found.to_dict(), caption, said, _curve(context, found))
    return Section("ownership", "Own or rent", tuple(blocks))


def options_table(context: Context, found: Uncertainty, path: str, caption: Text) -> Table:
    """Designs that are compared: what each costs, and how often it is the cheapest."""
    rows = []
    for i, one in enumerate(found.options):
        where = f"{path}:options[{i}]"
        money = [told(getattr(one.spread, name), f"{where}.{name}", "$") for name in ("central", *PERCENTILES)]
        name = design(context.model, one.inputs, f"{where}.inputs.")
        rows.append((name or (Label("this design"),), *money, part(one.best, f"{where}.best")))
    columns = heads("design", "central", *map(str.upper, PERCENTILES), "cheapest")
    caption = (*caption, ", and the share of the draws in which each is the cheapest")
    return Table(path, caption, columns, tuple(rows), frozenset({1, 2, 3, 4, 5}))


def _meaning(unknown: str) -> str:
    if unknown == FULL:
        return ", the share of its hours for which an owned fleet is in use."
    return ", how many such runs a year the chips do." if unknown == RUNS else ", the rent."


def _crossings(context: Context, found: BreakEven) -> Text:
    """Where one becomes cheaper than the other."""
    if not found.crossings:
        option = found.intervals[0].option
        ends = [
            _value(context, found.unknown, value, f"break-even:intervals[0].{name}")
            for name, value in (("low", found.intervals[0].low), ("high", found.intervals[0].high))
        ]
        if option is None:
            return ("Neither way is possible.",)
        return (
            Label(str(option)),
            " is the cheaper one for all of ",
            Label(found.unknown),
            " from ",
            *ends[0],
            " to ",
            *ends[1],
            ".",
        )
    pieces: list[Any] = []
    for i, crossing in enumerate(found.crossings):
        below, above = found.intervals[i].option, found.intervals[i + 1].option
        pieces += [
            " Then, from " if i else "From ",
            *_value(context, found.unknown, crossing.value, f"break-even:crossings[{i}].value"),
        ]
        pieces += [_along(found.unknown), Label(found.unknown), ") on, "]
        pieces += [*_changed(found, crossing, above, below), "."]
    return tuple(pieces)


def _changed(found: BreakEven, crossing: Crossing, above: object, below: object) -> Text:
    """What is so from a crossing on: one option is cheaper than the other, or the one before has no design left."""
    if no_longer_possible(found.curve, found.axis, below, found.unknown, crossing.value):
        rest = (", which leaves ", *_option(above)) if crossing.above else ()
        return (*_option(below), " is no longer possible", *rest)
    return (*_option(above), " is cheaper than ", *_option(below))


def _along(unknown: str) -> str:
    return {FULL: " of its hours in use (", RUNS: " runs a year ("}.get(unknown, " (")


def _option(option: object) -> Text:
    return ("nothing",) if option is None else (Label(str(option)),)


def _value(context: Context, unknown: str, value: float, path: str) -> Text:
    if unknown == FULL:
        return part(value, path)
    if unknown == RUNS:
        return told(value, path, "1")
    return valued(context.model, unknown, value, path)


def _curve(context: Context, found: BreakEven) -> Table:
    """Both ways at some values of the unknown, and on both sides of each crossing."""
    at: dict[float, dict[Any, tuple[int, Mapping[str, Any]]]] = {}
    for place, row in enumerate(found.curve):
        at.setdefault(row[found.unknown], {})[row[found.axis]] = (place, row)
    beside = {end for one in found.intervals for end in (one.low, one.high)}
    grid = [value for value in at if value not in beside]
    step = max(len(grid) // _SHOWN, 1)
    shown = sorted({*grid[step // 2 :: step], *(one.value for one in found.crossings), min(at), max(at)} & {*at})
    rows = [_row(context, found.unknown, [at[value].get(option) for option in found.options]) for value in shown]
    names = [name for option in found.options for name in (Label(str(option)), "P10", "P90")]
    columns = heads(Label(found.unknown), *names)
    caption: Text = ("The total along ", Label(found.unknown))
    return Table("break-even", caption, columns, tuple(rows), frozenset(range(len(columns))), folded=True)


def _row(context: Context, unknown: str, cells: list[tuple[int, Mapping[str, Any]] | None]) -> tuple[Text, ...]:
    place, known = next(cell for cell in cells if cell is not None)
    row: list[Text] = [_value(context, unknown, known[unknown], f"break-even:curve[{place}].{unknown}")]
    for cell in cells:
        if cell is None:
            row += [NOTHING] * 3
            continue
        place, known = cell
        for name in (TOTAL, f"p10({TOTAL})", f"p90({TOTAL})"):
            row.append(told(known[name], f"break-even:curve[{place}].{name}", "$"))
    return tuple(row)
