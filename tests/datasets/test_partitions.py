from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_dataset import contents, small_sweep

from gigacost import SpecError, Sweep, write_dataset, zipped
from gigacost.datasets.partitions import folder

TERRIBLE = ("../x", "/abs", "a=b", "%2e%2e", "CON", "dot.", " ", "-", "~", "$HOME", "a\\b", "ü 💥", "x" * 80)


@given(st.text(min_size=1))
def test_the_name_of_a_folder_is_plain_and_decoded_once_is_the_value(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    name = folder("chip", text)
    assert name.isascii()
    assert set(name.removeprefix("chip=")) <= set("%._-") | set(
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    assert not name.endswith(".")
    assert unquote(name) == f"chip={text}"


def in_pyarrow(folder: Path) -> list[tuple[Any, ...]]:
    table = ds.dataset(folder, format="parquet", partitioning="hive").to_table()
    return list(
        zip(*(table[name].to_pylist() for name in ("market", "chips", "tokens", "cost_total_usd")), strict=True)
    )


def in_duckdb(folder: Path) -> list[tuple[Any, ...]]:
    read = duckdb.read_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
    return read.project("market, chips, tokens, cost_total_usd").fetchall()


def in_polars(folder: Path) -> list[tuple[Any, ...]]:
    frame = pl.scan_parquet(f"{folder}/**/*.parquet", hive_partitioning=True)
    return frame.select("market", "chips", "tokens", "cost_total_usd").collect().rows()


@pytest.mark.parametrize("read", [in_pyarrow, in_duckdb, in_polars])
def test_readers_find_every_row_and_the_values_of_the_folders(
    tmp_path: Path, read: Callable[[Path], list[tuple[Any, ...]]]
) -> None:
    sweep = small_sweep()
    write_dataset(sweep, tmp_path / "d", partition_by=["chips", "market"], rows_per_part=4)
    rows = [(row["market"], row["chips"], row["tokens"], row["cost_total_usd"]) for row in sweep]
    assert sorted(read(tmp_path / "d"), key=repr) == sorted(rows, key=repr)


def test_readers_decode_what_is_encoded(tmp_path: Path) -> None:
    """A private region may be called what people like."""
    labels = [name for name in TERRIBLE if name.strip()]
    book = {"name": "mine", "date": "2026-01-01", "regions": {name: {"pue": 1.2, "source": "us"} for name in labels}}
    sweep = Sweep(
        {"region": labels, "chips": [64, 128]},
        fixed={"hardware": "h100-sxm", "params": "13B", "tokens": "1T"},
        columns="cost_total_usd",
        catalog=book,
    )
    written = write_dataset(sweep, tmp_path / "d", partition_by="region")
    assert written.parts == len(labels)
    assert {path.parent.parent for path in (tmp_path / "d").rglob("*.parquet")} == {tmp_path / "d"}
    found = ds.dataset(tmp_path / "d", format="parquet", partitioning="hive").to_table()["region"].to_pylist()
    assert sorted(set(found)) == sorted(labels)
    rows = duckdb.read_parquet(f"{tmp_path}/d/**/*.parquet", hive_partitioning=True).project("region").distinct()
    assert sorted(name for (name,) in rows.fetchall()) == sorted(labels)
    frame = pl.scan_parquet(f"{tmp_path}/d/**/*.parquet", hive_partitioning=True, try_parse_hive_dates=False)
    assert sorted(frame.select("region").unique().collect()["region"]) == sorted(labels)


def test_each_part_lies_in_one_partition_and_has_its_columns_but_the_folders(tmp_path: Path) -> None:
    write_dataset(small_sweep(), tmp_path / "d", partition_by=["chips"], rows_per_part=7)
    files = sorted((tmp_path / "d").rglob("*.parquet"))
    assert len(files) == 5 * 3
    assert pl.read_parquet(files[0], hive_partitioning=False).columns == [
        "market",
        "tokens",
        "status",
        "cost_total_usd",
        "train_days",
    ]
    assert len(contents(tmp_path / "d")) == 15 * 2 + 2


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["tokens"], "an axis of numbers with a fraction"),
        (["params"], "not an axis of this space"),
        (["markte"], 'did you mean "market"?'),
        (["chips", "nothing"], "not an axis of this space"),
        ([7], "not a name"),
    ],
)
def test_what_cannot_be_partitioned_by_is_refused_and_nothing_is_touched(
    tmp_path: Path, names: list[Any], said: str
) -> None:
    with pytest.raises(SpecError, match="partition_by") as refused:
        write_dataset(small_sweep(), tmp_path / "d", partition_by=names)
    assert said in str(refused.value)
    assert not (tmp_path / "d").exists()


def test_more_partitions_than_allowed_are_refused_with_their_number(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="15 partitions; allowed: at most 14") as refused:
        write_dataset(small_sweep(), tmp_path / "d", partition_by=["market", "chips"], max_partitions=14)
    assert refused.value.field == "partition_by"
    assert not (tmp_path / "d").exists()


def test_columns_that_walk_together_are_no_folders(tmp_path: Path) -> None:
    pairs = zipped({"hardware": ["h100-sxm", "b200-sxm"], "chips": [64, 128]})
    sweep = Sweep({"pairs": pairs}, fixed={"params": "13B", "tokens": "1T"}, columns="cost_total_usd")
    with pytest.raises(SpecError, match="walks together with others"):
        write_dataset(sweep, tmp_path / "d", partition_by="chips")


@pytest.mark.parametrize(
    ("label", "said"), [("__HIVE_DEFAULT_PARTITION__", "a null"), ("ü" * 100, "a name of 607 bytes")]
)
def test_labels_that_no_folder_can_stand_for_are_refused(tmp_path: Path, label: str, said: str) -> None:
    book = {"name": "mine", "date": "2026-01-01", "regions": {label: {"pue": 1.2, "source": "us"}}}
    fixed = {"hardware": "h100-sxm", "params": "13B", "tokens": "1T"}
    sweep = Sweep({"region": [label]}, fixed=fixed, columns="cost_total_usd", catalog=book)
    with pytest.raises(SpecError, match=said):
        write_dataset(sweep, tmp_path / "d", partition_by="region")
    assert not (tmp_path / "d").exists()
