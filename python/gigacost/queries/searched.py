"""What a model searches for depends on some groups of axes: a design is a combination of these."""

from __future__ import annotations

from gigacost.compiler.bound import Bound
from gigacost.graph.wiring import SearchStep, Wiring


def searched_groups(bound: Bound, wiring: Wiring) -> tuple[int, ...]:
    """The groups of axes that what is searched for depends on; none where nothing is searched for."""
    above = wiring.upstream()
    axes = [axis for step in wiring.steps if isinstance(step, SearchStep) for axis in step.makes]
    leaves = frozenset[str]().union(*(above[axis] for axis in axes)).intersection(wiring.leaves)
    return tuple(sorted({group for leaf in leaves for group in bound.table(leaf).groups}))
