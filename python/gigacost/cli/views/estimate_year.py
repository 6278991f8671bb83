"""A run, a year of runs, and what has to be paid before the first of them, in a line of the estimate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigacost.units.numbers import amount, scaled

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate


def year_lines(one: Estimate) -> Iterator[str]:
    """What a run, a year of runs and the start cost, where it is said how many runs a year has."""
    runs, run = runs_per_year(one), one.quantities.get("total_project_usd")
    year, upfront = one.quantities.get("cost_year_usd"), one.quantities.get("upfront_usd")
    if runs is None or run is None or year is None or upfront is None:
        return
    bought = [one.quantities.get(name) or 0.0 for name in ("cluster_capex_usd", "facility_capex_usd")]
    of = "committed" if not any(bought) else "the cluster" if not bought[1] else "cluster and site"
    start = f"{amount(upfront, '$')} upfront ({of})" if upfront else "nothing upfront"
    whole = f"{amount(run, '$')} a run, {amount(year, '$')} a year of {scaled(runs)} {'run' if runs == 1 else 'runs'}"
    yield ""
    yield f"  {whole}, {start}"


def runs_per_year(one: Estimate) -> float | None:
    """How many runs a year has, where it is said."""
    runs = next((item.value for item in one.assumptions if item.name == "runs_per_year"), None)
    return runs if isinstance(runs, int | float) else None
