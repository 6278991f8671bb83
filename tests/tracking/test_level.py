"""What measurements say of the mean of the rest."""

from __future__ import annotations

import numpy as np
import pytest

from gigacost.tracking import level
from gigacost.tracking.level import forecast


def drawn(measured: np.ndarray, share: float, count: int = 20_000) -> np.ndarray:
    return forecast(measured, share, 0.0, 0.3).draw(np.random.default_rng(1), count)[0]


def test_constant_measurements_are_the_forecast() -> None:
    found = drawn(np.full(40, -0.2), 0.5)
    assert np.quantile(found, [0.05, 0.5, 0.95]) == pytest.approx([-0.2, -0.2, -0.2], abs=0.01)


def test_it_is_the_exact_posterior_of_a_level_where_neither_drift_nor_noise_is_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(level, "_CHANGES", np.array([0.0]))
    monkeypatch.setattr(level, "_NOISES", np.array([1.0]))
    monkeypatch.setattr(level, "_noise", lambda _: 0.1)
    level._grid.cache_clear()
    measured = np.random.default_rng(3).normal(0.5, 0.1, 8)
    found = forecast(measured, 0.5, 0.0, 0.3)
    level._grid.cache_clear()
    precision = 1 / 0.3**2 + 8 / 0.1**2
    assert found.means == pytest.approx(np.full(7, measured.sum() / 0.1**2 / precision))
    assert found.stds**2 == pytest.approx(np.full(7, 1 / precision + 0.1**2 / 8))


def test_the_more_has_been_measured_the_narrower() -> None:
    rng = np.random.default_rng(2)
    widths = [np.ptp(np.quantile(drawn(rng.normal(0.1, 0.02, count), 0.5), [0.05, 0.95])) for count in (2, 8, 40)]
    assert widths == sorted(widths, reverse=True)


def test_a_drift_widens_what_is_to_come() -> None:
    noise = np.random.default_rng(4).normal(0.0, 0.01, 40)
    still, drifting = (
        np.ptp(np.quantile(drawn(noise + slope, 0.3), [0.05, 0.95])) for slope in (0.0, np.linspace(0, 0.2, 40))
    )
    assert drifting > 3 * still


def test_one_measurement_is_enough() -> None:
    found = drawn(np.array([0.2]), 0.001)
    assert 0.05 < np.median(found) < 0.25
