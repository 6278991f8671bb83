"""The chart of an uncertain quantity: its quantiles, the tornado's ends, Sobol' indices."""

from __future__ import annotations

import re

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn

RUN = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 1024}


@pytest.fixture(scope="module")
def found() -> gigacost.Uncertainty:
    return gigacost.uncertainty(**RUN, draws=256)


@pytest.fixture(scope="module")
def drawing(found: gigacost.Uncertainty) -> Drawing:
    return Drawing(found.chart())


def test_the_curve_goes_through_the_percentiles(found: gigacost.Uncertainty, drawing: Drawing) -> None:
    points = drawing.marks("point")
    wanted = {f"P{n}": getattr(found.spread, f"p{n}") for n in (5, 10, 50, 90, 95)}
    assert {point.what: point.figures["value"] for point in points} == wanted
    places = [tuple(map(float, re.findall(r"-?[\d.]+", p.element.get("transform", ""))[:2])) for p in points]
    x = [place[0] for place in places]
    per_usd = (x[-1] - x[0]) / (wanted["P95"] - wanted["P5"])
    assert x == pytest.approx([x[0] + per_usd * (value - wanted["P5"]) for value in wanted.values()], abs=0.01)
    y = [place[1] for place in places]
    per_percent = (y[-1] - y[0]) / 90
    assert y == pytest.approx([y[0] + per_percent * (percent - 5) for percent in (5, 10, 50, 90, 95)], abs=0.01)


def test_the_tornado_has_the_ends_of_each_input(found: gigacost.Uncertainty, drawing: Drawing) -> None:
    halves = {bar.what: bar for bar in drawing.marks("bar") if "central" in bar.figures}
    moving = [one for one in found.influences if one.swing][:12]
    assert len(halves) == 2 * len(moving)
    places = []
    for one in moving:
        for end, value in (("at its P5", one.at_low), ("at its P95", one.at_high)):
            bar = halves[f"{one.input.name} {end}"]
            assert bar.figures == {"value": value, "central": found.spread.central}
            left, right = bar.ends
            assert value is not None
            places.append((value, right if value > bar.figures["central"] else left))
    (low, x_low), (high, x_high) = min(places), max(places)
    per_usd = (x_high - x_low) / (high - low)
    assert [x for _, x in places] == pytest.approx([x_low + per_usd * (value - low) for value, _ in places], abs=0.02)


def test_sobol_indices_are_bars_of_their_length(found: gigacost.Uncertainty, drawing: Drawing) -> None:
    bars = [bar for bar in drawing.marks("bar") if "index" in bar.figures]
    for one in found.influences[:3]:
        assert one.index
        mine = {bar.what: bar for bar in bars if bar.what.startswith(f"{one.input.name} ")}
        first, total = mine[f"{one.input.name} alone (first order)"], mine[f"{one.input.name} with others (total)"]
        assert first.figures == {"index": one.index.first, "error": one.index.first_error}
        assert total.figures["index"] == one.index.total
        (left, short), (start, long) = first.ends, total.ends
        assert left == start
        assert (short - left) / (long - start) == pytest.approx(one.index.first / one.index.total, rel=1e-6)


def test_titles_axes_and_legends(found: gigacost.Uncertainty, drawing: Drawing) -> None:
    assert drawing.texts("axis-title") == [
        "total cost [$]",
        "draws below [%]",
        "total cost [$]",
        "share of the variance",
    ]
    assert any(text.startswith("Total cost: $1.25M; P10 to P90: $") for text in drawing.texts("title-text"))
    assert set(drawing.texts("legend-label")) == {
        "at its P5", "at its P95", "alone (first order)", "with others (total)",
    }  # fmt: skip
    labels = drawing.texts("axis-label")
    assert [one.input.name for one in found.influences if one.swing][:12] == [text for text in labels if "_" in text
                                                                             or text == "tuning"]  # fmt: skip


def test_several_options_stand_below_each_other_with_their_intervals() -> None:
    found = gigacost.uncertainty(
        {"hardware": ["h100-sxm", "b200-sxm"]}, params="70B", tokens="15T", chips=4096, draws=64
    )
    drawing = Drawing(found.chart())
    rules = {rule.what: rule for rule in drawing.marks("rule mark") if "p95" in rule.figures}
    assert list(rules) == ["h100-sxm", "b200-sxm"]
    for rule, option in zip(rules.values(), found.options, strict=True):
        assert rule.figures["p5"] == option.spread.p5
        assert rule.figures["p95"] == option.spread.p95
    assert any(re.fullmatch(r"the best in .* of the draws", text) for text in drawing.texts("mark"))


def test_correlated_draws_have_a_tornado_without_indices() -> None:
    draws = {"count": 64, "correlate": [["staff_fte_years", "equity_usd", 0.5]]}
    drawing = Drawing(gigacost.uncertainty(**RUN, draws=draws).chart())
    assert not [bar for bar in drawing.marks("bar") if "index" in bar.figures]
    assert [bar for bar in drawing.marks("bar") if "central" in bar.figures]


def test_a_design_without_a_central_value_is_refused(found: gigacost.Uncertainty) -> None:
    document = found.to_dict()
    options = [{**document["options"][0], "central": None}]
    with pytest.raises(gigacost.SpecError, match="no central value"):
        drawn("uncertainty", {**document, "options": options})
