"""The package's structure: imports lead down, verbs live in modules of their own names, the root holds a handful."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest
from import_graph import PACKAGE, circles, import_graph, shortest_circle

import gigacost

VERBS = sorted(name for name in gigacost._HOMES if inspect.isfunction(getattr(gigacost, name)))
DECLARING = {"contribution", "doubt", "status", "zipped"}
"""Decorators of a model's functions, and what joins columns to an axis: they live with what they make."""
MOST_AT_THE_ROOT = 14


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = import_graph()
    assert [shortest_circle(graph, group) for group in circles(graph)] == []


def test_a_circle_is_found_however_it_is_closed(tmp_path: Path) -> None:
    package = tmp_path / "package"
    texts = {
        "__init__.py": "",
        "a.py": "from package import b",
        "b.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from package.c import name",
        "c.py": "def late():\n    import package.rooms.d",
        "rooms/__init__.py": "from package.a import name",
        "rooms/d.py": "",
        "e.py": "import package.a",
    }
    for name, text in texts.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    (found,) = circles(import_graph(package))
    assert found == {"package.a", "package.b", "package.c", "package.rooms"}


def test_the_root_holds_a_handful_of_files() -> None:
    files = [path.name for path in PACKAGE.iterdir() if path.suffix in {".py", ".pyi", ".typed"}]
    assert len(files) <= MOST_AT_THE_ROOT, files


@pytest.mark.parametrize("name", [verb for verb in VERBS if verb not in DECLARING])
def test_a_verb_lives_in_a_module_of_its_own_name(name: str) -> None:
    assert gigacost._HOMES[name].rpartition(".")[2] == name
    assert getattr(gigacost, name).__module__ == f"gigacost.{gigacost._HOMES[name]}"


def test_every_public_name_is_where_it_is_said_to_be() -> None:
    for name, home in gigacost._HOMES.items():
        assert getattr(import_module(f"gigacost.{home}"), name) is getattr(gigacost, name)


DESIGN = ("model", "catalog", "as_of", "base_year", "preset", "model_config", "train_config", "strict")
TAKING_A_DESIGN = (
    *("break_even", "choose", "elasticities", "estimate", "explain", "layouts", "report", "solve", "uncertainty"),
    "Sweep",
)


@pytest.mark.parametrize("name", TAKING_A_DESIGN)
def test_who_takes_a_design_takes_the_same_keywords(name: str) -> None:
    expected = inspect.signature(gigacost.estimate).parameters
    found = inspect.signature(getattr(gigacost, name)).parameters
    for keyword in DESIGN:
        assert (found[keyword].annotation, found[keyword].default) == (
            expected[keyword].annotation,
            expected[keyword].default,
        )


def test_the_list_of_who_takes_a_design_is_whole() -> None:
    public = {name: getattr(gigacost, name) for name in gigacost._HOMES}
    made = {name: one for name, one in public.items() if not (inspect.isclass(one) and issubclass(one, Exception))}
    taking = {name for name, one in made.items() if {"as_of", "preset"} <= inspect.signature(one).parameters.keys()}
    assert taking == set(TAKING_A_DESIGN)
