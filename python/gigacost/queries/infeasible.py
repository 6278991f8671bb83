"""Why a design that is legal is impossible, in words, with what would be possible instead.

In a sweep such a combination is a row with a state; where only one design is asked about, it is an error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, show
from gigacost.graph.wiring import Quantity
from gigacost.model.constants import HOURS_PER_DAY, HOURS_PER_YEAR
from gigacost.queries import missing_prices
from gigacost.queries.infeasible_layout import no_layout, out_of_memory
from gigacost.queries.missing_prices import MissingPrice

_Labels = Mapping[str, str]
_Found = Mapping[str, float]
_IMPLIED: Mapping[str, tuple[str, ...]] = {
    "not_sold": ("no_chip_price", "no_owned_power_data"),
    "not_yet_available": ("no_price", "no_chip_price", "not_sold"),
    "unknown_active_params": ("no_layout", "out_of_memory"),
    "unsupported_precision": ("no_layout", "out_of_memory"),
    "no_network_data": ("no_layout", "out_of_memory"),
    "no_memory_data": ("no_layout", "out_of_memory"),
}


def reasons(bound: Bound, states: Sequence[str], found: _Found, labels: _Labels) -> list[Fault]:
    """The faults that true states are for who asked for this one design; those that follow from another left out."""
    return [_reason(bound, state, found, labels) for state in _told(states)]


def missing(bound: Bound, states: Sequence[str], found: _Found, labels: _Labels) -> tuple[MissingPrice, ...] | None:
    """The prices that true states say are missing; None where there is more to them than that."""
    told = _told(states)
    if not all(missing_prices.is_price(bound, state) for state in told):
        return None
    return tuple(
        missing_prices.missing_price(bound, state, _reason(bound, state, found, labels), labels) for state in told
    )


def _told(states: Sequence[str]) -> list[str]:
    """The states that do not follow from another one."""
    implied = {other for state in states for other in _IMPLIED.get(state, ())}
    return [state for state in states if state not in implied]


def _reason(bound: Bound, state: str, found: _Found, labels: _Labels) -> Fault:
    words = _WORDS.get(state)
    fault = words(bound, found, labels) if words and _knows(labels, state) else None
    return fault or _in_general(bound, state, labels)


def _knows(labels: _Labels, state: str) -> bool:
    return state in _OF_THE_PLAN or "hardware" in labels


def in_words(state: Quantity) -> str:
    """The first sentence of a state's docstring, with its first word taken off (``Whether ...``)."""
    return state.doc.split("\n\n", 1)[0].replace("\n", " ").split(" [", 1)[0].removeprefix("Whether ")


def _in_general(bound: Bound, state: str, labels: _Labels) -> Fault:
    quantity = bound.model.quantities[state]
    spoils = getattr(quantity.mark, "spoils", ("",))[0]
    column = bound.catalog.columns.get(spoils)
    chosen = ", ".join(f"{axis} = {show(labels[axis])}" for axis in (column.axes if column else ()) if axis in labels)
    allowed = f"a value for {spoils}" if spoils in bound.model.inputs else "another design"
    return Fault(getattr(quantity.mark, "label", state), chosen, in_words(quantity), allowed)


def _unsupported_precision(bound: Bound, _: _Found, labels: _Labels) -> Fault:
    chip, precision = labels["hardware"], labels["precision"]
    every = bound.catalog.labels("precision")
    peaks = bound.catalog.table("peak_flop_per_s", {"hardware": [chip], "precision": every})[0]
    can = [name for name, peak in zip(every, peaks, strict=True) if not math.isnan(peak)]
    return Fault("precision", show(precision), f"not on {chip}", ", ".join(can))


def _not_yet_available(bound: Bound, _: _Found, labels: _Labels) -> Fault:
    chip, date = labels["hardware"], labels["as_of"]
    cited = bound.catalog.cite("release_year", {"hardware": chip})
    released = cited.basis.removeprefix("quoted: ").split(",")[0]
    what = f"{chip} cannot be had at {date}: released {released}, available 90 days later"
    return Fault("hardware", show(chip), what, "an as_of date 90 days or more after its release; another chip")


def _never_finishes(bound: Bound, found: _Found, _: _Labels) -> Fault:
    chips = bound.spec.fixed.get("chips", "")
    lost, between = found.get("lost_hours_per_failure"), found.get("cluster_mtbf_hours")
    what = "the run never finishes: the next failure comes before the last one is made up for"
    if lost is not None and between is not None:
        what += f" (one every {between * 60:.3g} minutes, each costs {lost * 60:.3g})"
    return Fault("chips", show(chips), what, "fewer chips, a lower failures_per_chip_hour, a lower restart_seconds")


def _no_network_data(bound: Bound, _: _Found, labels: _Labels) -> Fault:
    chip = labels["hardware"]
    domain, inside = (
        float(bound.catalog.table(column, {"hardware": [chip]})[0])
        for column in ("scaleup_domain", "scaleup_byte_per_s")
    )
    few, figure = (1.0, "scaleup_byte_per_s") if math.isnan(inside) else (domain, "scaleout_byte_per_s")
    what = f"no network data for a cluster of that many {chip}"
    allowed = f"<= {few:.0f}; or give {figure}, or an mfu"
    return Fault("chips", show(bound.spec.fixed.get("chips", "")), what, allowed)


def _no_memory_data(_: Bound, __: _Found, labels: _Labels) -> Fault:
    chip = labels["hardware"]
    what = f"nothing is known of the memory of {chip}"
    return Fault("hardware", show(chip), what, "another chip; or give mem_gib and mem_bw_byte_per_s, or an mfu")


def _too_many_runs(bound: Bound, found: _Found, _: _Labels) -> Fault | None:
    runs, busy = bound.spec.fixed.get("runs_per_year"), found.get("busy_hours")
    if busy is None:
        return None
    keeps = f"too many runs: with experiments one keeps these chips busy for {busy / HOURS_PER_DAY:.3g} days"
    others = "more chips, a lower experiments_factor, on_demand or spot"
    if runs is None:
        shared = bound.spec.fixed.get("runs_per_commitment", math.nan)
        most = _rounded_down(found.get("commitment_hours", HOURS_PER_YEAR) / busy)
        return Fault("runs_per_commitment", f"{shared:.15g}", f"{keeps}, at most {most} fit in a commitment", others)
    most = _rounded_down(HOURS_PER_YEAR / busy)
    what = f"{keeps}, at most {most} runs a year fit"
    return Fault("runs_per_year", f"{runs:.15g}", what, f"<= {most}; {others}")


def _rounded_down(number: float) -> str:
    """Three digits of a number, and never more than it is."""
    text = f"{number:.3g}"
    if float(text) > number:
        step = 10.0 ** (math.floor(math.log10(number)) - 2)
        text = f"{(math.ceil(number / step) - 1) * step:.3g}"
    return text


def _figure(bound: Bound, found: _Found, name: str) -> float:
    """A figure that goes in, or a quantity that is in its place."""
    return found[name] if name in found else float(bound.table(name).values[0])


def _outlives_chips(bound: Bound, found: _Found, _: _Labels) -> Fault | None:
    hours = found.get("train_hours")
    if hours is None:
        return None
    age, life = (_figure(bound, found, name) for name in ("chip_age_years", "chip_life_years"))
    old = f" on chips that are {age:.3g} years old" if age else ""
    what = f"the run takes {hours / HOURS_PER_YEAR:.3g} years{old}, and owned ones last {life:.3g} (chip_life_years)"
    return Fault("chips", show(bound.spec.fixed.get("chips", "")), what, "more chips; or a market that rents")


def _overlapping_retrainings(bound: Bound, found: _Found, _: _Labels) -> Fault | None:
    years = found.get("run_years")
    if years is None:
        return None
    names = ("retraining_interval_years", "finetuning_interval_years", "finetuning_share")
    again, tuned, share = (_figure(bound, found, name) for name in names)
    name, interval, takes = "retraining_interval_years", again, years
    if not (found.get("retraining_count", 0.0) >= 1.0 and years > again):
        name, interval, takes = "finetuning_interval_years", tuned, share * years
    what = f"the next begins before the last one has ended, which takes {takes:.3g} years, on the same chips"
    return Fault(name, f"{interval:.15g}", what, f">= {math.ceil(takes * 1e4) / 1e4:g}; more chips, on_demand or spot")


def _less_than_a_step(bound: Bound, found: _Found, _: _Labels) -> Fault | None:
    step = found.get("step_tokens")
    if step is None:
        return None
    what = f"fewer than one step trains on, {step:,.0f}"
    allowed = f">= {step:.0f}; or a smaller global_batch_sequences or context_tokens"
    return Fault("tokens", f"{found.get('tokens', bound.spec.fixed.get('tokens', math.nan)):.15g}", what, allowed)


def _unknown_active_params(bound: Bound, _: _Found, __: _Labels) -> Fault | None:
    if "experts" not in bound.user_given:
        return None
    what = "nobody knows how many parameters work on a token where the shape around the experts is missing"
    allowed = "layers and hidden beside it; or moe_active_fraction"
    return Fault("experts", show(bound.spec.fixed.get("experts", "")), what, allowed)


_WORDS: Mapping[str, Callable[[Bound, _Found, _Labels], Fault | None]] = {
    **missing_prices.WORDS,
    "unsupported_precision": _unsupported_precision,
    "not_yet_available": _not_yet_available,
    "never_finishes": _never_finishes,
    "no_network_data": _no_network_data,
    "no_memory_data": _no_memory_data,
    "no_layout": no_layout,
    "out_of_memory": out_of_memory,
    "too_many_runs": _too_many_runs,
    "outlives_chips": _outlives_chips,
    "overlapping_retrainings": _overlapping_retrainings,
    "less_than_a_step": _less_than_a_step,
    "unknown_active_params": _unknown_active_params,
}
_OF_THE_PLAN = {
    "never_finishes",
    "no_layout",
    "too_many_runs",
    "outlives_chips",
    "overlapping_retrainings",
    "less_than_a_step",
    "unknown_active_params",
}
"""States that no figure of a chip is to blame for."""
