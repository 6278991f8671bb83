"""What a specification leaves open, and the distributions that ship about it.

A name is open where neither the specification, its preset nor the model gives it a value. A distribution that ships is
about runs in general: where a particular one leaves less room (a site whose PUE is 1.02 already), it is clipped to the
legal range. What a specification itself states is never clipped; ``gigacost.compiler.illegal_draws`` refuses it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from gigacost.catalog.default_distributions import Default, left_open
from gigacost.errors import SpecError
from gigacost.sampling.distributions import Distribution

if TYPE_CHECKING:
    from gigacost.compiler.bound import Bound
    from gigacost.graph.declarations import Input

_KEPT = 256
_EXTREMES = (2.0**-53, 1.0 - 2.0**-53)
"""No point of a draw is nearer to 0 or to 1."""


def shipped(bound: Bound) -> dict[str, Default]:
    """What ships about the names that are open."""
    return left_open(bound.model.names, bound.user_given.union(bound.model.values))


def open_distributions(bound: Bound) -> dict[str, Distribution]:
    """The distributions that ship about the names that are open, none of whose draws is illegal.

    There is none for a name that has no value to be uncertain about.
    """
    found: dict[str, Distribution] = {}
    for name, one in shipped(bound).items():
        distribution = _parsed(one.distribution, name, bound.model.unit(name))
        values, limits = central(bound, name), bound.limits(name)
        if distribution.relative and limits and values:
            clipped = _clipped(distribution, limits, values)
        elif distribution.relative:
            clipped = distribution
        else:
            clipped = _clipped(distribution, limits, [1.0]) if limits and values else None
        if clipped:
            found[name] = clipped
    return found


def central(bound: Bound, name: str) -> list[float]:
    """The least and the greatest central value of what is not computed; none where nothing is known of it."""
    import numpy as np

    known = bound.model.inputs.get(name)
    if name not in bound.given and (name in bound.model.quantities or known is None or known.default is None):
        return []
    try:
        values = np.asarray(bound.table(name).values)
    except SpecError:  # who needs it is told
        return []
    finite = values[np.isfinite(values)]
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
