"""How probable it is that a design cannot be done: the share of draws in each state that central values decide."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.compiler.bound import Bound
from gigacost.compiler.lower import planned
from gigacost.compiler.plan import Query

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def probabilities(
    bound: Bound, of: str, moving: Mapping[str, bool], drawn: Mapping[str, Floats], threads: int | None = None
) -> list[dict[str, float]]:
    """For each combination the probability of each central state that could spoil a quantity, by the state's name.

    A state that looks at what is not given, as too_many_runs without runs_per_year, is left out. A draw in which
    another state spoils what it looks at counts as one in which it does not hold.
    """
    plan = planned(bound, Query((of,)))
    names = [name for name in plan.conditions if name in plan.central and _known(bound, name, plan.wiring.leaves)]
    if not names:
        return [{} for _ in range(bound.size)]
    values = Variations(bound, names, moving, threads).values(drawn)
    return [{name: float((values[name][row] == 1.0).mean()) for name in names} for row in range(bound.size)]


def _known(bound: Bound, state: str, leaves: tuple[str, ...]) -> bool:
    read = [name for name in bound.model.quantities[state].parameters if name in leaves]
    return not any(math.isnan(value) for name in read for value in bound.table(name).values)
