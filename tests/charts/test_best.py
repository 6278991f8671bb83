"""The best combinations as bars, named after what differs between them."""

from __future__ import annotations

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.best import MOST
from gigacost.queries.top import Best

SPACE = {"hardware": ["h100-sxm", "b200-sxm"], "chips": [1024, 2048, 4096], "params": "70B", "tokens": "15T"}


@pytest.fixture(scope="module")
def best() -> Best:
    return gigacost.Sweep(SPACE).top(5)


def test_bars_are_the_rows_in_their_order(best: Best) -> None:
    bars = Drawing(best.chart()).marks("bar")
    assert [bar.figures["index"] for bar in bars] == [row["index"] for row in best.rows]
    assert [bar.figures["cost_total_usd"] for bar in bars] == [row["cost_total_usd"] for row in best.rows]


def test_bars_are_named_after_what_differs(best: Best) -> None:
    drawing = Drawing(best.chart())
    names = [f"{row['hardware']}, {row['chips']:,} chips" for row in best.rows]
    assert [bar.what for bar in drawing.marks("bar")] == names
    assert [text for text in drawing.texts("axis-label") if "chips" in text] == names
    assert drawing.texts("axis-title") == ["total cost [$]"]
    assert set(drawing.texts("legend-label")) == {row["hardware"] for row in best.rows}


def test_where_decades_span_there_are_points_on_a_logarithmic_axis() -> None:
    space = {"params": ["100M", "100B"], "tokens": "1T", "hardware": "h100-sxm", "chips": 256}
    best = gigacost.Sweep(space).top(per=["params"])
    drawing = Drawing(best.chart())
    assert not drawing.marks("bar")
    assert len(drawing.marks("point")) == 2
    assert "for a log scale" in drawing.axes[0]


def test_of_very_many_rows_the_first_are_drawn_and_that_is_said() -> None:
    best = gigacost.Sweep({**SPACE, "chips": list(range(512, 1024, 8))}).top(60)
    drawing = Drawing(best.chart())
    assert len(drawing.marks("bar")) == MOST
    assert "The first 40 of 60." in drawing.texts("title-subtitle")


def test_a_single_combination_is_named_after_its_place() -> None:
    best = gigacost.Sweep({"hardware": ["h100-sxm"], "chips": 1024, "params": "7B", "tokens": "1T"}).top()
    assert [bar.what for bar in Drawing(best.chart()).marks("bar")] == ["combination 0"]


def test_nothing_feasible_is_refused() -> None:
    nothing = gigacost.Sweep(SPACE, where="cost_total_usd <= 1").top()
    with pytest.raises(gigacost.SpecError, match="no combination is feasible"):
        nothing.chart()
