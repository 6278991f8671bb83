"""What a reader should not take the figures of estimates for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gigacost.cli.views.estimate_layout import layout_in_use
from gigacost.cli.views.numbers import grouped, scaled, share
from gigacost.model.constants import HOURS_PER_DAY, HOURS_PER_YEAR

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate

_MANY_CHIPS = 64
"""From this many chips on, a quoted price does not mean that they are available."""


def cautions(estimates: Sequence[Estimate]) -> list[str]:
    """What a reader should not take the figures for."""
    lines = []
    market = next((one for one in estimates[0].assumptions if one.name == "market"), None)
    if market is not None and market.origin == "default":
        lines.append(f"Market: {market.value} by default; --market own,colo,reserved_1y compares others.")
    quoted = sorted({
        str(one.inputs["market"])
        for one in estimates
        if one.inputs.get("market") in {"on_demand", "spot"} and float(one.inputs.get("chips", 0)) > _MANY_CHIPS
    })  # fmt: skip
    if quoted:
        most = max(float(one.inputs.get("chips", 0)) for one in estimates)
        markets = " and ".join(quoted)
        lines.append(f"A quote for {markets} does not mean that {most:,.0f} chips can be had.")
    year = estimates[0].meta.get("base_year")
    if year is not None:
        said = (
            f"Computed amounts are in dollars of {year}, by a price index (--sources); what goes in is not converted."
        )
        lines.append(said)
    missed = dict.fromkeys(text for one in estimates for text in one.meta.get("not_modelled", ()))
    lines += [f"Not modelled: {text}." for text in missed]
    return lines + _about_layouts(estimates) + _about_use(estimates)


def _about_layouts(estimates: Sequence[Estimate]) -> list[str]:
    """Where a layout leaves chips or places unused, and where no published run says what a chip reaches."""
    lines = []
    for one in estimates:
        known = layout_in_use(one)
        if known is None:
            continue
        batch, rows = known["global_batch_sequences"], known["dp"] * known["microbatch"]
        if rows > batch:
            fed = f"A batch of {batch:,.0f} sequences cannot feed {rows:,.0f} places at a time"
            lines.append(f"{fed}: fewer chips, or a larger global_batch_sequences, waste less.")
        elif known["padding_share"]:
            places = rows * known["microbatches"]
            lines.append(f"The batch rounds up from {batch:,.0f} sequences to {places:,.0f} places; the rest is empty.")
        if known["is_extrapolated"]:
            what = " at ".join(str(one.inputs[name]) for name in ("hardware", "precision") if name in one.inputs)
            lines.append(f"No published run of {what} was fitted: its step time is extrapolated from other chips.")
    return list(dict.fromkeys(lines))


def _about_use(estimates: Sequence[Estimate]) -> list[str]:
    """Where markets are not compared alike, and where runs overlap on chips that are rented by the hour."""
    lines = []
    markets = {str(one.inputs.get("market", "")) for one in estimates}
    figures = [{item.name: item.value for item in one.assumptions} for one in estimates]
    first = figures[0]
    if len(markets) > 1 and "runs_per_year" in first and first["runs_per_year"] is None:
        parts = []
        owned = [market for market in ("own", "colo") if market in markets]
        used = first.get("assumed_fleet_utilisation")
        if owned and isinstance(used, int | float):
            parts.append(f"{' and '.join(owned)} {'is' if len(owned) == 1 else 'are'} assumed used {share(used)}")
        if any(market.startswith("reserved") for market in markets):
            parts.append("a reserved commitment is borne by this run alone")
        if parts:
            lines.append(f"No runs_per_year given: {', '.join(parts)}; --set runs_per_year=N compares them alike.")
    for one, known in zip(estimates, figures, strict=True):
        runs, busy = known.get("runs_per_year"), one.quantities.get("busy_hours")
        if isinstance(runs, int | float) and busy is not None and runs * busy > HOURS_PER_YEAR:
            said = f"with experiments one keeps its chips busy for {grouped(busy / HOURS_PER_DAY)} days"
            lines.append(f"{scaled(runs)} runs a year overlap: {said}. They need several times the chips at once.")
    return list(dict.fromkeys(lines))
