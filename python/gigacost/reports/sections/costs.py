"""What it costs and where the money goes."""

from __future__ import annotations

from gigacost.reports.answers import TOTAL
from gigacost.reports.parts import Block, Paragraph, Section, Table, Text, heads, joined
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import PERCENTILES, part, told, words

_HEADS = heads("contribution", "central", "share", *map(str.upper, PERCENTILES))


def section(context: Context) -> Section:
    """Where the money goes."""
    one = context.estimate
    known = {name: value for name, value in one.breakdown.items() if value}
    rows = []
    for name, value in sorted(known.items(), key=lambda item: -item[1]):
        drawn = one.intervals.get(name, {})
        cells = [told(drawn.get(p), f"{p}({name})", "$") for p in PERCENTILES]
        whole = one[TOTAL]
        of_all = part(value / whole if whole else None, f"{name} / {TOTAL}")
        rows.append(((words(name),), told(value, name, "$"), of_all, *cells))
    total = [told(one.intervals[TOTAL].get(p), f"{p}({TOTAL})", "$") for p in PERCENTILES]
    rows.append((("in total",), told(one[TOTAL], TOTAL, "$"), part(1.0, f"{TOTAL} / {TOTAL}"), *total))
    numeric = frozenset({1, 2, 3, 4, 5})
    table = Table("costs", ("Contributions to the total",), _HEADS, tuple(rows), numeric, folded=True)
    largest = [*sorted(known, key=lambda name: -known[name])][:3]
    told_of = joined([(f"{words(name)} ", *told(known[name], name, "$")) for name in largest])
    said: Text = ("Most of it: ", *told_of, ".")
    blocks: list[Block] = [Paragraph(said)]
    caption: Text = ("Bars are central values; lines reach from the tenth to the ninetieth percentile.",)
    blocks += context.pictured("estimate", one.to_dict(), caption, "Where the money of the run goes", table)
    none = [words(name) for name, value in one.breakdown.items() if value == 0.0]
    if none:
        rent = "; what a rented chip costs its owner is in the rent" if one.breakdown.get("cost_rent_usd") else ""
        blocks.append(Paragraph((f"Nothing goes to: {', '.join(none)}{rent}.",), "note"))
    return Section("costs", "Where the money goes", tuple(blocks))
