"""Intervals are the same from every question: the example, ``uncertainty``, ``estimate``, a search of many designs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gigacost
from gigacost import Sweep
from gigacost.analysis.sensitivity.perturbation import Variations
from gigacost.analysis.sensitivity.uncertain_inputs import uncertain_inputs

EXAMPLE = Path(__file__).parents[3] / "examples" / "uncertain.toml"
OF = "cost_total_usd"
PERCENTILES = ("p10", "p50", "p90")
RUN = {"hardware": "h100-sxm", "params": "70B", "market": "own", "chips": 8192, "tokens": "15T"}


def test_the_example_is_as_uncertain_as_an_estimate_of_its_design() -> None:
    settings = [("chips", "8192"), ("tokens", "15T"), ("draws.count", "512")]
    sweep = Sweep.from_toml(EXAMPLE, settings=settings)
    (row,) = sweep.top(1, f"p90({OF})").rows
    stated, open_ = sweep.uncertainty(), gigacost.uncertainty(RUN, draws=512)
    one = gigacost.estimate(RUN, draws=512)
    assert stated.influences == open_.influences
    found = [
        [row[f"{name}({OF})"] for name in PERCENTILES],
        [getattr(stated.spread, name) for name in PERCENTILES],
        [getattr(open_.spread, name) for name in PERCENTILES],
        [one.intervals[OF][name] for name in PERCENTILES],
    ]
    assert found == [found[0]] * 4
    assert found[0] == sorted(found[0])
    assert found[0][1] > one[OF], "what goes in is skewed"


@pytest.mark.parametrize("designs", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_search_finds_what_looking_at_every_draw_of_every_design_does(designs: int) -> None:
    draws, days, k = 16, 40, 50
    axes = {
        "chips": {"from": 512, "to": 131072, "steps": 100, "scale": "log", "multiple_of": 8},
        "tokens": {"from": "1T", "to": "30T", "steps": designs // 400, "scale": "log"},
        "market": ["own", "on_demand", "colo", "spot"],
    }
    uncertain = {"default": True, "failures_per_chip_hour": "x lognormal 90% 0.5..2"}
    asked = {"fixed": {"hardware": "h100-sxm", "params": "70B"}, "uncertain": uncertain, "draws": {"count": draws}}
    whole = Sweep(axes, **asked)
    assert whole.size == designs
    moving = {name: one.distribution.relative for name, one in uncertain_inputs(whole.bound).items()}
    values = Variations(whole.bound, (OF, "train_days"), moving).values(whole.bound.draws)
    dear = np.sort(values[OF], axis=1)[:, 90 * (draws - 1) // 100]
    chance = (values["train_days"] <= days).sum(axis=1) / draws
    possible = ~np.isnan(values[OF]).any(axis=1)
    assert 0 < (~possible).sum() < designs / 2, "some large clusters do not finish in some draws"
    kept = np.flatnonzero(possible & (chance >= 0.9) & (whole.to_numpy(("tokens",))["tokens"] >= 5e12))
    expected = kept[np.argsort(dear[kept], kind="stable")[:k]]
    where = f"tokens >= 5e12 and P(train_days <= {days}) >= 0.9"
    found = Sweep(axes, **asked, where=where, columns=[f"P(train_days <= {days})"]).top(k, f"p90({OF})")
    assert [row["index"] for row in found.rows] == expected.tolist()
    assert [row[f"p90({OF})"] for row in found.rows] == dear[expected].tolist()
    assert [row[f"P(train_days <= {days})"] for row in found.rows] == chance[expected].tolist()
    assert len(expected) == k
