"""Influences: what each uncertain name does to a quantity of compared options, by itself and among the others."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gigacost._record import Record
from gigacost.analysis.breakpoints import breakpoints
from gigacost.analysis.inverse.unknown import numbers_between
from gigacost.analysis.sensitivity.sobol_indices import Index
from gigacost.analysis.sensitivity.uncertain_inputs import UncertainInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from gigacost.analysis.sensitivity.perturbation import Variations

    Floats = NDArray[np.float64]

LOW, HIGH = 0.05, 0.95
"""The ends of what an input is moved over one at a time: its central 90 %."""
GRID = 33
"""Values of the first grid on which changes of the best option are looked for."""
NODES = 32
"""Values at which a name that is looked up is taken to be, each as likely as the others."""
FEW = 512
"""Draws of all other names at each of them."""


@dataclass(frozen=True, slots=True)
class Flip(Record):
    """A value at which another option becomes the best one, all other names being where they are."""

    value: float
    """Of the name, or the factor if it is relative: the first one at which ``above`` is the best."""
    below: int | None
    """Which option is the best up to there; None where none is feasible."""
    above: int | None


@dataclass(frozen=True, slots=True)
class Influence(Record):
    """What one uncertain name does. All of it is about the best option but for ``worth`` and ``flips``."""

    input: UncertainInput
    low: float
    """Its value (or factor) at P5."""
    high: float
    """Its value (or factor) at P95."""
    at_low: float | None
    """The quantity there, all other names being where they are; None where a state spoils it."""
    at_high: float | None
    index: Index | None
    """Its part in the variance; None where that is not known."""
    std_if_known: float | None
    """The standard deviation that is expected to be left once the name is known."""
    worth: float | None
    """By how much the expected value gets better if the name is known before an option is chosen; None for one."""
    flips: tuple[Flip, ...]

    @property
    def swing(self) -> float:
        """How far the quantity is apart at the two ends; 0 where it is missing at one."""
        return 0.0 if self.at_low is None or self.at_high is None else abs(self.at_high - self.at_low)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it."""
        names = ("first", "first_error", "total", "total_error")
        return {
            "name": self.input.name,
            "unit": self.input.unit,
            "distribution": self.input.distribution.text,
            **{name: getattr(self.input, name) for name in ("source", "date", "note")},
            **{name: getattr(self, name) for name in ("low", "high", "at_low", "at_high", "swing")},
            **{name: getattr(self.index, name) if self.index else None for name in names},
            **{name: getattr(self, name) for name in ("std_if_known", "worth")},
            "flips": [flip.to_dict() for flip in self.flips],
        }


def ends(one: UncertainInput) -> tuple[float, float]:
    """The 5th and the 95th percentile of a name (or of its factor)."""
    import numpy as np

    low, high = one.distribution.quantile(np.array([LOW, HIGH])).tolist()
    return low, high


def one_at_a_time(variations: Variations, of: str, uncertain: Mapping[str, UncertainInput]) -> dict[str, Floats]:
    """For each name a row for each option: the quantity at its one and at its other end, all others where they are."""
    import numpy as np

    moves = {name: np.full(2 * len(uncertain), math.nan) for name in uncertain}
    places = {name: slice(2 * place, 2 * place + 2) for place, name in enumerate(uncertain)}
    for name, place in places.items():
        moves[name][place] = ends(uncertain[name])
    values = variations.values(moves)[of]
    return {name: values[:, place] for name, place in places.items()}


def best(values: Floats) -> list[int | None]:
    """For each column the first option with the smallest value; None where all are missing."""
    import numpy as np

    known = np.where(np.isnan(values), math.inf, values)
    winners = np.argmin(known, axis=0).tolist()
    return [None if math.isinf(low) else winner for winner, low in zip(winners, known.min(axis=0), strict=True)]


def flips(variations: Variations, of: str, one: UncertainInput) -> tuple[Flip, ...]:
    """Where the best option changes while a name goes through its central 90 %, to a relative 1e-12.

    As for ``break_even``, what lies within two neighbours of a first grid of 33 quantiles may be missed.
    """
    import numpy as np

    grid = sorted(set(one.distribution.quantile(np.linspace(LOW, HIGH, GRID)).tolist()))

    def winners(values: Sequence[float]) -> list[int | None]:
        return best(variations.values({one.name: np.array(values)})[of])

    return tuple(Flip(high, *winners([low, high])) for low, high in breakpoints(grid, winners, numbers_between))


def worth_of_all(values: Floats) -> float | None:
    """By how much the expected value gets better if everything is known before an option is chosen.

    ``values`` has a row for each option and a column for each draw. Only options that are feasible in all draws count.
    """
    rows = [row for row in values.tolist() if not any(map(math.isnan, row))]
    if not rows:
        return None
    lowest = [min(column) for column in zip(*rows, strict=True)]
    return min(map(_mean, rows)) - _mean(lowest)


def worth(variations: Variations, of: str, one: UncertainInput, draws: Mapping[str, Floats]) -> float | None:
    """By how much the expected value gets better if one name is known before an option is chosen.

    The name is taken to be at the middles of 32 equally likely intervals, one after the other; the others are as in the
    first 512 draws, at each of them alike.
    """
    import numpy as np

    few = {name: values[:FEW] for name, values in draws.items()}
    count = len(few[one.name])
    nodes = one.distribution.quantile((np.arange(NODES) + 0.5) / NODES)
    moves = {name: np.tile(values, NODES) for name, values in few.items()}
    moves[one.name] = np.repeat(nodes, count)
    values = variations.values(moves)[of]
    means = np.array([[_mean(part.tolist()) for part in np.split(row, NODES)] for row in values])
    return worth_of_all(means)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
