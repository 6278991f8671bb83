"""What an estimate rests on: every figure that goes in and every choice, with source and date."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from gigacost._record import Record
from gigacost.accounting import numbers, own_inputs
from gigacost.catalog.price_age import age
from gigacost.compiler import constant_dollars
from gigacost.compiler.bound import Bound
from gigacost.errors import SpecError

_DEFAULT = "default, nothing else was given"


_OWNED, _RENTED = ("own", "colo"), ("on_demand", "reserved_1y", "reserved_3y", "spot")
_ONLY_IN = {
    **dict.fromkeys(("electricity_usd_per_kwh", "cost_of_capital", "assumed_fleet_utilisation"), _OWNED),
    "chip_price_usd": _OWNED,
    "facility_usd_per_w": ("own",),
    "colo_usd_per_kw_month": ("colo",),
    "rental_usd_per_chip_hour": _RENTED,
}
"""The markets in which a figure matters, of those that do not in all."""


def matters_in(name: str, market: str) -> bool:
    """Whether a figure that goes in makes any difference in a market."""
    return market in _ONLY_IN.get(name, (market,))


@dataclass(frozen=True, slots=True)
class Assumption(Record):
    """A figure or a choice that an estimate rests on."""

    name: str
    value: float | str | None
    """In ``unit``; the label of a choice; None for a figure that is left out."""
    unit: str
    source: str
    """Where it stands, and what was done with it; ``given`` for what the caller said."""
    date: str
    """The date of the source, as far as it is known."""
    origin: str = field(default="", compare=False)
    """``given``, ``configuration`` (a file), ``preset``, ``model`` (an override), ``catalogue``, ``default``."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        return self.plainly("name", "value", "unit", "source", "date")


def assumption(bound: Bound, leaf: str) -> Assumption:
    """A figure that goes in, with its source. Raises SpecError when it has no value."""
    origin = bound.origin(leaf)
    known = bound.model.inputs.get(leaf)
    quantity = bound.model.quantities.get(leaf)
    unit = quantity.unit if quantity else known.unit if known else ""
    if leaf == bound.deflator:
        cited = constant_dollars.cited(bound)
        return Assumption(leaf, cited.value, cited.unit, f"{cited.source} ({cited.basis})", cited.date, origin)
    if origin == "catalogue":
        cited = bound.catalog.cite(leaf, {axis: bound.labels[axis][1][0] for axis in bound.catalog.columns[leaf].axes})
        told = age(leaf, cited.date, bound.labels["as_of"][1][0])
        basis = f"{cited.basis}; {told}" if told else cited.basis
        source = f"{cited.source} ({basis})" if cited.source else basis
        return Assumption(leaf, _plain(cited.value + 0.0), cited.unit, source, cited.date, origin)
    if origin == "spec":
        return Assumption(leaf, float(bound.spec.fixed[leaf]), unit, *_of_spec(bound, leaf))
    if origin == "model":
        counted = leaf in numbers(bound.spec.accounting)
        source = f"preset {bound.spec.accounting}" if counted else "override of the model"
        return Assumption(leaf, bound.model.values[leaf], unit, source, "", "model")
    return by_default(bound, leaf)


def _of_spec(bound: Bound, leaf: str) -> tuple[str, str, str]:
    """Source, date and origin of a value that the specification has."""
    if leaf in bound.own.configured:
        return bound.own.configured[leaf], "", "configuration"
    return ("given", "", "given") if leaf in bound.own.fixed else (_of_preset(bound, leaf), "", "preset")


def _of_preset(bound: Bound, leaf: str) -> str:
    """Where a preset has a figure from."""
    accounting, preset = bound.spec.accounting, bound.catalog.presets[bound.spec.preset]
    if leaf in own_inputs(preset, accounting, bound.own.fixed):
        return f"preset {preset.name}, {accounting}: {preset.epoch_row} in Epoch AI's table of costs"
    return f"preset {preset.name}"


def by_default(bound: Bound, leaf: str) -> Assumption:
    """An input that has its default value. Raises SpecError when it has none."""
    known = bound.model.inputs.get(leaf)
    if known is None or known.default is None:
        raise SpecError(bound.lacking(leaf))
    source = known.source or ("left out" if math.isnan(known.default) else "default")
    return Assumption(leaf, _plain(known.default), known.unit, source, known.date, "default")


def choices(bound: Bound) -> list[Assumption]:
    """The labels that apply, as assumptions, of a specification without axes."""
    found = []
    for axis, (_, (label, *_)) in bound.labels.items():
        given = axis in bound.own.fixed or (axis == "as_of" and bound.own.as_of)
        preset = axis in bound.spec.fixed or (axis == "as_of" and bound.spec.as_of)
        origin = "given" if given else "preset" if preset else "default"
        origin = "configuration" if axis in bound.own.configured else origin
        source = {
            "given": "given",
            "configuration": bound.own.configured.get(axis, ""),
            "preset": f"preset {bound.spec.preset}",
            "default": _DEFAULT,
        }
        date = bound.catalog.date if axis == "as_of" and origin == "default" else ""
        found.append(Assumption(axis, label, "", source[origin], date, origin))
    return found


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
