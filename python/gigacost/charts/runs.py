"""What charts say of a run: which it is, in a line."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from gigacost.charts.kinds import undrawable
from gigacost.charts.units import said, told
from gigacost.units.numbers import usd

_FIRST = ("params", "tokens", "model", "hardware", "chips")
"""What is told as a sentence; the other inputs follow."""
_SILENT = frozenset({"as_of"})


def sentence(inputs: Mapping[str, Any], without: Collection[str] = ()) -> str:
    """A run in words: ``405B parameters on 15.6T tokens · 16,384 x h100-sxm · on_demand``; some inputs left out."""
    known = {name: value for name, value in inputs.items() if name not in without}
    params = known.get("model") or (said(known["params"], "params") if "params" in known else "")
    tokens = said(known["tokens"], "tokens") if "tokens" in known else ""
    chips = f"{known['chips']:,.0f}" if isinstance(known.get("chips"), int | float) else ""
    hardware = str(known.get("hardware", "chips" if chips else ""))
    fleet = f"{chips} x {hardware}" if chips and "hardware" in known else f"{chips} {hardware}".strip()
    others = [told(value, name) for name, value in known.items() if name not in _FIRST and name not in _SILENT]
    parts = [" on ".join(part for part in (params, tokens) if part), fleet, *others]
    if "as_of" in known:
        parts.append(f"as of {known['as_of']}")
    return " · ".join(part for part in parts if part)


def estimates_of(document: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - of one of several commands
    """The estimates in a document: one, a list of them, or those of a choice, a market each."""
    if isinstance(document, Mapping):
        return [answer["estimate"] for answer in document["answers"]] if "answers" in document else [document]
    return list(document)


def cheapest(kind: str, document: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of one of several commands
    """The one estimate of a document; of a choice the cheapest. Raises SpecError where there are several, or none."""
    found = estimates_of(document)
    if not found:
        raise undrawable(kind, "no design is within the limits", "limits that some design is within")
    if len(found) > 1 and not isinstance(document, Mapping):
        raise undrawable(
            kind, f"{len(found):,} runs, where one is drawn", "one value of each; chart compare draws several"
        )
    return min(found, key=lambda one: math.inf if total(one)[1] is None else total(one)[1] or 0.0)


def total(estimate: Mapping[str, Any]) -> tuple[str, float | None]:
    """The name and the value of what a run costs in all."""
    subtotals: Mapping[str, float | None] = estimate["subtotals"]
    name = [*subtotals][-1]
    return name, subtotals[name]


def interval(estimate: Mapping[str, Any], name: str) -> tuple[float, float] | None:
    """P10 and P90 of one of an estimate's quantities, if it was drawn and holds them."""
    drawn = estimate["intervals"].get(name, {})
    low, high = drawn.get("p10"), drawn.get("p90")
    return None if low is None or high is None else (low, high)


def money_with_interval(estimate: Mapping[str, Any]) -> str:
    """What a run costs: ``$302M in total (P10 to P90: $190M to $554M)``."""
    name, value = total(estimate)
    ends = interval(estimate, name)
    text = "no total" if value is None else f"{usd(value)} in total"
    return f"{text} (P10 to P90: {usd(ends[0])} to {usd(ends[1])})" if ends else text
