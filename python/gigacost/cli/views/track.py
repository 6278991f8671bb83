"""Where a run stands, and how often the intervals of that hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gigacost.cli.process import warn
from gigacost.cli.terminal import literal, show, show_more, table
from gigacost.units.numbers import amount, grouped, share, usd

if TYPE_CHECKING:
    from gigacost.tracking.track import Tracking, Wrong

_HOURS_PER_DAY = 24.0
_MOST_WRONG = 5


def show_tracking(found: Tracking) -> None:
    """Where it stands, date and cost at completion, what is now known, and what was wrong."""
    elapsed = grouped(found.elapsed_hours / _HOURS_PER_DAY)
    spent = "" if found.spent_usd is None else f", {usd(found.spent_usd)} billed"
    show(literal(f"{share(found.at_share)} of the tokens after {elapsed} days{spent}", "bold"))
    heads = ["at completion", "planned", "P5", "P50", "P95"]
    dates = [_day(found.planned["done"]), *(_day(one) for one in found.done.values())]
    hours = [found.planned["hours"], *found.done_hours.values()]
    rows = [
        ["date", *dates],
        ["days", *(grouped(one / _HOURS_PER_DAY) for one in hours)],
        ["total_run_usd", usd(found.planned["total_run_usd"]), *map(usd, found.total_run_usd.values())],
        ["cost_total_usd", usd(found.planned["cost_total_usd"]), *map(usd, found.cost_total_usd.values())],
    ]
    rows += [[name, *(_figure(one) for one in known.values())] for name, known in found.posterior.items()]
    show(table(heads, rows, heads[1:]))
    if found.wrong:
        show(literal("What was wrong: planned outside of P5 to P95", "bold"))
        for one in found.wrong[:_MOST_WRONG]:
            show(literal(f"  {_wrong(one)}"))
    else:
        show(literal("No assumption of the plan was wrong: each lies between P5 and P95."))
    for note in found.meta["notes"]:
        warn("note", note)


def _wrong(one: Wrong) -> str:
    ratio = f"{one.now / one.planned - 1.0:+.0%}".replace("%", " %")
    days = f", {one.effect_days:+.1f} days" if one.effect_days else ""
    sign = "+" if one.effect_usd >= 0.0 else ""
    told = f"{one.name}: {_figure(one.planned)} planned, {_figure(one.now)} now ({ratio})"
    return f"{told}{days}, {sign}{usd(one.effect_usd)}"


def _figure(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1e3 else amount(value, "1")  # noqa: PLR2004 - where suffixes begin


def _day(text: str) -> str:
    return text[: len("2026-11-21")]


def show_coverage(found: Mapping[str, Any]) -> None:
    """How often the truth lay between P5 and P95, for each way to simulate runs."""
    heads = ["simulated", "of the run", "date held", "width", "cost held", "width"]
    rows = []
    for name, one in {"usual": found, **found["others"]}.items():
        for at in one["coverage"]:
            figures = [one[key][at] for key in ("coverage", "width", "cost_coverage", "cost_width")]
            rows.append([name, f"{at} %", *(f"{figure:.1%}".replace("%", " %") for figure in figures)])
    runs = found["meta"]["runs"]
    show(literal(f"How often the truth lay between P5 and P95, over {runs:,} simulated runs each", "bold"))
    show(table(heads, rows, heads[1:]))
    show_more("--json (how often below and above)")
