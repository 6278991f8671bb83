"""The page of the API: no script, no request, readable at every size in light and dark, and all there is."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from asked_service import service
from axe_playwright_python.sync_playwright import Axe
from browser import SIZES, opened

from gigacost.cli.operations import QUESTIONS, questions
from gigacost.cli.served import Books

CLIENT = service(rows=1234)
ANSWER = CLIENT.get("/")


class Tags(HTMLParser):
    """Every element of a page, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_has_neither_script_nor_request_and_a_policy_that_forbids_both() -> None:
    tags = Tags(ANSWER.text).found
    assert not {tag for tag, _ in tags} & {"script", "img", "link", "iframe", "form", "object"}
    assert not [name for _, given in tags for name in given if name.startswith("on") or name in {"style", "src"}]
    links = {given["href"] for tag, given in tags if tag == "a"}
    ids = {f"#{given['id']}" for _, given in tags if "id" in given}
    assert links - ids == {"/openapi.json"}
    policy = ANSWER.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert ANSWER.headers["content-type"].startswith("text/html")


def test_every_question_and_option_is_on_the_page() -> None:
    for one in questions(Books({})):
        section = ANSWER.text.split(f'<h2 id="{one.name.replace("-", "_")}">')[1].split("</section>")[0]
        assert f"/v1/{one.name}" in section
        for option in one.parameters:
            assert f'<th scope="row"><code>{option}</code>' in section
    assert len(re.findall("<h3>With curl</h3>", ANSWER.text)) == len(QUESTIONS)
    assert "<td>1,234</td>" in ANSWER.text


def test_text_is_escaped() -> None:
    assert "<br>" not in ANSWER.text
    assert "&lt;=" in ANSWER.text


def test_with_a_token_the_calls_show_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "TOKEN" not in ANSWER.text
    monkeypatch.setenv("GIGACOST_TOKEN", "open-sesame")
    text = service().get("/").text
    assert "authorization: Bearer TOKEN" in text
    assert "open-sesame" not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_in_a_browser(browser: Any, tmp_path: Path, size: str, scheme: str) -> None:
    file = tmp_path / "page.html"
    file.write_text(ANSWER.text, encoding="utf-8")
    with opened(browser, file, size=size, color_scheme=scheme) as found:
        assert found.requests == []
        assert found.errors == []
        width = found.page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[size][0]
        violations = Axe().run(found.page).response["violations"]
        assert [one["id"] for one in violations if one["impact"] in {"serious", "critical"}] == []
        dark = found.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (dark == "rgb(20, 23, 28)") == (scheme == "dark")
