"""``gigacost chart``: every kind takes the options of the command whose answer it draws, and says what it wrote."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli_runner import invoke, spec_file

from gigacost.charts.kinds import KINDS
from gigacost.cli.app import gigacost

DESIGN = ("--params", "7B", "--tokens", "2T", "--hardware", "h100-sxm", "--chips", "512")
FEW = (*DESIGN, "--draws", "16")
MAP = ("--params", "1B,7B,70B", "--tokens", "1T,2T,4T", "--chips", "512", "--per", "params,tokens")
OPEN = ("--params", "7B", "--hardware", "h100-sxm", "--chips", "512,1024")

Capsys = pytest.CaptureFixture[str]


def test_the_list_has_every_kind_with_a_command_that_there_is(capsys: Capsys) -> None:
    listed = invoke(capsys, "chart", "--list", "--json").json
    names = "estimate compare best front summary solve break-even waterfall uncertainty over-time elasticities validate"
    assert [one["kind"] for one in listed] == [*names.split(), "map", "layout", "scale"]
    assert all(set(one) == {"kind", "of"} for one in listed)
    for one in listed:
        assert gigacost.get_command(None, one["of"]) is not None  # type: ignore[arg-type] # it needs no context
    assert "estimate" in invoke(capsys, "chart", "--list").out


def commands(folder: Path) -> dict[str, tuple[str, ...]]:
    """A question of each kind."""
    spec = spec_file(folder)
    return {
        "estimate": FEW,
        "compare": (*FEW, "--market", "own,on_demand"),
        "best": (spec, "-k", "3"),
        "front": (spec,),
        "summary": (spec, "--per", "hardware"),
        "solve": ("tokens", "--where", "cost_total_usd <= 5e6", *OPEN, "--over", "100B..20T"),
        "break-even": ("runs_per_year", *DESIGN, "--between", "market=own,on_demand", "--over", "1..100"),
        "uncertainty": (*DESIGN, "--draws", "64"),
        "over-time": (spec, "--years", "2025,2027"),
        "elasticities": DESIGN,
        "validate": ("throughput",),
        "map": (*OPEN[2:4], *MAP),
        "layout": DESIGN,
        "scale": DESIGN,
        "waterfall": (*DESIGN, "--set-a", "market=own", "--set-b", "market=on_demand", "--no-intervals"),
    }


def test_a_map_without_axes_is_over_parameters_and_tokens(capsys: Capsys, tmp_path: Path) -> None:
    axes = MAP[: MAP.index("--per")]
    for name, more in {"a": (), "b": MAP[-2:]}.items():
        done = invoke(capsys, "chart", "map", *OPEN[2:4], *axes, *more, "-o", str(tmp_path / f"{name}.svg"))
        assert done.code == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_validate_alone_is_of_runs(capsys: Capsys, tmp_path: Path) -> None:
    for name, which in {"a": (), "b": ("runs",)}.items():
        assert invoke(capsys, "chart", "validate", *which, "-o", str(tmp_path / f"{name}.svg")).code == 0
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert invoke(capsys, "chart", "validate", "runns", "-o", str(tmp_path / "c.svg")).code == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_is_written_and_described(capsys: Capsys, tmp_path: Path, kind: str) -> None:
    output = tmp_path / "a.svg"
    arguments = ("chart", kind, *commands(tmp_path)[kind], "-o", str(output), "--json")
    told = invoke(capsys, *arguments).json
    data = output.read_bytes()
    assert told["file"] == str(output)
    assert (told["bytes"], told["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert told["marks"] > 1
    assert set(told) == {"file", "bytes", "sha256", "marks"}
    assert invoke(capsys, *arguments).json == told
    assert data.startswith(b"<svg ")


def bars(path: Path) -> list[str]:
    return re.findall(r'aria-label="([^"]+)" role="graphics-symbol" aria-roledescription="bar"', path.read_text())


def test_the_chart_shows_what_the_command_answers(capsys: Capsys, tmp_path: Path) -> None:
    output = tmp_path / "a.svg"
    spec = spec_file(tmp_path)
    asked = (spec, "--by", "train_days", "-k", "4", "--where", 'hardware = "h100-sxm"'.replace("=", "=="))
    rows = invoke(capsys, "top", *asked, "--json").json["rows"]
    said = invoke(capsys, "chart", "best", *asked, "-o", output).out
    assert said.endswith(f"bytes: {output}\n")
    assert said.startswith(f"{invoke(capsys, 'chart', 'best', *asked, '-o', output, '--json').json['marks']} marks in ")
    told = [f"index {row['index']!r}, train_days {row['train_days']!r}" for row in rows]
    assert [bar.partition(": ")[2] for bar in bars(output)] == told


def test_an_estimate_is_that_of_the_command(capsys: Capsys, tmp_path: Path) -> None:
    found = invoke(capsys, "estimate", *FEW, "--json").json
    invoke(capsys, "chart", "estimate", *FEW, "-o", tmp_path / "a.svg")
    p10, p90 = (found["intervals"]["cost_rent_usd"][end] for end in ("p10", "p90"))
    assert f"rent: usd {found['breakdown']['cost_rent_usd']!r}, p10 {p10!r}, p90 {p90!r}" in bars(tmp_path / "a.svg")


def test_of_a_specification_the_best_combination_is_drawn(capsys: Capsys, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    best = invoke(capsys, "top", spec, "-k", "1", "--json").json["rows"][0]
    found = invoke(capsys, "chart", "estimate", spec, "--draws", "16", "-o", tmp_path / "a.svg")
    assert "note: of 12 combinations the one with the smallest cost_total_usd" in found.err
    assert f"{best['chips']:,} x {best['hardware']} · {best['precision']}" in (tmp_path / "a.svg").read_text()
    money = sum(float(re.findall(r"usd ([\d.e+]+)", bar)[0]) for bar in bars(tmp_path / "a.svg"))
    assert money == pytest.approx(best["cost_total_usd"], rel=1e-12)


def test_a_design_without_chips_has_them_chosen(capsys: Capsys, tmp_path: Path) -> None:
    run = ("--params", "7B", "--tokens", "2T")
    chosen = invoke(capsys, "choose", *run, "--json").json["answers"]
    cheapest = min((one["estimate"] for one in chosen), key=lambda one: one["quantities"]["cost_total_usd"])
    invoke(capsys, "chart", "estimate", *run, "-o", tmp_path / "a.svg")
    assert f"staff: usd {cheapest['breakdown']['cost_staff_usd']!r}" in " ".join(bars(tmp_path / "a.svg"))
    invoke(capsys, "chart", "compare", *run, "-o", tmp_path / "b.svg")
    text = (tmp_path / "b.svg").read_text()
    totals = {one["market"]: one["estimate"]["quantities"]["cost_total_usd"] for one in chosen}
    assert all(f", {market} total: usd {total!r}" in text for market, total in totals.items())


@pytest.mark.parametrize("ending", ["png", "pdf", "html"])
def test_other_endings(capsys: Capsys, tmp_path: Path, ending: str) -> None:
    told = invoke(capsys, "chart", "estimate", *DESIGN, "-o", tmp_path / f"a.{ending}", "--json").json
    assert (
        told["marks"] == invoke(capsys, "chart", "estimate", *DESIGN, "-o", tmp_path / "a.svg", "--json").json["marks"]
    )
    assert told["bytes"] == (tmp_path / f"a.{ending}").stat().st_size


def test_the_width_can_be_chosen(capsys: Capsys, tmp_path: Path) -> None:
    widths = {}
    for width in (300, 900):
        invoke(capsys, "chart", "front", spec_file(tmp_path), "--width", str(width), "-o", tmp_path / "a.svg")
        found = re.match(r'<svg [^>]*width="(\d+)"', (tmp_path / "a.svg").read_text())
        assert found
        widths[width] = int(found[1])
    assert widths[900] - widths[300] == pytest.approx(600, abs=40)


def test_steps_of_a_waterfall_can_be_chosen(capsys: Capsys, tmp_path: Path) -> None:
    asked = ("chart", "waterfall", *commands(tmp_path)["waterfall"], "-o", tmp_path / "a.svg", "--steps")
    invoke(capsys, *asked, "assumptions")
    assert [bar.partition(": ")[0] for bar in bars(tmp_path / "a.svg")] == ["A", "market", "B"]
    invoke(capsys, *asked, "drivers")
    assert len(bars(tmp_path / "a.svg")) > 5
    assert "drivers" in invoke(capsys, *asked, "sideways").err


def test_what_the_command_warns_of_is_said_and_its_code_kept(capsys: Capsys, tmp_path: Path) -> None:
    asked = (spec_file(tmp_path), "--assert", "cost_total_usd < 1", "-o", tmp_path / "a.svg")
    found = invoke(capsys, "chart", "best", *asked)
    assert found.code == 4
    assert "cost_total_usd < 1" in found.err
    assert (tmp_path / "a.svg").exists()


def test_a_front_of_thousands_says_that_it_is_a_picture(capsys: Capsys, tmp_path: Path) -> None:
    asked = ("--hardware", "h100-sxm", "--chips", "256", "--tokens", "1T", "--set", "params=1B..4B:2400:log")
    found = invoke(
        capsys, "chart", "front", *asked, "--minimise", "cost_total_usd,loss", "-o", tmp_path / "a.svg", "--json"
    )
    assert found.json["marks"] > 2000
    assert "embedded picture" in found.json["note"]
    assert f"note: {found.json['note']}" in found.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope", "-o", "a.svg"), 'kind = "nope": unknown kind of chart; allowed: estimate, compare, '),
        (("fron", "-o", "a.svg"), 'did you mean "front"?'),
        (("estimate", *DESIGN), "Missing option '-o'"),
        (("estimate", *DESIGN, "-o", "a.gif"), '-o = "a.gif": unknown kind of picture; allowed: a name that ends in'),
        (("estimate", *DESIGN, "-o", "no/a.svg"), '-o = "no/a.svg": there is no folder no; allowed: a folder that'),
        (("estimate", *DESIGN, "-o", "a.svg", "-o", "b.svg"), "given twice"),
        (("estimate", *DESIGN, "-o", ""), "missing value"),
        (("estimate", *DESIGN, "-o", "a.svg", "--width", "0"), "--width"),
        (("estimate", *DESIGN, "-o", "a.svg", "--width", "4001"), "--width = 4001: out of range; allowed: >= 200 and"),
        (("estimate", *DESIGN, "-o", f"{'a' * 300}.svg"), "a name too long for a file; allowed: <= 200 bytes"),
        (("estimate", *DESIGN, "-o", "a.svg", "--width", "wide"), "not a whole number"),
        (("compare", *DESIGN, "-o", "a.svg"), "one run, where several are compared"),
        (("estimate", *DESIGN, "--market", "own,spot", "-o", "a.svg"), "2 runs, where one is drawn"),
        (("front", *OPEN, "--tokens", "1T", "--minimise", "train_days", "-o", "a.svg"), "one objective; allowed: two"),
        (("estimate", *DESIGN, "--chips", "many", "-o", "a.svg"), "chips"),
        (("best", "none.toml", "-o", "a.svg"), "none.toml"),
        (("best", "-o", "a.svg"), "SPEC"),
        (("estimate", *DESIGN, "-o", "a.svg", "--sources"), "No such option"),
    ],
)
def test_bad_inputs_are_refused_in_a_line(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    found = invoke(capsys, "chart", *arguments)
    assert found.code == 2
    assert said in found.err
    assert not list(tmp_path.iterdir())


def test_a_bad_name_is_refused_before_anything_is_computed(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def computed(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("gigacost.analysis.estimate.estimates", computed)
    assert invoke(capsys, "chart", "estimate", *DESIGN, "-o", tmp_path / "a.bmp").code == 2


@pytest.mark.parametrize("package", ["altair", "vl_convert"])
def test_without_the_extra_one_line_says_how_to_install_it(
    capsys: Capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *rest: None if name == package else real(name, *rest))
    found = invoke(capsys, "chart", "estimate", *DESIGN, "-o", tmp_path / "a.svg")
    assert found.code == 2
    name = package.replace("_", "-")
    assert found.err == f"error: chart: {name} is not installed; allowed: pip install 'gigacost[charts]'\n"
    assert json.loads(invoke(capsys, "chart", "--list", "--json").out)


def test_list_and_json_before_a_kind_are_refused(capsys: Capsys, tmp_path: Path) -> None:
    found = invoke(capsys, "chart", "--json", "estimate", *DESIGN, "-o", tmp_path / "a.svg")
    assert found.code == 2
    assert "give --json after it" in found.err


def test_help_lists_the_kinds_and_the_options_of_each(capsys: Capsys) -> None:
    told = invoke(capsys, "chart", "--help").out
    assert all(f"  {kind} " in told for kind in KINDS)
    assert invoke(capsys, "chart").out == told
    assert "--minimise" in invoke(capsys, "chart", "front", "--help").out
    assert "throughput" in invoke(capsys, "chart", "validate", "--help").out
