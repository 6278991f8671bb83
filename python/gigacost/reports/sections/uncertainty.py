"""What the total is uncertain from."""

from __future__ import annotations

from gigacost.analysis.sensitivity.sobol_indices import Index
from gigacost.reports.answers import TOTAL
from gigacost.reports.parts import Block, Label, Paragraph, Section, Table, Text, heads, joined
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import NOTHING, counted, interval, meaning, part, told

_HEADS = heads(
    *("input", "what it is", "from", "to", "total at the low end", "at the high end", "share of the variance"),
    "with others",
)
_CAPTION = (
    "Each input is moved over its central ninety per cent, the others staying where they are. Shares of the variance "
    "are Sobol indices: of the input alone, and with all it acts together with."
)


def section(context: Context) -> Section | None:
    """How uncertain it is, and from what."""
    found = context.answers.influences
    if found is None:
        reason = context.answers.refused.get("uncertainty", "")
        return Section("uncertainty", "How sure that is", (Paragraph((reason[:1].upper(), f"{reason[1:]}.")),))
    rows = []
    for i, one in enumerate(found.influences):
        path = f"uncertainty:influences[{i}]"
        relative = one.input.distribution.relative
        ends = [
            _end(value, f"{path}.{name}", one.input.unit, relative=relative)
            for name, value in (("low", one.low), ("high", one.high))
        ]
        money = [
            told(value, f"{path}.{name}", "$") for name, value in (("at_low", one.at_low), ("at_high", one.at_high))
        ]
        shares = [_share(one.index, name, path) for name in ("first", "total")]
        rows.append(((Label(one.input.name),), meaning(context.model, one.input.name), *ends, *money, *shares))
    table = Table(
        "uncertainty",
        ("What the total is uncertain from",),
        _HEADS,
        tuple(rows),
        frozenset({2, 3, 4, 5, 6, 7}),
        folded=True,
    )
    first = [(Label(one.input.name),) for one in found.influences[:3]]
    spread: Text = interval(found.spread.to_dict(), TOTAL, "$")
    count = counted(found.draws.count, "uncertainty:draws.count")
    said: Text = (
        "Over ",
        *count,
        " draws of what is left open the total lies between ",
        *_ends(spread),
        " in eight cases of ten. What moves it most: ",
        *joined([*first]),
        ".",
    )
    drawn = "The distribution of the total, and which inputs it comes from"
    blocks: list[Block] = [Paragraph(said)]
    blocks += context.pictured("uncertainty", found.to_dict(), (_CAPTION,), drawn, table)
    return Section("uncertainty", "How sure that is", tuple(blocks))


def _share(index: Index | None, name: str, path: str) -> Text:
    """A share of the variance; sampling may put one that is nothing below nothing."""
    value = None if index is None else getattr(index, name)
    return NOTHING if value is None or value < 0.0 else part(value, f"{path}.{name}")


def _ends(spread: Text) -> Text:
    """An interval without its heading."""
    low, _, high = spread[1:]
    return (low, " and ", high)


def _end(value: float, path: str, unit: str, *, relative: bool) -> Text:
    """An end of an input's range: a factor where that is what is drawn."""
    return ("× ", *told(value, path, "1")) if relative else told(value, path, unit)
