"""What a dry run and the check of the disk foretell is what the sweep then writes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from cli_runner import invoke, listing, spec_file

from gigacost import Sweep
from gigacost.cli import dry_run
from gigacost.cli.dry_run import ENDINGS, most_row_bytes, planned

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
    assert plan["rows"] == done["rows"]
    size = Path(f"rows{ending}").stat().st_size
    if not more:
        assert plan["bytes"] == size
    elif plan["rows"]:
        assert plan["bytes"] == pytest.approx(size, rel=0.5)


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".csv.gz", ".arrow"])
def test_a_large_file_is_foretold_within_a_quarter(tmp_path: Path, ending: str) -> None:
    sweep = Sweep.from_toml(spec_file(tmp_path, MANY))
    plan = planned(sweep, f"rows{ending}", None, None)
    path = tmp_path / f"rows{ending}"
    rows = sweep.write(path)
    assert plan.rows == pytest.approx(rows, rel=0.1)
    assert plan.size == pytest.approx(path.stat().st_size, rel=0.25)
    assert plan.size < rows * most_row_bytes(sweep, path.name)
    assert plan.seconds > 0


def test_a_limit_is_reached_only_after_the_combinations_that_are_not_kept(tmp_path: Path) -> None:
    late = Sweep.from_toml(spec_file(tmp_path, MANY.replace("train_days <= 60", "chips >= 4096")))
    reach, share, sampled = dry_run._reach(late, 1000, None)
    before = sum(chips < 4096 for chips in late.bound.digits["chips"].values) * 300
    assert reach == pytest.approx(before + 1000, rel=0.3)
    assert share == 1000 / reach
    assert sampled <= 8 * late.size
    assert planned(late, "rows.csv", 1000, None).rows == 1000


def test_time_grows_with_the_rows_that_are_kept() -> None:
    least = dry_run._Strip(1, 1, 100, 0.5)
    strips = [dry_run._Strip(100, 0, 100, 1.5), dry_run._Strip(100, 100, 900, 4.5)]
    assert dry_run._seconds_each(least, strips, 0.5) == pytest.approx(0.025)
    assert dry_run._seconds_each(least, strips, 0.75) == pytest.approx(0.0325)
    # What noise makes of it is never less than nothing, nor more than rows alone could take.
    assert dry_run._seconds_each(least, strips[::-1], 0.0) == pytest.approx(0.01)
    odd = [dry_run._Strip(100, 0, 100, 4.5), dry_run._Strip(100, 100, 900, 1.5)]
    assert dry_run._seconds_each(least, odd, 1.0) == pytest.approx(0.025)


def test_a_disk_that_has_room_for_the_file_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = Sweep.from_toml(spec_file(tmp_path, MANY))
    size = planned(sweep, "rows.parquet", None, None).size
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
