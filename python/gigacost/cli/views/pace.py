"""Whose pace an estimate assumes, what the other one comes to, and where the typical one is extrapolated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigacost.cli.views.numbers import amount, grouped
from gigacost.model.pace import LEAST_FLOP, MOST_FLOP, PACE, REACHABLE, TYPICAL

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate

_MEANING = {TYPICAL: "the middle of runs of this size", REACHABLE: "what layout and failures alone allow"}


def pace_of(one: Estimate) -> float | None:
    """The pace that an estimate assumes; None where a given figure leaves it out."""
    given = next((item.value for item in one.assumptions if item.name == PACE.name), None)
    return float(given) if isinstance(given, int | float) else None


def pace_lines(one: Estimate, other: Estimate | None = None) -> Iterator[str]:
    """The pace in use, and the other one, with its days and cost where there is an estimate of that."""
    pace = pace_of(one)
    if pace is None:
        return
    word, instead = PACE.word(pace).capitalize(), REACHABLE - pace
    days = None if other is None else other.quantities.get("train_days")
    if other is None or days is None:
        told = f"{_MEANING[instead]}"
    else:
        told = f"{grouped(days)} days, {amount([*other.subtotals.values()][-1], '$')} in total"
    yield f"{word} pace: {_MEANING[pace]}; --pace {PACE.word(instead)}: {told}."
    if pace == TYPICAL and one.quantities.get("tuning_is_extrapolated"):
        yield f"Runs of {LEAST_FLOP:.1e} to {MOST_FLOP:.1e} FLOP were looked at: for this one the pace is extrapolated."
