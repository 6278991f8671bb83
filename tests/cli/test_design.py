"""The flags of a design: the same ones on every command that takes one, and what they say over a specification."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click
import pytest
from cli_runner import SPEC, invoke, spec_file

from gigacost import estimate
from gigacost.cli.design import _FLAGS

Capture = pytest.CaptureFixture[str]

OF_A_DESIGN = (
    "bounds", "break_even", "choose", "compare", "count", "elasticities", "estimate", "explain", "layout", "over_time",
    "pareto", "solve", "summary", "sweep", "top", "uncertainty",
)  # fmt: skip
RUN = {"hardware": "h100-sxm", "chips": "1024", "params": "7B", "tokens": "2T"}
TYPED = [text for name, value in RUN.items() for text in (f"--{name}", value)]


@pytest.mark.parametrize("name", OF_A_DESIGN)
def test_every_command_that_takes_a_design_takes_the_same_flags(name: str) -> None:
    command: click.Command = import_module(f"gigacost.cli.commands.{name}").command
    known = {option for parameter in command.params for option in parameter.opts}
    assert {f"--{flag.replace('_', '-')}" for flag in _FLAGS} | {"--set", "--strict", "--catalog"} <= known


def test_the_list_of_these_commands_is_whole() -> None:
    folder = Path(__file__).parents[2] / "python/gigacost/cli/commands"
    taking = {path.stem for path in folder.glob("*.py") if "--hardware" in _options(path.stem)}
    assert taking == set(OF_A_DESIGN)


def _options(name: str) -> set[str]:
    command = getattr(import_module(f"gigacost.cli.commands.{name}"), "command", None)
    return {option for parameter in getattr(command, "params", ()) for option in parameter.opts}


def test_a_design_needs_no_file(capsys: Capture) -> None:
    cost = estimate(**{**RUN, "chips": 1024})["cost_total_usd"]
    (row,) = invoke(capsys, "top", *TYPED, "--json").json["rows"]
    assert row["cost_total_usd"] == cost
    (front,) = invoke(capsys, "pareto", *TYPED, "--json").json["rows"]
    assert front["cost_total_usd"] == cost
    assert invoke(capsys, "count", *TYPED, "--json").json["count"] == 1
    assert invoke(capsys, "summary", *TYPED, "--json").json["columns"]["cost_total_usd"]["max"] == cost
    (found,) = invoke(capsys, "bounds", *TYPED, "--json").json["bounds"]
    assert (found["min"], found["max"]) == (cost, cost)


def test_without_a_file_or_a_design_a_file_is_missing(capsys: Capture) -> None:
    for name in ("top", "count", "sweep", "over-time"):
        done = invoke(capsys, name)
        assert (done.code, "Missing argument 'SPEC'" in done.err) == (2, True)


def test_a_flag_wins_over_the_file_and_says_so(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, SPEC)
    done = invoke(capsys, "count", path, "--chips", "8,16", "--params", "7B", "--json")
    assert done.json["combinations"] == 2 * 2 * 2
    assert 'note: chips = "8,16" from the command line replaces axes.chips' in done.err
    assert 'note: params = "7B" from the command line replaces fixed.params' in done.err


def test_a_preset_on_the_command_line_replaces_that_of_the_file(capsys: Capture, tmp_path: Path) -> None:
    path = spec_file(tmp_path, 'version = 1\npreset = "gpt-3"\n[axes]\nchips = [8, 16]\n')
    asked = ("count", path, "--preset", "llama-3.1-405b,epoch-2024", "--json")
    done = invoke(capsys, *asked)
    assert done.code == 0
    assert 'note: preset = "llama-3.1-405b,epoch-2024" from the command line replaces that of the file' in done.err
    written = spec_file(tmp_path, 'version = 1\npreset = ["llama-3.1-405b", "epoch-2024"]\n[axes]\nchips = [8, 16]\n')
    assert invoke(capsys, "count", written, "--json").json["meta"]["spec_sha256"] == done.json["meta"]["spec_sha256"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--chips", "8.5"), 'fixed.chips = "8.5": not a whole number'),
        (("--preset", "gpt-33"), 'preset = "gpt-33": unknown preset'),
        (("--base-year", "1801"), "base_year = 1801: the price index has no such year"),
        (("--where", "cost_total_usd < "), 'query.where = "cost_total_usd < "'),
        (("--columns", "cost_totl_usd"), 'query.columns[0] = "cost_totl_usd": unknown column'),
        (("--as-of", "yesterday"), 'as_of = "yesterday"'),
    ],
)
def test_a_fault_names_the_flag_that_made_it(
    capsys: Capture, tmp_path: Path, typed: tuple[str, ...], said: str
) -> None:
    done = invoke(capsys, "top", spec_file(tmp_path, SPEC), *typed)
    assert done.code == 2
    assert said in done.err
    assert f"({typed[0]})" in done.err
