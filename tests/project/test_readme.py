"""The README runs, and shows what is printed."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def readme() -> ModuleType:
    spec = importlib.util.spec_from_file_location("readme", ROOT / "docs" / "readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_block_runs_and_prints_what_is_shown(readme: ModuleType) -> None:
    assert readme.rebuilt(TEXT) == TEXT, "run `make docs`"


def test_no_block_is_left_out(readme: ModuleType) -> None:
    assert TEXT.count("```") % 2 == 0
    languages = [match.group(1) for match in readme.BLOCK.finditer(TEXT)]
    assert set(languages) <= {"console", "python", "sh", "text"}
    assert languages.count("console") >= 3
    assert languages.count("python") >= 4
    fences = re.findall(r"^```(\w*)$", TEXT, re.MULTILINE)
    assert all(fence in {"", "console", "python", "sh", "text"} for fence in fences)


def test_demo_and_test_come_first() -> None:
    commands = re.findall(r"^(?:\$ )?((?:make|pip|gigacost) .*)$", TEXT, re.MULTILINE)
    assert [command.split("#")[0].strip() for command in commands[:2]] == ["make demo", "make test"]


def test_what_make_is_asked_for_is_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), ROOT / ".ci" / "run"]
    for file in files:
        for asked in re.findall(
            r"\bmake (?:-\S+ )*([a-z]+)", re.sub(r"(?m)^(?!.*[`$]|make).*$", "", file.read_text("utf-8"))
        ):
            assert asked in targets, f"{file.name}: make {asked}"


def test_the_examples_it_names_are_there() -> None:
    for name in re.findall(r"examples/[\w.-]+\w", TEXT):
        assert (ROOT / name).exists(), name
