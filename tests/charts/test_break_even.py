"""A break-even: a line for each option, which cross where the answer says."""

from __future__ import annotations

import re
from math import log

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn

RUN = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 1024}


@pytest.fixture(scope="module")
def found() -> gigacost.BreakEven:
    return gigacost.break_even("runs_per_year", between={"market": ["own", "on_demand"]}, over=(1, 200), **RUN)


@pytest.fixture(scope="module")
def drawing(found: gigacost.BreakEven) -> Drawing:
    return Drawing(found.chart())


def test_crossings_are_those_of_the_answer(found: gigacost.BreakEven, drawing: Drawing) -> None:
    marked = [mark for mark in drawing.marks("point") if not mark.what.startswith("end of")]
    assert [mark.what for mark in marked] == ["own", "on_demand"]
    for mark, crossing in zip(marked, found.crossings, strict=True):
        assert crossing.above is not None
        assert mark.figures["runs_per_year"] == crossing.value
        assert mark.figures["cost_total_usd"] == crossing.above["cost_total_usd"]


def test_lines_begin_and_end_where_the_curves_do(found: gigacost.BreakEven, drawing: Drawing) -> None:
    ends = [mark for mark in drawing.marks("point") if mark.what.startswith("end of")]
    for option in found.options:
        rows = [row for row in found.curve if row["market"] == option]
        told = [mark.figures for mark in ends if mark.what == f"end of {option}"]
        assert told == [
            {"runs_per_year": row["runs_per_year"], "cost_total_usd": row["cost_total_usd"]}
            for row in (rows[0], rows[-1])
        ]


def test_every_option_has_its_line_through_all_of_its_curve(found: gigacost.BreakEven, drawing: Drawing) -> None:
    lines = [mark for mark in drawing.root.iter() if mark.get("aria-roledescription") == "line mark"]
    lengths = [len(re.findall(r"[-\d.]+,[-\d.]+", line.get("d", ""))) for line in lines]
    counts = [sum(row["market"] == option for row in found.curve) for option in found.options]
    assert sorted(lengths) == sorted(counts)
    assert drawing.texts("legend-label") == list(map(str, found.options))


def test_the_crossing_stands_at_its_value_on_a_logarithmic_axis(found: gigacost.BreakEven, drawing: Drawing) -> None:
    x = [axis for axis in drawing.axes if axis.startswith("X-axis")]
    assert "'runs per year [1/yr]' for a log scale with values from 1 to 200" in x[0]
    mark = next(mark for mark in drawing.marks("point") if mark.what == "own")
    place = float(re.findall(r"[-\d.]+", mark.element.get("transform", ""))[0])
    assert place == pytest.approx(640 * log(found.crossings[0].value) / log(200), rel=1e-4)


def test_the_title_says_which_option_is_the_best_where(drawing: Drawing) -> None:
    told = "on_demand up to 30.8 per year, own up to 50.4 per year, then on_demand"
    assert " ".join(drawing.texts("title-text")) == told


def test_an_option_that_ends_is_told_from_one_that_is_passed(found: gigacost.BreakEven, drawing: Drawing) -> None:
    passed, ended = found.crossings
    assert passed.below is not None
    assert ended.below is not None
    assert ended.above is not None
    assert ended.above["cost_total_usd"] > 1.1 * ended.below["cost_total_usd"]
    texts = [text for text in drawing.texts() if text.endswith("possible")]
    assert texts == ["50.4 per year: own is no longer possible"]


def test_nothing_feasible_is_refused(found: gigacost.BreakEven) -> None:
    with pytest.raises(gigacost.SpecError, match="no option is feasible anywhere"):
        drawn("break-even", {**found.to_dict(), "curve": []})
