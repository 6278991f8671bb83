"""Stops to come."""

from __future__ import annotations

import numpy as np
import pytest

from gigacost.tracking.progress import NONE, Progress
from gigacost.tracking.stops import stops_to_come


def seen(lengths: list[float], hours: float = 1000.0) -> Progress:
    at = np.linspace(0.0, hours, len(lengths), endpoint=False) + hours / max(len(lengths), 1) / 2
    return Progress(hours + sum(lengths), 1.0, np.zeros(10), np.array(lengths), at)


def to_come(progress: Progress, hours: float = 1000.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    return stops_to_come(progress, np.full(20_000, hours), 0.05, 0.5, 4000.0, rng).lost_hours


def test_many_alike_go_on_as_they_were() -> None:
    found = to_come(seen([0.5] * 100))
    assert np.median(found) == pytest.approx(50.0, rel=0.1)
    assert np.quantile(found, 0.05) == pytest.approx(50.0 - 1.645 * 0.5 * 200**0.5, rel=0.15)


def test_without_any_the_plan_is_in_the_middle_of_what_is_thought_possible() -> None:
    low, high = np.quantile(to_come(NONE), [0.05, 0.95])
    assert low < 1000.0 * 0.05 * 0.5 < high


def test_none_so_far_makes_them_rarer() -> None:
    assert np.median(to_come(seen([]))) < np.median(to_come(NONE))


def test_bursts_widen_what_is_to_come() -> None:
    even = seen([0.5] * 60)
    bursts = Progress(even.hours, 1.0, even.log_pace, even.stop_hours, np.repeat([50.0, 450.0, 850.0], 20))
    assert np.ptp(np.quantile(to_come(bursts), [0.05, 0.95])) > 1.5 * np.ptp(np.quantile(to_come(even), [0.05, 0.95]))


def test_nothing_is_lost_where_nothing_is_left() -> None:
    assert not to_come(seen([0.5] * 10), 0.0).any()
