"""What is written is what was computed: files read back by other people's readers, and memory that does not grow."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from gigacost import SpecError, Sweep, reference

PINNED = {"tp": 4, "cp": 1, "ep": 1, "microbatch": 1, "pp": 2, "vp": 1}
"""Most axes of the layout: the reference goes through every candidate of those that are left."""


def sweep() -> Sweep:
    """Labels, whole numbers, numbers and nulls: TPUs are not sold, one region has no electricity price."""
    return Sweep(
        {
            "hardware": ["h100-sxm", "tpu-v5e", "v100-sxm2-32"],
            "chips": [8, 256],
            "region": ["usa", "can"],
            "market": ["own", "on_demand"],
        },
        fixed={"params": "13B", "tokens": "2T", "precision": "bf16", **PINNED},
        derive={
            "usd_per_million_tokens": "cost_total_usd / tokens * 1e6",
            "h100": 'where(hardware == "h100-sxm", 1, 0)',
        },
        where='not (hardware == "h100-sxm" and market in ["on_demand"]) or chips > "8 chip"',
        columns=["cost_total_usd", "train_days", "usd_per_million_tokens", "h100"],
    )


def plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in row.items()}


READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "parquet-pyarrow": lambda path: pq.read_table(path).to_pylist(),
    "parquet-polars": lambda path: pl.read_parquet(path).to_dicts(),
    "parquet-duckdb": lambda path: duckdb.read_parquet(str(path)).to_arrow_table().to_pylist(),
    "csv-pyarrow": lambda path: pyarrow.csv.read_csv(path).to_pylist(),
    "csv-polars": lambda path: pl.read_csv(path).to_dicts(),
    "csv-duckdb": lambda path: duckdb.read_csv(str(path)).to_arrow_table().to_pylist(),
    "csv.gz-polars": lambda path: pl.read_csv(path).to_dicts(),
    "csv.gz-duckdb": lambda path: duckdb.read_csv(str(path)).to_arrow_table().to_pylist(),
    "arrow-pyarrow": lambda path: pa.ipc.open_file(path).read_all().to_pylist(),
    "arrow-polars": lambda path: pl.read_ipc(path).to_dicts(),
}


@pytest.mark.parametrize("reader", READERS)
def test_files_read_back_as_the_reference_computes_them(reader: str, tmp_path: Path) -> None:
    ending = reader.split("-", maxsplit=1)[0]
    path = tmp_path / f"rows.{ending}"
    expected = reference.rows(sweep())
    assert any(row["cost_total_usd"] is None for row in expected)
    assert {row["status"] for row in expected} > {"ok", "not_sold"}
    assert sweep().write(path) == len(expected)
    assert [plain(row) for row in READERS[reader](path)] == expected


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz", "arrow"])
def test_the_bytes_do_not_depend_on_threads(ending: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{threads}.{ending}" for threads in (1, 2, 5)]
    for threads, path in zip((1, 2, 5), paths, strict=True):
        large(300_000).write(path, threads=threads)
    assert len({path.read_bytes() for path in paths}) == 1


def ranks(where: str | None = None) -> Sweep:
    """201,600 rows, columns of every rank: constant along the inner axes, along the outer ones, and full."""
    return Sweep(
        {
            "hardware": ["h100-sxm", "tpu-v5e", "a100-sxm-80"],
            "market": ["own", "on_demand"],
            "params": {"from": 1e9, "to": 1e13, "steps": 140, "scale": "log"},
            "tokens": {"from": 1e10, "to": 1e13, "steps": 240, "scale": "log"},
        },
        fixed={"chips": 1024},
        where=where,
        columns=["cost_total_usd", "train_days", "loss"],
    )


LARGE_READERS: dict[str, Callable[[Path], pa.Table]] = {
    "pyarrow": lambda path: pq.ParquetFile(path, page_checksum_verification=True).read(),
    "polars": lambda path: pl.read_parquet(path).to_arrow(),
    "duckdb": lambda path: duckdb.read_parquet(str(path)).to_arrow_table(),
}


@pytest.mark.parametrize("where", [None, "train_days <= 400"])
def test_columns_of_every_rank_read_back_everywhere(where: str | None, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    expected = pl.DataFrame(ranks(where)).with_columns(pl.col(pl.Categorical).cast(pl.String))
    assert ranks(where).write(path) == len(expected) > 10_000
    for name, reader in LARGE_READERS.items():
        found = pl.DataFrame(reader(path)).with_columns(pl.col(pl.Categorical).cast(pl.String))
        assert found.equals(expected), name
    encodings = {
        column.path_in_schema: column.encodings
        for column in map(pq.read_metadata(path).row_group(0).column, range(len(expected.columns)))
    }
    assert "RLE_DICTIONARY" in encodings["loss"]
    assert "BYTE_STREAM_SPLIT" in encodings["cost_total_usd"]


def test_a_flipped_bit_is_found(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    ranks().write(path)
    column = pq.read_metadata(path).row_group(0).column(3)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(OSError, match="CRC"):
        pq.ParquetFile(path, page_checksum_verification=True).read()


def test_labels_stay_labels_and_provenance_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    sweep().write(path)
    file = pq.ParquetFile(path)
    assert pa.types.is_dictionary(file.schema_arrow.field("hardware").type)
    assert file.schema_arrow.field("chips").type == pa.int64()
    kept = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
    assert kept["gigacost:spec_sha256"] == sweep().spec.sha256
    assert {"gigacost:model_sha256", "gigacost:catalog_sha256", "gigacost:gigacost_version"} <= set(kept)


def test_an_axis_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    idle = Sweep({"mfu": [0.3, 0.4]}, fixed={"params": "1B", "tokens": "1T"}, columns=["loss"])
    with pytest.raises(SpecError, match=r"axes\.mfu: nothing that is asked for depends on this axis"):
        idle.write(tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def large(rows: int) -> Sweep:
    steps = round(rows**0.5)
    axes = {name: {"from": 1e9, "to": 1e13, "steps": steps, "scale": "log"} for name in ("params", "tokens")}
    return Sweep(axes, fixed={"hardware": "h100-sxm", "chips": 1024}, columns=["cost_total_usd", "train_days", "loss"])


WRITE = """
import pickle, re, sys
from pathlib import Path
pickle.load(sys.stdin.buffer).write(sys.argv[1], threads=2)
print(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def peak_megabytes(rows: int, path: Path) -> float:
    """The largest memory of a process that does nothing but write a sweep."""
    command = [sys.executable, "-c", WRITE, str(path)]
    done = subprocess.run(command, input=pickle.dumps(large(rows)), capture_output=True, check=True)
    return float(done.stdout) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read as Linux tells it")
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    # Row groups are full in both, so that what is held at a time is the same.
    some, many = (peak_megabytes(rows, tmp_path / f"{rows}.parquet") for rows in (3_000_000, 15_000_000))
    assert many < some + 100, (some, many)
    assert many < 500, (some, many)
