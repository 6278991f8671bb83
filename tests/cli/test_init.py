"""``gigacost init`` writes an example that runs as it is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from cli_runner import invoke, listing

from gigacost import Sweep
from gigacost.cli.commands.init import about, examples

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]


def test_the_examples_are_those_of_the_tree() -> None:
    assert next(iter(examples())) == "quickstart"
    assert examples() == {path.stem: path.read_text() for path in (ROOT / "examples").glob("*.toml")}


@pytest.mark.parametrize("name", sorted(examples()))
def test_what_is_written_is_the_example_and_names_itself_in_its_commands(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = invoke(capsys, "init", name, "-o", "my design.toml")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"my design.toml: {about(examples()[name])}\nnext: gigacost top 'my design.toml'\n"
    text = Path("my design.toml").read_text()
    assert Sweep.from_toml("my design.toml").spec == Sweep.from_toml(ROOT / f"examples/{name}.toml").spec
    commands = re.findall(r"^#   (gigacost .*)", text, re.MULTILINE)
    assert "gigacost init --list         other examples" in commands
    specs = [word for command in commands for word in shlex.split(command) if word.endswith(".toml")]
    assert set(specs) <= {"my design.toml"}


def test_without_a_name_it_is_the_quickstart_and_standard_output_is_the_same_text(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke(capsys, "init", "--json").json == {"example": "quickstart", "output": "quickstart.toml"}
    assert [path.name for path in tmp_path.iterdir()] == ["quickstart.toml"]
    assert invoke(capsys, "init", "-o", "-").out == Path("quickstart.toml").read_text()
    assert invoke(capsys, "top", "quickstart.toml", "-k", "1").code == 0


def test_a_file_is_replaced_only_when_told_so(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("budget.toml").write_text("mine")
    before = listing(tmp_path)
    done = invoke(capsys, "init", "budget")
    assert done.code == 2
    assert done.err == 'error: -o = "budget.toml": is there already; allowed: another name; --force replaces it\n'
    assert listing(tmp_path) == before
    assert invoke(capsys, "init", "budget", "--force").code == 0
    assert "$50M" in Path("budget.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["quickstrat"], 'NAME = "quickstrat": no such example; allowed: one of quickstart, budget,'),
        (["quickstrat"], 'did you mean "quickstart"?'),
        (["../budget"], 'NAME = "../budget": no such example'),
        ([""], 'NAME = "": no such example'),
        (["-o", "a.json"], '-o = "a.json": unknown kind of file; allowed: a name that ends in .toml'),
        (["-o", "no/a.toml"], '-o = "no/a.toml": there is no folder no'),
        (["-o", "folder.toml", "--force"], '-o = "folder.toml": exists and is not a regular file'),
        (["-o", "a\nversion = 2.toml"], '-o = "a\\nversion = 2.toml": a name that cannot be printed'),
        (["budget", "--list"], 'NAME = "budget": nothing is written with --list'),
        (["-o", "a.toml", "--list"], '-o = "a.toml": nothing is written with --list'),
        (["-o", "a.toml", "-o", "b.toml"], '-o = "b.toml": given twice'),
    ],
)
def test_what_it_refuses(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.toml").mkdir()
    before = listing(tmp_path)
    done = invoke(capsys, "init", *arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert listing(tmp_path) == before


def test_the_list_says_what_each_is(capsys: Capture) -> None:
    shown = " ".join(invoke(capsys, "init", "--list").out.split())
    for name, text in examples().items():
        assert f"{name} {about(text)}" in shown
    assert invoke(capsys, "init", "--list", "--json").json == [
        {"name": name, "about": about(text)} for name, text in examples().items()
    ]
