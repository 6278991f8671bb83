"""A chart as a file: the same bytes each time, whole or not at all, and a page that asks for nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import altair as alt
import pypdf
import pytest
import vl_convert
from browser import opened
from PIL import Image

import gigacost
from gigacost.charts import heavy
from gigacost.charts.save import ENDINGS, saved, svg, vegalite
from gigacost.charts.theme import GRID, INK, figure, named

RUN = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def chart() -> Any:
    return gigacost.estimate(**RUN, draws=16).chart()


def points(count: int) -> Any:
    """A chart with so many points."""
    base = alt.Chart(named("rows")).mark_point(clip=True).encode(x="x:Q", y="y:Q")
    rows = [{"x": i, "y": i * i % 997} for i in range(count)]
    return figure(base, {"rows": rows}, title="points", width=300, height=200)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_same_chart_gives_the_same_bytes(chart: Any, tmp_path: Path, ending: str) -> None:
    made = [saved(chart, tmp_path / f"{i}{ending}") for i in range(3)]
    assert len({one.sha256 for one in made}) == 1
    data = (tmp_path / f"0{ending}").read_bytes()
    assert (made[0].bytes, made[0].sha256) == (len(data), hashlib.sha256(data).hexdigest())
    begin = {".svg": b"<svg ", ".png": PNG, ".pdf": b"%PDF-", ".html": b"<!DOCTYPE html>"}[ending]
    assert data.startswith(begin)


def test_what_was_drawn_before_changes_no_id() -> None:
    first = svg(points(5)).text
    svg(points(7))
    assert svg(points(5)).text == first
    assert 'id="chart-0"' in first
    assert "url(#chart-0)" in first
    other = svg(points(5), "front").text
    assert 'id="front-0"' in other
    assert "chart-" not in other


def test_no_theme_of_the_caller_changes_it(chart: Any) -> None:
    plain = vegalite(chart)
    with alt.theme.enable("dark"):
        assert chart.to_dict() != plain
        assert vegalite(chart) == plain


def test_an_older_file_is_replaced_and_nothing_else_is_left(chart: Any, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("old")
    saved(chart, tmp_path / "a.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert (tmp_path / "a.svg").read_text().startswith("<svg ")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("a.bmp", "unknown kind of picture; allowed: a name that ends in .svg, .png, .pdf, .html"),
        ("a", "unknown kind of picture"),
        (".svg", "unknown kind of picture"),
        ("none/a.svg", "there is no folder"),
        ("a\0.svg", "not a file name"),
        ("folder.svg", "exists and is not a regular file"),
    ],
)
def test_bad_names_are_refused(chart: Any, tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(gigacost.SpecError, match=re.escape(what)):
        saved(chart, f"{tmp_path}/{name}")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.svg"]


def test_a_full_disk_is_told_and_leaves_the_older_file(
    chart: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.svg").write_text("old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(gigacost.OutputError, match="No space left on device"):
        saved(chart, tmp_path / "a.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]
    assert (tmp_path / "a.svg").read_text() == "old"


def test_marks_are_those_of_the_chart() -> None:
    assert svg(points(17)).marks == 17


def test_up_to_2000_marks_are_drawn_one_by_one() -> None:
    made = svg(points(heavy.MOST))
    assert (made.marks, made.note) == (2000, "")
    assert "<image" not in made.text


def test_more_marks_are_a_picture_where_they_stood_and_it_is_said(tmp_path: Path) -> None:
    made = saved(points(6000), tmp_path / "a.svg")
    assert made.to_dict()["note"] == "6,000 marks: above 2,000 they are an embedded picture"
    assert made.marks == 6000
    text = (tmp_path / "a.svg").read_text()
    assert len(text) < 6000 * 160
    root = ET.fromstring(text)  # noqa: S314 - drawn by ourselves
    (picture,) = root.iter("{http://www.w3.org/2000/svg}image")
    assert base64.b64decode(picture.get("href", "").partition(",")[2]).startswith(PNG)
    assert picture.get("width") == root.get("width")
    assert heavy.count(text) <= 1
    assert ">points<" in text  # titles and axes stay text
    assert re.search(r">1,?000<|>1K<", text)


def test_the_picture_shows_what_the_marks_would() -> None:
    chart = points(2001)
    embedded = svg(chart).text
    spec = alt.Chart.to_dict(chart)
    drawn = vl_convert.vegalite_to_svg(spec)
    images = [Image.open(BytesIO(vl_convert.svg_to_png(text))).convert("L") for text in (embedded, drawn)]
    assert images[0].size == images[1].size
    pairs = list(zip(*(image.tobytes() for image in images), strict=True))
    assert sum(min(pair) < 200 for pair in pairs) > 1000  # there is something to see
    assert sum(abs(a - b) > 96 for a, b in pairs) < 0.01 * len(pairs)


def test_on_a_page_text_has_the_colour_of_the_page(chart: Any) -> None:
    text = svg(chart, "cost", on_page=True).text
    assert "currentColor" in text
    assert INK not in text
    assert GRID not in text
    assert 'fill="#ffffff"' not in text
    assert 'fill="#ffffff"' in svg(chart).text


@pytest.mark.parametrize("size", ["narrow", "wide", "very wide"])
def test_the_page_draws_without_a_request_under_its_strict_policy(
    browser: Any, chart: Any, tmp_path: Path, size: str
) -> None:
    saved(chart, tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text()
    assert re.search(r"content=\"default-src 'none'; script-src 'sha256-[^ ]+'; style-src", page)
    assert "unsafe-eval" not in page.partition("<body>")[0]
    with opened(browser, tmp_path / "a.html", size=size) as shown:
        shown.page.wait_for_selector("#picture svg", timeout=20_000)
        bars = shown.page.locator("#picture path[aria-roledescription=bar]")
        drawn = [bars.nth(i).get_attribute("aria-label") for i in range(bars.count())]
        assert (shown.requests, shown.errors) == ([], [])
        assert bars.first.bounding_box()["width"] > 50
        whole = shown.page.locator("#picture svg").bounding_box()
        assert whole["x"] + whole["width"] <= shown.page.viewport_size["width"]
    flat = re.findall(r'aria-label="([^"]+)" role="graphics-symbol" aria-roledescription="bar"', svg(chart).text)
    assert drawn == flat
    assert flat


def test_a_page_of_many_marks_draws_them_as_pixels(browser: Any, tmp_path: Path) -> None:
    saved(points(3000), tmp_path / "a.html")
    with opened(browser, tmp_path / "a.html") as shown:
        shown.page.wait_for_selector("#picture canvas", timeout=20_000)
        ink = shown.page.evaluate(
            """() => { const c = document.querySelector("#picture canvas");
            const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
            let n = 0; for (let i = 0; i < d.length; i += 4) n += d[i] < 128; return n; }"""
        )
        assert ink > 1000
        assert (shown.requests, shown.errors) == ([], [])


def test_what_a_label_says_is_no_markup(browser: Any, tmp_path: Path) -> None:
    bad = "</script><script>document.title = 'taken'</script>"
    base = alt.Chart(named("rows")).mark_bar().encode(x="x:Q", y="name:N")
    chart = figure(base, {"rows": [{"x": 1, "name": bad}]}, title=bad)
    saved(chart, tmp_path / "a.html")
    with opened(browser, tmp_path / "a.html") as shown:
        shown.page.wait_for_selector("#picture svg", timeout=20_000)
        assert shown.page.title().startswith("</script>")
        assert shown.errors == []
    ET.fromstring(svg(chart).text)  # noqa: S314 - it is well-formed


def test_a_pdf_can_be_read_and_holds_the_texts(chart: Any, tmp_path: Path) -> None:
    saved(chart, tmp_path / "a.pdf")
    reader = pypdf.PdfReader(tmp_path / "a.pdf", strict=True)
    (page,) = reader.pages
    for text in ("cost [$]", "experiments", "in total (P10 to P90:"):
        assert text in page.extract_text()
