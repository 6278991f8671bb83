"""Pages of the documentation ship with the package, as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gigacost.errors import SpecError
from gigacost.service.mcp.pages import PLACE, page, pages

DOCS = Path(__file__).parents[2] / "docs"


def test_the_pages_are_those_of_the_documentation() -> None:
    assert len(pages()) > 50
    for address, one in pages().items():
        assert address == PLACE + one.name
        assert one.text == (DOCS / one.name).read_text("utf-8")


def test_each_page_of_the_handbook_is_there() -> None:
    handbook = {path.relative_to(DOCS).as_posix() for path in (DOCS / "model").glob("*.md")}
    assert handbook == {one.name for one in pages().values() if one.name.startswith("model/")}


def test_each_page_has_a_title_and_most_say_what_they_are_about() -> None:
    for one in pages().values():
        assert re.fullmatch(r"[A-Z][^#`]+", one.title), one.name
        assert not re.search(r"[\[\]|$]|^ |Written by", one.summary), (one.name, one.summary)
        assert len(one.summary) < 250, one.name
    assert sum(bool(one.summary) for one in pages().values()) > len(pages()) * 0.9


def test_a_page_that_is_misspelt_is_found() -> None:
    with pytest.raises(SpecError, match=r'no such page.*did you mean "gigacost://docs/glossary.md"\?'):
        page(f"{PLACE}glosary.md")


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", f"{PLACE}../pyproject.toml", f"{PLACE}conf.py"])
def test_nothing_else_can_be_read(address: str) -> None:
    with pytest.raises(SpecError, match="no such page"):
        page(address)
