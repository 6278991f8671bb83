"""When a run will be done, from its progress and from what its plan says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigacost.tracking.level import forecast
from gigacost.tracking.stops import stops_to_come

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigacost.tracking.progress import Progress

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Prior:
    """What the plan says of a run before it starts."""

    tokens: float
    """To be trained on."""
    pace: float
    """Tokens an hour while it runs."""
    pace_std: float
    """Standard deviation of its logarithm."""
    stops_per_hour: float
    """Of running."""
    stop_hours: float
    """What a stop costs, with all else that keeps the run from progress."""

    @property
    def running_hours(self) -> float:
        """Hours of progress."""
        return self.tokens / self.pace

    @property
    def goodput(self) -> float:
        """Share of the elapsed time that is progress."""
        return 1.0 / (1.0 + self.stops_per_hour * self.stop_hours)

    @property
    def hours(self) -> float:
        """From start to end."""
        return self.running_hours / self.goodput


@dataclass(frozen=True, slots=True, eq=False)
class Completion:
    """Draws of how the run ends."""

    hours: Floats
    """From start to end."""
    running_hours: Floats
    """Of these, hours of progress."""
    pace: Floats
    """Tokens an hour of running from now on."""
    stops_per_hour: Floats
    stop_hours: Floats

    @property
    def goodput(self) -> Floats:
        """Of the whole run."""
        return np.asarray(self.running_hours / self.hours)


def completion(seen: Progress, prior: Prior, draws: int, rng: np.random.Generator) -> Completion:
    """Draws of the end of a run that has got so far."""
    left = max(prior.tokens - seen.tokens, 0.0)
    share = min(seen.tokens / prior.tokens, 1.0)
    log_pace, around = _pace(seen, prior, share, draws, rng)
    pace = np.exp(log_pace)
    running = left / pace * (1.0 + around / 2.0)
    stops = stops_to_come(seen, running, prior.stops_per_hour, prior.stop_hours, prior.hours, rng)
    whole = seen.running_hours + running
    return Completion(
        np.asarray(seen.hours + running + stops.lost_hours), whole, pace, stops.per_hour, stops.mean_hours
    )


def _pace(seen: Progress, prior: Prior, share: float, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws of the mean of the pace's logarithm over the rest, and of the variance around it."""
    mean = float(np.log(prior.pace))
    if not len(seen.log_pace):
        return mean + prior.pace_std * rng.standard_normal(draws), np.zeros(draws)
    return forecast(seen.log_pace, share, mean, prior.pace_std).draw(rng, draws)
