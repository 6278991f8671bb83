"""Progress of a run as its log shows it: the pace while it ran, in blocks, and the stops between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Truths = NDArray[np.bool_]

BLOCKS = 40
"""So many means of equally many tokens stand for the pace at most."""
_NEIGHBOURS = 12
"""Rows on each side whose median is the pace that a row is held against."""
_SLOW = 0.7
"""A row below this share of the pace around it holds a stop."""
_STANDS = 0.5
"""A row below this share of the median of all is no measurement of a pace."""


@dataclass(frozen=True, slots=True, eq=False)
class Progress:
    """What is known of a run so far."""

    hours: float
    """Elapsed since its start."""
    tokens: float
    """Done, net of what was done twice."""
    log_pace: Floats
    """The logarithm of tokens an hour while it ran, of each block; blocks are of equally many tokens, in order."""
    stop_hours: Floats
    """What each stop cost, work done again included, in order."""
    stop_at: Floats
    """After how many hours of running each came."""

    @property
    def lost_hours(self) -> float:
        """Hours of no progress."""
        return float(self.stop_hours.sum())

    @property
    def running_hours(self) -> float:
        """Hours of progress."""
        return self.hours - self.lost_hours


NONE = Progress(0.0, 0.0, np.empty(0), np.empty(0), np.empty(0))
"""A run of which nothing is known yet."""


def progress(hours: Floats, tokens: Floats, stopped: Truths | None = None) -> Progress:
    """The progress that rows of a log show: elapsed hours, rising, and the tokens done by then.

    ``stopped`` says of which rows the log itself tells that the run stood still since the row before. Where tokens go
    back, the run went on from an older checkpoint, and what is done again counts as lost time.
    """
    if len(hours) < 2:  # noqa: PLR2004 - a row and the one before
        return Progress(float(hours[-1]) if len(hours) else 0.0, *_last(tokens), *(np.empty(0) for _ in range(3)))
    took, gained = np.diff(hours), np.diff(tokens)
    pace = gained / took
    usual = _usual(pace)
    told = np.zeros(len(pace), np.bool_) if stopped is None else stopped[1:]
    held = (pace < _SLOW * usual) | told
    lost = np.where(held, np.clip(took - gained / usual, 0.0, None), 0.0)
    ran = np.where(held, 0.0, took)
    stop_hours, stop_at = _stops(held & (lost > 0.0), lost, np.cumsum(took - lost))
    return Progress(float(hours[-1]), float(tokens[-1]), _blocks(ran, gained), stop_hours, stop_at)


def _last(tokens: Floats) -> tuple[float]:
    return (float(tokens[-1]) if len(tokens) else 0.0,)


def _usual(pace: Floats) -> Floats:
    """The pace around each row, from rows that are no stop."""
    going = pace > 0.0
    if not going.any():
        return np.full(len(pace), np.inf)
    places = np.flatnonzero(pace >= _STANDS * np.median(pace[going]))
    width = min(2 * _NEIGHBOURS + 1, len(places))
    windows = np.lib.stride_tricks.sliding_window_view(pace[places], width)
    middles = places[width // 2 : width // 2 + len(windows)]
    return np.interp(np.arange(len(pace)), middles, np.median(windows, axis=1))


def _stops(held: Truths, lost: Floats, running: Floats) -> tuple[Floats, Floats]:
    """Rows that hold a stop, those that follow each other as one: what each cost, and when it came."""
    starts = np.flatnonzero(held & ~np.concatenate([[False], held[:-1]]))
    if not len(starts):
        return np.empty(0), np.empty(0)
    return np.add.reduceat(np.where(held, lost, 0.0), starts), running[starts]


def _blocks(ran: Floats, gained: Floats) -> Floats:
    """The logarithms of the mean pace of blocks of equally many tokens, as near as rows allow."""
    ran, gained = ran[ran > 0.0], gained[ran > 0.0]
    done = np.cumsum(gained)
    count = min(BLOCKS, len(ran))
    if not count:
        return np.empty(0)
    firsts = np.unique(np.searchsorted(done, done[-1] * np.arange(count) / count, side="right"))
    return np.log(np.add.reduceat(gained, firsts) / np.add.reduceat(ran, firsts))
