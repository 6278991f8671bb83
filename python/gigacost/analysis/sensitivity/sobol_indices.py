"""Sobol indices: what share of a variance comes from each input, alone and together with others.

For f of independent inputs, the first-order index of an input is the share of the variance of f that is left out once
the input is known, Var E[f | x_i] / Var f; its total index is the share that remains while only the input is unknown,
E Var[f | all but x_i] / Var f. Estimated on two matrices of points A and B and on A with one column of B at a time:
the first by A. Saltelli et al., Comput. Phys. Commun. 181 (2010), eq. (b) of table 2, the second by M. J. W. Jansen,
Comput. Phys. Commun. 117 (1999), eq. (f) there.

The points are those of several scrambles that are independent of each other; how much the estimates differ from one to
the other is their standard error, for Sobol points as for random ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from gigacost.sampling.distributions import Distribution
from gigacost.sampling.draws import Draws, unit_points

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Function: TypeAlias = "Callable[[Mapping[str, Floats]], Floats]"
"""Values at many points, given by the values of each input."""

SCRAMBLES = 16
"""How many independent sets of points there are."""


@dataclass(frozen=True, slots=True)
class Index:
    """What an input contributes to a variance."""

    first: float
    """Share of the variance that knowing the input would take away, on average."""
    first_error: float
    """Its standard error."""
    total: float
    """Share of the variance that the input has a part in, alone or together with others."""
    total_error: float
    """Its standard error."""


def sobol_indices(
    distributions: Mapping[str, Distribution], function: Function, draws: Draws
) -> dict[str, Index] | None:
    """The indices of each input of a function; None where the function has no variance, or is somewhere NaN.

    About ``draws.count`` points (a multiple of 16) in each matrix, so about ``count · (inputs + 2)`` evaluations.
    Inputs are taken as independent, whatever ``draws.correlate`` says.
    """
    size = max(draws.count // SCRAMBLES, 2)
    a, b = _matrices(distributions, replace(draws, count=size))
    at_a, at_b = function(a), function(b)
    middle = _mean([*at_a.tolist(), *at_b.tolist()])
    at_a, at_b = at_a - middle, at_b - middle
    variances = _means((at_a * at_a + at_b * at_b) / 2, size)
    if not math.fsum(variances) > 0.0:
        return None
    found: dict[str, Index] = {}
    for name in distributions:
        mixed = function({**a, name: b[name]}) - middle
        first = _means(at_b * (mixed - at_a), size)
        total = _means((at_a - mixed) * (at_a - mixed) / 2, size)
        if any(map(math.isnan, first)):
            return None
        found[name] = Index(*_ratio(first, variances), *_ratio(total, variances))
    return found


def _matrices(distributions: Mapping[str, Distribution], draws: Draws) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The inputs in A and in B, those of all scrambles one after the other."""
    import numpy as np

    names = sorted(distributions)
    both = [*names, *(f"{name}'" for name in names)]
    parts = [unit_points([f"{name} {scramble}" for name in both], draws) for scramble in range(SCRAMBLES)]
    points = [np.concatenate(column) for column in zip(*(part.values() for part in parts), strict=True)]
    values = [distributions[name].quantile(column) for name, column in zip([*names, *names], points, strict=True)]
    return dict(zip(names, values, strict=False)), dict(zip(names, values[len(names) :], strict=True))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _means(values: Floats, size: int) -> list[float]:
    """The mean of each scramble, correctly rounded sums: the same on every machine."""
    listed = values.tolist()
    return [_mean(listed[start : start + size]) for start in range(0, len(listed), size)]


def _ratio(above: Sequence[float], below: Sequence[float]) -> tuple[float, float]:
    """The ratio of two means and its standard error, by leaving out one scramble after the other (jackknife)."""
    sums = math.fsum(above), math.fsum(below)
    ratio = sums[0] / sums[1]
    left = [(sums[0] - one) / (sums[1] - other) for one, other in zip(above, below, strict=True)]
    middle, count = _mean(left), len(left)
    return ratio, math.sqrt(math.fsum((one - middle) ** 2 for one in left) * (count - 1) / count)
