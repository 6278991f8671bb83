"""The chart of scale: areas in proportion to numbers, racks and halls that add up to the chips, sources told."""

from __future__ import annotations

import itertools
import math
import re
from xml.etree import ElementTree as ET

import pytest
from drawings import Drawing, Mark

import gigacost
from gigacost import known_sizes
from gigacost.charts.kinds import drawn

COLOSSUS = {"preset": "colossus-1-100k", "model": "llama-3.1-405b", "tokens": "15.6T"}
MODEL_OF_29B = {"model": "gigachat-29b", "tokens": "2T", "hardware": "a100-sxm-80", "chips": 1024}
RUNS = [
    COLOSSUS,
    MODEL_OF_29B,
    {"params": "1B", "tokens": "20B", "hardware": "h100-sxm", "chips": 8},
    {"params": "2T", "tokens": "40T", "hardware": "gb200-nvl72", "chips": 150_000, "restart_seconds": 60},
]


def parts(drawing: Drawing) -> list[list[Mark]]:
    """The squares and cells of each part."""
    found = []
    for group in drawing.root.iter("{http://www.w3.org/2000/svg}g"):
        if "mark-rect" in group.get("class", "").split():
            wanted = set(map(id, group))
            found.append([mark for mark in drawing.marks() if id(mark.element) in wanted])
    return [marks for marks in found if marks]


def drawing_of(estimate: gigacost.Estimate, **options: int) -> Drawing:
    return Drawing(drawn("scale", estimate.to_dict(), **options))


@pytest.fixture(scope="module")
def colossus() -> gigacost.Estimate:
    found = gigacost.estimate(**COLOSSUS)
    assert isinstance(found, gigacost.Estimate)
    return found


@pytest.fixture(scope="module")
def drawing(colossus: gigacost.Estimate) -> Drawing:
    return drawing_of(colossus)


@pytest.mark.parametrize("width", [320, 640, 1000])
@pytest.mark.parametrize("run", RUNS, ids=lambda run: str(run.get("hardware", "colossus")))
def test_areas_are_in_proportion_to_the_numbers(run: dict[str, object], width: int) -> None:
    drawing = drawing_of(gigacost.estimate(**run), width=width)
    several = [marks for marks in parts(drawing) if "value" in marks[0].figures]
    assert len(several) == 3  # power, data, parameters
    for marks in several:
        pixels = [mark.area / mark.figures["value"] for mark in marks]
        assert pixels == pytest.approx([pixels[0]] * len(pixels), rel=1e-6)
        assert max(mark.area for mark in marks) > 60 * 60
        assert min(mark.area for mark in marks) > 0.5  # what nobody could see is left out


@pytest.mark.parametrize("run", RUNS, ids=lambda run: str(run.get("hardware", "colossus")))
def test_racks_add_up_to_the_chips(run: dict[str, object]) -> None:
    estimate = gigacost.estimate(**run)
    drawing = drawing_of(estimate)
    racks = [mark for mark in drawing.marks() if mark.what == "racks"]
    chips = float(estimate.inputs["chips"])
    per_rack = 72 if estimate.inputs["hardware"] == "gb200-nvl72" else known_sizes.RACK.value
    assert sum(mark.figures["racks"] for mark in racks) == pytest.approx(chips / per_rack, rel=1e-9)
    pixels = [mark.area / mark.figures["racks"] for mark in racks]
    assert pixels == pytest.approx([pixels[0]] * len(pixels), rel=1e-6)
    halls = [mark for mark in drawing.marks() if mark.what == "hall"]
    assert len(halls) == math.ceil(chips / known_sizes.HALL.value)
    assert halls[0].area / known_sizes.HALL.value == pytest.approx(pixels[0] / per_rack, rel=1e-6)


def test_racks_stand_in_halls_and_not_on_each_other(drawing: Drawing) -> None:
    racks, halls = ([mark.box for mark in drawing.marks() if mark.what == what] for what in ("racks", "hall"))
    for left, right, top, bottom in racks:
        assert any(a - 0.01 <= left and right <= b + 0.01 and c - 0.01 <= top and bottom <= d + 0.01
                   for a, b, c, d in halls)  # fmt: skip
    for one, other in itertools.combinations(racks, 2):
        assert (
            min(one[1], other[1]) - max(one[0], other[0]) < 0.01 or min(one[3], other[3]) - max(one[2], other[2]) < 0.01
        )


def test_colossus_stands_beside_what_was_reported_of_it(colossus: gigacost.Estimate, drawing: Drawing) -> None:
    power = {mark.what: mark.figures["value"] for mark in drawing.marks() if "value" in mark.figures}
    assert power["this site"] == colossus["facility_mw"]
    assert power["Colossus 1 as reported, 100,000 H100"] == 181
    assert power["a nuclear reactor (Vogtle 4)"] == pytest.approx(colossus["facility_mw"] / colossus["reactors"])
    homes = known_sizes.MEMPHIS.value * colossus["average_mw"] / colossus["households"]
    assert power["all households of Memphis"] == pytest.approx(homes)
    assert len([mark for mark in drawing.marks() if mark.what == "hall"]) == 4
    assert "166 MW" in drawing.texts("mark")
    assert "181 MW" in drawing.texts("mark")
    assert any("100,000 chips, 1,562 racks of 64" in text for text in drawing.texts("title-text"))


def test_29b_parameters_stand_beside_a_cubic_millimetre() -> None:
    estimate = gigacost.estimate(**MODEL_OF_29B)
    drawing = drawing_of(estimate)
    found = {mark.what: mark.figures["value"] for mark in drawing.marks() if "value" in mark.figures}
    assert found["parameters of gigachat-29b"] == 29e9
    assert found["synapses in 1 mm³ of mouse cortex"] == 523e6
    assert found["images of 1 mm³ of mouse cortex"] == 1.6
    assert found["raw text read to make the corpus"] == estimate["raw_data_pb"]
    assert any("55.4 mm³ of mouse cortex" in text for text in drawing.texts("title-text"))
    assert {"29B", "523M", "1.6 PB", "5.07 PB"} <= set(drawing.texts("mark"))


def test_what_it_is_drawn_to_is_told_with_source_and_date(drawing: Drawing) -> None:
    told = " ".join(drawing.texts("mark"))
    for one in (known_sizes.REACTOR, known_sizes.HOUSEHOLD, known_sizes.MEMPHIS, known_sizes.COLOSSUS_1_POWER,
                known_sizes.RACK, known_sizes.HALL, known_sizes.MOUSE_CORTEX_PETABYTES,
                known_sizes.MOUSE_CORTEX_SYNAPSES, known_sizes.HUMAN_CORTEX_SYNAPSES):  # fmt: skip
        assert one.source in told
        assert one.date in told
    assert "1,114 MW/reactor: US EIA" in told
    assert "1.6 PB/mm3, 523M synapse/mm3: MICrONS" in told


def test_every_known_size_has_a_source_and_a_date() -> None:
    sizes = [one for one in vars(known_sizes).values() if isinstance(one, known_sizes.KnownSize)]
    assert len(sizes) > 10
    for one in sizes:
        assert one.source
        assert re.fullmatch(r"\d{4}(-\d\d){0,2}", one.date) or one.source.startswith("a definition")


def test_names_do_not_overlap_in_any_size(colossus: gigacost.Estimate) -> None:
    """By the room that their letters take, which the picture's size leaves between them."""
    for width in (320, 640, 1000):
        drawing = drawing_of(colossus, width=width)
        for group in drawing.root.iter("{http://www.w3.org/2000/svg}g"):
            texts = [one for one in group if one.tag.endswith("text")]
            if "mark-text" in group.get("class", "").split() and texts:
                lines: dict[float, list[tuple[float, float]]] = {}
                for text in texts:
                    x, y = map(float, re.findall(r"-?[\d.]+", text.get("transform", ""))[:2])
                    lines.setdefault(y, []).append((x, x + 5.2 * len(_text(text))))
                for ends in lines.values():
                    assert all(right <= left for (_, right), (left, _) in itertools.pairwise(ends)), width


def _text(element: ET.Element) -> str:
    return "".join(element.itertext())


def test_a_document_without_anything_to_compare_is_refused(colossus: gigacost.Estimate) -> None:
    nothing = {**colossus.to_dict(), "quantities": {}, "inputs": {}, "assumptions": []}
    with pytest.raises(gigacost.SpecError, match="neither power nor chips"):
        drawn("scale", nothing)
