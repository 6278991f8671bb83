"""What leads from one cost to another: the first bar is all of A, the last all of B, between them what changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.theme import BAR, INK, MUTED, PALETTE, WIDTH, aria, bar_names, described, figure, named
from gigacost.charts.units import axis, capitalised, said, scale, told, words

DRIVERS, ASSUMPTIONS = "drivers", "assumptions"
STEPS = (DRIVERS, ASSUMPTIONS)
_MOST = 14
"""Steps; of more, the smallest are one."""
_LESS, _MORE, _WHOLE = "less", "more", "total"
_COLOURS = {_WHOLE: "#6b7280", _MORE: PALETTE[3], _LESS: PALETTE[2]}


def chart(document: Mapping[str, Any], *, steps: str = "", width: int = WIDTH) -> alt.LayerChart:
    """The bars of a comparison, by its drivers or its assumptions: without being told, by what has several steps.

    Raises SpecError where a side has no value, and for other ``steps``.
    """
    by, unit = document["by"], document["unit"]
    if document["difference"] is None:
        raise undrawable("waterfall", f"a side has no {by} for want of a price")
    if steps and steps not in STEPS:
        raise undrawable("waterfall", f"unknown steps {steps}", ", ".join(STEPS))
    changes = {DRIVERS: list(_drivers(document["drivers"])), ASSUMPTIONS: list(_assumptions(document["assumptions"]))}
    chosen = steps or (ASSUMPTIONS if len(changes[ASSUMPTIONS]) > 1 or not changes[DRIVERS] else DRIVERS)
    bars = _bars(document, _few(changes[chosen]))
    texts, labels, height = bar_names([bar["what"] for bar in bars])
    for bar, text in zip(bars, texts, strict=True):
        bar["name"] = text
    names = alt.Y("name:N", sort=texts, axis=labels)
    # A bar begins at zero, whatever decades the totals span.
    money = alt.X("from:Q", axis=axis(by, (), unit=unit), scale=scale([], zero=True))
    colour = alt.Color(
        "sort:N", title=None, scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())), legend=None
    )
    base = alt.Chart(named("bars")).encode(y=names)
    links = alt.Chart(named("links")).mark_rule(color=MUTED, strokeWidth=1)
    layers = [
        links.encode(x="x:Q", y=names, y2="next:N"),
        base.mark_bar(height=BAR).encode(x=money, x2="to:Q", color=colour, description=aria()),
        base.mark_text(align="left", dx=6, color=INK).encode(x="right:Q", text="label:N"),
    ]
    first, last = document["a"]["value"], document["b"]["value"]
    percent = f" ({document['difference'] / first:+.0%})".replace("%", " %").replace("-", "−") if first else ""
    made: alt.LayerChart = figure(
        alt.layer(*layers),
        {"bars": bars, "links": list(_links(bars))},
        title=f"{capitalised(words(by))}: {said(first, by, unit)} to {said(last, by, unit)}{percent}",
        subtitle=[f"By {chosen}{_how(document, chosen)}.", _sides(document)],
        width=width,
        height=height * len(bars),
    )
    return made


def _drivers(drivers: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """The terms of the cost that change, without the subtotals that these make."""
    for one in drivers:
        if one["parts"]:
            yield from _drivers(one["parts"])
        elif one["difference"]:
            yield words(one["name"]), one["difference"]


def _assumptions(changes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """The assumptions that differ and matter, with what they are on both sides."""
    for one in changes:
        if one["contribution"]:
            a, b = (_value(one[side], one["name"], one["unit"]) for side in ("a", "b"))
            yield f"{words(one['name'])}: {a} → {b}", one["contribution"]


def _value(side: Mapping[str, Any] | None, name: str, unit: str) -> str:
    value = None if side is None else side["value"]
    return "—" if value is None else said(value, name, unit or None)


def _few(changes: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """The changes, the smallest as one where there are many."""
    if len(changes) <= _MOST:
        return list(changes)
    large = sorted(changes, key=lambda change: -abs(change[1]))[: _MOST - 1]
    kept = [change for change in changes if change in large]
    rest = [value for change in changes if change not in large for value in change[1:]]
    return [*kept, (f"{len(rest)} others", sum(rest))]


def _bars(document: Mapping[str, Any], changes: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """The bars: A, each change from where the one before ends, B."""
    by, unit = document["by"], document["unit"]
    a, b = document["a"]["value"], document["b"]["value"]

    def bar(what: str, low: float, high: float, sort: str, label: str, value: float) -> dict[str, Any]:
        return {"what": what, "from": low, "to": high, "right": max(low, high, 0.0), "sort": sort, "label": label,
                "aria": described(what, **{by: value, "from": low, "to": high})}  # fmt: skip

    bars = [bar("A", 0.0, a, _WHOLE, said(a, by, unit), a)]
    at = a
    for what, change in changes:
        sign = "+" if change > 0 else "−"
        label = f"{sign}{said(abs(change), by, unit)}"
        bars.append(bar(what, at, at + change, _MORE if change > 0 else _LESS, label, change))
        at += change
    return [*bars, bar("B", 0.0, b, _WHOLE, said(b, by, unit), b)]


def _links(bars: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The lines from the end of each bar to the next."""
    for one, after in pairwise(bars):
        yield {"x": one["to"], "name": one["name"], "next": after["name"]}


def _how(document: Mapping[str, Any], chosen: str) -> str:
    meta = document["meta"]
    if chosen == DRIVERS or "orders" not in meta:
        return ""
    return ", each its Shapley value" + ("" if meta["exact"] else f" over a sample of {meta['orders']:,} orders")


def _sides(document: Mapping[str, Any]) -> str:
    """What A and B are, by what they are given."""
    a, b = document["a"], document["b"]
    names = dict.fromkeys([*a["inputs"], *b["inputs"]])
    sides = []
    for name, side, other in (("A", a, b), ("B", b, a)):
        own = [told(side["inputs"][one], one) for one in names
               if one in side["inputs"] and side["inputs"][one] != other["inputs"].get(one)]  # fmt: skip
        source = [side["source"]] if side["source"] else []
        sides.append(f"{name}: {', '.join([*source, *own]) or 'as given'}")
    return "; ".join(sides)
