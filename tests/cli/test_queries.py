"""``pareto``, ``count`` and ``bounds``, for people and as JSON."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pyarrow.parquet
import pytest
from cli_runner import SPEC, gigacost_command, invoke, listing, spec_file

from gigacost import Sweep

Capture = pytest.CaptureFixture[str]
MANY = ("--set", "tokens=1T..4T:40", "--minimise", "cost_total_usd", "--maximise", "tokens")
"""Each number of tokens has a cheapest combination: a front that no screen holds."""


def test_pareto_as_json_is_what_python_gives(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    done = invoke(capsys, "pareto", spec, "--json")
    front = Sweep.from_toml(spec).pareto()
    assert done.code == 0
    assert set(done.json) == {"rows", "meta"}
    assert done.json["rows"] == front.to_dict()["rows"]
    assert set(done.json["meta"]) == {*front.meta, "front"}
    assert done.json["meta"]["front"] == len(front.rows) > 1
    assert done.json["meta"]["objectives"] == {"minimise": ["cost_total_usd", "train_days"], "maximise": []}
    first = invoke(capsys, "pareto", spec, "--json", "--limit", "1").json
    assert first["rows"] == done.json["rows"][:1]
    assert first["meta"]["front"] == len(front.rows)


def test_pareto_takes_what_to_minimise_and_what_to_maximise(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    asked = ("--minimise", "cost_total_usd", "--maximise", "mfu, chips", "--columns", "train_days")
    done = invoke(capsys, "pareto", spec, *asked, "--json").json
    assert done["meta"]["objectives"] == {"minimise": ["cost_total_usd"], "maximise": ["mfu", "chips"]}
    assert {"cost_total_usd", "mfu", "train_days"} <= set(done["rows"][0])
    large = invoke(capsys, "pareto", spec, "--minimise", "", "--maximise", "chips", "--json").json
    assert [row["chips"] for row in large["rows"]] == [1024]


def test_a_front_is_shown_as_a_table_with_its_objectives_first(capsys: Capture, tmp_path: Path) -> None:
    done = invoke(capsys, "pareto", spec_file(tmp_path), "--minimise", "train_days", "--maximise", "mfu")
    heads = next(line for line in done.out.splitlines() if "train_days" in line).split()
    assert heads[-3:] == ["train_days", "mfu", "cost_total_usd"]
    assert "on the front of 12 combinations, in " in done.out
    none = invoke(capsys, "pareto", spec_file(tmp_path), "--where", "train_days <= 0.001")
    assert "0 of 0 on the front" in none.out
    assert "warning: no combination is feasible; gigacost summary says why" in none.err


def test_of_a_long_front_a_screen_shows_both_ends(tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    front = Sweep.from_toml(spec, settings=[("tokens", "1T..4T:40")]).pareto(["cost_total_usd"], ["tokens"])
    tokens = [f"{row['tokens'] / 1e12:.3g}T" for row in front.rows]
    assert len(tokens) > 20

    def shown(*arguments: str, **environment: str) -> list[str]:
        text = gigacost_command("pareto", spec, *MANY, *arguments, **environment).stdout.decode()
        return re.findall(r"[\d.]+T\b", text)

    piped = shown()
    assert (len(piped), piped[0], piped[-1]) == (20, tokens[0], tokens[-1])
    assert shown("--limit", "3") == tokens[:3]
    seen = shown(FORCE_COLOR="1", TERM="dumb", LINES="12", COLUMNS="120")
    assert (len(seen), seen[0], seen[-1]) == (5, tokens[0], tokens[-1])


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz", "arrow"])
def test_a_front_is_written_to_a_file(capsys: Capture, tmp_path: Path, ending: str) -> None:
    spec, output = spec_file(tmp_path), tmp_path / f"front.{ending}"
    done = invoke(capsys, "pareto", spec, *MANY, "-o", str(output), "--json")
    assert (done.code, done.json["output"]) == (0, str(output))
    assert done.json["rows"] == done.json["meta"]["front"] > 20
    assert output.stat().st_size > 0
    if ending == "parquet":
        table = pyarrow.parquet.read_table(output)
        assert table.num_rows == done.json["rows"]
        assert table.column_names[0] == "index"
    told = invoke(capsys, "pareto", spec, *MANY, "-o", str(output), "--limit", "2")
    assert (told.out, told.err.split(" of ")[0].splitlines()[-1]) == ("", "2 rows")


def test_a_front_on_stdout_is_csv_and_nothing_else(tmp_path: Path) -> None:
    done = gigacost_command("pareto", spec_file(tmp_path), "-o", "-")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert list(rows[0]) == ["index", "hardware", "chips", "precision", "status", "cost_total_usd", "train_days"]
    assert f"{len(rows)} rows of 12 combinations".encode() in done.stderr


def test_count_says_how_many_and_which_share(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    assert "12 of 12 combinations (100 %)\n" in invoke(capsys, "count", spec).out
    asked = ("count", spec, "--where", "chips <= 256")
    assert "4 of 12 combinations (33 %) where chips <= 256\n" in invoke(capsys, *asked).out
    found = invoke(capsys, *asked, "--json").json
    meta = found.pop("meta")
    assert found == {"combinations": 12, "count": 4, "share": 1 / 3}
    assert {"gigacost_version", "spec_sha256", "model_sha256", "catalog_sha256", "as_of", "effort"} <= set(meta)
    assert "No such option" in invoke(capsys, "count", spec, "--columns", "mfu").err


def test_bounds_says_from_where_to_where(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path)
    sweep = Sweep.from_toml(spec)
    found = invoke(capsys, "bounds", spec, "--of", "train_days,chips,train_days", "--json").json
    assert [one["of"] for one in found["bounds"]] == ["train_days", "chips"]
    for one in found["bounds"]:
        assert one == {name: value for name, value in sweep.bounds(one["of"]).to_dict().items() if name != "meta"}
    assert (found["bounds"][1]["min"], found["bounds"][1]["max"]) == (256, 1024)
    assert {"combinations", "searched_designs", "exact", "effort", "warnings"} <= set(found["meta"])
    shown = invoke(capsys, "bounds", spec, "--of", "chips").out
    assert [line.split()[:4] for line in shown.splitlines() if "least" in line] == [
        ["chips", "least", "256", "a100-sxm-80"]
    ]
    none = invoke(capsys, "bounds", spec, "--where", "train_days <= 0.001")
    assert "—" in none.out
    assert "no combination is feasible" in none.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("pareto", "--assert", "train_days <= 1000"), 0),
        (("pareto", "--assert", "mfu <= 0.01", "--maximise", "mfu"), 4),
        (("pareto", "--assert", "train_days <= 1", "-o", "FILE"), 4),
        (("pareto", "--where", "train_days <= 0.001"), 0),
        (("pareto", "--where", "train_days <= 0.001", "--require-feasible"), 3),
        (("count", "--assert", "count == 12 and share == 1 and combinations == 12"), 0),
        (("count", "--assert", "share < 1"), 4),
        (("count", "--where", "train_days <= 0.001"), 0),
        (("count", "--where", "train_days <= 0.001", "--require-feasible"), 3),
        (("bounds", "--of", "chips,train_days", "--assert", "chips_max == 1024 and train_days_min > 0"), 0),
        (("bounds", "--of", "train_days", "--assert", "train_days_max <= 1"), 4),
        (("bounds", "--of", "train_days", "--assert", "train_days_max <= '9000 d'"), 0),
        (("bounds", "--where", "train_days <= 0.001", "--require-feasible"), 3),
        (("bounds", "--where", "train_days <= 0.001", "--assert", "cost_total_usd_max <= 1"), 4),
    ],
)
def test_exit_codes_of_conditions(capsys: Capture, tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    output = str(tmp_path / "front.csv")
    command, *options = (output if word == "FILE" else word for word in arguments)
    done = invoke(capsys, command, spec_file(tmp_path), *options)
    assert done.code == code
    assert ("does not hold" in done.err) == (code == 4)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("pareto --minimise train_dais", 'minimise = "train_dais": not a number of this model; did you mean "train_d'),
        ("pareto --maximise mfuu,goodputt", 'maximise = "goodputt": not a number of this model; did you mean "goodp'),
        ("pareto --minimise hardware", 'minimise = "hardware": an axis of labels, not a number'),
        ("pareto --minimise never_finishes", 'minimise = "never_finishes": a condition, not a number'),
        ("pareto --minimise mfu --maximise mfu", 'maximise = "mfu": minimised already'),
        ("pareto --minimise mfu,mfu", 'minimise = "mfu": given twice'),
        ("pareto --minimise mfu,", 'minimise = "": not a number of this model'),
        ("pareto --minimise mfu --minimise loss", '--minimise = "loss": given twice; it was "mfu" before'),
        ("pareto --maximise mfu,loss,goodput,chips,tokens", "7 objectives; allowed: 1 to 6 quantities"),
        ("pareto --least mfu", "No such option '--least'."),
        ("pareto --limit -1", '--limit = "-1": out of range; allowed: >= 0'),
        ("pareto --where train_dais<=1", 'did you mean "train_days"?'),
        ("pareto --columns train_dais", 'did you mean "train_days"?'),
        ("pareto --assert train_dais<=1", 'did you mean "train_days"?'),
        ("pareto -o front.xls", ".arrow, .ipc, .feather, .xlsx; - for CSV on stdout"),
        ("pareto -o missing/front.csv", "there is no folder"),
        ("count --where train_dais<=1", 'did you mean "train_days"?'),
        ("count --assert coutn>1", 'did you mean "count"?'),
        ("count --threads 0", '--threads = "0": out of range; allowed: >= 1'),
        ("bounds --of train_dais", 'of = "train_dais": not a number of this model; did you mean "train_days"?'),
        ("bounds --of mfu,market", 'of = "market": not a number of this model'),
        ("bounds --of mfu --assert mfu<=1", '"mfu"'),
        ("bounds --by mfu", "No such option"),
    ],
)
def test_queries_refuse_bad_options_and_leave_no_file(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, says: str
) -> None:
    command, *options = arguments.split()
    spec = spec_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = listing(tmp_path)
    done = invoke(capsys, command, spec, *options)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""
    assert listing(tmp_path) == before


def test_a_front_never_replaces_its_own_input(capsys: Capture, tmp_path: Path) -> None:
    spec, book = spec_file(tmp_path), tmp_path / "book.csv"
    book.write_text("hardware,market,usd_per_chip_hour,date\nh100-sxm,on_demand,1.00,2026-11-01\n")
    before = listing(tmp_path)
    assert "is an input of this run" in invoke(capsys, "pareto", spec, "--catalog", str(book), "-o", str(book)).err
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is not a regular file" in invoke(capsys, "pareto", spec, "-o", str(tmp_path / "pipe.csv")).err
    assert [entry for entry in listing(tmp_path) if entry[0] != "pipe.csv"] == before


@pytest.mark.parametrize(
    "option", ["pareto spec.toml --minimise", "pareto spec.toml --maximise", "bounds spec.toml --of"]
)
def test_names_of_quantities_complete_behind_a_comma(option: str) -> None:
    words = f"gigacost {option} train_days,cost_tot"
    done = gigacost_command(_GIGACOST_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD="4")
    assert b"train_days,cost_total_usd" in done.stdout


def test_a_value_of_a_users_expression_that_is_not_finite(capsys: Capture, tmp_path: Path) -> None:
    derive = '[derive]\nx = "1 / (chips - 256)"\n\n[query]'
    spec = spec_file(tmp_path, SPEC.replace("[query]", derive))
    for arguments in (("pareto", spec, "--minimise", "x"), ("bounds", spec, "--of", "x")):
        done = invoke(capsys, *arguments)
        assert done.code == 1
        assert done.err.startswith('error: derive.x = "1 / (chips - 256)": is inf at combination 0 ')
    assert invoke(capsys, "count", spec, "--where", "x > 0").code == 0
