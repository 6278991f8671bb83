"""What has to be given before there can be an estimate."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, show
from gigacost.graph.model import Model

_CHOSEN = ("hardware", "chips")
"""What ``gigacost choose`` finds for who does not know it."""


def lacking(bound: Bound, names: Iterable[str] = ()) -> list[Fault]:
    """What has to be given before there can be an estimate (or these quantities), each name once."""
    leaves = bound.model.wire(names or required(bound.model), bound.given).leaves
    faults: dict[str, Fault] = {}
    for leaf in leaves:
        if not bound.available(leaf):
            fault = bound.lacking(leaf)
            others = [one.given for one in bound.model.alternatives if one.name == leaf]
            if others:
                shortest = min(others, key=len)
                fault = replace(fault, allowed=f"{fault.allowed}; or give {', '.join(shortest)}")
            faults.setdefault(fault.field, replace(fault, allowed=fault.allowed + _known(bound, fault.field)))
    return list(faults.values())


def _known(bound: Bound, field: str) -> str:
    """Where a value that is lacking can be had from."""
    if field in _CHOSEN:
        return "; gigacost choose finds the cheapest"
    if field == "tokens" and "model" in bound.labels:
        (label, *_) = bound.labels["model"][1]
        trained = bound.catalog.cite("trained_tokens", {"model": label}).value
        return "" if math.isnan(trained) else f"; {label} was trained on {trained / 1e12:.4g}T"
    return ""


def lacking_at_site(bound: Bound) -> list[Fault]:
    """Where a preset is a site, that it needs a run to be estimated."""
    preset = bound.spec.preset
    if not preset or bound.catalog.presets[preset].kind != "site":
        return []
    what = "a site, which says where to train and not what; it needs params and tokens"
    return [Fault("preset", show(preset), what, "with a run, as --params 1T --tokens 10T")]


def required(model: Model) -> tuple[str, ...]:
    """The total; of a model without subtotals, what it shows."""
    return tuple(quantity.name for quantity in model.subtotals[-1:]) or model.columns
