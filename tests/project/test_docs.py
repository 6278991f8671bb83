"""The handbook says what the model says."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from scripts import loaded

from gigacost.model import default

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    return loaded(DOCS / "build.py")


def test_the_pages_are_those_of_the_model(build: ModuleType) -> None:
    stale = [
        path
        for path, text in build.pages().items()
        if not (DOCS / path).exists() or (DOCS / path).read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `make docs`"


def test_no_page_is_left_of_a_module_that_is_gone(build: ModuleType) -> None:
    assert {f"model/{page.name}" for page in (DOCS / "model").glob("*.md")} <= set(build.pages())


def test_every_quantity_and_input_has_its_place(build: ModuleType) -> None:
    pages = build.pages()
    text = "\n".join(page for path, page in pages.items() if path != "model/README.md")
    for name in default().quantities:
        assert f"## {name}\n" in text, name
    for name in default().inputs:
        assert f"`{name}` |" in text, name
