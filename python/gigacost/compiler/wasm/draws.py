"""Draws made in the module: points of Sobol's sequence and what distributions make of them, as nodes.

They are what ``gigacost.sampling`` makes: the same whole numbers, the same operations in the same order, the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

from gigacost._engine import Tape
from gigacost.compiler.bound import Bound
from gigacost.compiler.open_distributions import ends, open_distributions
from gigacost.compiler.wasm.graph import Graph
from gigacost.errors import Fault, SpecError, show
from gigacost.sampling import normal, sobol
from gigacost.sampling.distributions import Distribution, Empirical, Family, Lognormal, Normal, Triangular, Uniform

if TYPE_CHECKING:
    from gigacost.sampling.draws import Draws

MOST = 1 << 16
"""So many draws a module can make."""


_ANY = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What draws of a name are made of."""

    family: Family
    groups: tuple[int, ...]
    """The groups of axes that the limits depend on."""
    limits: Sequence[tuple[float, float]]
    """To which values are clipped, for each combination of these groups."""


@dataclass(frozen=True, slots=True)
class Moving:
    """Quantities in draws: a tape that reads what is drawn, and where."""

    tape: Tape
    names: tuple[str, ...]
    """The quantities."""
    nodes: Sequence[tuple[int, int | None]]
    """The node of each, and that of the condition in which it is null."""
    drawn: Mapping[int, str]
    """The leaves that are drawn, by their places: of which name."""
    distributions: Mapping[str, Drawn]
    """What each name is drawn from."""
    order: tuple[str, ...]
    """All uncertain names in the order of their dimensions, those that no quantity is made of among them."""
    draws: Draws


def refuse(draws: Draws) -> None:
    """Raise SpecError for draws that a module does not make."""
    faults = []
    if draws.method != "sobol":
        faults.append(Fault("draws.method", show(draws.method), "no module makes such draws", "sobol"))
    if draws.correlate:
        faults.append(Fault("draws.correlate", show(len(draws.correlate)), "no module makes correlated draws", "none"))
    if draws.count > MOST:
        faults.append(Fault("draws.count", show(draws.count), "too many draws for a module", f"<= {MOST}"))
    if faults:
        raise SpecError(*faults)


def drawn_from(bound: Bound, name: str) -> Drawn | None:
    """What an uncertain name is drawn from in each design; None where it is drawn in some designs alone.

    What ships about a name is clipped to what is legal in a design, which depends on what the name is there.
    """
    if name in bound.spec.uncertain:
        stated = bound.spec.uncertain[name]
        return Drawn(stated.family, (), [stated.within or _ANY])
    shipped = {name: bound.shipped[name]}
    central = bound.table(name) if bound.central(name) else None
    values = [math.nan] if central is None else [float(value) for value in central.values]

    def made(value: float) -> Distribution | None:
        return open_distributions(shipped, bound.model.unit, bound.limits, lambda _: ends([value])).get(name)

    known = {value: made(value) for value in dict.fromkeys(values)}
    found = [known[value] for value in values]
    if None in found:
        return None
    each = [one for one in found if one is not None]
    return Drawn(each[0].family, () if central is None else central.groups, [one.within or _ANY for one in each])


def drawn(graph: Graph, bound: Bound, moving: Moving, name: str) -> int:
    """The node of an uncertain name's draws."""
    import numpy as np

    draws, one = moving.draws, moving.distributions[name]
    steps = sobol.steps(moving.order.index(name), name, draws.count, draws.seed)
    found = _of(one.family, graph, graph.point(len(bound.sizes), steps))
    if all(within == _ANY for within in one.limits):
        return found
    low, high = (graph.table(one.groups, np.array(ends)) for ends in zip(*one.limits, strict=True))
    found = graph.apply("where", graph.apply("less", found, low), low, found)
    return graph.apply("where", graph.apply("less", high, found), high, found)


@singledispatch
def _of(family: Family, graph: Graph, u: int) -> int:
    """The quantiles of a distribution at points."""
    raise NotImplementedError(type(family).__name__)


@_of.register
def _(family: Normal, graph: Graph, u: int) -> int:
    middle, half = (family.low + family.high) / 2, (family.high - family.low) / 2
    return _scaled(graph, middle, half, _halves(graph, u, family.percent))


@_of.register
def _(family: Lognormal, graph: Graph, u: int) -> int:
    import numpy as np

    low, high = normal.logs(np.array([family.low, family.high])).tolist()
    return graph.apply("exp", _scaled(graph, (low + high) / 2, (high - low) / 2, _halves(graph, u, family.percent)))


@_of.register
def _(family: Uniform, graph: Graph, u: int) -> int:
    return _scaled(graph, family.low, family.high - family.low, u)


@_of.register
def _(family: Triangular, graph: Graph, u: int) -> int:
    width, rise, fall = (
        graph.constant(value)
        for value in (family.high - family.low, family.mode - family.low, family.high - family.mode)
    )
    share = graph.apply("multiply", u, width)
    rising = graph.apply("sqrt", graph.apply("multiply", share, rise))
    left = graph.apply("multiply", graph.apply("subtract", graph.constant(1.0), u), width)
    falling = graph.apply("sqrt", graph.apply("multiply", left, fall))
    up = graph.apply("add", graph.constant(family.low), rising)
    down = graph.apply("subtract", graph.constant(family.high), falling)
    return graph.apply("where", graph.apply("less", share, rise), up, down)


@_of.register
def _(family: Empirical, graph: Graph, u: int) -> int:
    whole = math.fsum(family.weights)
    found = graph.constant(family.values[-1])
    for count in range(len(family.weights) - 1, 0, -1):
        share = graph.constant(math.fsum(family.weights[:count]) / whole)
        reached = graph.apply("less_equal", u, share)
        found = graph.apply("where", reached, graph.constant(family.values[count - 1]), found)
    return found


def _scaled(graph: Graph, middle: float, half: float, by: int) -> int:
    return graph.apply("add", graph.constant(middle), graph.apply("multiply", graph.constant(half), by))


def _halves(graph: Graph, u: int, percent: float) -> int:
    import numpy as np

    half = float(normal.normal_quantile(np.array([0.5 + percent / 200]))[0])
    return graph.apply("divide", graph.normal(u), graph.constant(half))
