"""Beliefs: what is thought of the names of a design that are not known exactly.

Stated by whoever asks, or else one of the distributions that ship with the catalogue. What a specification or a preset
gives a value counts as known, unless it is said how uncertain it is; what ships is about what is left open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gigacost.bind import Bound, words
from gigacost.distributions import Distribution
from gigacost.draws import Draws, sample
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.recipe import Question, recipe
from gigacost.vocabulary import field_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Belief:
    """What is thought of one name."""

    name: str
    unit: str
    distribution: Distribution
    source: str = "stated"
    date: str = ""
    note: str = ""

    @property
    def shipped(self) -> bool:
        """Whether nobody stated it."""
        return bool(self.date)


def stated(bound: Bound, given: Mapping[str, object]) -> dict[str, Belief]:
    """The beliefs that names with distributions (or their texts) state. Raises SpecError with all faults."""
    found: dict[str, Belief] = {}
    faults: list[Fault] = []
    vocabulary = words(bound.model, bound.catalog)
    for name, text in given.items():
        at = f"uncertain.{name}"
        field = field_of(vocabulary, name)
        if field is None or field.kind == "label":
            known = [*vocabulary.inputs, *vocabulary.quantities]
            what = "unknown name" if field is None else "has labels, and distributions are of numbers"
            faults.append(Fault(at, show(text), what, hint="" if field else nearest(name, known)))
            continue
        try:
            made = text if isinstance(text, Distribution) else Distribution.parse(text, at, field.unit)
        except SpecError as error:
            faults += error.faults
        else:
            found[name] = Belief(name, field.unit, made)
    if faults:
        raise SpecError(*faults)
    return found


def shipped(bound: Bound) -> dict[str, Belief]:
    """The beliefs that ship about what a specification leaves open."""
    from gigacost.catalog.uncertainty import defaults  # noqa: PLC0415 - a file of its own

    known = {name: one for name, one in defaults().items() if name in bound.model.names}
    return {
        name: Belief(
            name,
            bound.model.unit(name),
            Distribution.parse(one.distribution, f"uncertain.{name}", bound.model.unit(name)),
            one.source,
            one.date,
            one.note,
        )
        for name, one in known.items()
        if name not in bound.user_given
    }


def with_medians(bound: Bound, beliefs: Mapping[str, Belief]) -> Bound:
    """With the median of its distribution for each name that has no other value."""
    medians = {
        name: belief.distribution.median
        for name, belief in beliefs.items()
        if not belief.distribution.relative and not bound.available(name) and name not in bound.model.quantities
    }
    if not medians:
        return bound
    spec = replace(bound.spec, fixed={**bound.spec.fixed, **medians})
    return Bound(spec, bound.model, bound.catalog)


def concerning(bound: Bound, quantities: Sequence[str], beliefs: Mapping[str, Belief]) -> dict[str, Belief]:
    """The beliefs about names that some quantities are made of. Raises SpecError for a stated one that is not."""
    above = recipe(bound, Question(tuple(quantities))).wiring.upstream()
    made_of = frozenset[str]().union(*(above[name] for name in quantities))
    faults = [
        Fault(f"uncertain.{name}", show(belief.distribution.text), f"makes no difference to {', '.join(quantities)}")
        for name, belief in beliefs.items()
        if name not in made_of and not belief.shipped
    ]
    if faults:
        raise SpecError(*faults)
    return {name: belief for name, belief in beliefs.items() if name in made_of}


def drawn(beliefs: Mapping[str, Belief], draws: Draws) -> dict[str, Floats]:
    """The draws of each name: those of all names together, whichever of them a question is about. Raises SpecError."""
    return sample({name: belief.distribution for name, belief in beliefs.items()}, draws)
