"""What a number of parameters leaves open: their typical shape beside that of the published model of this size."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from gigacost.catalog.dates import last_day
from gigacost.units.numbers import grouped, scaled, share, usd

if TYPE_CHECKING:
    from gigacost.compiler.bound import Bound
    from gigacost.queries.estimates import Estimate

_WITHIN = 0.01
"""How far a model's parameters may be from those that are given: names are rounded."""
_WORTH_SAYING = 0.05
"""From this difference in the total on it is said."""
_SIZES = ("params", "params_active", "moe_active_fraction")
_SHAPE = ("layers", "hidden", "experts")


def of_this_size(point: Bound) -> str:
    """The newest published shape with the parameters that are given; none where there is none, or a shape is given too.

    Models that something else stands for have no shape of their own.
    """
    given, catalog = point.user_given, point.catalog
    if "model" in point.labels or "params" not in given or not given.isdisjoint((*_SHAPE, *_SIZES[1:])):
        return ""
    params, found = float(point.spec.fixed["params"]), {"": date.min}
    for name in catalog.labels("model"):
        entry = catalog.entry("model", name)
        if "layers" in entry and "taken_as" not in entry and abs(entry["params"] / params - 1.0) <= _WITHIN:
            found[name] = last_day(entry["date"])
    return max(found, key=lambda name: found[name])


def with_published_shape(point: Bound) -> Estimate | None:
    """The estimate of the published model of this size; None where there is none, or it cannot be had."""
    from dataclasses import replace

    from gigacost.compiler.bound import Bound
    from gigacost.errors import SpecError
    from gigacost.queries.estimates import estimated

    model = of_this_size(point)
    if not model:
        return None
    fixed = {name: value for name, value in point.spec.fixed.items() if name not in _SIZES}
    try:
        return estimated(Bound(replace(point.spec, fixed={**fixed, "model": model}), point.model, point.catalog))
    except SpecError:
        return None


def shape_lines(one: Estimate, other: Estimate | None) -> list[str]:
    """That another shape of the same size costs something else, and what differs; nothing where it hardly does."""
    if other is None:
        return []
    mine, theirs = ([*each.subtotals.values()][-1] for each in (one, other))
    if mine is None or theirs is None or not mine or abs(theirs / mine - 1.0) < _WORTH_SAYING:
        return []
    known, theirs_known = ({name: value or 0.0 for name, value in each.quantities.items()} for each in (one, other))
    if theirs_known["is_moe"]:
        here, there = "dense", f"{scaled(theirs_known['params_active'])} active"
    else:
        here, there = f"{grouped(known['block_layers'])} layers", grouped(theirs_known["block_layers"])
    mfu, theirs_mfu = (share(each["mfu"]) for each in (known, theirs_known))
    instead = f"--model {other.inputs['model']}: {there}, {theirs_mfu}, {usd(theirs)}"
    return [f"Typical shape: {here}, MFU {mfu}; {instead}."]
