"""The words of help texts and messages: the field's terms, none of those that were retired for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from gigacost.cli.app import gigacost

PACKAGE = Path(__file__).parents[2] / "python" / "gigacost"
RETIRED = {
    r"folds?|folded": "aggregate over draws",
    r"shall": "minimise, maximise",
    r"is due|are due": "expected",
    r"gives? way": "relaxed",
    r"beliefs?": "uncertain input",
    r"recipe|wiring": "plan, graph",
    r"vocabulary of a specification": "namespace",
    r"no other beats": "Pareto front, dominates",
    r"what then is unproven": "a proven bound",
    r"flip it": "change the best option",
    r"hardly meant": "warning",
    r"so many": "a number",
    r"in all\b.*\balone|alone\b.*\bin all": "S1, ST",
}
WORDS = re.compile("|".join(rf"\b(?:{word})\b" for word in RETIRED))


def commands(group: click.Group = gigacost, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_uses_no_retired_word(name: str) -> None:
    command = COMMANDS[name]
    text = command.get_help(click.Context(command, info_name=name))
    assert not WORDS.findall(text)


def messages() -> Iterator[tuple[str, str]]:
    """Every text of the package that is no docstring, with where it stands; those of the model are its own affair."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "model" in path.parts or "accounting" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        described = {
            id(statement.value)
            for node in ast.walk(tree)
            if isinstance(body := getattr(node, "body", None), list)
            for statement in body
            if isinstance(statement, ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node.value


def test_messages_use_no_retired_word() -> None:
    assert {place: text for place, text in messages() if " " in text and WORDS.search(text)} == {}


def test_a_retired_word_is_found() -> None:
    assert WORDS.search("What shall be small")
    assert WORDS.search("How many draws folds as p90(NAME) are over.")
    assert not WORDS.search("a manifold of foldable things")


def test_every_module_is_loaded_by_its_command() -> None:
    for name, command in COMMANDS.items():
        if " " not in name:
            assert import_module(f"gigacost.cli.commands.{name.replace('-', '_')}").command is command
