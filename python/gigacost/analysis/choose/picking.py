"""Which designs are told of: of each market the cheapest, what comes near it, other deadlines; and what is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gigacost.analysis.choose.figures import DEADLINES, Figures
from gigacost.analysis.choose.limits import TOTAL
from gigacost.analysis.choose.records import NEAR
from gigacost.queries.infeasible import in_words

if TYPE_CHECKING:
    from gigacost.analysis.choose.figures import Mask


@dataclass(frozen=True)
class Pick:
    """What is told of a market: the designs, by their places in the space."""

    market: str
    among: Mask
    """All of its candidates."""
    best: int | None
    runners_up: tuple[int, ...]
    deadlines: Mapping[float, int | None]

    @property
    def places(self) -> Iterable[int]:
        """All of them."""
        return (place for place in (*self.runners_up, *self.deadlines.values()) if place is not None)


@dataclass(frozen=True)
class Aside:
    """A chip in the space that is left out in a market."""

    hardware: str
    market: str
    reason: str
    kind: str
    best: int | None = None
    """Of an extrapolated one the cheapest within the limits."""


def picked(found: Figures, markets: Iterable[str]) -> list[Pick]:
    """The designs that are told of each market."""
    found_of: list[Pick] = []
    by_then = {days: found.within(days) for days in DEADLINES}
    for market in markets:
        among = found.candidates & (found.values["market"] == market)
        held = among & found.held
        best = found.cheapest(held)
        near: list[int] = []
        if best is not None:
            most = NEAR * found.values[TOTAL][best]
            others = held & (found.values["hardware"] != found.values["hardware"][best]) & (found.values[TOTAL] <= most)
            near = sorted(found.best_of_each(others), key=lambda place: float(found.values[TOTAL][place]))
        deadlines = {days: found.cheapest(among & within) for days, within in by_then.items()}
        found_of.append(Pick(market, among, best, tuple(near), deadlines))
    return found_of


def aside(found: Figures, markets: Iterable[str]) -> Iterator[Aside]:
    """The chips in the space that are not chosen among, or of which no design is within the limits; and why."""
    values = found.values
    for market in markets:
        here = values["market"] == market
        for chip in dict.fromkeys(values["hardware"][here].tolist()):
            among = here & (values["hardware"] == chip)
            possible = among & found.possible
            held = possible & found.held
            if not possible.any():
                yield Aside(chip, market, *_commonest(found, among))
            elif not (possible & found.candidates).any():
                best = found.cheapest(held)
                beyond = "" if best is not None else ", and no design of it is within the limits"
                reason = f"its speed is extrapolated from other chips{beyond}"
                yield Aside(chip, market, reason, "extrapolated", best)
            elif not held.any():
                yield Aside(chip, market, _beyond(found, possible), "beyond_limits")


def _beyond(found: Figures, possible: Mask) -> str:
    """Which limits a chip is beyond, and by how much at least."""
    ways = [found.limits.yielding(needed) for _, needed in found.needed(possible)]
    return f"beyond the limits; within them with {', or '.join(ways)}"


def _commonest(found: Figures, among: Mask) -> tuple[str, str]:
    """What most designs of a chip are impossible for, in words, and the name of the state."""
    states, counts = np.unique(found.values["status"][among], return_counts=True)
    state = str(states[np.argmax(counts)])
    words = {getattr(one.mark, "label", ""): in_words(one) for one in found.space.model.states}
    return (words[state], state) if state in words else ("no design of it meets the condition", "where")
