"""A solution: the curve of the best designs along the unknown ends at the answer, exactly."""

from __future__ import annotations

import pickle
import re

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn

RUN = {"params": "7B", "hardware": "h100-sxm", "chips": [512, 1024]}
LIMIT = "cost_total_usd <= 5e6"


@pytest.fixture(scope="module")
def found() -> gigacost.Solution:
    return gigacost.solve("tokens", where=LIMIT, over=("100B", "20T"), **RUN)


@pytest.fixture(scope="module")
def drawing(found: gigacost.Solution) -> Drawing:
    return Drawing(found.chart())


def test_the_curve_ends_at_the_answer(found: gigacost.Solution, drawing: Drawing) -> None:
    curve = [point.figures for point in drawing.marks("point") if point.what == "feasible"]
    end = {"tokens": found.value, "cost_total_usd": found.design["cost_total_usd"]}
    assert end in curve
    assert max(point["tokens"] for point in curve) == found.value
    assert min(point["tokens"] for point in curve) == 100e9


def test_beyond_it_the_curve_goes_on_to_the_end_of_the_range(found: gigacost.Solution, drawing: Drawing) -> None:
    beyond = [point.figures for point in drawing.marks("point") if point.what.startswith("beyond")]
    assert max(point["tokens"] for point in beyond) == found.meta["range"][1]
    assert all(point["cost_total_usd"] > 5e6 for point in beyond)


def test_points_are_what_a_sweep_finds_there(drawing: Drawing) -> None:
    inner = [point.figures for point in drawing.marks("point")][5]
    best = gigacost.Sweep({"tokens": inner["tokens"], **RUN}).top(1).rows[0]
    assert inner["cost_total_usd"] == best["cost_total_usd"]


def test_the_limit_that_binds_is_a_line_through_the_answer(found: gigacost.Solution, drawing: Drawing) -> None:
    (rule,) = [rule for rule in drawing.marks("rule mark") if rule.what.startswith("cost_total_usd <=")]
    assert rule.figures["cost_total_usd"] == found.constraints[0].value
    assert LIMIT in drawing.texts("mark")
    end = next(mark for mark in drawing.marks("point") if mark.figures.get("tokens") == found.value)
    height = float(re.findall(r"[-\d.]+", rule.element.get("transform", ""))[1])
    assert float(re.findall(r"[-\d.]+", end.element.get("transform", ""))[1]) == pytest.approx(height, abs=0.01)


def test_title_and_axes_tell_what_is_solved_for(drawing: Drawing) -> None:
    assert drawing.texts("title-text") == ["Tokens: up to 10.4T tokens"]
    assert set(drawing.texts("axis-title")) == {"tokens", "total cost [$]"}
    assert "What binds: cost_total_usd <= 5e6." in " ".join(drawing.texts("title-subtitle"))


def test_the_smallest_value_is_told_as_such() -> None:
    found = gigacost.solve(
        "chips", where="train_days <= 30", smallest=True, params="7B", tokens="2T", hardware="h100-sxm", over=(8, 4096)
    )
    drawing = Drawing(found.chart())
    assert drawing.texts("title-text")[0].startswith(f"Chips: at least {found.value:,.0f} chips")
    curve = [point.figures["chips"] for point in drawing.marks("point") if point.what == "feasible"]
    assert min(curve) == found.value


def test_where_nothing_is_feasible_the_curve_is_that_without_constraints() -> None:
    found = gigacost.solve("tokens", where="cost_total_usd <= 1", over=("100B", "20T"), **RUN)
    drawing = Drawing(found.chart())
    assert drawing.texts("title-text") == ["No value of tokens is feasible"]
    assert {point.what for point in drawing.marks("point")} == {"beyond the constraints"}


def test_a_printed_document_has_the_answer_alone(found: gigacost.Solution) -> None:
    drawing = Drawing(drawn("solve", found.to_dict()))
    assert {point.figures["tokens"] for point in drawing.marks("point")} == {found.value}


def test_a_solution_is_plain_data_still(found: gigacost.Solution) -> None:
    assert set(found.to_dict()) == {
        "unknown", "unit", "value", "design", "constraints", "ended_by", "relaxations", "meta",
    }  # fmt: skip
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.chart().to_dict() == found.chart().to_dict()
