"""The code of the README and of every page runs, and they show what it prints."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from scripts import loaded

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if not path.is_relative_to(ROOT / "docs/model")
)
LANGUAGES = {
    "console",
    "python",
    "toml",
    "csv",
    "json",
    "text",
    "sh",
    "yaml",
    "js",
    "{toctree}",
    "{eval-rst}",
    "{include}",
    "{literalinclude}",
}
NOT_RUN = {"sh", "text", "yaml", "js"}


WITHOUT_BLOCKS = {
    "calibration.md": "written by `make calibrate`: tables",
    "catalogue.md": "written by `make docs`: tables",
    "changelog.md": "CHANGELOG.md",
    "commands.md": "written when the site is built",
    "contributing.md": "CONTRIBUTING.md",
    "gallery.md": "written by `make docs`: pictures, each with the command that made it",
    "glossary.md": "a list of words",
    "index.md": "a list of the pages",
    "pace.md": "written by `make calibrate`: tables",
    "performance.md": "written by `make bench`: tables",
    "running.md": "programs that do not end by themselves",
    "python.md": "written when the site is built",
    "scale.md": "scripts for clusters, which is not where the tests run",
    "scaling.md": "written by `make bench`: tables",
    "stability.md": "rules, and no example",
    "validation.md": "tables that `make docs` writes",
}
"""The pages on which nothing is run, and what they have instead."""


@pytest.fixture(scope="module")
def blocks() -> ModuleType:
    return loaded(ROOT / "docs" / "blocks.py")


def test_all_pages_are_run(blocks: ModuleType) -> None:
    assert sorted(page.relative_to(ROOT).as_posix() for page in blocks.pages()) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_every_block_runs_and_prints_what_is_shown(blocks: ModuleType, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert blocks.rebuilt(text, page) == text, "run `make docs`"


def test_every_page_runs_something_or_has_a_reason_not_to() -> None:
    still = {
        Path(page).name
        for page in PAGES
        if not re.search(r"^```(?:console|python)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert still == set(WITHOUT_BLOCKS)


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_left_out(blocks: ModuleType, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    opened = [fence for fence in re.findall(r"^ *```(.*)$", text, re.MULTILINE) if fence]
    found = list(blocks.BLOCK.finditer(text))
    assert not re.search(r"[^\n]```\w", text), "a fence within a line"
    assert len(opened) == len(found) + sum(block["output"] is not None for block in found)
    assert {fence.split()[0] for fence in opened} <= LANGUAGES
    # A command of gigacost is run, unless the block is one of those that the reader runs elsewhere.
    for block in found:
        if block["language"] not in {"console", *NOT_RUN}:
            assert not re.search(r"^\$ ", block["code"], re.MULTILINE), page


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_that_a_page_names_are_there(page: str) -> None:
    for name in re.findall(r"examples/[\w.-]+\w", (ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def test_output_is_as_wide_as_a_terminal(blocks: ModuleType) -> None:
    assert blocks.rebuilt("```console\n$ echo $COLUMNS; false || echo $?\n```\n", "page").splitlines()[2:4] == [
        "80",
        "1",
    ]


def test_a_command_that_fails_is_an_error(blocks: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="exit code 3"):
        blocks.rebuilt("```console\n$ exit 3\n```\n", "page")


def test_what_is_printed_replaces_what_was_shown(blocks: ModuleType) -> None:
    named = "As `explain`:\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n"
    assert blocks.rebuilt(named, "page") == named
    saved = "Save as `a.toml`:\n\n```toml\nx = 1\n```\n\n"
    code = "```python\nfrom pathlib import Path\nprint(Path('a.toml').read_text())\n```\n"
    output = "\n```text\nold\n```\n"
    assert blocks.rebuilt(saved + code + output, "page") == saved + code + "\n```text\nx = 1\n\n```\n"
    silent = code.replace("print", "str")
    assert blocks.rebuilt(saved + silent + output, "page") == saved + silent
    assert "in ... s" in blocks.rebuilt("```console\n$ echo done in 3.25 s\n```\n", "page")
