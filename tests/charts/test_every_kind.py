"""What holds for every kind: the page draws what the picture does, without a request; widths are kept to."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browser import opened
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import KINDS, drawn
from gigacost.charts.save import saved

RUN = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
MARKS = "svg [role=graphics-symbol]" + "".join(
    f":not([aria-roledescription={one}])" for one in ("axis", "legend", "title")
)
AXES = {"params": ["1B", "7B", "70B"], "tokens": ["1T", "2T", "4T"], "hardware": ["h100-sxm", "b200-sxm"]}


def sweep() -> gigacost.Sweep:
    return gigacost.Sweep(AXES, fixed={"chips": 512})


ANSWERS: dict[str, Callable[[], Any]] = {
    "estimate": lambda: gigacost.estimate(**RUN, draws=16),
    "best": lambda: sweep().top(3, "cost_total_usd"),
    "front": lambda: sweep().pareto(["cost_total_usd", "train_days"]),
    "summary": lambda: sweep().summary(["cost_total_usd"], per=["hardware"]),
    "uncertainty": lambda: gigacost.uncertainty(**RUN, draws=64),
    "over-time": lambda: gigacost.over_time(sweep(), [2025, 2027]),
    "elasticities": lambda: gigacost.elasticities(**RUN),
    "validate": gigacost.validate_costs,
    "map": lambda: sweep().top(1, "cost_total_usd", per=["params", "tokens"]),
    "layout": lambda: gigacost.layouts(**RUN),
    "scale": lambda: gigacost.estimate(**RUN),
}


@pytest.fixture(scope="module", params=ANSWERS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def answer(kind: str) -> Any:
    return ANSWERS[kind]()


def test_a_page_draws_the_marks_of_the_picture(kind: str, answer: Any, browser: Any, tmp_path: Path) -> None:
    chart = answer.chart(kind)
    saved(chart, tmp_path / "a.html")
    labels = {mark.what for mark in Drawing(chart).marks()}
    with opened(browser, tmp_path / "a.html", size="narrow") as shown:
        shown.page.wait_for_selector("svg")
        found = shown.page.eval_on_selector_all(MARKS, "all => all.map(one => one.ariaLabel)")
        assert not shown.errors
        assert not shown.requests
    assert labels
    assert {str(label).partition(": ")[0] for label in found} == labels


@pytest.mark.parametrize("width", [320, 960])
def test_texts_and_marks_lie_within_the_picture(kind: str, answer: Any, width: int) -> None:
    drawing = Drawing(answer.chart(kind, width=width))
    size = re.match(r'<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing.svg.text)
    assert size
    assert 0.9 * width < float(size[1]) < width + 640
    assert "NaN" not in drawing.svg.text
    assert "undefined" not in drawing.svg.text
    # Nothing has twenty digits.
    assert not [text for text in drawing.texts() if re.search(r"\d[.,]?\d{8,}", text)]


def test_a_kind_of_other_answers_is_refused(kind: str, answer: Any) -> None:
    other = next(name for name, one in KINDS.items() if one.of != KINDS[kind].of)
    with pytest.raises(gigacost.SpecError, match="draws other answers"):
        answer.chart(other)
    with pytest.raises(gigacost.SpecError, match="unknown kind of chart"):
        drawn("pie", answer.to_dict())
