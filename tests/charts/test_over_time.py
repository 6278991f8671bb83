"""The chart of several years: points at central values, bands between percentiles, where trends begin."""

from __future__ import annotations

import re
from math import log

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn

SWEEP = {"hardware": ["h100-sxm", "b200-sxm"], "market": ["on_demand", "reserved_1y"]}
RUN = {"params": "70B", "tokens": "15T", "chips": 2048}


@pytest.fixture(scope="module")
def found() -> gigacost.OverTime:
    return gigacost.over_time(gigacost.Sweep(SWEEP, fixed=RUN), [2024, 2025, 2027, 2030])


@pytest.fixture(scope="module")
def drawing(found: gigacost.OverTime) -> Drawing:
    return Drawing(found.chart())


def test_points_are_the_years(found: gigacost.OverTime, drawing: Drawing) -> None:
    points = drawing.marks("point")
    assert [point.what for point in points] == [f"{year.year} cheapest design" for year in found.years if year.cost]
    for point, year in zip(points, (year for year in found.years if year.cost), strict=True):
        assert year.cost
        wanted = {"central": year.cost.central, "p5": year.cost.low, "p95": year.cost.high, "p10": year.cost.p10}
        assert {name: point.figures[name] for name in wanted} == wanted


def test_the_band_goes_through_p10_and_p90_on_the_axis_of_the_points(
    found: gigacost.OverTime, drawing: Drawing
) -> None:
    """Two points fix the logarithmic axis; where the bands' corners then lie are P90 and P10."""
    places = [place(point.element.get("transform", "")) for point in drawing.marks("point")]
    values = [year.cost.central for year in found.years if year.cost]
    areas = [one for one in drawing.root.iter() if one.get("aria-roledescription") == "area mark"]
    corners = [tuple(map(float, pair)) for pair in re.findall(r"([-\d.]+),([-\d.]+)", areas[-1].get("d", ""))]
    (_, first), (_, last) = places[0], places[-1]
    per_e_fold = (last - first) / (log(values[-1]) - log(values[0]))
    for (x, y), year in zip(places, (year for year in found.years if year.cost), strict=True):
        assert year.cost
        assert y == pytest.approx(first + per_e_fold * (log(year.cost.central) - log(values[0])), abs=0.01)
        for percentile in (year.cost.p10, year.cost.p90):
            at = first + per_e_fold * (log(percentile) - log(values[0]))
            assert any(abs(cx - x) < 0.01 and abs(cy - at) < 0.01 for cx, cy in corners)


def place(transform: str) -> tuple[float, float]:
    x, y = map(float, re.findall(r"-?[\d.]+", transform)[:2])
    return x, y


def test_axes_years_and_money(drawing: Drawing) -> None:
    assert drawing.texts("axis-title") == ["year", "cost of development [$]"]
    labels = drawing.texts("axis-label")
    assert labels[:4] == ["2024", "2025", "2027", "2030"]
    assert all(re.fullmatch(r"\$\d+(\.\d+)?[KMB]", label) for label in labels[4:])
    assert drawing.texts("title-text") == ["Cost of development of the same capability, 2024 to 2030"]
    assert "trends from 2026-11 on" in drawing.texts("mark")


def test_options_are_told_apart_and_a_year_without_a_design_is_told() -> None:
    sweep = gigacost.Sweep({"market": ["on_demand", "reserved_1y"]}, fixed={**RUN, "hardware": "b200-sxm"})
    found = gigacost.over_time(sweep, [2022, 2026], per=["market"])
    drawing = Drawing(found.chart())
    assert sorted({point.what for point in drawing.marks("point")}) == ["2026 on_demand", "2026 reserved_1y"]
    assert set(drawing.texts("legend-label")) == {"on_demand", "reserved_1y"}
    assert "No design in 2022: not yet available." in " ".join(drawing.texts("title-subtitle"))
    none = {**found.to_dict(), "years": [year for year in found.to_dict()["years"] if not year["cost"]]}
    with pytest.raises(gigacost.SpecError, match="no year has a possible design"):
        drawn("over-time", none)
