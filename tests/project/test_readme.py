"""The README is short, begins with what to run, and names what is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
MOST_LINES = 200


def test_it_is_short() -> None:
    assert TEXT.count("\n") <= MOST_LINES


def test_demo_and_test_come_first() -> None:
    assert re.match(r"# gigacost\n\n```sh\nmake demo .*\nmake test .*\n```\n", TEXT)
    commands = re.findall(r"^(?:\$ )?((?:make|pip|gigacost) .*)$", TEXT, re.MULTILINE)
    assert [command.split("#")[0].strip() for command in commands[:2]] == ["make demo", "make test"]


def test_it_shows_an_estimate_a_search_a_front_and_python() -> None:
    assert re.findall(r"^\$ gigacost (\w+)", TEXT, re.MULTILINE) == ["estimate", "top", "pareto"]
    assert len(re.findall(r"^```python$", TEXT, re.MULTILINE)) == 2


def test_what_make_is_asked_for_is_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), ROOT / ".ci" / "run"]
    for file in files:
        for asked in re.findall(r"(?:^|`|\$ )make (?:-\S+ )*([a-z]+)", file.read_text("utf-8"), re.MULTILINE):
            assert asked in targets, f"{file.name}: make {asked}"
