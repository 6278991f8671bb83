"""Estimates side by side: a bar for each, its parts the contributions, its end the total."""

from __future__ import annotations

import math
import re

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn
from gigacost.units.numbers import usd

RUN = {"params": "70B", "tokens": "15T", "chips": 4096}
MARKETS = ("own", "on_demand", "reserved_1y")


@pytest.fixture(scope="module")
def estimates() -> list[gigacost.Estimate]:
    return [gigacost.estimate(**RUN, hardware="h100-sxm", market=market, draws=32) for market in MARKETS]


@pytest.fixture(scope="module")
def drawing(estimates: list[gigacost.Estimate]) -> Drawing:
    return Drawing(estimates[0].chart(beside=estimates[1:]))


def test_the_parts_of_each_bar_are_its_contributions(estimates: list[gigacost.Estimate], drawing: Drawing) -> None:
    for market, one in zip(MARKETS, estimates, strict=True):
        parts = {bar.what: bar.figures["usd"] for bar in drawing.marks("bar") if bar.what.startswith(market)}
        assert math.fsum(parts.values()) == pytest.approx(one["cost_total_usd"], rel=1e-12)
        assert parts[f"{market} experiments"] == one.breakdown["cost_experiments_usd"]


def test_the_parts_of_a_bar_stand_one_after_the_other(drawing: Drawing) -> None:
    for market in MARKETS:
        paths = [bar.element.get("d", "") for bar in drawing.marks("bar") if bar.what.startswith(market)]
        spans = [[float(number) for number in re.findall(r"[-\d.]+", path)] for path in paths]
        ends = [0.0, *(left + width for left, _, width, *_ in spans)]
        assert [left for left, *_ in spans] == pytest.approx(ends[:-1], abs=0.01)


def test_each_bar_ends_at_its_total_with_its_interval(estimates: list[gigacost.Estimate], drawing: Drawing) -> None:
    totals = {mark.what: mark.figures for mark in drawing.marks("text mark")}
    for market, one in zip(MARKETS, estimates, strict=True):
        drawn_ = one.intervals["cost_total_usd"]
        told = {"usd": one["cost_total_usd"], "p10": drawn_["p10"], "p90": drawn_["p90"]}
        assert totals[f"{market} total"] == told
        assert usd(one["cost_total_usd"]) in drawing.texts("mark")


def test_bars_are_named_after_what_differs_and_the_rest_is_told_once(drawing: Drawing) -> None:
    labels = drawing.texts("axis-label")
    assert [label for label in labels if label in MARKETS] == list(MARKETS)
    subtitle = " ".join(drawing.texts("title-subtitle"))
    assert "70B parameters on 15T tokens · 4,096 x h100-sxm" in subtitle
    assert not any(market in subtitle for market in MARKETS)
    assert drawing.texts("axis-title") == ["cost [$]"]


def test_the_legend_has_the_contributions_that_are_drawn(drawing: Drawing) -> None:
    named = set(drawing.texts("legend-label"))
    parts = {bar.what.partition(" ")[2] for bar in drawing.marks("bar")}
    assert parts == named
    assert len(named) <= 8


def test_one_run_is_refused(estimates: list[gigacost.Estimate]) -> None:
    with pytest.raises(gigacost.SpecError, match="one run, where several are compared; allowed: several"):
        drawn("compare", [estimates[0].to_dict()])
    with pytest.raises(gigacost.SpecError, match="one run"):
        drawn("compare", estimates[0].to_dict())
