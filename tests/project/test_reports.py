"""The pages about published runs and other years say what the model says."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from scripts import loaded

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def reports() -> ModuleType:
    return loaded(DOCS / "reports.py")


@pytest.mark.parametrize("page", ["validation.md", "over-time.md"])
def test_a_page_shows_what_is_found(reports: ModuleType, page: str) -> None:
    assert page in reports.PAGES
    text = (DOCS / page).read_text(encoding="utf-8")
    assert reports.rebuilt(text) == text, "run `make docs`"


def test_every_table_stands_on_a_page(reports: ModuleType) -> None:
    text = "".join((DOCS / page).read_text(encoding="utf-8") for page in reports.PAGES)
    assert all(text.count(f"<!-- table {name} -->") == 1 for name in reports.TABLES)
    assert text.count("<!-- end -->") == len(reports.TABLES)
