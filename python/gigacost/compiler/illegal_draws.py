"""Draws that no run could have: those outside of the legal range of what is uncertain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gigacost.compiler.bound import Bound
from gigacost.errors import Fault, SpecError, show
from gigacost.graph.declarations import Input

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def faults(bound: Bound) -> Iterator[Fault]:
    """The stated draws that are no value of their name, one for each at most; and what cannot be drawn."""
    chosen = {axis: search.name for search in bound.model.searches for axis, _ in search.over}
    for name, distribution in bound.spec.uncertain.items():
        if name in chosen:
            what = f"the model chooses it itself (search {chosen[name]}), from central values"
            yield Fault(f"uncertain.{name}", show(distribution.text), what)
    try:
        columns = bound.draws
    except SpecError as error:
        yield from error.faults
        return
    for name, distribution in bound.spec.uncertain.items():
        limits = None if name in chosen else bound.limits(name)
        if limits and (what := _illegal(bound, name, limits, columns[name], factor=distribution.relative)):
            allowed = f"{limits.allowed}; draws outside of LOW..HIGH are clipped by: within LOW..HIGH"
            yield Fault(f"uncertain.{name}", show(distribution.text), what, allowed)


def _illegal(bound: Bound, name: str, limits: Input, draws: NDArray[np.float64], *, factor: bool) -> str:
    """What is wrong with the first draw that is no value of an input; empty where all are."""
    values = set(draws.tolist()) if limits.integer else {float(draws.min()), float(draws.max())}
    if not factor:
        wrong = [value for value in sorted(values) if not limits.accepts(value)]
        return f"draws {wrong[0]:.15g}" if wrong else ""
    for known in bound.central(name):
        for value in sorted(values):
            if not limits.accepts(known * value):
                return f"draws {value:.15g}, and {known:.15g} x {value:.15g} = {known * value:.15g}"
    return ""
