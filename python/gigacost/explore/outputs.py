"""Which quantities a page computes: what the specification asks for, the money and its parts, the facts of a run."""

from __future__ import annotations

from dataclasses import replace

from gigacost.compiler.bound import Bound
from gigacost.expressions.ast import Expression, Node
from gigacost.queries.estimates import answerable
from gigacost.spec.spec import RESERVED_COLUMNS

FACTS = (
    *("train_days", "mfu", "facility_mw", "chip_hours", "energy_mwh", "carbon_t", "goodput", "loss"),
    *("usd_per_chip_hour", "project_days"),
)
"""What a design is told by beside its cost, where it can be computed."""
_CONDITION = "meets_condition"


def outputs(bound: Bound) -> tuple[str, ...]:
    """The quantities of a page, each once: those asked for are computed or refused, others are left out.

    Aggregates over draws are left out too.
    """
    asked = dict.fromkeys((*bound.spec.columns, *bound.spec.derive))
    left = {*aggregates(bound), *bound.digits, *RESERVED_COLUMNS}
    model = bound.model
    money = [*model.subtotals, *model.contributions]
    more = [name for name in (*(one.name for one in money), *FACTS) if name in model.quantities]
    return tuple(dict.fromkeys([*answerable(bound, more)[0], *(name for name in asked if name not in left)]))


def aggregates(bound: Bound) -> list[str]:
    """The columns that are aggregates over draws, or are made of one."""
    spec = bound.spec
    asked = dict.fromkeys((*spec.columns, *spec.derive))
    return [name for name in asked if bound.aggregate(name) or (name in spec.derive and spec.derive[name].aggregates)]


def with_condition(bound: Bound) -> tuple[Bound, str]:
    """The specification with its condition as a quantity: 1 where a design meets it; and that quantity's name.

    The name is empty where there is no condition.
    """
    spec = bound.spec
    if spec.where is None:
        return bound, ""
    name = _CONDITION
    while name in bound.model.names or name in spec.derive or name in bound.digits:
        name += "_"
    one, zero = (Node("number", "number", value=value) for value in (1.0, 0.0))
    made = Expression(spec.where.text, Node("where", "number", (spec.where.root, one, zero)))
    return Bound(replace(bound.own, where=None, derive={**spec.derive, name: made}), bound.model, bound.catalog), name


def total(bound: Bound, names: tuple[str, ...]) -> str:
    """The quantity that the page is about: the largest subtotal that can be computed, else the first of all."""
    sums = [one.name for one in bound.model.subtotals if one.name in names]
    return sums[-1] if sums else names[0]
