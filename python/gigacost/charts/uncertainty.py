"""An uncertain quantity: its distribution, a tornado of what it is due to, and Sobol' indices beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from gigacost.charts import runs
from gigacost.charts.kinds import undrawable
from gigacost.charts.theme import (
    INK,
    MUTED,
    OTHERS,
    PALETTE,
    ROW,
    WIDTH,
    aria,
    bar_names,
    described,
    figure,
    heading,
    named,
)
from gigacost.charts.units import axis, capitalised, is_log, said, scale, words
from gigacost.units.numbers import scaled, share, usd

MOST = 12
"""Inputs that the tornado shows."""
_PERCENTILES = {"p5": 5, "p10": 10, "p50": 50, "p90": 90, "p95": 95}
_BELOW = ("p5", "p50", "p90")
"""The percentiles whose text stands below the curve, so that neighbours do not meet."""
_MARGIN = 0.12
_CURVE, _TORNADO, _SOBOL = 150, 0.62, 0.30
_ENDS = {"at its P5": PALETTE[0], "at its P95": PALETTE[1]}
_APART = alt.Resolve(scale=alt.ScaleResolveMap(color="independent"))
_INDICES = {"alone (first order)": PALETTE[2], "with others (total)": "#a6dcc9"}


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.VConcatChart:
    """Distribution, tornado, Sobol' indices. Raises SpecError where the best option has no central value."""
    best = document["options"][document["best"]]
    central = best["central"]
    if central is None:
        raise undrawable("uncertainty", "the quantity has no central value", "a design that is possible")
    several = len(document["options"]) > 1
    top, data = _options(document, width) if several else _distribution(document, best, width)
    moved = [one for one in document["influences"] if one["swing"]][:MOST]
    charts: list[Any] = [top]
    if moved:
        rows = [_row(one) for one in moved]
        bars, more = _tornado(document, rows, central, width), _halves(moved, central)
        data |= {"names": rows, "halves": more, "central": [{"value": central}]}
        side = [bars]
        if any(one["total"] is not None for one in moved):
            data["indices"] = [index for one in moved for index in _indices(one)]
            side.append(_sobol([row["what"] for row in rows], width))
        charts.append(alt.HConcatChart(hconcat=side, spacing=24, resolve=_APART))
    made: alt.VConcatChart = figure(
        alt.VConcatChart(vconcat=charts, spacing=30, resolve=_APART),
        data,
        title=_title(document, best),
        subtitle=_subtitle(document, len(moved)),
        room=width,
    )
    return made


def _title(document: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    name, unit = document["of"], document["unit"]
    text = f"{capitalised(words(name))}: {said(best['central'], name, unit)}"
    if best["p10"] is None or best["p90"] is None:
        return f"{text}, impossible in {share(1.0 - best['feasible'])} of the draws"
    return f"{text}; P10 to P90: {said(best['p10'], name, unit)} to {said(best['p90'], name, unit)}"


def _subtitle(document: Mapping[str, Any], shown: int) -> list[str]:
    told = [runs.sentence(document["inputs"])]
    if len(document["options"]) > 1:
        told.append(f"What it comes from: of the best option at central values, {_named(document, document['best'])}.")
    rest = len(document["influences"]) - shown
    if rest > 0:
        told.append(f"{rest} more uncertain inputs move it less.")
    return told


def _distribution(
    document: Mapping[str, Any], best: Mapping[str, Any], width: int
) -> tuple[alt.LayerChart, dict[str, Any]]:
    """The quantile curve of one option, through the percentiles that the answer holds."""
    name, unit = document["of"], document["unit"]
    rows = [
        {
            "value": best[one], "percent": percent, "label": f"P{percent} {said(best[one], name, unit)}",
            "below": one in _BELOW,
            "aria": described(f"P{percent}", value=best[one]),
        }
        for one, percent in _PERCENTILES.items()
        if best[one] is not None
    ]  # fmt: skip
    values = [row["value"] for row in rows] + [best["central"]]
    margin = _MARGIN * (max(values) - min(values))
    room: dict[str, Any] = (
        {} if is_log(values) else {"domain": [min(values) - margin, max(values) + margin], "nice": False}
    )
    across = alt.X("value:Q", axis=axis(name, values, unit=unit), scale=scale(values, **room))
    up = alt.Y(
        "percent:Q",
        title="draws below [%]",
        scale=alt.Scale(domain=[-8, 108], nice=False),
        axis=alt.Axis(values=[0, 25, 50, 75, 100]),
    )
    base = alt.Chart(named("quantiles")).encode(x=across, y=up)
    rule = alt.Chart(named("one")).encode(x="value:Q")
    layers: list[Any] = [
        rule.mark_rule(color=MUTED, strokeDash=[4, 3]),
        rule.mark_text(color=MUTED, align="left", baseline="bottom", dx=4, dy=-4).encode(
            y=alt.value(_CURVE), text="label:N"
        ),
        base.mark_line(color=PALETTE[0], interpolate="monotone", strokeWidth=2),
        base.mark_point(color=PALETTE[0], filled=True, size=60, opacity=1).encode(description=aria()),
        base.transform_filter("!datum.below").mark_text(align="right", dx=-9, dy=-7, color=INK).encode(text="label:N"),
        base.transform_filter("datum.below").mark_text(align="left", dx=9, dy=8, color=INK).encode(text="label:N"),
    ]
    one = [{"value": best["central"], "label": f"central {said(best['central'], name, unit)}"}]
    return alt.LayerChart(layer=layers, width=width, height=_CURVE), {"quantiles": rows, "one": one}


def _named(document: Mapping[str, Any], option: int) -> str:
    inputs = document["options"][option]["inputs"].items()
    return ", ".join(value if isinstance(value, str) else said(value, name) for name, value in inputs)


def _options(document: Mapping[str, Any], width: int) -> tuple[alt.LayerChart, dict[str, Any]]:
    """The intervals of several options, one below the other."""
    name, unit = document["of"], document["unit"]
    places = [_named(document, place) for place in range(len(document["options"]))]
    texts, names, high = bar_names(places)
    rows = []
    for place, option in enumerate(document["options"]):
        figures = {one: option[one] for one in ("central", *_PERCENTILES)}
        best = "best" if place == document["best"] else "other"
        told = f"the best in {share(option['best']) if option['best'] else 'none'} of the draws"
        aria_ = described(places[place], **figures)
        rows.append({"what": texts[place], **figures, "best": best, "label": told, "aria": aria_})
    values = [row[one] for row in rows for one in ("central", "p5", "p95") if row[one] is not None]
    up = alt.Y("what:N", sort=None, axis=names)
    colour = alt.Color("best:N", scale=alt.Scale(domain=["best", "other"], range=[PALETTE[0], OTHERS]), legend=None)
    money = axis(name, values, unit=unit)
    across = alt.X("p5:Q", axis=money, scale=scale(values))
    base = alt.Chart(named("options")).encode(y=up, color=colour)
    layers: list[Any] = [
        base.mark_rule(strokeWidth=2).encode(x=across, x2="p95:Q", description=aria()),
        base.mark_bar(height=10, opacity=0.55).encode(x="p10:Q", x2="p90:Q"),
        base.mark_tick(thickness=3, size=14).encode(x="p50:Q"),
        alt.Chart(named("options")).mark_point(filled=True, color=INK, size=34, opacity=1).encode(x="central:Q", y=up),
        alt.Chart(named("options")).mark_text(align="left", dx=6, color=MUTED).encode(
            x=alt.value(width), y=up, text="label:N"
        ),
    ]  # fmt: skip
    title = heading("Options: P5 to P95, P10 to P90 (bar), P50 (tick), central (point)")
    return alt.LayerChart(layer=layers, width=width, height=high * len(rows), title=title), {"options": rows}


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    known = [value for value in (one["at_low"], one["at_high"]) if value is not None]
    aria_ = described(one["name"], at_low=one["at_low"], at_high=one["at_high"])
    return {"what": one["name"], "right": max(known), "range": _range(one), "aria": aria_}


def _range(one: Mapping[str, Any]) -> str:
    """From where to where a name goes."""
    if one["distribution"].startswith("x "):
        return f"×{scaled(one['low'])} to ×{scaled(one['high'])}"
    write = usd if one["unit"].startswith("$") else scaled
    return f"{write(one['low'])} to {write(one['high'])}"


def _halves(moved: Sequence[Mapping[str, Any]], central: float) -> list[dict[str, Any]]:
    """The two halves of each bar, from the central value to where an end of the input leads."""
    return [
        {
            "what": one["name"], "from": central, "to": one[end], "end": name,
            "aria": described(f"{one['name']} {name}", value=one[end], central=central),
        }
        for one in moved
        for end, name in zip(("at_low", "at_high"), _ENDS, strict=True)
    ]  # fmt: skip


def _tornado(
    document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], central: float, width: int
) -> alt.LayerChart:
    values = [central, *(one[end] for one in document["influences"][:MOST] for end in ("at_low", "at_high"))]
    money = axis(document["of"], values, unit=document["unit"], tickCount=4)
    names = [row["what"] for row in rows]
    name = alt.Y("what:N", sort=names, axis=bar_names(names)[1])
    colour = alt.Color(
        "end:N",
        scale=alt.Scale(domain=[*_ENDS], range=[*_ENDS.values()]),
        legend=alt.Legend(title=None, orient="top", symbolType="square", offset=2),
    )
    bars = alt.Chart(named("halves")).mark_bar(height=ROW * 0.6)
    layers: list[Any] = [
        bars.encode(
            x=alt.X("from:Q", axis=money, scale=scale(values)), x2="to:Q", y=name, color=colour, description=aria()
        ),
        alt.Chart(named("central")).mark_rule(color=INK).encode(x="value:Q"),
        alt.Chart(named("names")).mark_text(align="left", dx=5, color=MUTED).encode(
            x="right:Q", y=name, text="range:N"
        ),
    ]  # fmt: skip
    title = heading("Each input by itself, over its central 90 %")
    return alt.LayerChart(layer=layers, width=width * _TORNADO, height=ROW * len(rows), title=title)


def _indices(one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """First-order and total-order index of an input; estimates of nothing may fall below 0 and are drawn as 0."""
    first, total = one["first"] or 0.0, one["total"] or 0.0
    names = [*_INDICES]
    return [
        {
            "what": one["name"], "index": max(value, 0.0), "kind": name, "low": max(value - error, 0.0),
            "high": value + error, "aria": described(f"{one['name']} {name}", index=value, error=error),
        }
        for value, error, name in ((total, one["total_error"], names[1]), (first, one["first_error"], names[0]))
    ]  # fmt: skip


def _sobol(names: Sequence[str], width: int) -> alt.LayerChart:
    up = alt.Y("what:N", sort=list(names), title=None, axis=None)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=[*_INDICES], range=[*_INDICES.values()]),
        legend=alt.Legend(title=None, orient="top", symbolType="square", offset=2, columns=1),
    )
    across = alt.X(
        "index:Q",
        title="share of the variance",
        stack=None,
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(format="%", tickCount=3),
    )
    base = alt.Chart(named("indices"))
    total, first = (base.transform_filter(f"datum.kind == '{name}'") for name in reversed([*_INDICES]))
    layers: list[Any] = [
        total.mark_bar(height=ROW * 0.6).encode(x=across, y=up, color=colour, description=aria()),
        first.mark_bar(height=ROW * 0.6).encode(x=across, y=up, color=colour, description=aria()),
        first.mark_rule(color=INK, strokeWidth=1).encode(x="low:Q", x2="high:Q", y=up),
    ]
    return alt.LayerChart(layer=layers, width=width * _SOBOL, height=ROW * len(names), title=heading("Sobol' indices"))
