"""The docstrings of public functions and classes: sections in NumPy's form, examples that run."""

from __future__ import annotations

import doctest
import inspect
import re
from typing import Any

import pytest

import gigacost

VERBS = [name for name in gigacost._HOMES if inspect.isfunction(getattr(gigacost, name))]
DECLARING = {"contribution", "doubt", "status"}
"""Decorators of a model's functions: what they take is said in a line."""
QUERIES = ["Sweep.top", "Sweep.pareto", "Sweep.summary"]
CLASSES = ["Catalog", "Model", "Sweep"]


def public(name: str) -> Any:
    found: Any = gigacost
    for part in name.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", [*(verb for verb in VERBS if verb not in DECLARING), *QUERIES, "Sweep"])
def test_every_parameter_has_its_words(name: str) -> None:
    of = public(name)
    doc = inspect.getdoc(of) or ""
    sections = re.findall(r"^(\w+)\n-+$", doc, re.MULTILINE)
    assert sections == [one for one in ("Parameters", "Returns", "Raises", "Notes", "Examples") if one in sections]
    assert "Parameters" in sections
    assert inspect.isclass(of) or "Returns" in sections
    listed = re.search(r"^Parameters\n-+\n(.*?)(?=^\w+\n-+$|\Z)", doc, re.MULTILINE | re.DOTALL)
    assert listed is not None
    heads = [line.split(" : ")[0] for line in listed[1].splitlines() if line and not line.startswith(" ")]
    named = {one.strip("* ") for head in heads for one in head.split(",")}
    spelled = {"minimize", "maximize"}  # the other spelling of two parameters
    assert set(inspect.signature(of).parameters) - {"self"} - spelled == named


@pytest.mark.parametrize("name", [*VERBS, *QUERIES, *CLASSES])
def test_the_examples_run(name: str) -> None:
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder(recurse=False).find(public(name), name, globs={}):
        runner.run(test)
    assert runner.summarize(verbose=False).failed == 0


def test_most_have_an_example() -> None:
    shown = [name for name in [*VERBS, *CLASSES] if ">>> " in (inspect.getdoc(public(name)) or "")]
    assert len(shown) >= 13
