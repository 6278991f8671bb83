"""The flags of a design: the same ones on every command that takes one, and what they say over a specification."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click
import pytest
from cli_runner import SPEC, invoke, spec_file

from gigacost import estimate
from gigacost.cli.design import FLAGS
from gigacost.cli.terminal import out

Capture = pytest.CaptureFixture[str]

OF_A_DESIGN = (
    "bounds", "break_even", "choose", "compare", "count", "diff", "elasticities", "estimate", "explain", "explore",
    "layout", "over_time", "pareto", "report", "solve", "summary", "sweep", "top", "track", "uncertainty",
)  # fmt: skip
ALONE = tuple(name for name in OF_A_DESIGN if name not in {"diff", "track"})
"""Those that need no file."""
OTHERS = {"--set", "--strict", "--catalog", "--model-config", "--train-config"}
RUN = {"hardware": "h100-sxm", "chips": "1024", "params": "7B", "tokens": "2T"}
TYPED = [text for name, value in RUN.items() for text in (f"--{name}", value)]


@pytest.mark.parametrize("name", OF_A_DESIGN)
def test_every_command_that_takes_a_design_takes_the_same_flags(name: str) -> None:
    command: click.Command = import_module(f"gigacost.cli.commands.{name}").command
    known = {option for parameter in command.params for option in parameter.opts}
    assert {f"--{flag.replace('_', '-')}" for flag in FLAGS} | OTHERS <= known


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


GIVEN = {
    "hardware": "h100-sxm", "chips": "1024", "params": "7B", "tokens": "2T", "market": "reserved_1y",
    "provider_class": "neocloud", "region": "usa", "precision": "bf16", "mfu": "0.4", "pace": "reachable",
    "preset": "epoch-2024", "base_year": "2025", "as_of": "2026-06-01",
}  # fmt: skip
"""All flags together; a published architecture is in place of the parameters."""
ASKED = {
    "break_even": ("tokens", "--between", "market=own,on_demand", "--over", "1e11..1e12:2"),
    "compare": ("--set-b", "pue=1.2", "--no-intervals"),
    "elasticities": ("cost_total_usd", "--inputs", "chips"),
    "explain": ("cost_total_usd",),
    "explore": ("-o", "page.html", "--set", "experiments_factor=1.0,2.0"),
    "over_time": ("--years", "2025"),
    "report": ("-o", "report.md"),
    "solve": ("chips", "--over", "64..128:2:log:64"),
    "sweep": ("--dry-run",),
    "uncertainty": ("--draws", "16"),
}
"""What a command wants beside a design."""
ONE_RUN = {"elasticities", "explain"}
"""The commands that take no list of values."""


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("shape", ["params", "model"])
def test_every_flag_works_on_every_command_without_a_file(
    capsys: Capture, name: str, shape: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = GIVEN if shape == "params" else {**GIVEN, "model": "llama-3.1-8b"}
    assert given.keys() | {"model"} == FLAGS.keys() | {"model"}
    left = {"params", "preset", "mfu", "pace"} if shape == "model" else set[str]()
    flags = [text for flag, value in given.items() if flag not in left for text in (_typed(flag), value)]
    done = invoke(capsys, name.replace("_", "-"), *ASKED.get(name, ()), *flags)
    assert (done.code, [line for line in done.err.splitlines() if line.startswith("error")]) == (0, [])


@pytest.mark.parametrize("name", ALONE)
def test_files_of_model_and_run_work_on_every_command_without_a_file(
    capsys: Capture, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Path(__file__).parents[1] / "configs" / "files"
    monkeypatch.chdir(tmp_path)
    given = ("--model-config", files / "llama-3.1-8b.json", "--train-config", files / "axolotl-llama-3.1-8b.yaml")
    design = ("--hardware", "h100-sxm", *(("--chips", "16") if name == "choose" else ()))
    asked = [
        text.replace("1e11..1e12", "1e9..2e9").replace("64..128:2:log:64", "16..32:2") for text in ASKED.get(name, ())
    ]
    done = invoke(capsys, name.replace("_", "-"), *asked, *given, *design)
    assert (done.code, [line for line in done.err.splitlines() if line.startswith("error")]) == (0, [])


@pytest.mark.parametrize("name", ALONE)
def test_a_list_is_an_axis_on_every_command(
    capsys: Capture, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flags = [text for flag, value in {**RUN, "hardware": "h100-sxm,b200-sxm"}.items() for text in (_typed(flag), value)]
    done = invoke(capsys, name.replace("_", "-"), *ASKED.get(name, ()), *flags)
    assert done.code == (2 if name in ONE_RUN | {"layout"} else 0), done.err
    assert ("one value" in done.err) == (name in ONE_RUN | {"layout"})


def _typed(flag: str) -> str:
    return f"--{flag.replace('_', '-')}"


@pytest.mark.parametrize("name", OF_A_DESIGN)
def test_help_fits_on_eighty_columns_and_puts_the_flags_of_a_design_together(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = invoke(capsys, name.replace("_", "-"), "--help").out
    assert max(map(len, text.splitlines())) <= 80
    design = text.split("Design (over SPEC, or in place of it):\n")[1].split("\n\n")[0]
    assert all(f"{_typed(flag)} " in design for flag in FLAGS)


def test_what_is_missing_is_told_once_for_each_name(capsys: Capture) -> None:
    done = invoke(capsys, "top", "--params", "13B")
    assert done.code == 2
    assert [line.split(":")[1] for line in done.err.splitlines()] == [" chips", " tokens", " hardware"]


def test_two_designs_are_compared_without_files(capsys: Capture) -> None:
    asked = ("compare", *TYPED, "--set-b", "market=own", "--no-intervals", "--json")
    found = invoke(capsys, *asked).json
    assert found["a"]["value"] == estimate(**{**RUN, "chips": 1024})["cost_total_usd"]
    assert found["b"]["value"] == estimate(**{**RUN, "chips": 1024}, market="own")["cost_total_usd"]
    for lone in (("compare",), ("compare", "a.toml"), ("compare", *TYPED)):
        done = invoke(capsys, *lone)
        assert (done.code, "Missing argument" in done.err) == (2, True)


def test_columns_that_nobody_asked_for_give_way_to_what_fits(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    widest = {}
    for width in (80, 200):
        out.cache_clear()
        monkeypatch.setenv("COLUMNS", str(width))
        text = invoke(capsys, "top", *TYPED, "--market", "own,on_demand", "--by", "energy_mwh").out
        assert max(map(len, text.splitlines())) <= width
        widest[width] = text
    out.cache_clear()
    assert "no room for" in widest[80]
    assert "carbon_t" in widest[80].split("no room for")[1]
    assert "_mwh" in widest[80].split("no room for")[0]  # what is sorted by is shown
    assert "no room for" not in widest[200]
