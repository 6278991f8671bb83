"""What a change costs: a table like a diff, the dearest line first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import grid, indented, literal, show
from gigacost.cli.views.cautions import about_prices
from gigacost.cli.views.compare import method_lines, percent, spreads, value_in_words
from gigacost.units.numbers import amount

if TYPE_CHECKING:
    from gigacost.analysis.compare.diff import Diff, Line
    from gigacost.graph.model import Model

_UNIT = "$"


def show_diff(found: Diff, names: tuple[str, str], model: Model) -> None:
    """The two sides, each line with what its change costs, what else differs, and how the sum was shared out."""
    for sign, side, name, value in zip("-+", "ab", names, (found.before_usd, found.after_usd), strict=True):
        best = f", the cheapest of {found.combinations[side]:,}" if found.combinations[side] > 1 else ""
        total = amount(value, _UNIT) if value is not None else "no price"
        show(literal(f"{sign * 3} {name}{best}: {total}", "red" if sign == "-" else "green"))
    show("")
    if found.intervals:
        sides = {"A": ("a", found.before_usd), "B": ("b", found.after_usd)}
        sides["B - A"] = ("difference", found.difference_usd)
        title = f"{found.by}, {found.meta['draws']['count']:,} draws of what is left open"
        show(literal(title, "bold"), spreads(sides, found.intervals, _UNIT), "")
    if found.lines:
        show(literal(f"{found.by}, by line", "bold"), _table(found, model), "")
    for line in found.other:
        show(indented(f"also {line.key}: {line.a or '—'} → {line.b or '—'}", "dim"))
    show(*([""] if found.other else []), *(literal(line, "dim") for line in _method(found)))
    for letter, side in (("A", "a"), ("B", "b")):
        lines = about_prices(found.missing_prices[side], f"{letter} has no price", "--set")
        show(*(literal(line, "yellow") for line in lines))


def _table(found: Diff, model: Model) -> Any:  # noqa: ANN401 - a rich Table
    made = grid("left", "left", "right", "right", "left")
    for line in found.lines:
        sum_ = "" if line.usd is None else f"{'+' if line.usd > 0 else ''}{amount(line.usd, _UNIT)}"
        error = f" ± {amount(line.standard_error, _UNIT)}" if line.standard_error else ""
        share = percent(line.usd / found.difference_usd) if line.usd and found.difference_usd else ""
        colour = "green" if sum_.startswith("-") else "red" if line.usd else "dim"
        change = f"{_words(line, 'a', model)} → {_words(line, 'b', model)}"
        where = " → ".join(dict.fromkeys(filter(None, (line.a_from, line.b_from))))
        cells = (literal(f"  {line.key}"), literal(change), literal(f"{sum_}{error}", colour), literal(share))
        made.add_row(*cells, literal(where, "dim"))
    total = "" if found.difference_usd is None else amount(found.difference_usd, _UNIT)
    sign = "+" if found.difference_usd and found.difference_usd > 0 else ""
    made.add_row(literal("  together", "bold"), "", literal(f"{sign}{total}", "bold"), "", "")
    return made


def _words(line: Line, side: str, model: Model) -> str:
    value = getattr(line, side)
    if isinstance(value, Mapping):
        return ", ".join(value_in_words(name, one, "", model) for name, one in value.items())
    return value_in_words(line.key, value, line.unit, model)


def _method(found: Diff) -> Iterator[str]:
    if not found.lines and not found.other:
        yield "Nothing differs."
    elif not found.lines:
        yield "No line that costs anything differs."
    elif "method" in found.meta:
        yield from method_lines(found.meta, len(found.lines))
