"""Whose pace an estimate assumes, what the other one comes to, and where the typical one is extrapolated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigacost.model.pace import PACE, REACHABLE, TYPICAL
from gigacost.units.numbers import amount, grouped

if TYPE_CHECKING:
    from gigacost.queries.estimates import Estimate

_MEANING = {TYPICAL: "the middle of runs of this size", REACHABLE: "what layout and failures alone allow"}


def pace_of(one: Estimate) -> float | None:
    """The pace that an estimate assumes; None where a given figure leaves it out."""
    given = next((item.value for item in one.assumptions if item.name == PACE.name), None)
    return float(given) if isinstance(given, int | float) else None


def pace_line(one: Estimate, other: Estimate, *, several: bool = False) -> str:
    """The pace in use and the other one, with its days and cost unless the estimate is one of ``several``."""
    pace = pace_of(one) or TYPICAL
    is_far = pace == TYPICAL and one.quantities.get("tuning_is_extrapolated")
    word, instead = PACE.word(pace).capitalize(), REACHABLE - pace
    days, total = other.quantities.get("train_days"), [*other.subtotals.values()][-1]
    known = None if several or days is None else f"{grouped(days)} days"
    known = f"{known}, {amount(total, '$')} in total" if known and total is not None else known
    said = f" pace{', extrapolated to this size' if is_far else ''}; --pace {PACE.word(instead)}"
    return f"{word}{said}: {known or _MEANING[instead]}."
