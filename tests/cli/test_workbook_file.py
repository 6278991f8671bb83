"""``-o FILE.xlsx``: the file beside what a command prints."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import invoke, listing, spec_file
from spreadsheets import sheet_of

DESIGN = ("--params", "13B", "--tokens", "2T")
CHIPS = ("--hardware", "h100-sxm", "--chips", "256")


def asked(spec: str) -> dict[str, tuple[str, ...]]:
    return {
        "estimate": ("estimate", *DESIGN, *CHIPS),
        "estimate of a choice": ("estimate", *DESIGN),
        "choose": ("choose", *DESIGN, "--hardware", "h100-sxm,b200-sxm"),
        "compare": ("compare", *DESIGN, *CHIPS, "--set-a", "market=own", "--set-b", "market=on_demand"),
        "top": ("top", spec, "-k", "3"),
        "over-time": ("over-time", *DESIGN, *CHIPS, "--years", "2025,2026"),
    }


@pytest.mark.parametrize("name", [*asked("")])
def test_the_answer_is_printed_as_without_a_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = asked(spec_file(tmp_path))[name]
    path = tmp_path / "a.xlsx"
    plain, written = invoke(capsys, *command, "--json"), invoke(capsys, *command, "--json", "-o", str(path))
    for one in (told := (plain.json, written.json)):
        one.get("meta", {}).pop("effort", None)
    assert told[0] == told[1]
    assert written.code == 0
    about = {row[0]: row[1] for row in sheet_of(path, "About")}
    assert about["command"] == " ".join(["gigacost", *command])
    assert len(about["spec_sha256"] if "spec_sha256" in about else about["a spec_sha256"]) == 64


def test_a_front_says_how_many_rows_were_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "front.xlsx"
    found = invoke(capsys, "pareto", spec_file(tmp_path), "-o", str(path), "--limit", "2", "--json")
    assert (found.json["rows"], found.json["output"]) == (2, str(path))
    assert len(sheet_of(path, "Rows")) == 3


def test_the_command_gives_the_same_bytes_under_any_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        invoke(capsys, "estimate", *DESIGN, *CHIPS, "-o", str(tmp_path / name))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("output", "what"),
    [
        ("a.xls", 'error: -o = "{}": unknown kind of file; allowed: a name that ends in .xlsx'),
        ("none/a.xlsx", "there is no folder"),
        ("folder.xlsx", "exists and is not a regular file"),
    ],
)
def test_a_bad_place_is_refused_before_anything_is_computed(
    output: str, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.xlsx").mkdir()
    spec, path = spec_file(tmp_path), str(tmp_path / output)
    before = listing(tmp_path)
    for command in asked(spec).values():
        if not (command[0] == "over-time" and output == "a.xls"):  # which writes CSV too
            found = invoke(capsys, *command, "-o", path)
            assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
            assert what.format(path) in found.err
    assert listing(tmp_path) == before


def test_an_input_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = Path(spec_file(tmp_path)).rename(tmp_path / "spec.xlsx")
    text = spec.read_text()
    found = invoke(capsys, "top", str(spec), "-o", str(spec))
    assert found.code == 2
    assert "is an input of this run and would be replaced" in found.err
    assert spec.read_text() == text


def test_without_the_extra_a_line_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gigacost.workbooks.to_excel.find_spec", lambda _: None)
    for command in (*asked(spec_file(tmp_path)).values(), ("pareto", str(tmp_path / "spec.toml"))):
        found = invoke(capsys, *command, "-o", str(tmp_path / "a.xlsx"))
        assert found.code == 2
        assert found.err == "error: -o: XlsxWriter is not installed; allowed: pip install 'gigacost[excel]'\n"
    assert not (tmp_path / "a.xlsx").exists()


@pytest.mark.parametrize("question", ["top", "pareto"])
def test_a_part_writes_no_file(question: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = invoke(capsys, question, spec_file(tmp_path), "--part", "1/2", "-o", str(tmp_path / "a.xlsx"))
    assert (found.code, "gigacost merge -o" in found.err) == (2, True)


def test_merged_parts_write_what_the_whole_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = spec_file(tmp_path)
    for k in "12":
        (tmp_path / k).write_text(invoke(capsys, "top", spec, "--part", f"{k}/2").out)
    invoke(capsys, "merge", str(tmp_path / "1"), str(tmp_path / "2"), "-o", str(tmp_path / "merged.xlsx"))
    invoke(capsys, "top", spec, "-o", str(tmp_path / "whole.xlsx"))
    assert sheet_of(tmp_path / "merged.xlsx", "Rows") == sheet_of(tmp_path / "whole.xlsx", "Rows")
