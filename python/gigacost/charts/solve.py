"""What is best along the unknown, up to its last feasible value; beyond it, what would be best without constraints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import altair as alt

from gigacost.charts.kinds import undrawable
from gigacost.charts.theme import INK, MUTED, OTHERS, PALETTE, WIDTH, aria, described, figure, named
from gigacost.charts.units import axis, capitalised, said, scale, words

_HEIGHT = 0.56
_FEASIBLE, _BEYOND = "feasible", "beyond the constraints"
_ENDED = {
    "range": "That is the end of the range looked through.",
    "states": "Beyond it every combination is infeasible, whatever the condition.",
    "infeasible": "Nothing is feasible.",
}


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.LayerChart:
    """The curve of a solution with its end. Raises SpecError where there is nothing on it.

    A document without the curve (that which is printed) has the end alone.
    """
    unknown, unit, by = document["unknown"], document["unit"], document["meta"]["by"]
    curve = document.get("curve") or ([document["design"]] if document["design"] else [])
    rows = [*_points(curve, _FEASIBLE, unknown, by)]
    beyond = [*_joint(rows, document), *_points(document.get("beyond", []), _BEYOND, unknown, by)]
    if not rows and not beyond:
        raise undrawable("solve", f"no combination has a {by}: there is no curve")
    xs, ys = list(document["meta"]["range"]), [row["y"] for row in (*rows, *beyond)]
    end = [row for row in rows if row["x"] == document["value"]]
    limits = list(_limits(document, by))
    up = alt.Y("y:Q", axis=axis(by, ys), scale=scale(ys, padding=12))
    right = alt.X("x:Q", axis=axis(unknown, xs, unit=unit), scale=scale(xs, domain=xs, nice=False))
    base = {"x": right, "y": up, "order": alt.Order("x:Q")}
    at = alt.Chart(named("end"))
    layers = [
        alt.Chart(named("beyond")).mark_line(color=OTHERS, strokeWidth=2, strokeDash=[4, 4]).encode(**base),
        alt.Chart(named("rows")).mark_line(color=PALETTE[0], strokeWidth=2.5).encode(**base),
        alt.Chart(named("limits")).mark_rule(color=PALETTE[3], strokeDash=[7, 3]).encode(y="y:Q", description=aria()),
        alt.Chart(named("limits"))
        .mark_text(align="left", baseline="bottom", dx=6, dy=-3, color=PALETTE[3])
        .encode(x=alt.value(0), y="y:Q", text="told:N"),
        at.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x="x:Q"),
        at.mark_point(filled=True, color=INK, size=70, opacity=1).encode(x="x:Q", y="y:Q", description=aria()),
    ]
    if beyond:
        layers.append(_points_of("beyond", OTHERS))
    layers.append(_points_of("rows", PALETTE[0]))
    made: alt.LayerChart = figure(
        alt.layer(*layers),
        {"rows": rows, "beyond": beyond, "end": end, "limits": limits},
        title=_title(document),
        subtitle=[
            f"{capitalised(words(by))} of the best design at each value of {words(unknown)}."
            + (" Dashed: without the constraints." if beyond else ""),
            _ended(document),
        ],
        width=width,
        height=round(width * _HEIGHT),
    )
    return made


def _points_of(name: str, colour: str) -> alt.Chart:
    """The points that a line goes through, so that they can be read."""
    points = alt.Chart(named(name)).mark_point(filled=True, color=colour, size=10, opacity=1)
    made: alt.Chart = points.encode(x="x:Q", y="y:Q", description=aria())
    return made


def _points(rows: Sequence[Mapping[str, Any]], what: str, unknown: str, by: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {"x": row[unknown], "y": row[by], "aria": described(what, **{unknown: row[unknown], by: row[by]})}


def _joint(rows: Sequence[dict[str, Any]], document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where the line beyond begins: at the answer, so that it has no gap there."""
    return [dict(row) for row in rows if row["x"] == document["value"]] if document.get("beyond") else []


def _limits(document: Mapping[str, Any], by: str) -> Iterator[dict[str, Any]]:
    """The constraints on what is drawn upwards that bind: there the answer stands on them."""
    for held in document["constraints"]:
        if held["binds"] and held["quantity"] == by and held["value"] is not None:
            told = described(held["constraint"], **{by: held["value"]})
            yield {"y": held["value"], "told": held["constraint"], "aria": told}


def _title(document: Mapping[str, Any]) -> str:
    name, value = document["unknown"], document["value"]
    if value is None:
        return f"No value of {words(name)} is feasible"
    text = said(value, name, document["unit"])
    curve = [row[name] for row in document.get("curve", [])]
    is_least = bool(curve) and value == min(curve) and value != max(curve)
    limit = "at least" if is_least else "up to"
    return f"{capitalised(words(name))}: {limit} {text}"


def _ended(document: Mapping[str, Any]) -> str:
    binding = [held["constraint"] for held in document["constraints"] if held["binds"]]
    return f"What binds: {'; '.join(binding)}." if binding else _ENDED.get(document["ended_by"], "")
