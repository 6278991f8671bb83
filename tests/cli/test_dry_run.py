"""What a dry run and the check of the disk foretell is what the sweep then writes."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path

import pytest
from cli_runner import SPEC, invoke, listing, spec_file
from forecasts import cases, outcome

from gigacost import Sweep
from gigacost.cli import dry_run, instead
from gigacost.cli.dry_run import ENDINGS, most_row_bytes
from gigacost.cli.terminal import out
from gigacost.queries.forecast import rates
from gigacost.queries.forecast.forecast import forecast
from gigacost.queries.forecast.rates import CORE_HOUR, GB_MONTH

Capture = pytest.CaptureFixture[str]

MANY = """version = 1

[axes]
hardware = ["a100-sxm-80", "h100-sxm"]
precision = ["bf16", "fp8"]
chips = { from = 64, to = 8192, steps = 400, scale = "log", multiple_of = 8 }
electricity_usd_per_kwh = { from = 0.03, to = 0.12, steps = 300 }

[fixed]
market = "own"
params = "13B"
tokens = "2T"

[query]
where = "train_days <= 60"
columns = ["cost_total_usd", "train_days", "cost_energy_usd"]
"""


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    "more",
    [(), ("--where", "train_days <= 40"), ("--limit", "5"), ("--limit", "0"), ("--limit", "0", "--where", "chips > 0")],
)
def test_a_small_file_is_foretold_to_the_byte(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, more: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ("sweep", spec_file(tmp_path), "-o", f"rows{ending}", *more, "--json")
    plan = invoke(capsys, *arguments, "--dry-run").json
    done = invoke(capsys, *arguments).json
    assert plan["rows"] == {"low": done["rows"], "high": done["rows"]}
    size = Path(f"rows{ending}").stat().st_size
    if not more:
        assert plan["bytes"] == size
    elif done["rows"]:
        assert plan["bytes"] == pytest.approx(size, rel=0.5)


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".csv.gz", ".arrow"])
def test_a_large_file_is_foretold(tmp_path: Path, ending: str) -> None:
    sweep = Sweep.from_toml(spec_file(tmp_path, MANY))
    found = forecast(sweep, ending)
    path = tmp_path / f"rows{ending}"
    rows = sweep.write(path)
    assert found.low <= rows <= found.high
    assert found.size == pytest.approx(path.stat().st_size, rel=0.1)
    assert found.size < rows * most_row_bytes(sweep, path.name)


def test_random_specifications_are_foretold(tmp_path: Path) -> None:
    for made in cases(seed=16, count=4, most=3e4):
        found = outcome(made, tmp_path)
        assert found.faults(timed=False) == [], made


def test_a_dry_run_says_what_the_sweep_would_be(capsys: Capture, tmp_path: Path) -> None:
    spec = spec_file(tmp_path, MANY)
    rates = ("--usd-per-core-hour", "0.36", "--usd-per-gb-month", "$0.5")
    plan = invoke(capsys, "sweep", spec, "--dry-run", "--json", "--threads", "1", *rates).json
    assert list(plan)[:7] == ["combinations", "rows", "bytes", "core_seconds", "parts", "usd", "instead"]
    assert plan["combinations"] == 339_600
    assert plan["parts"] == 1
    assert plan["core_seconds"] == plan["seconds"] > 0
    assert plan["usd"] == {
        "compute": pytest.approx(plan["core_seconds"] * 0.0001),
        "storage_month": pytest.approx(plan["bytes"] * 5e-10),
    }
    assert plan["instead"] is None


def test_computing_and_storing_have_list_prices(capsys: Capture, tmp_path: Path) -> None:
    plan = invoke(capsys, "sweep", spec_file(tmp_path), "--dry-run", "--json").json
    assert (plan["usd_per_core_hour"], plan["usd_per_gb_month"]) == (0.0504, 0.023)
    for constant in (CORE_HOUR, GB_MONTH, rates._INSTANCE):
        assert constant.unit
    assert (rates._INSTANCE.source, rates._INSTANCE.date) > ("", "2025")


def test_a_sweep_above_its_limits_is_refused_before_anything_is_written(capsys: Capture, tmp_path: Path) -> None:
    spec, output = spec_file(tmp_path), str(tmp_path / "rows.csv")
    before = listing(tmp_path)
    for more in (("--max-bytes", "100B"), ("--max-usd", "$0.000000001"), ("--max-bytes", "100B", "--dry-run")):
        refused = invoke(capsys, "sweep", spec, "-o", output, *more)
        assert refused.code == 2
        assert bool(refused.out) == ("--dry-run" in more)
        (line,) = refused.err.splitlines()[-1:]
        assert line.startswith(f'error: {more[0]} = "{more[1]}": about ')
        assert "--yes" in line
        assert listing(tmp_path) == before
    assert invoke(capsys, "sweep", spec, "-o", output, "--max-bytes", "100B", "--yes").code == 0
    assert invoke(capsys, "sweep", spec, "-o", output, "--max-bytes", "1GiB", "--max-usd", "5").code == 0


def test_bad_rates_and_limits_are_told_together(capsys: Capture, tmp_path: Path) -> None:
    given = ("--usd-per-core-hour", "-1", "--usd-per-gb-month", "x", "--max-bytes", "5 $", "--max-usd", "0")
    done = invoke(capsys, "sweep", spec_file(tmp_path), "--dry-run", *given)
    assert (done.code, done.out) == (2, "")
    fields = [line.split(" = ")[0] for line in done.err.splitlines()]
    assert fields == [f"error: {field}" for field in given[::2]]
    assert all("; allowed: " in line for line in done.err.splitlines())


@pytest.mark.parametrize(
    ("query", "more", "asked"),
    [
        ('columns = ["cost_total_usd", "train_days"]', (), "pareto"),
        ('columns = ["cost_total_usd", "train_days"]\nk = 3', (), "top"),
        ('columns = ["cost_energy_usd"]', ("--where", "train_days <= 40"), "top"),
        ('columns = ["train_days"]', ("--set", "pue=1.3", "--threads", "1"), "summary"),
    ],
)
def test_the_question_that_answers_more_cheaply_is_a_command_that_runs(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, more: tuple[str, ...], asked: str
) -> None:
    monkeypatch.setattr(instead, "SMALL_BYTES", 0)
    spec = spec_file(tmp_path, SPEC.partition("[query]")[0] + f"[query]\n{query}\n")
    plan = invoke(capsys, "sweep", spec, *more, "--limit", "7", "--dry-run", "--json").json
    command = shlex.split(plan["instead"])
    assert command[:3] == ["gigacost", asked, spec]
    at = command.index(more[0]) if more else 0
    assert not more or command[at : at + 2] == list(more[:2])
    done = invoke(capsys, *command[1:], "--json")
    assert done.code == 0
    assert done.json


def test_a_plan_fits_the_screen(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out.cache_clear()
    monkeypatch.setenv("COLUMNS", "80")
    told = invoke(capsys, "sweep", spec_file(tmp_path, MANY), "--dry-run").out
    out.cache_clear()
    assert max(map(len, told.splitlines())) <= 80
    assert "to compute, " in told


def test_what_is_measured_of_billing_data_has_no_limit(capsys: Capture, tmp_path: Path) -> None:
    given = ("--format", "focus", "-o", "x.csv", "--max-usd", "5")
    done = invoke(capsys, "sweep", spec_file(tmp_path), *given)
    assert done.code == 2
    assert done.err.startswith("error: --max-bytes, --max-usd: what is measured are rows")


def test_a_disk_that_has_room_for_the_file_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = Sweep.from_toml(spec_file(tmp_path, MANY))
    size = forecast(sweep, ".parquet").size
    assert 2 * size < sweep.size * most_row_bytes(sweep, "rows.parquet")
    monkeypatch.setattr(dry_run, "free_disk", lambda _: 2 * size)
    dry_run.refuse_full_disk(sweep, "rows.parquet", None, None)
    monkeypatch.setattr(dry_run, "free_disk", lambda _: size // 2)
    with pytest.raises(dry_run.SpecError, match=r"about \d+ rows of .* bytes need .*, and .* are free"):
        dry_run.refuse_full_disk(sweep, "rows.parquet", None, None)
    dry_run.refuse_full_disk(sweep, "rows.parquet", 1000, None)


def test_where_no_sample_can_be_written_the_longest_rows_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = Sweep.from_toml(spec_file(tmp_path, MANY))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    monkeypatch.setattr(dry_run, "free_disk", lambda _: 1 << 20)
    with pytest.raises(dry_run.SpecError, match=r"about 339600 rows of 34 bytes need 11 MiB, and 1 MiB are free"):
        dry_run.refuse_full_disk(sweep, "rows.parquet", None, None)


def test_a_dry_run_leaves_nothing_behind(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec, out = spec_file(tmp_path, MANY), tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = listing(out)
    told = invoke(capsys, "sweep", spec, "-o", str(out / "rows.csv"), "--dry-run")
    assert told.code == 0
    assert "no output was written" in told.out
    assert listing(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "spec.toml"]


def test_billing_data_is_not_foretold(capsys: Capture, tmp_path: Path) -> None:
    done = invoke(capsys, "sweep", spec_file(tmp_path), "--format", "focus", "--dry-run")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: --dry-run: what is measured are rows, and FOCUS has several for each design;")
