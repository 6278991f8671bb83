"""Draws: samples of everything that is uncertain, the same ones wherever they are used.

Each uncertain input has a dimension of its own; a draw is one point of the unit cube, and each input's distribution
makes a value of it. Inputs that are correlated are so by a Gaussian copula: their points become normal numbers with the
stated correlations, and probabilities again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from gigacost._record import Record, unboxed
from gigacost.errors import Fault, SpecError, nearest, show
from gigacost.sampling import sobol
from gigacost.sampling.distributions import Distribution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

METHODS = ("sobol", "random")
FEWEST, MOST = 2, 2**22
"""How many draws there may be."""
MOST_AGGREGATED = 2**18
"""How many an aggregate may be over: the values of a combination in all of them are kept at a time."""
_LARGEST_SEED = 2**63 - 1
_SINGULAR = 1e-12
"""What is left of a variance of 1 that the others explain but for rounding."""
_PAIR = '["NAME", "NAME", CORRELATION]'


@dataclass(frozen=True, slots=True)
class Draws(Record):
    """How many draws, and which. Raises SpecError with all faults."""

    count: int = 1024
    """A power of two is best for ``sobol``."""
    seed: int = 0
    method: str = "sobol"
    """``sobol``: evenly spread (at most 256 inputs); ``random``: independent of each other."""
    correlate: Sequence[tuple[str, str, float]] = ()
    """Pairs of inputs with the correlation of the normal numbers that they are made of: for normal distributions (and
    for the logarithms of lognormal ones) that is their linear correlation."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", unboxed(self.count))
        object.__setattr__(self, "seed", unboxed(self.seed))
        faults = [*_whole("count", self.count, FEWEST, MOST), *_whole("seed", self.seed, 0, _LARGEST_SEED)]
        if self.method not in METHODS:
            hint = nearest(self.method, METHODS) if isinstance(self.method, str) else ""
            faults.append(Fault("draws.method", show(self.method), "unknown method", ", ".join(METHODS), hint))
        pairs, more = _pairs(self.correlate)
        if faults or more:
            raise SpecError(*faults, *more)
        object.__setattr__(self, "correlate", pairs)

    def to_dict(self) -> dict[str, Any]:
        """Plain data from which equal draws are made."""
        plain: dict[str, Any] = {"count": self.count, "seed": self.seed, "method": self.method}
        return plain | ({"correlate": [list(pair) for pair in self.correlate]} if self.correlate else {})


def sample(distributions: Mapping[str, Distribution], draws: Draws) -> dict[str, Floats]:
    """The values of each uncertain input in all draws; the same bits on every machine.

    Names are taken in alphabetical order. With ``random`` an input's draws depend on its name and the seed alone; with
    ``sobol`` also on how many names come before it. Raises SpecError.
    """
    points = correlated(unit_points(sorted(distributions), draws), draws)
    return {name: distribution.quantile(points[name]) for name, distribution in distributions.items()}


def unit_points(names: Sequence[str], draws: Draws) -> dict[str, Floats]:
    """Independent points strictly inside of the unit cube, one dimension per name. Raises SpecError."""
    if draws.method == "random":
        return sobol.random_points(names, draws.count, draws.seed)
    if len(names) > sobol.DIMENSIONS:
        what = f"has no more than {sobol.DIMENSIONS} dimensions, and {len(names)} are needed"
        raise SpecError(Fault("draws.method", show(draws.method), what, "random"))
    return sobol.sobol_points(names, draws.count, draws.seed)


def correlated(points: Mapping[str, Floats], draws: Draws) -> dict[str, Floats]:
    """The points, those of the stated pairs correlated. Raises SpecError."""
    if not draws.correlate:
        return dict(points)
    from gigacost.sampling.normal import normal_probability, normal_quantile

    names = sorted({name for a, b, _ in draws.correlate for name in (a, b)})
    faults = [
        Fault("draws.correlate", show(name), "not uncertain", hint=nearest(name, points))
        for name in names
        if name not in points
    ]
    if faults:
        raise SpecError(*faults)
    normals = [normal_quantile(points[name]) for name in names]
    mixed: dict[str, Floats] = {}
    for name, row in zip(names, _factor(names, draws), strict=True):
        value = row[0] * normals[0]
        for weight, normal in zip(row[1:], normals[1:], strict=False):
            value = value + weight * normal
        mixed[name] = normal_probability(value)
    return {**points, **mixed}


def _factor(names: Sequence[str], draws: Draws) -> list[list[float]]:
    """The lower triangular matrix whose product with its transpose is the matrix of correlations (Cholesky)."""
    stated = {frozenset((a, b)): value for a, b, value in draws.correlate}
    rows: list[list[float]] = []
    for name in names:
        row: list[float] = []
        for j, other in enumerate(rows):
            rest = stated.get(frozenset((name, names[j])), 0.0)
            for k in range(j):
                rest -= row[k] * other[k]
            row.append(rest / other[j])
        left = 1.0
        for weight in row:
            left -= weight * weight
        if left <= _SINGULAR:
            what = "the correlations contradict each other (their matrix is not positive definite)"
            raise SpecError(Fault("draws.correlate", show(list(map(list, draws.correlate))), what))
        rows.append([*row, math.sqrt(left)])
    return rows


def _whole(name: str, value: object, low: int, high: int) -> list[Fault]:
    if isinstance(value, bool) or not isinstance(value, int):
        return [Fault(f"draws.{name}", show(value), "not a whole number")]
    if not low <= value <= high:
        return [Fault(f"draws.{name}", show(value), "out of range", f"{low} to {high}")]
    return []


Drawn: TypeAlias = "int | Draws | Mapping[str, Any]"
"""Draws as people say them: how many, or a table of a specification."""


def as_draws(value: Drawn) -> Draws:
    """The draws that a number of them, or a table of a specification, means. Raises SpecError."""
    if isinstance(value, Draws):
        return value
    if not isinstance(value, Mapping):
        return Draws(value)
    known = [one.name for one in fields(Draws)]
    unknown = [name for name in value if name not in known]
    if unknown:
        raise SpecError(
            *(Fault(f"draws.{name}", show(value[name]), "unknown key", ", ".join(known)) for name in unknown)
        )
    return Draws(**value)


def _pairs(given: object) -> tuple[tuple[tuple[str, str, float], ...], list[Fault]]:
    """The correlations in their one form, and what is wrong with them."""
    pairs: dict[frozenset[str], tuple[str, str, float]] = {}
    faults: list[Fault] = []
    if isinstance(given, str) or not isinstance(given, Sequence):
        return (), [Fault("draws.correlate", show(given), "not a list of pairs", f"[{_PAIR}, ...]")]
    for i, pair in enumerate(given):
        at = f"draws.correlate[{i}]"
        what = _wrong(pair)
        if what:
            faults.append(Fault(at, show(pair), what, _PAIR + ", -1 < CORRELATION < 1"))
            continue
        a, b, value = pair
        if frozenset((a, b)) in pairs:
            faults.append(Fault(at, show(pair), "the pair stands a second time"))
        pairs[frozenset((a, b))] = (a, b, float(value))
    return tuple(pairs.values()), faults


def _wrong(pair: object) -> str:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 3:  # noqa: PLR2004 - a pair and a number
        return "not two names and a number"
    a, b, value = pair
    if not (isinstance(a, str) and isinstance(b, str)) or isinstance(value, bool) or not isinstance(value, int | float):
        return "not two names and a number"
    if a == b:
        return "an input with itself"
    return "" if -1.0 < value < 1.0 else "no correlation of two inputs"
