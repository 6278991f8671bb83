"""The chart of a layout: areas in proportion to chips, bars that add up to a step and to a chip's memory."""

from __future__ import annotations

import re

import pytest
from drawings import Drawing

import gigacost
from gigacost.charts.kinds import drawn

DESIGNS = [
    {"model": "llama-3.1-405b", "hardware": "h100-sxm", "chips": 16384},
    {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 100, "tp": 8},
    {"params": "1B", "tokens": "2T", "hardware": "gb200-nvl72", "chips": 9216},
    {"params": "1B", "tokens": "2T", "hardware": "h100-sxm", "chips": 8},
]


@pytest.fixture(scope="module")
def found() -> gigacost.Layouts:
    return gigacost.layouts(**DESIGNS[0])


@pytest.fixture(scope="module")
def drawing(found: gigacost.Layouts) -> Drawing:
    return Drawing(found.chart())


@pytest.mark.parametrize("width", [320, 640])
@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: f"{design['chips']} {design['hardware']}")
def test_areas_are_in_proportion_to_chips(design: dict[str, object], width: int) -> None:
    found = gigacost.layouts(**design)
    best = found.best[0]
    marks = [mark for mark in Drawing(found.chart(width=width)).marks() if "chips" in mark.figures]
    stages = [mark for mark in marks if mark.what.startswith("stage")]
    assert sum(mark.figures["chips"] for mark in stages) == best.axes["tp"] * best.axes["cp"] * best.axes["pp"]
    copies = [mark for mark in marks if mark.what == "copies"]
    idle = [mark for mark in marks if mark.what == "idle chips"]
    assert sum(mark.figures["copies"] for mark in copies) == best.dp
    assert sum(mark.figures["chips"] for mark in copies + idle) == pytest.approx(float(found.inputs["chips"]))
    assert sum(mark.figures["chips"] for mark in idle) == pytest.approx(best.idle_chips)
    others = {mark.what: mark for mark in marks if mark.what in {"a rack", "a domain", "one copy"}}
    assert others["a domain"].figures["chips"] == found.scaleup_domain
    assert others["a rack"].figures["chips"] == (72 if design["hardware"] == "gb200-nvl72" else 64)
    for drawn_ in (stages, [*copies, *idle, *others.values()]):
        pixels = [mark.area / mark.figures["chips"] for mark in drawn_]
        assert pixels == pytest.approx([pixels[0]] * len(pixels), rel=1e-5)


def test_bars_add_up_to_the_step_and_to_the_memory(found: gigacost.Layouts, drawing: Drawing) -> None:
    best = found.best[0]
    groups = [
        g for g in drawing.root.iter("{http://www.w3.org/2000/svg}g") if "mark-rect" in g.get("class", "").split()
    ]
    bars = {id(mark.element): mark for mark in drawing.marks("bar")}
    parts = [[bars[id(one)] for one in group if id(one) in bars] for group in groups]
    times, memory, losers = (part for part in parts if part)
    assert sum(bar.figures["value"] for bar in times) == pytest.approx(best.step_seconds, rel=1e-9)
    assert times[0].what == "gemm"
    assert times[0].figures["value"] == best.parts["gemm_seconds"]
    assert sum(bar.figures["value"] for bar in memory) == pytest.approx(best.memory_per_chip_gib, rel=1e-9)
    assert [bar.figures["value"] for bar in losers] == [one.slower for one in found.losing[:8]]
    for one in (times, memory, losers):
        long = [float(re.findall(r"h(-?[\d.]+)", bar.element.get("d", ""))[0]) for bar in one]
        per = [length / bar.figures["value"] for length, bar in zip(long, one, strict=True)]
        assert per == pytest.approx([per[0]] * len(per), rel=1e-6)


def test_the_title_tells_the_layout(found: gigacost.Layouts, drawing: Drawing) -> None:
    best = found.best[0]
    title = next(text for text in drawing.texts("title-text") if text.startswith("tp "))
    assert title.startswith(f"tp {best.axes['tp']}, pp {best.axes['pp']}")
    assert f"dp {best.dp}" in title
    assert "6.41 s a step, MFU 41 %" in title
    assert "2,048 sequences of 8,192 tokens a step" in " ".join(drawing.texts("title-subtitle"))
    assert f"one copy: {best.axes['pp']} x {best.axes['tp'] * best.axes['cp']} chips" in drawing.texts("mark")


def test_a_document_without_a_layout_is_refused(found: gigacost.Layouts) -> None:
    with pytest.raises(gigacost.SpecError, match="no layout is possible"):
        drawn("layout", {**found.to_dict(), "best": []})
