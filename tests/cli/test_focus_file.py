"""``--format focus`` on the command line: which files, what is refused, what is said."""

from __future__ import annotations

import csv
import io
import json
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from cli_runner import SPEC, invoke, listing, spec_file
from focus_rules import breaches, of_csv, of_parquet, of_text
from pyarrow import parquet

RESERVED = (
    *("estimate", "--hardware", "h100-sxm", "--chips", "256", "--params", "13B", "--tokens", "2T"),
    *("--market", "reserved_1y"),
)  # fmt: skip


def test_the_year_of_a_commitment_is_printed_with_all_its_runs(capsys: pytest.CaptureFixture[str]) -> None:
    ran = invoke(capsys, *RESERVED, "--set", "runs_per_year=3", "--format", "focus-term")
    assert (ran.code, ran.err) == (0, "70 rows for 1 designs, FOCUS 1.2\n")
    assert breaches(of_text(ran.out)) == set()
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    bought = sum(Decimal(row["BilledCost"]) for row in rows if row["ChargeCategory"] == "Purchase")
    assert round(bought, 2) == Decimal("5946854.40")  # 256 x 8,766 h x $2.65


def test_a_sweep_is_written_as_csv_and_as_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = spec_file(tmp_path, SPEC)
    for name in ("a.csv", "a.csv.gz", "a.parquet"):
        ran = invoke(capsys, "sweep", spec, "--format", "focus", "-o", str(tmp_path / name))
        assert ran.code == 0
    assert breaches(of_csv(tmp_path / "a.csv.gz")) == breaches(of_parquet(tmp_path / "a.parquet")) == set()
    metadata = parquet.read_schema(tmp_path / "a.parquet").metadata
    assert json.loads(metadata[b"focus"])["Schema"]["FocusVersion"] == "1.2"
    assert parquet.read_table(tmp_path / "a.parquet").num_rows == len(of_csv(tmp_path / "a.csv").rows)


def test_without_pyarrow_parquet_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = spec_file(tmp_path, SPEC)
    before = listing(tmp_path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = invoke(capsys, "sweep", spec, "--format", "focus", "-o", str(tmp_path / "a.parquet"))
    assert ran.code == 2
    assert ran.err == "error: -o: pyarrow is not installed; allowed: pip install 'gigacost[parquet]'\n"
    assert listing(tmp_path) == before


def test_no_header_is_printed_of_a_bill_that_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    ran = invoke(capsys, *RESERVED, "--set", "runs_per_year=2.5", "--format", "focus-term")
    assert (ran.code, ran.out) == (2, "")
    assert "a commitment of reserved_1y holds 2.5 runs, and a bill of them whole ones" in ran.err
