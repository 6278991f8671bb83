"""The chart of an estimate: a bar for each contribution, as long as its money, with P10 to P90."""

from __future__ import annotations

import re

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn
from gigacost.units.numbers import usd

RUN = {"params": "405B", "tokens": "15.6T", "hardware": "h100-sxm", "chips": 16384}


@pytest.fixture(scope="module")
def estimate() -> gigacost.Estimate:
    return gigacost.estimate(**RUN, draws=64)


@pytest.fixture(scope="module")
def drawing(estimate: gigacost.Estimate) -> Drawing:
    return Drawing(estimate.chart())


def test_bars_are_the_contributions_and_add_up_to_the_total(estimate: gigacost.Estimate, drawing: Drawing) -> None:
    bars = drawing.marks("bar")
    found = {bar.what: bar.figures["usd"] for bar in bars}
    assert found["rent"] == estimate.breakdown["cost_rent_usd"]
    assert found["experiments"] == estimate.breakdown["cost_experiments_usd"]
    assert sum(found.values()) == pytest.approx(estimate["cost_total_usd"], rel=1e-12)
    assert [bar.figures["usd"] for bar in bars] == sorted(found.values(), reverse=True)


def test_bars_are_as_long_as_their_money(drawing: Drawing) -> None:
    bars = drawing.marks("bar")
    per_usd = [bar.length / bar.figures["usd"] for bar in bars]
    assert per_usd == pytest.approx([per_usd[0]] * len(bars), rel=1e-6)


def test_rules_end_at_p10_and_p90(estimate: gigacost.Estimate, drawing: Drawing) -> None:
    bars = {bar.what: bar for bar in drawing.marks("bar")}
    scale = bars["rent"].length / bars["rent"].figures["usd"]
    rules = {rule.what: rule for rule in drawing.marks("rule mark")}
    drawn = estimate.intervals["cost_rent_usd"]
    assert rules["rent"].figures["p10"] == drawn["p10"]
    assert rules["rent"].figures["p90"] == drawn["p90"]
    assert abs(rules["rent"].number("x2")) == pytest.approx((drawn["p90"] - drawn["p10"]) * scale, rel=1e-6)


def test_the_axis_is_in_dollars_as_people_write_them(drawing: Drawing) -> None:
    assert drawing.texts("axis-title") == ["cost [$]"]
    labels = [text for text in drawing.texts("axis-label") if text.startswith("$")]
    assert labels[0] == "$0"
    assert all(re.fullmatch(r"\$[\d.]+M", label) for label in labels[1:])


def test_the_title_says_the_total_and_the_run(estimate: gigacost.Estimate, drawing: Drawing) -> None:
    assert drawing.texts("title-text")[0].startswith(f"{usd(estimate['cost_total_usd'])} in total (P10 to P90:")
    assert "405B parameters on 15.6T tokens · 16,384 x h100-sxm" in " ".join(drawing.texts("title-subtitle"))


def test_an_estimate_without_draws_has_bars_alone() -> None:
    drawing = Drawing(gigacost.estimate(**RUN).chart())
    assert drawing.marks("bar")
    assert not drawing.marks("rule mark")


def test_a_run_that_costs_nothing_known_is_refused(estimate: gigacost.Estimate) -> None:
    nothing = {**estimate.to_dict(), "breakdown": {"cost_rent_usd": None}}
    with pytest.raises(gigacost.SpecError, match="no contribution to the cost is known"):
        drawn("estimate", nothing)
