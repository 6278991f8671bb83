"""Runs side by side: a bar for each, divided by contribution, with the total and its P10 to P90."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from gigacost.charts import runs
from gigacost.charts.kinds import undrawable
from gigacost.charts.rows import differing, place, unlike
from gigacost.charts.theme import (
    BAR,
    INK,
    OTHERS,
    PALETTE,
    WIDTH,
    aria,
    bar_names,
    described,
    figure,
    legend_below,
    named,
)
from gigacost.charts.units import axis, scale, words
from gigacost.units.numbers import usd

_MOST = 7
"""Contributions with a colour of their own."""
_LEAST = 0.01
"""Contributions that are nowhere this share of the largest have none."""
_REST = "others"


def chart(document: Any, *, width: int = WIDTH) -> alt.LayerChart:  # noqa: ANN401 - of one of several commands
    """Several estimates, or the answers of a choice. Raises SpecError for a single one, and where no cost is known."""
    estimates = runs.estimates_of(document)
    if len(estimates) < 2 and not (isinstance(document, Mapping) and "answers" in document):  # noqa: PLR2004 - beside
        allowed = "several, as --market own,on_demand; chart estimate draws one"
        raise undrawable("compare", "one run, where several are compared", allowed)
    if not estimates:
        raise undrawable("compare", "no design is within the limits", "limits that some design is within")
    inputs = [one["inputs"] for one in estimates]
    names = list(dict.fromkeys(name for given in inputs for name in given))
    varied = differing(inputs, names)
    labels = unlike([place(given, varied) or "as given" for given in inputs])
    shown = _largest(estimates)
    texts, names_axis, height = bar_names(labels)
    bars = [bar for label, one in zip(labels, estimates, strict=True) for bar in _bars(label, one, shown)]
    if not bars:
        raise undrawable("compare", "no contribution to the cost is known or above $0", "estimates with a cost")
    totals = [_total(label, one) for label, one in zip(labels, estimates, strict=True)]
    name_of = dict(zip(labels, texts, strict=True))
    for row in (*bars, *totals):
        row["name"] = name_of[row["run"]]
    where = alt.Y("name:N", sort=texts, axis=names_axis)
    parts = [*shown, *([_REST] if any(bar["what"] == _REST for bar in bars) else [])]
    colour = alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=parts, range=[*PALETTE[: len(shown)], *([OTHERS] if len(parts) > len(shown) else [])]),
        legend=legend_below(width, symbolType="square"),
    )
    money = alt.X("low:Q", axis=axis("usd", (), title="cost [$]"), scale=scale([], zero=True))
    spread = alt.Chart(named("intervals")).encode(y=where)
    layers = [
        alt.Chart(named("bars"))
        .mark_bar(height=BAR, stroke="white", strokeWidth=0.5)
        .encode(x=money, x2="high:Q", y=where, color=colour, description=aria()),
        spread.mark_rule(color=INK, strokeWidth=1.5).encode(x="p10:Q", x2="p90:Q", description=aria()),
        spread.mark_tick(color=INK, thickness=1.5, size=9).encode(x="p10:Q"),
        spread.mark_tick(color=INK, thickness=1.5, size=9).encode(x="p90:Q"),
        alt.Chart(named("totals"))
        .mark_text(align="left", dx=6)
        .encode(x="right:Q", y=where, text="label:N", description=aria()),
    ]
    intervals = [total for total in totals if "p90" in total]
    made: alt.LayerChart = figure(
        alt.layer(*layers),
        {"bars": bars, "intervals": intervals, "totals": totals},
        title=f"Cost by {', '.join(map(words, varied))}" if varied else "Cost",
        subtitle=[
            runs.sentence(inputs[0], without=varied),
            "Lines: P10 to P90 of the total, over draws of what is left open." if intervals else "",
        ],
        width=width,
        height=(height + 6) * len(labels),
    )
    return made


def _largest(estimates: Sequence[Mapping[str, Any]]) -> list[str]:
    """The contributions that have a colour of their own, the largest first."""
    most: dict[str, float] = {}
    for one in estimates:
        for name, value in one["breakdown"].items():
            if value:
                most[words(name)] = max(most.get(words(name), 0.0), value)
    ordered = sorted((name for name in most if most[name] >= _LEAST * max(most.values())), key=lambda name: -most[name])
    return ordered if len(ordered) == len(most) <= _MOST + 1 else ordered[:_MOST]


def _bars(label: str, one: Mapping[str, Any], shown: Sequence[str]) -> list[dict[str, Any]]:
    """The parts of a run's bar, one after the other, in one order for all runs."""
    known = {words(name): value for name, value in one["breakdown"].items() if value}
    parts = {name: known[name] for name in shown if name in known}
    rest = [value for name, value in known.items() if name not in shown]
    parts |= {_REST: sum(rest)} if rest else {}
    bars, low = [], 0.0
    for what, value in parts.items():
        told = described(f"{label} {what}", usd=value)
        bars.append({"run": label, "what": what, "low": low, "high": low + value, "aria": told})
        low += value
    return bars


def _total(label: str, one: Mapping[str, Any]) -> dict[str, Any]:
    name, value = runs.total(one)
    ends = runs.interval(one, name)
    known = sum(part for part in one["breakdown"].values() if part)
    row: dict[str, Any] = {"run": label, "right": known, "label": "no total" if value is None else usd(value)}
    if value is not None and ends and ends[0] < ends[1]:
        row |= {"p10": ends[0], "p90": ends[1], "right": max(known, ends[1])}
    return {**row, "aria": described(f"{label} total", usd=value, p10=row.get("p10"), p90=row.get("p90"))}
