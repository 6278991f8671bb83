"""How a cluster is divided: stages and copies to scale, where time and memory go, what other layouts lose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from gigacost.charts import clusters, runs
from gigacost.charts.kinds import undrawable
from gigacost.charts.layout_words import part, said
from gigacost.charts.theme import MUTED, PALETTE, ROW, WIDTH, aria, bar_names, described, figure, heading, named
from gigacost.units.numbers import grouped, scaled, share

MOST = 8
"""Parts of a step, and other choices, that have a bar."""
_LEAST = 0.005
"""Parts of less than this are one bar together."""
_TOLD = 2
_NARROW = 520
_ALWAYS, _PLAIN = ("tp", "pp"), {"zero_stage": -1, "recompute": 0}
"""Axes that the title tells, and what others are above where it does."""


def chart(document: Mapping[str, Any], *, width: int = WIDTH) -> alt.VConcatChart:
    """The best layout of a design. Raises SpecError where there is none."""
    if not document["best"]:
        raise undrawable("layout", "no layout is possible", "a design with a layout")
    best = document["best"][0]
    found = clusters.placed(best, document["scaleup_domain"], width)
    seconds = _parts(best["parts"], best["step_seconds"], "s")
    memory = _parts(best["memory"], best["memory_per_chip_gib"], "GiB")
    losers = [_loser(one) for one in document["losing"][:MOST]]
    half = width if width < _NARROW else width * 0.35
    sides = [
        _bars("seconds", f"Where the {scaled(best['step_seconds'])} s of a step go", seconds, half, PALETTE[0]),
        _bars("memory", _memory_title(document, best), memory, half, PALETTE[2]),
    ]
    several = alt.VConcatChart(vconcat=sides) if width < _NARROW else alt.HConcatChart(hconcat=sides, spacing=40)
    charts: list[Any] = [clusters.picture(found, width, heading("To scale: areas in proportion to chips")), several]
    if losers:
        charts.append(_bars("losers", "What other choices lose, the rest chosen anew", losers, width * 0.5, PALETTE[1]))
    made: alt.VConcatChart = figure(
        alt.VConcatChart(vconcat=charts, spacing=26),
        {**clusters.datasets(found), "seconds": seconds, "memory": memory, "losers": losers},
        title=_title(best),
        subtitle=[runs.sentence(document["inputs"]), _batch(document, best)],
        room=width,
    )
    return made


def _title(best: Mapping[str, Any]) -> str:
    mfu = "" if best["mfu"] is None else f", MFU {share(best['mfu'])}"
    told = {axis: value for axis, value in best["axes"].items() if axis in _ALWAYS or value > _PLAIN.get(axis, 1)}
    return f"{said(told)}, dp {best['dp']:,}: {scaled(best['step_seconds'])} s a step{mfu}"


def _batch(document: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    sequences, tokens = document["global_batch_sequences"], document["sequence_tokens"]
    pieces = f"{best['microbatches']} microbatch{'es' if best['microbatches'] > 1 else ''} a copy"
    text = f"{grouped(sequences)} sequences of {tokens:,.0f} tokens a step, {pieces}"
    idle = f"; {best['idle_chips']:,} chips idle (red)" if best["idle_chips"] else ""
    return f"{text}{idle}."


def _memory_title(document: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    return f"What fills {scaled(best['memory_per_chip_gib'])} of a chip's {scaled(document['mem_gib'])} GiB"


def _parts(parts: Mapping[str, float], whole: float, unit: str) -> list[dict[str, Any]]:
    """The largest parts, and the rest as one."""
    ordered = sorted(parts.items(), key=lambda item: -item[1])
    shown = [(name, value) for name, value in ordered if value >= _LEAST * whole][:MOST]
    rest = whole - sum(value for _, value in shown)
    rows = [_row(part(name), value, f"{scaled(value)} {unit} · {share(value / whole)}") for name, value in shown]
    if rest > _LEAST * whole / 10:
        rows.append(_row("others", rest, f"{scaled(rest)} {unit} · {share(rest / whole)}"))
    return rows


def _loser(one: Mapping[str, Any]) -> dict[str, Any]:
    reasons = [f"{part(name)} +{share(value)}" for name, value in [*one["by"].items()][:_TOLD] if value >= _LEAST]
    label = f"+{share(one['slower'])}" + (f": {', '.join(reasons)}" if reasons else "")
    ((what,), *_) = bar_names([said(one["change"])])
    return _row(what, one["slower"], label)


def _row(what: str, value: float, label: str) -> dict[str, Any]:
    return {"what": what, "value": value, "label": label, "aria": described(what, value=value)}


def _bars(name: str, title: str, rows: Sequence[Mapping[str, Any]], width: float, colour: str) -> alt.LayerChart:
    names = [row["what"] for row in rows]
    _, axis, high = bar_names(names)
    up = alt.Y("what:N", sort=names, axis=axis)
    across = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, max(row["value"] for row in rows)], nice=False))
    base = alt.Chart(named(name)).encode(y=up)
    layers: list[Any] = [
        base.mark_bar(color=colour, height=ROW * 0.6).encode(x=across, description=aria()),
        base.mark_text(align="left", dx=5, color=MUTED).encode(x="value:Q", text="label:N"),
    ]
    # Labels stand to the right of the longest bar.
    inner = width * 0.62
    return alt.LayerChart(layer=layers, width=inner, height=high * len(rows), title=heading(title))
