"""How often intervals hold over runs that go otherwise than the tracker thinks; 1,000 of them by hand."""

from __future__ import annotations

import numpy as np
import pytest
from cli_runner import invoke

from gigacost.tracking.completion import Prior
from gigacost.tracking.simulate import simulate
from gigacost.tracking.truths import SIMULATORS

PLAN = Prior(2e12, 4e9, 0.25, 0.15, 0.45)


def test_intervals_hold_about_as_often_as_they_say() -> None:
    found = simulate(PLAN, 0.23, 150, seed=3)
    for coverage in (found.coverage, found.cost_coverage):
        assert all(0.8 <= share <= 0.99 for share in coverage.values())
    assert found.width["10"] > found.width["50"] > found.width["90"]
    assert found.width["90"] < 0.05


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_log_shows_the_truth_up_to_its_end(name: str) -> None:
    truth = SIMULATORS[name](PLAN, np.random.default_rng(1))
    end = truth.hours_at(PLAN.tokens)
    hours, tokens = truth.log(end)
    assert hours[-1] == end
    assert tokens[-1] == pytest.approx(PLAN.tokens)
    assert (np.diff(tokens) >= 0.0).all()


def test_the_command_says_it_by_share(capsys: pytest.CaptureFixture[str]) -> None:
    found = invoke(capsys, "track", "--simulate", "4", "--seed", "1", "--json").json
    assert set(found["coverage"]) == {"10", "50", "90"} == set(found["width"])
    assert all(0.0 <= share <= 1.0 for share in found["coverage"].values())
    assert set(found["others"]) == set(SIMULATORS) - {"usual"}
    assert found == invoke(capsys, "track", "--simulate", "4", "--seed", "1", "--json").json
    assert "rare_outages" in invoke(capsys, "track", "--simulate", "2").out
