"""The chart of elasticities: a bar for each input, the largest first, to the side of its sign."""

from __future__ import annotations

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn


@pytest.fixture(scope="module")
def found() -> gigacost.Elasticities:
    return gigacost.elasticities(params="7B", tokens="2T", hardware="h100-sxm", chips=1024)


@pytest.fixture(scope="module")
def drawing(found: gigacost.Elasticities) -> Drawing:
    return Drawing(found.chart())


def test_bars_are_the_largest_elasticities(found: gigacost.Elasticities, drawing: Drawing) -> None:
    bars = drawing.marks("bar")
    assert len(bars) == 20
    assert [(bar.what, bar.figures["elasticity"]) for bar in bars] == [
        (one.name, one.elasticity) for one in found.inputs[:20]
    ]


def test_bars_are_as_long_as_their_elasticity_to_the_side_of_its_sign(drawing: Drawing) -> None:
    bars = drawing.marks("bar")
    zero = {round(bar.ends[0], 3) for bar in bars if bar.figures["elasticity"] > 0}
    assert len(zero) == 1
    per_unit = []
    for bar in bars:
        left, long = bar.ends[0], bar.length
        per_unit.append(long / abs(bar.figures["elasticity"]))
        assert min(abs(left - min(zero)), abs(left + long - min(zero))) < 0.01
        assert (left + long / 2 > min(zero)) == (bar.figures["elasticity"] > 0)
    assert per_unit == pytest.approx([per_unit[0]] * len(per_unit), rel=1e-6)


def test_axis_title_and_what_is_left_out(found: gigacost.Elasticities, drawing: Drawing) -> None:
    assert drawing.texts("axis-title") == ["change of total cost for 1 % more of the input [%]"]
    assert "0" in drawing.texts("axis-label")
    assert drawing.texts("title-text") == ["What moves the total cost, $1.25M"]
    moving = [one for one in found.inputs if abs(one.elasticity or 0.0) >= 0.0005]
    assert f"{len(moving) - 20} more inputs" in " ".join(drawing.texts("title-subtitle"))
    assert "tokens *" in drawing.texts("axis-label")  # follows it by steps too
    assert "experiments_factor" in drawing.texts("axis-label")


def test_nothing_that_moves_it_is_refused(found: gigacost.Elasticities) -> None:
    document = found.to_dict()
    with pytest.raises(gigacost.SpecError, match="no input has an elasticity other than 0"):
        drawn("elasticities", {**document, "inputs": []})
