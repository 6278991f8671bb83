"""Beliefs: what is thought of the names of a design that are not known exactly.

Stated in its specification, or else one of the distributions that ship with the catalogue. What a specification or a
preset gives a value counts as known, unless it is said how uncertain it is; what ships is about what is left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gigacost.compiler.bound import Bound
from gigacost.compiler.illegal_draws import faults
from gigacost.compiler.plan import Question, recipe
from gigacost.errors import Fault, SpecError, show
from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws


@dataclass(frozen=True, slots=True)
class Belief:
    """What is thought of one name."""

    name: str
    unit: str
    distribution: Distribution
    source: str = "stated"
    date: str = ""
    note: str = ""
    shipped: bool = False
    """Whether nobody stated it."""


def stated(bound: Bound) -> dict[str, Belief]:
    """What a specification says is uncertain."""
    known = bound.spec.uncertain.items()
    return {name: Belief(name, bound.model.unit(name), distribution) for name, distribution in known}


def shipped(bound: Bound) -> dict[str, Belief]:
    """What ships about the names that a specification leaves open."""
    from gigacost.catalog.default_distributions import defaults

    found: dict[str, Belief] = {}
    for name, one in defaults().items():
        if name in bound.model.names and name not in bound.user_given:
            unit = bound.model.unit(name)
            distribution = Distribution.parse(one.distribution, f"uncertain.{name}", unit)
            found[name] = Belief(name, unit, distribution, one.source, one.date, one.note, shipped=True)
    return found


def believing(bound: Bound, beliefs: Mapping[str, Belief], draws: Draws) -> Bound:
    """The design with these beliefs as what is uncertain. Raises SpecError for draws that no run could have."""
    distributions = {name: belief.distribution for name, belief in beliefs.items()}
    spec = replace(bound.spec, uncertain=distributions, draws=draws)
    believed = Bound(spec, bound.model, bound.catalog)
    wrong = list(faults(believed))
    if wrong:
        raise SpecError(*wrong)
    return believed


def concerning(bound: Bound, quantities: Sequence[str], beliefs: Mapping[str, Belief]) -> dict[str, Belief]:
    """The beliefs about names that some quantities are made of. Raises SpecError for a stated one that is not."""
    above = recipe(bound, Question(tuple(quantities))).wiring.upstream()
    made_of = frozenset[str]().union(*(above[name] for name in quantities))
    idle = [
        Fault(f"uncertain.{name}", show(belief.distribution.text), f"makes no difference to {', '.join(quantities)}")
        for name, belief in beliefs.items()
        if name not in made_of and not belief.shipped
    ]
    if idle:
        raise SpecError(*idle)
    return {name: belief for name, belief in beliefs.items() if name in made_of}
