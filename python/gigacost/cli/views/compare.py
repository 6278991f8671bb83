"""A comparison on one screen: what leads from A to B, by driver and by assumption."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import grid, indented, literal, out, shortened, show
from gigacost.cli.views.cautions import about_prices
from gigacost.cli.views.estimate import place
from gigacost.cli.views.estimate_contributions import short
from gigacost.cli.views.intervals import PERCENTILES, percentiles
from gigacost.queries.marks import marks_in_words, marks_of
from gigacost.units.numbers import amount, cell, share

if TYPE_CHECKING:
    from gigacost.analysis.compare.compare import Comparison
    from gigacost.analysis.compare.differences import Change
    from gigacost.analysis.sensitivity.intervals import Interval
    from gigacost.graph.model import Model
    from gigacost.queries.assumptions import Assumption

_BAR = 30
_BETWEEN = 2
"""Columns between two columns of a grid."""
_WHOLE = 1e6
"""Whole numbers below are written in full."""
_LEAST = 8
"""Bars shorter than this say nothing."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A row of a way from A to B."""

    name: str
    what: str
    moved: float
    share: float | None
    error: float = 0.0


def show_comparison(one: Comparison, model: Model, *, figures: bool) -> None:
    """The two sides, the drivers, the assumptions, how far to trust them."""
    for letter, side in (("A", one.a), ("B", one.b)):
        best = f", the best of {side.combinations:,} by {one.by}" if side.combinations > 1 else ""
        show(literal(f"{letter} {side.source}{best}"), indented(place(side.inputs), "dim"))
        known = marks_in_words(marks_of(side.evidence))
        show(*([indented(known, "dim")] if known else []))
    show("")
    if one.difference is None:
        _show_unpriced(one, model, figures=figures)
        return
    if one.intervals:
        sides = {"A": ("a", one.a.value), "B": ("b", one.b.value), "B - A": ("difference", one.difference)}
        title = f"{one.by}, {one.meta['draws']['count']:,} draws of what is left open"
        show(literal(title, "bold"), spreads(sides, one.intervals, one.unit), "")
    if one.drivers:
        terms = [term for driver in one.drivers for term in driver.contributions()]
        steps = [_Step(short(term.name), "", term.difference or 0.0, term.share) for term in terms]
        show(literal(f"{one.by}, by driver", "bold"), _way(one, steps), "")
    steps = [
        _Step(change.name, _from_to(change, model), change.contribution or 0.0, change.share, change.standard_error)
        for change in one.assumptions
    ]
    show(literal(f"{one.by}, by assumption", "bold"), _way(one, steps))
    idle = ", ".join(step.name for step in steps if not step.moved)
    show(*([indented(f"no effect: {idle}", "dim")] if idle else []), "")
    if figures:
        show(literal("What comes with each choice, and from where", "bold"), _figures(one, model), "")
    show(*(literal(line, "dim") for line in _method(one)))


def _show_unpriced(one: Comparison, model: Model, *, figures: bool) -> None:
    """Where one side has no price: the terms of both side by side, what differs, and which price is missing."""
    terms = [term for driver in one.drivers for term in driver.contributions()]
    rows = [(short(term.name), term.a, term.b, term.difference) for term in terms if (term.a, term.b) != (0.0, 0.0)]
    made = grid("left", "right", "right", "right")
    made.add_row("", *(literal(head, "dim") for head in ("A", "B", "B - A")))
    for name, *values in [(one.by, one.a.value, one.b.value, None), *rows]:
        made.add_row(literal(f"  {name}"), *(literal(amount(value, one.unit)) for value in values))
    show(literal(f"{one.by}, by driver", "bold"), made, "")
    differs = [f"{change.name} {_from_to(change, model)}" for change in one.assumptions]
    show(*(indented(line) for line in ([f"What differs: {', '.join(differs)}"] if differs else [])))
    show(
        *(["", literal("What comes with each choice, and from where", "bold"), _figures(one, model)] if figures else [])
    )
    for letter, side in (("A", one.a), ("B", one.b)):
        lines = about_prices(side.missing_prices, f"{letter} has no price", f"--set-{letter.lower()}")
        show(*(literal(line, "yellow") for line in lines))


def spreads(sides: Mapping[str, tuple[str, float | None]], intervals: Mapping[str, Interval], unit: str) -> Any:  # noqa: ANN401 - a rich Table
    """Both sides and their difference, each by its title with its name and central value, and its percentiles."""
    made = grid("left", *["right"] * (1 + len(PERCENTILES)))
    made.add_row("", *(literal(head, "dim") for head in ("central", *PERCENTILES)))
    for title, (name, central) in sides.items():
        figures = [central, *percentiles(intervals[name])]
        made.add_row(literal(f"  {title}"), *(literal(amount(value, unit)) for value in figures))
    return made


def _way(one: Comparison, steps: Sequence[_Step]) -> Any:  # noqa: ANN401 - a rich Table
    """A, each step by the size of what it moves, B; bars stand where the step begins and ends."""
    moving = sorted((step for step in steps if step.moved), key=lambda step: -abs(step.moved))
    rows = [(f"  {step.name}", step.what, _signed(step, one.unit), percent(step.share)) for step in moving]
    ends = [(f"  {letter}", "", amount(side.value, one.unit), "") for letter, side in (("A", one.a), ("B", one.b))]
    widths = [max(len(row[i]) + _BETWEEN for row in (*ends, *rows)) for i in range(4)]
    bars = _bars(one, moving, min(out().width - sum(widths), _BAR))
    made = grid("left", "left", "right", "right", "left")
    for row, bar in zip((ends[0], *rows, ends[1]), bars, strict=True):
        style = "bold" if row in ends else ""
        colour = "dim" if row in ends else "green" if row[2].startswith("-") else "red"
        made.add_row(*(literal(text, style) for text in row), literal(bar, colour))
    return made


def _bars(one: Comparison, steps: Sequence[_Step], width: int) -> Iterator[str]:
    """For A, each step and B where it lies between the lowest and the highest value on the way."""
    values = [one.a.value or 0.0]
    for step in steps:
        values.append(values[-1] + step.moved)
    low, high = min(values), max(values)
    if width < _LEAST or low == high:
        yield from [""] * (len(steps) + 2)
        return
    places = [round((value - low) / (high - low) * (width - 1)) for value in values]
    yield " " * places[0] + "│"
    for start, stop in itertools.pairwise(places):
        yield " " * min(start, stop) + "█" * max(abs(stop - start), 1)
    yield " " * places[-1] + "│"


def _signed(step: _Step, unit: str) -> str:
    error = f" ± {amount(step.error, unit)}" if step.error else ""
    return ("+" if step.moved > 0 else "") + amount(step.moved, unit) + error


def percent(value: float | None) -> str:
    """A share of a difference, which may be negative; empty where it is not known."""
    if value is None:
        return ""
    text = share(abs(value))
    return f"-{text}" if value < 0 and not text.startswith("<") else text


def _from_to(change: Change, model: Model) -> str:
    if change.a is None and change.b is None:
        return ", ".join(_from_to(part, model) for part in change.parts)
    return f"{_value(change.a, model)} → {_value(change.b, model)}"


def _value(one: Assumption | None, model: Model) -> str:
    if one is None:
        return "—"
    text = value_in_words(one.name, one.value, one.unit, model)
    return f"{text} (computed)" if one.origin == "computed" and one.value is not None else text


def value_in_words(name: str, value: float | str | None, unit: str, model: Model) -> str:
    """A label, a number with its unit, the word that stands for it; a dash for none."""
    if value is None or isinstance(value, str):
        return "—" if value is None else value
    word = model.inputs[name].word(value) if name in model.inputs else ""
    return word or _number(value, unit)


def _number(value: float, unit: str) -> str:
    """A figure whose name says its unit, but for money."""
    if unit.startswith("$"):
        return amount(value, unit)
    return cell(int(value) if value == round(value) and abs(value) < _WHOLE else value, unit)


def _figures(one: Comparison, model: Model) -> Any:  # noqa: ANN401 - a rich Table
    """Every assumption and what it brings, from where on each side."""
    rows: list[tuple[str, str, str]] = []

    def add(change: Change, depth: int) -> None:
        sources = dict.fromkeys(_source(side) for side in (change.a, change.b) if side)
        rows.append(("  " * depth + change.name, _from_to(change, model), " → ".join(sources)))
        for part in change.parts:
            add(part, depth + 1)

    for change in one.assumptions:
        add(change, 1)
    beside = sum(max((len(row[i]) for row in rows), default=0) + _BETWEEN for i in (0, 1))
    made = grid("left", "left", "left")
    for name, values, sources in rows:
        made.add_row(literal(name), literal(values), literal(shortened(sources, out().width - beside), "dim"))
    return made


def _source(one: Assumption) -> str:
    return f"{one.date}, {one.source}" if one.date else one.source


def _method(one: Comparison) -> Iterator[str]:
    """How it was attributed, and what rounding leaves."""
    if not one.assumptions:
        yield "Nothing differs."
        return
    yield from method_lines(one.meta, len([change for change in one.assumptions if change.contribution is not None]))
    left = {"drivers": one.drivers_residue, "assumptions": one.residue}
    unit = "" if one.unit == "1" else f" {one.unit}".rstrip()
    named = [f"{value:.1g}{unit} of the {name}" for name, value in left.items() if value]
    if named:
        yield f"Rounding leaves {' and '.join(named)}."


def method_lines(meta: Mapping[str, Any], count: int) -> Iterator[str]:
    """How a difference was attributed to so many changes."""
    if meta["exact"]:
        yield f"Shapley values: the mean over all orders of the changes, exact; {meta['mixtures']:,} hybrids."
    else:
        orders = f"the mean over {meta['orders']:,} random orders of {count} changes (seed {meta['seed']})"
        yield f"Shapley values: {orders}, ± the standard error; {meta['mixtures']:,} hybrids."
    if meta["impossible"]:
        yield f"{meta['impossible']:,} of the hybrids are infeasible; orders through them do not count."
