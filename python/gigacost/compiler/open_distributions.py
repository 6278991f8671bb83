"""The distributions that ship about what a specification leaves open, each within its legal range.

A distribution that ships is about runs in general: where a particular one leaves less room (a site whose PUE is 1.02
already), it is clipped. What a specification states is never clipped: ``gigacost.compiler.illegal_draws`` refuses it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from gigacost.sampling.distributions import Distribution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gigacost.catalog.default_distributions import Default
    from gigacost.graph.declarations import Input

    Floats = NDArray[np.float64]

_KEPT = 256
_EXTREMES = (2.0**-53, 1.0 - 2.0**-53)
"""No point of a draw is nearer to 0 or to 1."""


def open_distributions(
    shipped: Mapping[str, Default],
    unit: Callable[[str], str],
    limits_of: Callable[[str], Input | None],
    central: Callable[[str], Sequence[float]],
) -> dict[str, Distribution]:
    """The distributions that ship about some names, none of whose draws is illegal.

    ``central`` says between which values a name lies, as far as that is known; there is no distribution for an input
    that has no value to be uncertain about.
    """
    found: dict[str, Distribution] = {}
    for name, one in shipped.items():
        distribution = _parsed(one.distribution, name, unit(name))
        values, limits = central(name), limits_of(name)
        if distribution.relative and limits and values:
            clipped = _clipped(distribution, limits, values)
        elif distribution.relative:
            clipped = distribution
        else:
            clipped = _clipped(distribution, limits, [1.0]) if limits and values else None
        if clipped:
            found[name] = clipped
    return found


def ends(values: Floats | Sequence[float]) -> list[float]:
    """The least and the greatest of some values, of those that there are."""
    import numpy as np

    finite = np.asarray(values)[np.isfinite(values)]
    return [float(finite.min()), float(finite.max())] if finite.size else []


def _clipped(distribution: Distribution, limits: Input, scales: Sequence[float]) -> Distribution | None:
    """The distribution, clipped where one of the scales times a draw could be illegal; None if nothing is left."""
    if _legal(distribution, limits, scales):
        return distribution
    low, high = distribution.within or (-math.inf, math.inf)
    for scale in scales:
        if scale > 0.0:  # a limit may be excluded, and a rounded quotient lie beyond it
            low = max(low, math.nextafter(limits.low / scale, math.inf))
            high = min(high, math.nextafter(limits.high / scale, -math.inf))
    clipped = replace(distribution, within=(low, high))
    return clipped if low < high and _legal(clipped, limits, scales) else None


def _legal(distribution: Distribution, limits: Input, scales: Sequence[float]) -> bool:
    return all(limits.accepts(scale * draw) for scale in scales for draw in _ends(distribution))


@lru_cache(maxsize=_KEPT)
def _parsed(text: str, name: str, unit: str) -> Distribution:
    return Distribution.parse(text, f"uncertain.{name}", unit)


@lru_cache(maxsize=_KEPT)
def _ends(distribution: Distribution) -> tuple[float, float]:
    """The least and the greatest draw that there can be."""
    import numpy as np

    least, greatest = distribution.quantile(np.array(_EXTREMES)).tolist()
    return least, greatest
