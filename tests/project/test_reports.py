"""The pages about published runs and other years say what the model says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def reports() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reports", DOCS / "reports.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["validation.md", "over-time.md"])
def test_a_page_shows_what_is_found(reports: ModuleType, page: str) -> None:
    assert page in reports.PAGES
    text = (DOCS / page).read_text(encoding="utf-8")
    assert reports.rebuilt(text) == text, "run `make docs`"


def test_every_table_stands_on_a_page(reports: ModuleType) -> None:
    text = "".join((DOCS / page).read_text(encoding="utf-8") for page in reports.PAGES)
    assert all(text.count(f"<!-- table {name} -->") == 1 for name in reports.TABLES)
    assert text.count("<!-- end -->") == len(reports.TABLES)
