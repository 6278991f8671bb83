"""Views in notebooks: what they say, that they are safe, small and cheap."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from answers_of_each_kind import answers, sweep
from axe_playwright_python.sync_playwright import Axe
from browser import opened
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import gigacost
from gigacost.display.shown import Shown
from gigacost.display.views import VIEWS, rendered

DESIGN: dict[str, Any] = {"hardware": "h100-sxm", "chips": 1024, "params": "70B", "tokens": "2T"}
MOST_BYTES = 6_000
VOID = {"br"}


class Reader(HTMLParser):
    """What stands in a view: its text by cell, its tags; fails where these are not nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.styles: list[str] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.append(tag)
        assert {name for name, _ in attrs} <= {"style", "scope", "colspan", "tabindex"}
        self.styles += [value or "" for name, value in attrs if name == "style"]
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and {"td", "th"} & set(self.open):
            self.cells[-1] += data

    def beside(self, text: str) -> str:
        """The cell after the first of that text."""
        return self.cells[self.cells.index(text) + 1]


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    space = sweep()
    several = {name: value for name, value in DESIGN.items() if name != "params"}
    found = {name: answer for name, answer in answers().items() if name != "estimates"}
    found["sweep"], found["rows"] = space, space.pareto(["cost_total_usd", "train_days"]).rows
    found["summary"] = space.summary(["cost_total_usd", "train_days"], per=["market"])
    found["solution"] = gigacost.solve("params", several, where="cost_total_usd <= 50e6", over=("1B", "1T"))
    found["break even"] = gigacost.break_even(
        "params", several, between={"market": ["own", "on_demand"]}, over=("1B", "100B")
    )
    found["uncertainty"] = gigacost.uncertainty(**DESIGN, draws=64)
    found["elasticities"] = gigacost.elasticities(**DESIGN)
    found["layouts"] = gigacost.layouts(**DESIGN)
    found["explanation"] = gigacost.explain("cost_rent_usd", **DESIGN)
    found["bounds"], found["count"] = space.bounds("cost_total_usd"), space.counted()
    found["diff"] = gigacost.diff({"fixed": DESIGN}, {"fixed": {**DESIGN, "market": "own", "pue": 1.3}})
    found["partial"] = space.partial("count", (1, 2))
    found["model"], found["catalogue"] = gigacost.model.default(), gigacost.Catalog.bundled()
    found["costs"], found["development"] = gigacost.validate_costs(), gigacost.validate_development()
    found["runs"], found["throughput"] = gigacost.validate_runs(), gigacost.validate_throughput()
    return found


KINDS = (
    *("estimate", "choose", "compare", "top", "pareto", "over_time", "sweep", "rows", "summary", "solution"),
    *("break even", "uncertainty", "elasticities", "layouts", "explanation", "bounds", "count", "partial", "model"),
    *("catalogue", "diff", "costs", "development", "runs", "throughput"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_view_is_small_and_has_no_script_and_no_colours_of_its_own(kind: str, shown: dict[str, Any]) -> None:
    html = shown[kind]._repr_html_()
    read = Reader(html)
    assert len(html.encode()) <= MOST_BYTES
    assert set(read.tags) <= {"div", "p", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert len(read.cells) >= 4 or kind == "count"
    for style in read.styles:
        assert not re.search(r"#|rgb|url|(?<!-)\bcolor\s*:", style)
        assert "background" not in style or "background:currentColor" in style
    assert "<" in repr(shown[kind]) or "(" in repr(shown[kind])
    assert not any(re.fullmatch(r"[-+$\d,]*\.\d{5,}", cell) for cell in read.cells)


def test_every_public_answer_has_a_view() -> None:
    public = {name: getattr(gigacost, name) for name in gigacost._HOMES}
    declared = {"Alternative", "Constant", "Input", "Subtotal", "Reported"}  # the last is the receipt of a file
    for name, one in public.items():
        if inspect.isclass(one) and not issubclass(one, Exception) and name not in declared:
            assert issubclass(one, Shown), name
    assert {name for name, one in public.items() if inspect.isclass(one) and issubclass(one, Shown)} - VIEWS.keys() == {
        "DatasetStatus", "DatasetVerification", "Partial", "Sweep", "WrittenDataset",
    }  # fmt: skip


def test_an_estimate_says_where_the_money_goes(shown: dict[str, Any]) -> None:
    one = shown["estimate"]
    read = Reader(one._repr_html_())
    assert f"${one['cost_total_usd'] / 1e6:.0f}M" in read.text
    known = [name for name, value in one.breakdown.items() if value]
    ordered = sorted(known, key=lambda name: -one.breakdown[name])
    places = [read.cells.index(name.removeprefix("cost_").removesuffix("_usd").replace("_", " ")) for name in ordered]
    assert places == sorted(places)
    assert read.beside("training time") == f"{one['train_days']:.1f} days"
    assert read.beside("MFU") == f"{one['mfu']:.0%}".replace("%", " %")
    assert "chips 16,384" in read.text


def test_the_first_rows_of_a_front_are_shown_and_no_others_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = {"hardware": ["h100-sxm", "b200-sxm"], "chips": {"from": 64, "to": 4096, "steps": 200, "multiple_of": 8}}
    front = gigacost.Sweep(axes, fixed={"params": "13B", "tokens": "2T"}).pareto(
        ["cost_total_usd", "train_days", "facility_mw"]
    )
    assert len(front) > 20
    looked: list[int] = []
    original = type(front.rows)._table

    def watched(view: Any) -> Any:
        looked.append(len(view))
        return original(view)

    monkeypatch.setattr(type(front.rows), "_table", watched)
    read = Reader(front._repr_html_())
    assert sum(looked) == 10
    assert f"and {len(front) - 10:,} more" in read.text
    assert f"Front: {len(front):,} of" in read.text
    assert read.cells[0] == "index"


def test_a_sweep_says_what_is_specified_and_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    axes = {"chips": {"from": 8, "to": 80_000, "step": 8}, "tokens": {"from": "1B", "to": "1000B", "step": "1B"}}
    space = gigacost.Sweep(axes, fixed={"hardware": "h100-sxm", "params": "7B"}, where="train_days <= 90")
    monkeypatch.setattr(type(space), "_table", None)
    read = Reader(space._repr_html_())
    assert "Sweep: 10,000,000 combinations" in read.text
    assert "where train_days <= 90" in read.text
    assert read.beside("chips") == "10,000"


def test_text_is_text(shown: dict[str, Any]) -> None:
    odd = "<script>alert(1)</script><img src=x onerror=y>&\"'"
    one = replace(shown["estimate"], inputs={"note": odd}, status=odd)
    html = one._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert odd in Reader(html).text
    rows = {"what": odd, "rows": [{odd: odd}], "count": 1, "combinations": 1, "meta": {"warnings": [odd]}}
    assert "<script" not in rendered(["Rows"], rows)
    assert "<script" not in rendered(["Unknown"], {odd: odd, "list": [odd]})


def test_what_is_not_known_is_said(shown: dict[str, Any]) -> None:
    one = shown["estimate"]
    null = replace(
        one,
        status="no_price",
        breakdown={**one.breakdown, "cost_rent_usd": None},
        subtotals=dict.fromkeys(one.subtotals),
    )
    text = Reader(null._repr_html_()).text
    assert "not known: rent" in text
    assert "status: no_price" in text
    assert "Estimate: —" in text


def test_keys_are_completed(shown: dict[str, Any], tmp_path: Path) -> None:
    names = {"run": shown["estimate"], "found": shown["elasticities"]}
    shell = InteractiveShell(user_ns=names, ipython_dir=str(tmp_path), config=Config(HistoryManager={"enabled": False}))
    shell.Completer.use_jedi = False
    with provisionalcompleter():
        for text, key in (('run["train_da', "train_days"), ('found["tok', "tokens")):
            texts = [one.text for one in shell.Completer.completions(text, len(text))]
            assert any(key in one for one in texts), texts
    assert all(shown["estimate"][name] is not ... for name in shown["estimate"]._ipython_key_completions_())


def test_a_view_loads_neither_altair_nor_the_charts() -> None:
    code = (
        "import sys, gigacost\n"
        "one = gigacost.estimate(params='7B', tokens='2T', hardware='h100-sxm', chips=64)\n"
        "before = set(sys.modules)\n"
        "one._repr_html_()\n"
        "loaded = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "assert loaded <= {'gigacost', 'html'}, loaded\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_in_the_colours_of_the_page(
    scheme: str, shown: dict[str, Any], browser: Any, tmp_path: Path
) -> None:
    page = tmp_path / "a.html"
    html = "".join(f"<section id='{kind.replace(' ', '-')}'>{shown[kind]._repr_html_()}</section>" for kind in KINDS)
    style = "<style>:root{color-scheme:light dark}body{background:Canvas;color:CanvasText}</style>"
    page.write_text(f"<!doctype html><html lang=en><meta charset=utf-8><title>views</title>{style}{html}")
    with opened(browser, page, size="narrow", color_scheme=scheme) as found:
        same = (
            "[...document.querySelectorAll('section *')].every(one => {const style = getComputedStyle(one);"
            "return style.color === getComputedStyle(document.body).color &&"
            "['rgba(0, 0, 0, 0)', style.color].includes(style.backgroundColor)})"
        )
        assert found.page.evaluate(same)
        total = found.page.locator("#estimate tbody tr td").first
        assert total.is_visible()
        assert found.page.locator("#pareto tbody tr").count() >= 3
        assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        broken = [(one["id"], one["impact"]) for one in Axe().run(found.page).response["violations"]]
        assert [one for one in broken if one[1] in {"serious", "critical"}] == []
    assert (found.requests, found.errors) == ([], [])
