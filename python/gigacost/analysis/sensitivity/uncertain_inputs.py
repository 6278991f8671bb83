"""Uncertain inputs of a design: the distribution of each, stated in the specification or shipped.

What a specification, a preset or the model gives a value counts as known, unless it is said how uncertain it is; what
ships is about what is left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from gigacost.compiler.bound import Bound
from gigacost.compiler.lower import planned
from gigacost.compiler.plan import Query
from gigacost.errors import Fault, SpecError, show, type_name
from gigacost.graph.wiring import AggregateStep
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws
from gigacost.spec.spec import DEFAULT, Spec

COUNT = 4096
"""How many draws there are where nobody says."""

Uncertain: TypeAlias = "Mapping[str, str | bool | Distribution] | str"
"""Distributions by name, ``default`` among them for those that ship; that word alone; see a specification's table."""


@dataclass(frozen=True, slots=True)
class UncertainInput:
    """What is thought of one name."""

    name: str
    unit: str
    distribution: Distribution
    source: str = "stated"
    date: str = ""
    note: str = ""
    shipped: bool = False
    """Whether nobody stated it."""


def uncertain_inputs(bound: Bound) -> dict[str, UncertainInput]:
    """All that is uncertain in a specification, by name."""
    known = bound.shipped
    found: dict[str, UncertainInput] = {}
    for name, distribution in bound.uncertain.items():
        unit = bound.model.unit(name)
        if name in bound.spec.uncertain:
            found[name] = UncertainInput(name, unit, distribution)
        else:
            one = known[name]
            found[name] = UncertainInput(name, unit, distribution, one.source, one.date, one.note, shipped=True)
    return found


def relevant(
    bound: Bound, quantities: Sequence[str], uncertain: Mapping[str, UncertainInput]
) -> dict[str, UncertainInput]:
    """Those of the uncertain inputs that some quantities are made of. Raises SpecError for a stated one that is not."""
    needed = made_of(bound, quantities)
    idle = [
        Fault(f"uncertain.{name}", show(one.distribution.text), f"makes no difference to {', '.join(quantities)}")
        for name, one in uncertain.items()
        if name not in needed and not one.shipped
    ]
    if idle:
        raise SpecError(*idle)
    return {name: one for name, one in uncertain.items() if name in needed}


def made_of(bound: Bound, quantities: Sequence[str]) -> frozenset[str]:
    """The names that some quantities are made of."""
    above = planned(bound, Query(tuple(quantities))).wiring.upstream()
    return frozenset[str]().union(*(above[name] for name in quantities))


def is_aggregate(bound: Bound, quantity: str) -> bool:
    """Whether a quantity is made of aggregates over draws. Raises SpecError when something that it needs is missing."""
    return any(isinstance(step, AggregateStep) for step in planned(bound, Query((quantity,))).wiring.steps)


def draws_for(spec: Spec) -> Draws:
    """The draws of a specification, or as many as there are where nobody says."""
    return Draws(COUNT) if spec.draws == Draws() else spec.draws


def as_table(uncertain: Uncertain | None) -> dict[str, str | bool]:
    """The table ``uncertain`` of a specification that the argument of this name means. Raises SpecError."""
    if isinstance(uncertain, str) and uncertain == DEFAULT:
        return {DEFAULT: True}
    if uncertain is not None and not isinstance(uncertain, Mapping):
        what = f'expected table or "{DEFAULT}", got {type_name(uncertain)}'
        raise SpecError(Fault("uncertain", show(uncertain), what))
    return {name: one.text if isinstance(one, Distribution) else one for name, one in (uncertain or {}).items()}
