"""Uncertain inputs of a design: the distribution of each, stated in the specification or shipped.

Stated in its specification, or else one of the distributions that ship with the catalogue. What a specification or a
preset gives a value counts as known, unless it is said how uncertain it is; what ships is about what is left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gigacost.compiler.bound import Bound
from gigacost.compiler.illegal_draws import faults
from gigacost.compiler.plan import Query, query_plan
from gigacost.errors import Fault, SpecError, show
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws


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


def stated(bound: Bound) -> dict[str, UncertainInput]:
    """What a specification says is uncertain."""
    known = bound.spec.uncertain.items()
    return {name: UncertainInput(name, bound.model.unit(name), distribution) for name, distribution in known}


def shipped(bound: Bound) -> dict[str, UncertainInput]:
    """What ships about the names that a specification leaves open."""
    from gigacost.catalog.default_distributions import defaults

    found: dict[str, UncertainInput] = {}
    for name, one in defaults().items():
        if name in bound.model.names and name not in bound.user_given:
            unit = bound.model.unit(name)
            distribution = Distribution.parse(one.distribution, f"uncertain.{name}", unit)
            found[name] = UncertainInput(name, unit, distribution, one.source, one.date, one.note, shipped=True)
    return found


def with_uncertain(bound: Bound, uncertain: Mapping[str, UncertainInput], draws: Draws) -> Bound:
    """The design with these uncertain inputs in place of its own. Raises SpecError for draws that no run could have."""
    distributions = {name: one.distribution for name, one in uncertain.items()}
    spec = replace(bound.spec, uncertain=distributions, draws=draws)
    drawn = Bound(spec, bound.model, bound.catalog)
    wrong = list(faults(drawn))
    if wrong:
        raise SpecError(*wrong)
    return drawn


def relevant(
    bound: Bound, quantities: Sequence[str], uncertain: Mapping[str, UncertainInput]
) -> dict[str, UncertainInput]:
    """Those of the uncertain inputs that some quantities are made of. Raises SpecError for a stated one that is not."""
    above = query_plan(bound, Query(tuple(quantities))).wiring.upstream()
    made_of = frozenset[str]().union(*(above[name] for name in quantities))
    idle = [
        Fault(f"uncertain.{name}", show(one.distribution.text), f"makes no difference to {', '.join(quantities)}")
        for name, one in uncertain.items()
        if name not in made_of and not one.shipped
    ]
    if idle:
        raise SpecError(*idle)
    return {name: one for name, one in uncertain.items() if name in made_of}
