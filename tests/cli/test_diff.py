"""``gigacost diff`` as a command: the table, the JSON, exit codes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from cli_runner import invoke

Capture = pytest.CaptureFixture[str]
A = """version = 1
as_of = "2026-06-01"

[fixed]
hardware = "h100-sxm"
chips = 1024
params = "70B"
tokens = "2T"
"""


@pytest.fixture
def plans(tmp_path: Path) -> tuple[str, str]:
    a, b = tmp_path / "a.toml", tmp_path / "b.toml"
    a.write_text(A)
    b.write_text(A.replace("1024", "2048") + 'market = "own"\n')
    return str(a), str(b)


def test_json_sums(capsys: Capture, plans: tuple[str, str]) -> None:
    found = invoke(capsys, "diff", *plans, "--json", "--no-intervals").json
    assert {"before_usd", "after_usd", "lines"} <= found.keys()
    assert math.fsum(line["usd"] for line in found["lines"]) == found["after_usd"] - found["before_usd"]
    assert {line["key"] for line in found["lines"]} == {"chips", "market"}
    (chips,) = [line for line in found["lines"] if line["key"] == "chips"]
    assert (chips["a"], chips["b"], chips["a_from"], chips["b_from"]) == (1024, 2048, f"{plans[0]}:6", f"{plans[1]}:6")


def test_the_table_has_the_dearest_line_first(capsys: Capture, plans: tuple[str, str]) -> None:
    done = invoke(capsys, "diff", *plans)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith(f"--- {plans[0]}: $")
    assert lines[1].startswith(f"+++ {plans[1]}: $")
    rows = [line.split()[0] for line in lines if "→" in line]
    assert sorted(rows) == ["chips", "market"]
    assert "1,024 → 2,048" in done.out
    assert "  B - A " in done.out
    assert "P10" in done.out
    assert "Shapley values: the mean over all orders of the changes" in done.out


def test_answers_that_were_saved_are_costed_anew(capsys: Capture, plans: tuple[str, str], tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    run = ("--params", "70B", "--tokens", "2T", "--hardware", "h100-sxm", "--as-of", "2026-06-01", "--no-intervals")
    saved.write_text(invoke(capsys, "estimate", *run, "--chips", "512", "--json").out)
    done = invoke(capsys, "diff", saved, plans[0], "--json", "--no-intervals")
    assert [(line["key"], line["a"], line["b"]) for line in done.json["lines"]] == [("chips", 512, 1024)]
    assert done.err == f"note: {saved}: an answer of estimate, whose design is costed anew\n"
    assert invoke(capsys, "count", saved, "--json").json["count"] == 1


def test_nothing_differs(capsys: Capture, plans: tuple[str, str]) -> None:
    done = invoke(capsys, "diff", plans[0], plans[0], "--no-intervals")
    assert (done.code, done.out.splitlines()[-1]) == (0, "Nothing differs.")


def test_the_cheapest_of_axes_is_said(capsys: Capture, plans: tuple[str, str], tmp_path: Path) -> None:
    c = tmp_path / "c.toml"
    c.write_text(A.replace("chips = 1024\n", "") + "\n[axes]\nchips = [512, 1024]\n")
    out = invoke(capsys, "diff", plans[0], c, "--no-intervals").out
    assert f"+++ {c}, the cheapest of 2: $" in out
    assert "also axes.chips: — → [512, 1024]" in out


def test_options_hold_for_both(capsys: Capture, plans: tuple[str, str]) -> None:
    done = invoke(capsys, "diff", *plans, "--chips", "512", "--json", "--no-intervals")
    assert [line["key"] for line in done.json["lines"]] == ["market"]
    assert done.err.count("from the command line replaces") == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("A", "missing.toml"), "spec: No such file"),
        (("A",), "Missing argument 'B'"),
        (("A", "B", "--by", "mfu"), 'by = "mfu": measured in 1; gigacost compare takes any quantity'),
        (("A", "B", "--draws", "8", "--no-intervals"), "--no-intervals draws nothing"),
        (("A", "B", "--chips", "1"), "b.chips = 1: out of memory"),
    ],
)
def test_what_is_refused(capsys: Capture, plans: tuple[str, str], arguments: tuple[str, ...], says: str) -> None:
    given = [dict(zip("AB", plans, strict=True)).get(one, one) for one in arguments]
    done = invoke(capsys, "diff", *given)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


def test_two_files_with_faults_are_told_together(capsys: Capture, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(A.replace("chips", f"chips_{name}"))
    done = invoke(capsys, "diff", tmp_path / "a.toml", tmp_path / "b.toml")
    assert done.code == 2
    assert "a.toml:6" in done.err
    assert "b.toml:6" in done.err
