"""The charts of validations: every figure at its place, predicted against published, logarithmic both ways."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn
from gigacost.units.numbers import share


@pytest.fixture(scope="module")
def runs() -> gigacost.RunValidation:
    return gigacost.validate_runs()


@pytest.fixture(scope="module")
def drawing(runs: gigacost.RunValidation) -> Drawing:
    return Drawing(runs.chart())


def places(drawing: Drawing) -> list[list[tuple[float, float, float, float]]]:
    """Of each panel's points x, y, published, predicted."""
    found = []
    marks = {id(mark.element): mark for mark in drawing.marks("point")}
    for group in drawing.root.iter("{http://www.w3.org/2000/svg}g"):
        points = [(one, marks[id(one)]) for one in group if id(one) in marks]
        if points:
            found.append([(*place(one.get("transform", "")), mark.figures["published"], mark.figures["predicted"])
                          for one, mark in points])  # fmt: skip
    return found


def place(transform: str) -> tuple[float, float]:
    x, y = map(float, re.findall(r"-?[\d.]+", transform)[:2])
    return x, y


def test_every_figure_is_a_point_with_its_interval(runs: gigacost.RunValidation, drawing: Drawing) -> None:
    points = drawing.marks("point")
    assert len(points) == len(runs.figures)
    wanted = sorted((one.run, one.published, one.predicted, one.low, one.high) for one in runs.figures)
    names = ("published", "predicted", "low", "high")
    assert sorted((one.what, *(one.figures[name] for name in names)) for one in points) == wanted


def test_points_lie_on_one_logarithmic_scale_both_ways(drawing: Drawing) -> None:
    panels = places(drawing)
    assert len(panels) == 5
    for panel in panels:
        x0, y0, published, predicted = panel[0]
        for x, y, other, guess in panel[1:]:
            if abs(math.log(other / published)) > 0.1:
                across = (x - x0) / math.log(other / published)
                assert (y0 - y) == pytest.approx(across * math.log(guess / predicted), abs=0.05)


def test_what_lies_outside_of_its_interval_looks_different(runs: gigacost.RunValidation, drawing: Drawing) -> None:
    outside = {(one.run, one.published) for one in runs.figures if not one.is_inside}
    assert outside
    colours: dict[str, set[bool]] = {}
    for mark in drawing.marks("point"):
        is_outside = (mark.what, mark.figures["published"]) in outside
        colours.setdefault(mark.element.get("fill", ""), set()).add(is_outside)
    assert sorted(map(sorted, colours.values())) == [[False], [True]]


def test_units_stand_on_the_axes(drawing: Drawing) -> None:
    titles = set(drawing.texts("axis-title"))
    for unit in ("chip·h", "d", "MWh", "t CO2e", "$"):
        assert {f"published [{unit}]", f"predicted [{unit}]"} <= titles
    money = [text for text in drawing.texts("axis-label") if text.startswith("$")]
    assert money
    assert all(re.fullmatch(r"\$\d+(\.\d+)?[KMB]", text) for text in money)


def test_the_title_says_how_far_off(runs: gigacost.RunValidation, drawing: Drawing) -> None:
    title = " ".join(drawing.texts("title-text"))
    assert f"{len(runs.figures)} published figures, {share(runs.reliability.median_abs_error)} off" in title


@pytest.mark.parametrize(
    ("validation", "points"), [("validate_throughput", 150), ("validate_costs", 65), ("validate_development", 4)]
)
def test_the_other_validations_are_drawn_too(validation: str, points: int) -> None:
    found: Any = getattr(gigacost, validation)()
    drawing = Drawing(found.chart())
    assert len(drawing.marks("point")) == points
    for panel in places(drawing):
        assert all(published > 0 < predicted for _, _, published, predicted in panel)


def test_a_validation_without_a_prediction_is_refused(runs: gigacost.RunValidation) -> None:
    with pytest.raises(gigacost.SpecError, match="no figure is predicted"):
        drawn("validate", {**runs.to_dict(), "per_row": []})
