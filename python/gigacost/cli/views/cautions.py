"""What a reader should not take the figures of estimates for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gigacost.cli.views.estimate_layout import layout_in_use
from gigacost.model.constants import HOURS_PER_DAY, HOURS_PER_YEAR
from gigacost.queries.marks import is_beyond_region, legend, marks_of_estimate, price_in_words
from gigacost.units.numbers import grouped, scaled, share

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate
    from gigacost.queries.missing_prices import MissingPrice

_MOST_PRICES = 3
"""Missing prices that are told of."""
_MANY_CHIPS = 64
"""From this many chips on, a quoted price does not mean that they are available."""


def cautions(estimates: Sequence[Estimate], beside: Iterable[str] = ()) -> list[str]:
    """What a reader should not take the figures for; ``beside`` are the marks of designs beside them."""
    missing = dict.fromkeys(price for one in estimates for price in one.missing_prices)
    lines = about_prices([*missing], "No total", several=len(estimates) > 1)
    market = next((one for one in estimates[0].assumptions if one.name == "market"), None)
    if market is not None and market.origin == "default" and not missing:  # which names other markets
        lines.append(f"Market: {market.value} by default; --market own,colo,reserved_1y compares others.")
    quoted = sorted({
        str(one.inputs["market"])
        for one in estimates
        if one.inputs.get("market") in {"on_demand", "spot"}
        and float(one.inputs.get("chips", 0)) > _MANY_CHIPS
        and not one.missing_prices
    })  # fmt: skip
    marks = [marks_of_estimate(one) for one in estimates]
    most = max(float(one.inputs.get("chips", 0)) for one in estimates)
    others = list(beside)
    if len(estimates) == 1 and not others:
        lines += _about_price(marks[0], quoted, most)
    else:
        lines += [*_about_quotes(quoted, most), *legend([*marks, *others])]
    year = estimates[0].meta.get("base_year")
    if year is not None:
        said = (
            f"Computed amounts are in dollars of {year}, by a price index (--sources); what goes in is not converted."
        )
        lines.append(said)
    return lines + _about_layouts(estimates) + _about_use(estimates)


def about_prices(prices: Sequence[MissingPrice], lost: str, flag: str = "--set", *, several: bool = False) -> list[str]:
    """Which prices are missing, what is lost by that, where the nearest are, and by which ``flag`` one is given."""
    lines = []
    for price in prices[:_MOST_PRICES]:
        known = next((f"{one.value:.3g}" for one in price.nearest if one.input == price.input), "...")
        what = price.fault.what.removeprefix("no price: ")
        where = f" ({price.fault.value.strip(chr(34))})" if several else ""
        lines.append(f"{lost}{where}: {what}. Instead: {price.fault.allowed} ({flag} {price.input}={known}).")
    more = len(prices) - len(lines)
    return lines + ([f"... and {more} more without a price; --json tells all."] if more else [])


def _about_price(marks: str, quoted: Sequence[str], chips: float) -> list[str]:
    """How well the price of a single design is known, and what it does not mean."""
    known = price_in_words(marks)
    beyond = f"{chips:,.0f} spot chips are more than a region may hold" if is_beyond_region(marks) else ""
    means = f"no quote means that {chips:,.0f} chips can be had" if quoted else ""
    if known:
        return [f"Price {'; '.join(filter(None, (known, beyond or means)))}."]
    return [f"{beyond}."] if beyond else _about_quotes(quoted, chips)


def _about_quotes(quoted: Sequence[str], chips: float) -> list[str]:
    markets = " and ".join(quoted)
    return [f"A quote for {markets} does not mean that {chips:,.0f} chips can be had."] if quoted else []


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
            parts.append("this run alone bears a reserved commitment")
        if parts:
            lines.append(f"No runs_per_year given: {', '.join(parts)}; --set runs_per_year=N compares them alike.")
    for one, known in zip(estimates, figures, strict=True):
        runs, busy = known.get("runs_per_year"), one.quantities.get("busy_hours")
        if isinstance(runs, int | float) and busy is not None and runs * busy > HOURS_PER_YEAR:
            said = f"with experiments one keeps its chips busy for {grouped(busy / HOURS_PER_DAY)} days"
            lines.append(f"{scaled(runs)} runs a year overlap: {said}. They need several times the chips at once.")
    return list(dict.fromkeys(lines))
