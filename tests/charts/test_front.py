"""The front: every combination a point where its objectives are, the line through all of them, its ends told."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn
from gigacost.queries.pareto import Front
from gigacost.units.numbers import usd

SPACE = {"hardware": ["h100-sxm", "b200-sxm", "gb200-nvl72"], "chips": [512, 1024, 2048, 4096, 8192], "params": "70B",
         "tokens": "15T"}  # fmt: skip


@pytest.fixture(scope="module")
def front() -> Front:
    return gigacost.Sweep(SPACE).pareto(["cost_total_usd", "train_days"])


@pytest.fixture(scope="module")
def drawing(front: Front) -> Drawing:
    return Drawing(front.chart())


def test_points_are_the_rows(front: Front, drawing: Drawing) -> None:
    points = drawing.marks("point")
    for name in ("index", "cost_total_usd", "train_days"):
        assert [point.figures[name] for point in points] == [row[name] for row in front.rows]


def place(element: object) -> tuple[float, float]:
    found = re.fullmatch(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", ""))  # type: ignore[attr-defined]
    assert found
    return float(found[1]), float(found[2])


def test_points_stand_where_their_figures_are(drawing: Drawing) -> None:
    points = drawing.marks("point")
    drawn = [place(point.element) for point in points]
    by_days = sorted(range(len(points)), key=lambda i: points[i].figures["train_days"])
    assert by_days == sorted(range(len(points)), key=lambda i: drawn[i][0])
    by_cost = sorted(range(len(points)), key=lambda i: points[i].figures["cost_total_usd"])
    assert by_cost == sorted(range(len(points)), key=lambda i: -drawn[i][1])


def test_the_line_goes_through_every_point_in_steps(drawing: Drawing) -> None:
    (line,) = [mark for mark in drawing.root.iter() if mark.get("aria-roledescription") == "line mark"]
    corners = [tuple(map(float, pair)) for pair in re.findall(r"([-\d.]+),([-\d.]+)", line.get("d", ""))]
    points = [place(point.element) for point in drawing.marks("point")]
    near = [min(abs(x - a) + abs(y - b) for a, b in corners) for x, y in points]
    assert max(near) < 0.01
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(corners))


def test_the_ends_are_told_and_the_axes_have_units(front: Front, drawing: Drawing) -> None:
    for row in (min(front, key=lambda row: row["train_days"]), max(front, key=lambda row: row["train_days"])):
        texts = [text for text in drawing.texts("mark") if text.startswith(f"{usd(row['cost_total_usd'])}, ")]
        assert any(text.endswith(" days") for text in texts)
    assert set(drawing.texts("axis-title")) == {"total cost [$]", "training time [days]"}
    assert set(drawing.texts("legend-label")) == {row["hardware"] for row in front.rows}


def test_what_is_maximised_grows_and_the_step_comes_before(front: Front) -> None:
    del front
    larger = gigacost.Sweep({**SPACE, "tokens": ["1T", "4T", "15T"], "chips": 2048})
    drawing = Drawing(larger.pareto(["cost_total_usd"], ["tokens"]).chart())
    points = sorted(drawing.marks("point"), key=lambda point: point.figures["tokens"])
    costs = [point.figures["cost_total_usd"] for point in points]
    assert costs == sorted(costs)
    assert len(points) == 3
    (line,) = [mark for mark in drawing.root.iter() if mark.get("aria-roledescription") == "line mark"]
    (x, y), (x_next, y_next), *_ = re.findall(r"([-\d.]+),([-\d.]+)", line.get("d", ""))
    assert x == x_next
    assert y != y_next


def test_of_three_objectives_two_are_drawn_without_a_line() -> None:
    front = gigacost.Sweep(SPACE).pareto(["cost_total_usd", "train_days", "facility_mw"])
    drawing = Drawing(front.chart())
    assert not [mark for mark in drawing.root.iter() if mark.get("aria-roledescription") == "line mark"]
    assert "its other objectives are not drawn: power of the site" in " ".join(drawing.texts("title-subtitle"))


def test_one_objective_and_nothing_feasible_are_refused() -> None:
    with pytest.raises(gigacost.SpecError, match="one objective; allowed: two"):
        gigacost.Sweep(SPACE).pareto(["cost_total_usd"]).chart()
    with pytest.raises(gigacost.SpecError, match="no combination is feasible"):
        gigacost.Sweep(SPACE, where="cost_total_usd <= 1").pareto(["cost_total_usd", "train_days"]).chart()


def test_a_front_of_thousands_is_drawn_with_a_picture() -> None:
    params = [f"{n}M" for n in range(1000, 3400)]
    space = {"hardware": "h100-sxm", "chips": 256, "params": params, "tokens": "1T"}
    sweep = gigacost.Sweep(space, columns=["loss"])
    front = sweep.pareto(["cost_total_usd", "loss"])
    assert len(front) > 2000
    drawing = Drawing(front.chart())
    assert drawing.svg.marks > 2000
    assert "embedded picture" in drawing.svg.note
    assert drawing.svg.text.count("<image") == 1


def test_more_rows_than_altair_takes_show_themselves_in_a_notebook(front: Front) -> None:
    document = front.to_dict()
    many = [{**document["rows"][0], "index": i, "cost_total_usd": 1e9 - i} for i in range(6000)]
    chart = drawn("front", {**document, "rows": many})
    assert len(chart.to_dict()["datasets"]["rows"]) == 6000
    assert chart._repr_mimebundle_()
