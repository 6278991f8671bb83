"""What it rests on: each figure that goes in, with source, date and age."""

from __future__ import annotations

from collections.abc import Mapping

from gigacost.catalog import chip_prices
from gigacost.catalog.rental import RENT
from gigacost.queries.assumptions import Assumption, matters_in
from gigacost.reports.parts import Block, Day, Label, Paragraph, Section, Sources, Table, Text, heads, joined
from gigacost.reports.sections.context import Context
from gigacost.reports.telling import NOTHING, age, counted, meaning, valued, voted

_HEADS = heads("figure", "value", "date", "age", "votes", "source")
_MOST = 12
"""Figures of the first table: those that move the total most."""


def section(context: Context) -> Section:
    """What it rests on."""
    figures = _figures(context)
    first = _first(context, figures)
    left = [one.name for one in context.estimate.assumptions if one.value is None]
    heavy = Table(
        "basis",
        ("What moves the total most, with its source",),
        (_HEADS[0], ("what it is",), *_HEADS[1:]),
        tuple(_row(context, figures[name], described=True) for name in first),
        frozenset({2, 4, 5}),
    )
    count = counted(len(figures), "len(assumptions)")
    blocks: list[Block] = [
        Paragraph(
            (
                "The answer rests on ",
                *count,
                " figures. Ages are counted to the date of the prices, ",
                Day(context.as_of),
                "; a price of one vote is one provider's or one source's alone.",
            )
        ),
        heavy,
    ]
    if left:
        blocks.append(
            Paragraph(("Left out, as nobody gave it: ", *joined([(Label(name),) for name in left]), "."), "note")
        )
    return Section("basis", "What it rests on", tuple(blocks))


def appendix(context: Context) -> Section:
    """All other figures, and the sources of all that was cited."""
    figures = _figures(context)
    first = _first(context, figures)
    others = tuple(_row(context, one) for name, one in figures.items() if name not in first)
    caption: Text = ("All other figures that go in",)
    rest = Table("figures", caption, _HEADS, others, frozenset({1, 3, 4}), folded=True)
    return Section("sources", "All figures, and their sources", (rest, Sources(tuple(context.sources))))


def _figures(context: Context) -> dict[str, Assumption]:
    """The figures that go in, by name; no choices."""
    known = (one for one in context.estimate.assumptions if one.value is not None)
    return {one.name: one for one in known if not isinstance(one.value, str)}


def _first(context: Context, figures: Mapping[str, Assumption]) -> list[str]:
    """The names that move the total most, as far as that is known, the price of the chip among them."""
    influences = context.answers.influences
    moving = [one.input.name for one in influences.influences] if influences else []
    first = [name for name in moving if name in figures][:_MOST]
    price = _price(context)
    return first if price in first or price not in figures else [price, *first]


def _price(context: Context) -> str:
    """The name of the price of a chip that counts in the design's market."""
    market = str(context.estimate.inputs.get("market", ""))
    return RENT if matters_in(RENT, market) else chip_prices.COLUMN


def _row(context: Context, one: Assumption, *, described: bool = False) -> tuple[Text, ...]:
    what = (meaning(context.model, one.name),) if described else ()
    votes = voted(context.estimate.get("price_votes") if one.name == _price(context) else None, "price_votes")
    date: Text = (Day(one.date),) if one.date else NOTHING
    return (
        (Label(one.name),),
        *what,
        valued(context.model, one.name, one.value),
        date,
        age(one.name, one.date, context.as_of),
        votes,
        _source(context, one, basis=not described),
    )


def _source(context: Context, one: Assumption, *, basis: bool) -> Text:
    """The mark of a figure's source, and what was done with it: one source of the catalogue has many figures."""
    source, told = _divided(one.source) if one.origin == "catalogue" else (one.source, "")
    cited = context.cite(source)
    if not (basis and told):
        return cited or NOTHING
    return (*cited, " ", Label(f"({told})"))


def _divided(text: str) -> tuple[str, str]:
    """A source of the catalogue, and the basis that stands behind it in brackets."""
    depth, place = 0, len(text)
    for place in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[place], 0)
        if depth == 0:
            break
    return (text[:place].rstrip(), text[place + 1 : -1]) if 0 < place < len(text) - 1 else (text, "")
