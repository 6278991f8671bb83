"""A report in a browser: nothing is asked for, nothing is wrong, and all can be read, by whoever and however."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import opened
from report_pages import ReportPage

_BAD = {"serious", "critical"}


NAMES = ["run", "open", "spec"]


def _assert_report(found: Any, file: Path) -> None:
    """What every report shows; fails on a page with nothing on it."""
    page = found.page
    assert page.locator("h1").inner_text().startswith("What it costs")
    headings = page.locator("h2").all_inner_texts()
    assert headings[:3] == ["The question", "The answer", "Where the money goes"]
    shown = page.evaluate(
        "[...document.querySelectorAll('data')].map(e => [e.value, e.dataset.quantity, e.textContent])"
    )
    assert [tuple(one) for one in shown] == ReportPage(file.read_text()).numbers
    assert len(shown) > 300
    drawn = page.evaluate("[...document.querySelectorAll('figure svg')].map(e => e.getBoundingClientRect().width)")
    assert len(drawn) >= 5
    assert min(drawn) > 300
    assert found.requests == []
    assert found.errors == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", ["narrow", "wide", "very wide"])
def test_it_is_whole_at_every_size(name: str, size: str, browser: Any, report: Callable[..., Path]) -> None:
    with opened(browser, report(name), size=size) as found:
        _assert_report(found, report(name))
        across = found.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert across[0] <= across[1]


def test_a_blank_page_fails(browser: Any, tmp_path: Path) -> None:
    blank = tmp_path / "blank.html"
    blank.write_text(
        "<!DOCTYPE html><html lang='en'><title>What it costs</title><body><h1>What it costs</h1></body></html>"
    )
    with opened(browser, blank) as found, pytest.raises(AssertionError):
        _assert_report(found, blank)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_finding_of_axe(name: str, scheme: str, browser: Any, report: Callable[..., Path]) -> None:
    with opened(browser, report(name), color_scheme=scheme, bypass_csp=True) as found:
        found.page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        violations = Axe().run(found.page).response["violations"]
        told = [(one["id"], one["nodes"][0]["html"][:200]) for one in violations if one["impact"] in _BAD]
        assert told == []


def test_axe_finds_what_is_wrong(browser: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text("<!DOCTYPE html><title>x</title><p style='color:#ccc;background:#fff'>faint</p><img src='data:,'>")
    with opened(browser, bad) as found:
        impacts = {one["impact"] for one in Axe().run(found.page).response["violations"]}
        assert impacts & _BAD


def test_dark_is_dark_and_paper_is_white(browser: Any, report: Callable[..., Path]) -> None:
    colours = "[getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color]"
    with opened(browser, report("run"), color_scheme="dark") as found:
        background, ink = found.page.evaluate(colours)
        assert (background, ink) == ("rgb(20, 23, 28)", "rgb(231, 234, 238)")
        text = found.page.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill")
        assert text == ink  # what is drawn follows the page
        found.page.emulate_media(media="print", color_scheme="dark")
        assert found.page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_print_shows_all_tables_and_no_links_to_click(browser: Any, report: Callable[..., Path]) -> None:
    heights = "[...document.querySelectorAll('table')].map(e => e.getBoundingClientRect().height)"
    with opened(browser, report("run")) as found:
        closed = found.page.evaluate("[...document.querySelectorAll('details table')].map(e => e.checkVisibility())")
        assert closed
        assert not any(closed)
        found.page.emulate_media(media="print")
        for table in found.page.locator("details table").all():
            table.wait_for(state="visible")  # fails after half a minute
        assert min(found.page.evaluate(heights)) > 20
        assert not found.page.locator("nav").is_visible()
        assert not found.page.locator(".download").first.is_visible()


def test_all_is_reached_by_the_keyboard(browser: Any, report: Callable[..., Path]) -> None:
    with opened(browser, report("run")) as found:
        page = found.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.url.endswith("#answer")
        details = page.locator("details").first
        details.locator("summary").focus()
        page.keyboard.press("Enter")
        assert details.locator("table").is_visible()
        page.keyboard.press("Enter")
        assert not details.locator("table").is_visible()
        scrolled = page.evaluate("""[...document.querySelectorAll('.scroll, pre')].every(e => e.tabIndex === 0)""")
        assert scrolled


def test_a_file_comes_out_of_the_page(browser: Any, report: Callable[..., Path]) -> None:
    with opened(browser, report("spec"), accept_downloads=True) as found:
        with found.page.expect_download() as waiting:
            found.page.locator("a[download='gigacost-front.csv']").click()
        text = Path(waiting.value.path()).read_text()
        assert text == ReportPage(report("spec").read_text()).downloads["gigacost-front.csv"].replace("\r\n", "\n")
        assert found.errors == []


def test_headings_are_in_order(report: Callable[..., Path]) -> None:
    for name in NAMES:
        page = ReportPage(report(name).read_text())
        assert page.headings == [1, *[2] * (len(page.headings) - 1)]


def test_tables_name_their_rows_and_columns(browser: Any, report: Callable[..., Path]) -> None:
    with opened(browser, report("spec")) as found:
        wrong = found.page.evaluate("""[...document.querySelectorAll('table')].filter(t =>
            !t.caption || !t.caption.textContent.trim() || ![...t.tHead.rows[0].cells].every(c => c.scope === 'col') ||
            ![...t.tBodies[0].rows].every(r => r.cells[0].scope === 'row')).length""")
        assert wrong == 0
