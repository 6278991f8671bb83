"""What all candidate designs cost and take, and the cheapest of them within limits."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gigacost.analysis.choose import designs
from gigacost.analysis.choose.designs import MEETS, Asked
from gigacost.analysis.choose.limits import CAPITAL, CONDITIONS, TOTAL, Limits
from gigacost.queries.evidence import is_timed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gigacost.queries.space import Space

    Mask = NDArray[np.bool_]
    Floats = NDArray[np.float64]

COLUMNS = (TOTAL, "train_days", "facility_mw", *CAPITAL, "is_extrapolated")
"""What has to be known of every design."""
DEADLINES = (30.0, 60.0, 90.0, 180.0, 365.0)
"""Days of the final run for which it is told what they cost."""


def _over_draws(limits: Limits, share: float) -> list[str]:
    """What has to be known of the designs that are possible, where one wants to be sure."""
    names = [_probability(condition) for condition in _conditions(limits).values() if condition]
    names += [_quantile(side, share) for name in limits for side in CONDITIONS[name]]
    return list(dict.fromkeys(names))


def _conditions(limits: Limits) -> dict[float | None, str]:
    """The condition for the time that is asked for, and for each of the deadlines."""
    return {days: limits.condition(within_days=days) for days in (limits.within_days, *DEADLINES)}


def _probability(condition: str) -> str:
    return f"probability({condition})"


def _quantile(side: str, share: float) -> str:
    return f"quantile({side}, {share!r})"


@dataclass(frozen=True)
class Figures:
    """The figures of every candidate, and which of them are chosen among."""

    space: Space
    limits: Limits
    possible: Mask
    """Those that have a total, and meet the condition of the specification."""
    candidates: Mask
    """Those of them that are chosen among, within the limits or not."""
    values: Mapping[str, NDArray[Any]]

    @classmethod
    def measured(cls, question: Asked, space: Space, limits: Limits, threads: int | None) -> Figures:
        """The figures of a space. Chips whose speed is extrapolated are chosen among if they, or a speed, are given."""
        names = ["hardware", "chips", "market", "status", *space.columns]
        values = space.to_numpy(names, threads=threads)
        possible = np.isfinite(values[TOTAL])
        if MEETS in values:
            possible &= values[MEETS] == 1.0
        if limits.sure is not None:
            places = np.flatnonzero(possible)
            names = _over_draws(limits, limits.sure)
            found = designs.drawn(question, space, names, places).to_numpy(names, threads=threads)
            for name in names:
                values[name] = np.full(len(possible), np.nan)
                values[name][places] = found[name]
        known = question.hardware is not None or is_timed(space.bound)
        candidates = possible if known else possible & (values["is_extrapolated"] == 0.0)
        return cls(space, limits, possible, candidates, values)

    @cached_property
    def taken(self) -> dict[str, Floats]:
        """What each design takes of what each limit is the most of: typically, or as surely as is asked for."""
        found = {}
        for name, sides in CONDITIONS.items():
            sure = self.limits.sure if name in self.limits else None
            parts = [self._total(side) if sure is None else self.values[_quantile(side, sure)] for side in sides]
            found[name] = np.nan_to_num(np.max(parts, axis=0), nan=np.inf)
        return found

    def _total(self, side: str) -> Floats:
        total: Floats = np.sum([self.values[name] for name in side.split(" + ")], axis=0)
        return total

    @cached_property
    def probability(self) -> Floats:
        """How probably each design is within the limits, where one wants to be sure."""
        return self._probability(self.limits.condition(within_days=self.limits.within_days))

    def _probability(self, condition: str) -> Floats:
        values: Floats = self.values[_probability(condition)]
        return np.nan_to_num(values)

    @cached_property
    def held(self) -> Mask:
        """The designs within the limits."""
        return self.within(self.limits.within_days)

    def within(self, days: float | None) -> Mask:
        """The designs within the limits, with this one for the days of the final run."""
        condition = self.limits.condition(within_days=days)
        if self.limits.sure is not None:
            return self._probability(condition) >= self.limits.sure if condition else self._below({})
        asked = {**self._asked, "within_days": days}
        return self._below({name: limit for name, limit in asked.items() if limit is not None})

    @property
    def _asked(self) -> dict[str, float]:
        return {name: getattr(self.limits, name) for name in self.limits}

    def _below(self, limits: Mapping[str, float]) -> Mask:
        held = np.ones(len(self.values[TOTAL]), dtype=bool)
        for name, limit in limits.items():
            held &= self.taken[name] <= limit
        return held

    def cheapest(self, among: Mask) -> int | None:
        """The first of the cheapest; None without any."""
        return self._least(self.values[TOTAL], among)

    @staticmethod
    def _least(values: Floats, among: Mask) -> int | None:
        places = np.flatnonzero(among)
        return int(places[np.argmin(values[places])]) if len(places) else None

    def needed(self, among: Mask) -> list[tuple[int, dict[str, float]]]:
        """Designs for which limits would have to give: the place of each, and the limits with what is needed of them.

        Each limit alone, while the others hold; where that is not enough, each two of them, else all: as little as
        possible, so that the largest share by which one gives is smallest. And a probability, where it has to be sure.
        """
        found: list[tuple[int, dict[str, float]]] = []
        names = list(self.limits)
        for count in range(1, len(names) + 1):
            for giving in itertools.combinations(names, count):
                kept = among & self._below({name: self._asked[name] for name in names if name not in giving})
                share = np.max([self.taken[name] / self._asked[name] for name in giving], axis=0)
                place = self._least(share, kept & np.isfinite(share))
                found += [] if place is None else self._beyond(place)
            if found:
                break
        if self.limits.sure is not None:
            place = self._least(-self.probability, among & (self.probability > 0.0))
            found += [] if place is None else [(place, {"sure": float(self.probability[place])})]
        return found

    def _beyond(self, place: int) -> list[tuple[int, dict[str, float]]]:
        """A design with what it takes of the limits that it is beyond; nothing where it is beyond none."""
        needed = {name: float(self.taken[name][place]) for name in self.limits}
        needed = {name: value for name, value in needed.items() if value > self._asked[name]}
        return [(place, needed)] if needed else []

    def best_of_each(self, among: Mask) -> list[int]:
        """The cheapest design of each chip."""
        hardware = self.values["hardware"]
        found = (self.cheapest(among & (hardware == name)) for name in np.unique(hardware[among]))
        return [place for place in found if place is not None]

    def design(self, place: int) -> dict[str, Any]:
        """A design: its chip, how many, its total and its days."""
        return {
            "hardware": str(self.values["hardware"][place]),
            "chips": int(self.values["chips"][place]),
            "cost_total_usd": float(self.values[TOTAL][place]),
            "train_days": float(self.values["train_days"][place]),
        }
