"""The map of two axes: its lines lie where the model says that the best design costs as much."""

from __future__ import annotations

import math
import re

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn

AXES = {
    "params": {"from": "1B", "to": "1T", "steps": 13, "scale": "log"},
    "tokens": {"from": "100B", "to": "30T", "steps": 13, "scale": "log"},
    "hardware": ["h100-sxm", "gb200-nvl72"],
}


@pytest.fixture(scope="module")
def best() -> gigacost.Best:
    sweep = gigacost.Sweep(AXES, fixed={"chips": 8192}, where="train_days <= 90", columns=["cost_total_usd"])
    return sweep.top(1, "cost_total_usd", per=["params", "tokens"])


@pytest.fixture(scope="module")
def document(best: gigacost.Best) -> dict[str, object]:
    return document_of(best)


def document_of(best: gigacost.Best) -> dict[str, object]:
    return {"rows": [dict(row) for row in best.rows], "meta": dict(best.meta)}


@pytest.fixture(scope="module")
def drawing(document: dict[str, object]) -> Drawing:
    return Drawing(drawn("map", document))


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]


def test_the_answer_says_per_which_axes(best: gigacost.Best) -> None:
    assert best.meta["per"] == ["params", "tokens"]


def test_along_a_line_the_cost_is_the_same(drawing: Drawing, best: gigacost.Best) -> None:
    """Costs of neighbours on the grid, interpolated where a line passes, are the line's."""
    lines = drawing.marks("line mark")
    assert len(lines) >= 4
    cost = {(row["params"], row["tokens"]): row["cost_total_usd"] for row in best.rows}
    xs, ys = (sorted({pair[k] for pair in cost}) for k in (0, 1))
    width, height = 640.0, 461.0
    for line in lines:
        level = line.figures["level"]
        for x, y in points(line.element.get("d", "")):
            at = (x / width * (len(xs) - 1), (1 - y / height) * (len(ys) - 1))
            low, high = ((math.floor(value + 1e-3), math.ceil(value - 1e-3)) for value in at)
            near = {cost[xs[i], ys[j]] for i in low for j in high if (xs[i], ys[j]) in cost}
            assert min(near) * 0.999 <= level <= max(near) * 1.001


def test_lines_are_labelled_in_dollars(drawing: Drawing) -> None:
    levels = {line.figures["level"] for line in drawing.marks("line mark")}
    texts = {text for text in drawing.texts("mark") if text.startswith("$")}
    assert texts
    assert len(texts) <= len(levels)
    assert all(re.fullmatch(r"\$[\d.]+[KMB]", text) for text in texts)


def test_regions_are_the_hardware_of_the_best_and_grey_where_there_is_none(
    drawing: Drawing, best: gigacost.Best
) -> None:
    cells = [mark for mark in drawing.marks() if "pairs" in mark.figures]
    pairs = {
        kind: sum(cell.figures["pairs"] for cell in cells if cell.what == kind) for kind in {c.what for c in cells}
    }
    wanted = {kind: float(sum(row["hardware"] == kind for row in best.rows)) for kind in AXES["hardware"]}
    assert pairs == {**{k: v for k, v in wanted.items() if v}, "no design": 13 * 13 - float(len(best.rows))}
    assert set(drawing.texts("legend-label")) == set(pairs)


def test_axes_are_logarithmic_with_units(drawing: Drawing) -> None:
    assert set(drawing.texts("axis-title")) == {"parameters", "tokens"}
    assert {"20B", "100B", "10T"} <= set(drawing.texts("axis-label"))


def test_chips_and_days() -> None:
    """Cost is chip-hours times a rent, but for what does not depend on them: hyperbolas."""
    axes = {name: {"from": low, "to": high, "steps": 7, "scale": "log"} for name, low, high in (
        ("chips", 1024, 65536), ("train_hours", 120, 4800))}  # fmt: skip
    best = gigacost.Sweep(axes, fixed={"params": "70B", "tokens": "15T", "hardware": "h100-sxm"}).top(
        1, "cost_total_usd", per=["chips", "train_hours"]
    )
    drawing = Drawing(best.chart("map"))
    assert set(drawing.texts("axis-title")) == {"chips", "training time [days]"}
    assert {"50", "100", "150", "200"} <= set(drawing.texts("axis-label"))
    assert len(drawing.marks("line mark")) >= 4


def test_a_map_needs_two_axes_of_numbers(document: dict[str, object]) -> None:
    sweep = gigacost.Sweep(AXES, fixed={"chips": 8192})
    for per, what in (([], "0 axes"), (["params"], "1 axes"), (["params", "hardware"], "hardware has labels")):
        best = sweep.top(1, "cost_total_usd", per=per)
        with pytest.raises(gigacost.SpecError, match=what):
            drawn("map", document_of(best))
    with pytest.raises(gigacost.SpecError, match="no design is possible"):
        drawn("map", {**document, "rows": []})
