"""A comparison as a waterfall: it begins with all of A and ends with all of B, and every step is a contribution."""

from __future__ import annotations

import math

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn

RUN = {"params": "70B", "tokens": "15T", "chips": 4096}
A = {**RUN, "hardware": "h100-sxm", "market": "own", "region": "usa"}
B = {**RUN, "hardware": "b200-sxm", "market": "on_demand", "region": "norway"}


@pytest.fixture(scope="module")
def comparison() -> gigacost.Comparison:
    return gigacost.compare(A, B)


@pytest.mark.parametrize("steps", ["drivers", "assumptions"])
def test_it_begins_with_a_and_ends_with_b(comparison: gigacost.Comparison, steps: str) -> None:
    bars = Drawing(comparison.chart(steps=steps)).marks("bar")
    assert (bars[0].what, bars[0].figures["from"], bars[0].figures["to"]) == ("A", 0.0, comparison.a.value)
    assert (bars[-1].what, bars[-1].figures["from"], bars[-1].figures["to"]) == ("B", 0.0, comparison.b.value)


@pytest.mark.parametrize("steps", ["drivers", "assumptions"])
def test_every_step_begins_where_the_one_before_ends(comparison: gigacost.Comparison, steps: str) -> None:
    bars = Drawing(comparison.chart(steps=steps)).marks("bar")
    ends = [bar.figures["to"] for bar in bars[:-1]]
    assert [bar.figures["from"] for bar in bars[1:-1]] == ends[:-1]
    assert ends[-1] == pytest.approx(bars[-1].figures["to"], rel=1e-12)
    steps_ = [bar.figures["cost_total_usd"] for bar in bars[1:-1]]
    assert math.fsum(steps_) == pytest.approx(comparison.difference, rel=1e-12)


def test_the_last_bar_is_b_and_not_the_sum_of_steps(comparison: gigacost.Comparison) -> None:
    document = comparison.to_dict()
    off = document["b"]["value"] * (1 + 1e-9)
    bars = Drawing(drawn("waterfall", {**document, "b": {**document["b"], "value": off}})).marks("bar")
    assert bars[-1].figures["to"] == off


def test_steps_are_the_contributions_of_the_answer(comparison: gigacost.Comparison) -> None:
    bars = Drawing(comparison.chart(steps="assumptions")).marks("bar")[1:-1]
    contributions = {one.name: one.contribution for one in comparison.assumptions if one.contribution}
    assert [bar.figures["cost_total_usd"] for bar in bars] == list(contributions.values())
    assert bars[0].what.startswith(f"{next(iter(contributions))}: ".removesuffix(": "))


def test_labels_axis_and_title(comparison: gigacost.Comparison) -> None:
    drawing = Drawing(comparison.chart())
    assert drawing.texts("axis-title") == ["total cost [$]"]
    assert drawing.texts("title-text")[0].startswith("Total cost: $")
    subtitle = " ".join(drawing.texts("title-subtitle"))
    assert "A: h100-sxm, " in subtitle
    assert "each its Shapley value" in subtitle
    texts = drawing.texts("mark")
    assert any(text.startswith("−$") for text in texts) or any(text.startswith("+$") for text in texts)


def test_with_one_assumption_it_goes_by_drivers() -> None:
    comparison = gigacost.compare(A, {**A, "market": "on_demand"})
    drawing = Drawing(comparison.chart())
    assert "By drivers." in drawing.texts("title-subtitle")
    names = [bar.what for bar in drawing.marks("bar")]
    assert "rent" in names
    assert "chips" in names


def test_bad_steps_and_missing_prices_are_refused(comparison: gigacost.Comparison) -> None:
    with pytest.raises(gigacost.SpecError, match="unknown steps sideways; allowed: drivers, assumptions"):
        comparison.chart(steps="sideways")
    with pytest.raises(gigacost.SpecError, match="for want of a price"):
        drawn("waterfall", {**comparison.to_dict(), "difference": None})
