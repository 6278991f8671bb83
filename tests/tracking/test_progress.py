"""What rows of a log say of pace and stops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost.tracking.progress import BLOCKS, progress


def rows(lost: dict[int, float], count: int = 100, pace: float = 50.0) -> tuple[np.ndarray, np.ndarray]:
    """Hourly rows at a constant pace, of which some hours lose a share."""
    gained = np.array([pace * (1.0 - lost.get(hour, 0.0)) for hour in range(count)])
    return np.arange(count + 1.0), np.concatenate([[0.0], np.cumsum(gained)])


def test_a_constant_log_has_one_pace_and_no_stop() -> None:
    found = progress(*rows({}))
    assert len(found.log_pace) == BLOCKS
    assert np.exp(found.log_pace) == pytest.approx(np.full(BLOCKS, 50.0))
    assert (found.hours, found.tokens, len(found.stop_hours)) == (100.0, 5000.0, 0)


def test_stops_are_found_by_the_pace_and_rows_that_follow_each_other_are_one() -> None:
    found = progress(*rows({20: 0.5, 40: 1.0, 41: 1.0, 42: 0.75}))
    assert found.stop_hours.tolist() == pytest.approx([0.5, 2.75])
    assert found.stop_at.tolist() == pytest.approx([20.5, 39.5])
    assert np.exp(found.log_pace) == pytest.approx(np.full(BLOCKS, 50.0))
    assert found.running_hours == pytest.approx(96.75)


def test_what_is_done_again_is_lost_time() -> None:
    hours, tokens = rows({})
    tokens[50:] -= 150.0
    found = progress(hours, tokens)
    assert found.stop_hours.tolist() == pytest.approx([3.0])


def test_the_log_itself_may_tell_of_a_stop_that_the_pace_hides() -> None:
    hours, tokens = rows({30: 0.2})
    told = np.zeros(101, np.bool_)
    told[31] = True
    assert len(progress(hours, tokens).stop_hours) == 0
    assert progress(hours, tokens, told).stop_hours.tolist() == pytest.approx([0.2])


def test_a_run_that_never_moved_has_stopped_for_all_of_its_time() -> None:
    found = progress(np.arange(5.0), np.zeros(5))
    assert (found.lost_hours, found.running_hours, len(found.log_pace)) == (4.0, 0.0, 0)


@given(st.lists(st.floats(0.0, 100.0), max_size=60), st.floats(0.1, 10.0))
def test_running_and_lost_hours_make_up_the_elapsed(gained: list[float], step: float) -> None:
    tokens = np.concatenate([[0.0], np.cumsum(gained)])
    found = progress(step * np.arange(len(tokens)), tokens)
    assert 0.0 <= found.lost_hours <= found.hours * (1.0 + 1e-9)
    assert np.isfinite(found.log_pace).all()
    assert len(found.stop_hours) == len(found.stop_at)
