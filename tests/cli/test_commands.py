"""Every command does what it says, for people and as JSON."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from cli_runner import SPEC, gigacost_command, invoke, listing, spec_file

import gigacost
from gigacost.model import default

LLAMA = ("--hardware", "h100-sxm", "--chips", "16384", "--params", "405B", "--tokens", "15.6T")
Capture = pytest.CaptureFixture[str]


def test_estimate_prints_what_a_planner_asks_for(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", *LLAMA, "--all")
    assert done.code == 0
    for text in ("chip-hours", "days", "MW", "total_run_usd", "total_project_usd", "experiments", "rent", "staff"):
        assert text in done.out
    assert "horizon_years=3" in done.out
    assert "on_demand by default" in done.out
    assert "does not mean that 16,384 chips" in done.out
    assert done.err == ""


def test_the_layout_in_use_is_shown_with_its_band(capsys: Capture) -> None:
    run = ("--model", "llama-3.1-405b", "--hardware", "h100-sxm", "--chips", "16384", "--tokens", "15.6T")
    given = ("estimate", *run, "--all")
    shown = " ".join(invoke(capsys, *given).out.split())
    for text in ("in eight of ten published runs of this kind", "tp 8 · pp 16 x 8 · dp 128 · microbatch 1", "step 6.",
                 "s of 2,048 x 8,192 tokens: GEMM", "no recomputation; ", "of 80 GiB per chip"):  # fmt: skip
        assert text in shown
    assert "idle" not in shown
    full = " ".join(invoke(capsys, *given, "--set", "recompute=full").out.split())
    assert "full recomputation; " in full
    known = " ".join(invoke(capsys, *given, "--mfu", "0.4").out.split())
    assert "GiB per chip" not in known
    assert "published runs" not in known


def test_experts_split_of_their_own_are_part_of_the_layout(capsys: Capture) -> None:
    run = ("--model", "mixtral-8x7b", "--hardware", "h100-sxm", "--chips", "64", "--tokens", "1T")
    given = ("estimate", *run, "--all", "--set", "tp=2", "--set", "ep=4")
    assert "expert_tp" not in " ".join(invoke(capsys, *given).out.split()).split("Assumptions")[0]
    assert "ep 4 · expert_tp 2 · microbatch" in " ".join(invoke(capsys, *given, "--set", "expert_tp=2").out.split())


def test_what_a_layout_wastes_is_said(capsys: Capture) -> None:
    given = ("--tokens", "1T", "--set", "tp=8", "--set", "pp=1", "--set", "cp=1")
    done = invoke(capsys, "estimate", "--params", "7B", "--hardware", "h100-sxm", "--chips", "5004", *given, "--all")
    assert "4 chips idle, 18 % of the places in a step are empty" in done.out
    assert "A batch of 512 sequences cannot feed 625 places at a time" in done.out
    other = invoke(capsys, "estimate", "--params", "7B", "--hardware", "mi300x", "--chips", "1000", *given)
    assert "rounds up from 512 sequences to 625 places" in other.out or "cannot feed" in other.out
    assert "No published run of mi300x at bf16 was fitted" in other.out


@pytest.mark.parametrize("columns", ["40", "60", "100"])
def test_the_headline_keeps_its_numbers_at_any_width(columns: str) -> None:
    done = gigacost_command("estimate", *LLAMA, COLUMNS=columns)
    head, subtotals, _ = done.stdout.decode().partition("total_run_usd")
    assert subtotals
    for word in ("in total", "days", "35.3M", "chip-hours", "27.2", "MW of the site"):
        assert word in head
    assert all(line == line.rstrip() for line in done.stdout.decode().splitlines())


def test_markets_that_are_not_compared_alike_are_said(capsys: Capture) -> None:
    small = ("--hardware", "h100-sxm", "--chips", "64", "--params", "7B", "--tokens", "1T")
    done = invoke(capsys, "estimate", *small, "--market", "own,reserved_1y")
    assert "No runs_per_year given: own is assumed used 80 %, this run alone bears" in " ".join(done.out.split())
    done = invoke(capsys, "estimate", *small, "--market", "own,reserved_1y", "--set", "runs_per_year=2")
    assert "runs_per_year given" not in done.out
    assert "a year of runs" in done.out
    assert "overlap" not in done.out
    done = invoke(capsys, "estimate", *small, "--market", "on_demand", "--set", "runs_per_year=30")
    assert "30 runs a year overlap: with experiments one keeps its chips busy for" in done.out
    assert "a year of 30 runs, nothing upfront" in done.out
    done = invoke(capsys, "estimate", *small, "--market", "own", "--set", "runs_per_year=30")
    assert (done.code, done.out) == (2, "")
    assert "error: runs_per_year = 30: too many runs" in done.err


def test_a_date_after_the_catalogues_is_warned_of(capsys: Capture, tmp_path: Path) -> None:
    for arguments in (("estimate", *LLAMA), ("summary", spec_file(tmp_path)), ("explain", "mfu")):
        done = invoke(capsys, *arguments, "--as-of", "2027-06-01")
        assert done.code == 0
        assert "as_of = 2027-06-01: prices are those of 2026-11-21: no trend is assumed" in done.err


@pytest.mark.parametrize("command", ["estimate", "top", "pareto", "count", "bounds", "explain"])
def test_help_shows_its_examples_on_lines_of_their_own(capsys: Capture, command: str) -> None:
    done = invoke(capsys, command, "--help")
    assert "\\b" not in done.out
    assert sum(line.startswith(f"  gigacost {command} ") for line in done.out.splitlines()) >= 2


def test_a_label_may_be_shown_with_its_axis(capsys: Capture) -> None:
    for axis, label in (("hardware", "h100-sxm"), ("presets", "palm"), ("region", "usa")):
        assert invoke(capsys, "catalog", "show", axis, label).out == invoke(capsys, "catalog", "show", label).out


def test_presets_say_what_they_are(capsys: Capture) -> None:
    listed = {one["preset"]: one for one in invoke(capsys, "catalog", "list", "presets", "--json").json}
    assert listed["llama-3.1-405b"]["estimate"] == "yes"
    assert listed["palm"]["estimate"] == "not as it stands"
    assert listed["colossus-2-110k"]["estimate"] == "with params, tokens"
    assert "nobody quotes tpu-v4 in this market" in invoke(capsys, "catalog", "show", "palm").out
    assert "--params 1T --tokens 10T" in invoke(capsys, "catalog", "show", "colossus-2-110k").out


def test_estimate_as_json_is_what_python_gives(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", *LLAMA, "--json")
    one = gigacost.estimate(hardware="h100-sxm", chips=16384, params="405B", tokens="15.6T", draws=4096)
    assert done.json == one.to_dict()


def test_comma_lists_stand_side_by_side(capsys: Capture) -> None:
    asked = ("estimate", "--params", "13B", "--tokens", "2T", "--hardware", "h100-sxm", "--chips", "256")
    markets = ("--market", "on_demand,reserved_1y,own", "--set", "runs_per_year=3")
    done = invoke(capsys, *asked, *markets)
    assert done.code == 0
    head = next(line for line in done.out.splitlines() if "on_demand" in line)
    assert head.split() == ["on_demand", "reserved_1y", "own", "vo"]
    listed = invoke(capsys, *asked, *markets, "--json").json
    assert [one["inputs"]["market"] for one in listed] == ["on_demand", "reserved_1y", "own"]


def test_sources_of_every_figure(capsys: Capture) -> None:
    done = invoke(capsys, "estimate", *LLAMA, "--sources")
    assert "From the catalogue" in done.out
    assert "experiments_factor" in done.out


def test_estimate_of_a_preset_with_a_private_price(capsys: Capture, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text("hardware,market,usd_per_chip_hour,date\nh100-sxm,on_demand,1.00,2026-11-01\n")
    done = invoke(capsys, "estimate", *LLAMA, "--catalog", str(book), "--json")
    rent = next(one for one in done.json["assumptions"] if one["name"] == "rental_usd_per_chip_hour")
    assert rent["value"] == 1.0
    assert invoke(capsys, "estimate", "--preset", "olmo-2-7b", "--as-of", "2026-06-01").code == 0


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz", "arrow"])
def test_sweep_writes_a_file(capsys: Capture, tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"rows.{ending}"
    done = invoke(capsys, "sweep", spec_file(tmp_path), "-o", str(output), "--json")
    assert done.code == 0
    assert done.json["rows"] == done.json["meta"]["combinations"] == 12
    assert output.stat().st_size > 0
    assert not [name for name, _ in listing(tmp_path) if "partial" in name]


def test_sweep_to_stdout_is_csv_and_nothing_else(tmp_path: Path) -> None:
    done = gigacost_command("sweep", spec_file(tmp_path), "-o", "-", "--limit", "3")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert (done.returncode, len(rows)) == (0, 3)
    assert list(rows[0]) == ["hardware", "chips", "precision", "status", "cost_total_usd", "train_days"]
    assert b"3 rows of 12 combinations" in done.stderr


def test_sweep_replaces_an_older_file_and_takes_columns_where_and_settings(capsys: Capture, tmp_path: Path) -> None:
    output = tmp_path / "rows.parquet"
    output.write_bytes(b"old")
    settings = ("--set", "chips=64..256:3", "--where", "train_days <= 60")
    done = invoke(capsys, "sweep", spec_file(tmp_path), "-o", str(output), *settings, "--columns", "mfu,train_days")
    assert done.code == 0
    assert "note: chips" in done.err
    table = pyarrow.parquet.read_table(output)
    assert table.column_names == ["hardware", "chips", "precision", "status", "mfu", "train_days"]
    assert max(table["train_days"].to_pylist()) <= 60


def test_dry_run_tells_the_plan_and_writes_nothing(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    before = listing(tmp_path)
    done = invoke(capsys, "sweep", spec, "-o", str(tmp_path / "rows.parquet"), "--dry-run", "--json")
    assert (done.json["combinations"], done.json["rows"]) == (12, {"low": 12, "high": 12})
    assert done.json["bytes"] > 0
    assert done.json["seconds"] > 0
    assert "12 = 2 hardware x 3 chips x 2 precision" in invoke(capsys, "sweep", spec, "--dry-run").out
    assert listing(tmp_path) == before


def test_top_finds_the_best_of_all_and_of_each_group(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    done = invoke(capsys, "top", spec, "--by", "train_days", "-k", "2", "--json")
    days = [row["train_days"] for row in done.json["rows"]]
    assert len(days) == 2
    assert days == sorted(days)
    assert done.json["meta"]["exact"] is True
    assert {"combinations", "searched_designs", "effort"} <= set(done.json["meta"])
    groups = invoke(capsys, "top", spec, "--per", "hardware", "--largest", "--by", "train_days", "--json").json["rows"]
    assert [row["hardware"] for row in groups] == ["a100-sxm-80", "h100-sxm"]
    shown = invoke(capsys, "top", spec, "--limit", "1", "--distinct", "hardware")
    assert "1 more not printed" in shown.out


def test_summary_says_why_combinations_fail(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    done = invoke(capsys, "summary", spec)
    assert "unsupported_precision" in done.out
    assert "the chip has no peak at this precision" in done.out
    plain = invoke(capsys, "summary", spec, "--json", "--no-quantiles").json
    assert plain["status"]["unsupported_precision"] == 3
    assert plain["columns"]["train_days"]["nulls"] == 3


def test_explain_text_and_json(capsys: Capture) -> None:
    assert "Made of" in invoke(capsys, "explain", "cost_rent_usd").out
    cited = invoke(capsys, "explain", "rental_usd_per_chip_hour", "--set", "hardware=h100-sxm", "--json").json
    assert cited["value"] > 0
    valued = invoke(
        capsys, "explain", "cost_total_usd", "--preset", "olmo-2-7b", "--as-of", "2026-06-01", "--depth", "1"
    )
    assert "%" in valued.out


@pytest.mark.parametrize("axis", ["", "hardware", "region", "model", "market", "precision", "as_of", "presets"])
def test_catalog_list_lists_every_axis(capsys: Capture, axis: str) -> None:
    words = [axis] if axis else []
    assert invoke(capsys, "catalog", "list", *words).code == 0
    assert invoke(capsys, "catalog", "list", *words, "--json").json


@pytest.mark.parametrize("label", ["h100", "usa", "llama-3.1-405b", "gpt-3-175b", "spot", "bf16", "neocloud"])
def test_catalog_show_finds_a_label_of_any_axis(capsys: Capture, label: str) -> None:
    assert invoke(capsys, "catalog", "show", label).code == 0
    assert invoke(capsys, "catalog", "show", label, "--json").json


def test_schema_is_about_every_name(capsys: Capture) -> None:
    schema = invoke(capsys, "schema").json
    fixed = schema["properties"]["fixed"]["properties"]
    assert {"hardware", "chips", "mfu", "electricity_usd_per_kwh"} <= set(fixed)
    assert fixed["chips"]["anyOf"][0] == {"type": "integer", "minimum": 1.0, "maximum": 1e9}
    columns = invoke(capsys, "schema", "--columns", "--json").json
    assert {row["name"] for row in columns} >= set(default().quantities)
    assert "train_days" in invoke(capsys, "schema", "--columns").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(capsys: Capture, shell: str) -> None:
    assert "_GIGACOST_COMPLETE" in invoke(capsys, "completion", shell).out


def test_labels_complete_behind_a_comma() -> None:
    asked = {"COMP_WORDS": "gigacost estimate --hardware h100-sxm,h2", "COMP_CWORD": "3"}
    done = gigacost_command(_GIGACOST_COMPLETE="bash_complete", **asked)
    assert b"h100-sxm,h200-sxm" in done.stdout


def test_every_command_has_help_and_the_version_is_the_packages(capsys: Capture) -> None:
    assert invoke(capsys, "--version").out == f"gigacost {gigacost.__version__}\n"
    shown = invoke(capsys, "--help")
    assert shown.code == 0
    for command in ("estimate", "sweep", "top", "summary", "pareto", "count", "bounds", "explain", "catalog", "schema"):
        assert command in shown.out
        assert invoke(capsys, command, "--help").code == 0


def test_help_and_import_load_nothing_heavy() -> None:
    script = "import sys, gigacost; from gigacost.cli import app; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    for heavy in ("numpy", "rich", "gigacost._engine", "gigacost.model"):
        assert f"'{heavy}'" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("estimate", *LLAMA, "--assert", "train_days <= 90 and market == 'on_demand'"), 0),
        (("estimate", *LLAMA, "--assert", "train_days <= 10"), 4),
        (("top", "SPEC", "--assert", "train_days <= 1000"), 0),
        (("top", "SPEC", "--assert", "train_days <= 1"), 4),
        (("summary", "SPEC", "--assert", "feasible == 12 and status_unsupported_precision == 3"), 0),
        (("summary", "SPEC", "--assert", "train_days_max <= 1"), 4),
        (("top", "SPEC", "--where", "train_days <= 0.001", "--require-feasible"), 3),
        (("summary", "SPEC", "--where", "train_days <= 0.001", "--require-feasible"), 3),
        (("top", "SPEC", "--where", "train_days <= 0.001"), 0),
    ],
)
def test_exit_codes_of_conditions(capsys: Capture, tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    spec = spec_file(tmp_path, SPEC)
    done = invoke(capsys, *(spec if word == "SPEC" else word for word in arguments))
    assert done.code == code
    assert ("does not hold" in done.err) == (code == 4)


def test_a_sweep_of_nothing_feasible(capsys: Capture, tmp_path: Path) -> None:
    asked = ("sweep", spec_file(tmp_path), "-o", str(tmp_path / "rows.csv"), "--where", "train_days <= 0.001")
    done = invoke(capsys, *asked)
    assert done.code == 0
    assert "warning: no combination is feasible" in done.err
    assert invoke(capsys, *asked, "--require-feasible").code == 3
    assert invoke(capsys, *asked, "--assert", "rows >= 1").code == 4
