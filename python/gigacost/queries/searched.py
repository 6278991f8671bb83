"""What a model searches for depends on some groups of axes: a design is a combination of these."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import QueryPlan
from gigacost.graph.wiring import SearchStep


class Searched(NamedTuple):
    """What is searched for in the rows of a space."""

    groups: tuple[int, ...]
    """The groups of axes that it depends on; none where nothing is searched for."""
    designs: int
    """How many combinations these have."""
    fewest_values: float
    """Of the columns that it goes into, how many combinations the groups of one have at least."""


def searched(bound: Bound, plan: QueryPlan) -> Searched:
    """What is searched for by a plan, and how far what it goes into is spread."""
    wiring = plan.wiring
    above, leaves = wiring.upstream(), frozenset(wiring.leaves)
    axes = {axis for step in wiring.steps if isinstance(step, SearchStep) for axis in step.makes}

    def groups(names: Iterable[str]) -> set[int]:
        return groups_of(bound, leaves.intersection(frozenset[str]().union(*(above[name] for name in names))))

    def combinations(found: set[int]) -> int:
        return math.prod(bound.sizes[group] for group in found)

    fed = [column for column in plan.query.columns if above[column] & axes]
    values = [combinations(groups([column, *plan.spoiled[column]])) for column in fed]
    found = groups_of(bound, wiring.search_leaves() or ())
    return Searched(tuple(sorted(found)), combinations(found), min(values, default=math.inf))


def groups_of(bound: Bound, leaves: Iterable[str]) -> set[int]:
    """The groups of axes that some leaves vary over."""
    return {group for leaf in leaves for group in bound.table(leaf).groups}
