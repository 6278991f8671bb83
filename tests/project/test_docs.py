"""The handbook says what the model says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from gigacost.model import default

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Its dataclasses look their module up.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(importlib.import_module("sys").modules, "build", module)
        spec.loader.exec_module(module)
    return module


def test_the_pages_are_those_of_the_model(build: ModuleType) -> None:
    stale = [
        path
        for path, text in build.pages().items()
        if not (DOCS / path).exists() or (DOCS / path).read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `make docs`"


def test_no_page_is_left_of_a_module_that_is_gone(build: ModuleType) -> None:
    assert {f"model/{page.name}" for page in (DOCS / "model").glob("*.md")} <= set(build.pages())


WITHOUT_EXAMPLES = {
    "README.md": "a list of the pages",
    "calibration.md": "written by `make calibrate`: tables",
    "catalogue.md": "written by `make docs`: tables",
    "exact-search.md": "how a search proves what it finds",
    "over-time.md": "commands and what `make docs` writes below them",
    "performance-model.md": "the terms of the step-time model, and commands",
    "performance.md": "written by `make bench`: tables",
    "scaling.md": "written by `make bench`: tables",
    "validation.md": "commands and what `make docs` writes below them",
}
"""The pages without a line of Python, and what they have instead."""


def examples(page: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_page_has_examples_or_a_reason_to_have_none() -> None:
    pages = {path.name for path in DOCS.glob("*.md")}
    assert {page for page in pages if not examples(page)} == set(WITHOUT_EXAMPLES)


@pytest.mark.parametrize("page", sorted({path.name for path in DOCS.glob("*.md")} - set(WITHOUT_EXAMPLES)))
def test_the_examples_run(page: str) -> None:
    names: dict[str, object] = {"__name__": "docs"}
    for code in examples(page):
        exec(compile(code, page, "exec"), names)  # noqa: S102 - our own text


def test_every_quantity_and_input_has_its_place(build: ModuleType) -> None:
    pages = build.pages()
    text = "\n".join(page for path, page in pages.items() if path != "model/README.md")
    for name in default().quantities:
        assert f"## {name}\n" in text, name
    for name in default().inputs:
        assert f"`{name}` |" in text, name


def test_links_lead_somewhere(build: ModuleType) -> None:
    texts = {path: (DOCS / path).read_text(encoding="utf-8") for path in build.pages()}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    texts |= {f"../{path.name}": path.read_text(encoding="utf-8") for path in ROOT.glob("*.md")}
    for path, text in texts.items():
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)", text):
            file = (DOCS / path).parent / target if target else DOCS / path
            assert file.exists(), f"{path}: {target}"
            if anchor and file.suffix == ".md":
                there = file.read_text(encoding="utf-8")
                assert f'id="{anchor}"' in there or re.search(rf"^#+ {anchor}$", there, re.MULTILINE), (
                    f"{path}: {anchor}"
                )
