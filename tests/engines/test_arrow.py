"""duckdb and pyarrow read a sweep itself, and duckdb a scan of it."""

from __future__ import annotations

import logging

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from gigacost import Sweep, reference, scan

SWEEP = Sweep(
    {"hardware": ["h100-sxm", "tpu-v5e"], "chips": [256, 512, 1024], "market": ["own", "on_demand"]},
    fixed={"params": "13B", "tokens": "2T", "tp": 4, "cp": 1, "ep": 1, "microbatch": 1, "pp": 2, "vp": 1},
    columns=["cost_total_usd", "train_days"],
)
ROWS = reference.rows(SWEEP)
"""TPUs are not sold: half of them have no cost when they are owned."""


def test_pyarrow_makes_a_table_of_a_sweep() -> None:
    table = pa.table(SWEEP)
    assert table.to_pylist() == ROWS
    assert table.column("cost_total_usd").null_count > 0
    label = pa.dictionary(pa.int32(), pa.string())
    types = [label, pa.int64(), label, label, pa.float64(), pa.float64()]
    assert table.schema.types == types
    assert table.schema.names == list(SWEEP.column_names)


def test_pyarrow_reads_batch_by_batch() -> None:
    reader = pa.RecordBatchReader.from_stream(SWEEP)
    assert [row for batch in reader for row in batch.to_pylist()] == ROWS


def test_one_dictionary_serves_all_batches() -> None:
    axes = {"chips": {"from": 256, "to": 65536, "steps": 300}, "market": ["own", "on_demand"]}
    steps = {"from": 1e9, "to": 1e12, "steps": 300, "scale": "log"}
    sweep = Sweep({**axes, "params": steps}, fixed={"hardware": "h100-sxm", "tokens": "2T"}, columns=["loss"])
    batches = [*pa.RecordBatchReader.from_stream(sweep)]
    assert len(batches) > 1
    assert len({tuple(batch.column("market").dictionary.to_pylist()) for batch in batches}) == 1


def test_duckdb_reads_a_sweep_by_the_name_of_its_variable() -> None:
    sweep = SWEEP
    found = duckdb.sql("select * from sweep").to_arrow_table().to_pylist()
    assert found == ROWS
    assert sweep.size == len(ROWS)
    costs = [row["cost_total_usd"] for row in ROWS if row["hardware"] == "h100-sxm"]
    query = "select min(cost_total_usd), count(*), count(cost_total_usd) from sweep where hardware = 'h100-sxm'"
    assert duckdb.sql(query).fetchall() == [(min(costs), len(costs), len(costs))]


def test_duckdb_reads_it_as_often_as_a_query_does() -> None:
    connection = duckdb.connect()
    connection.register("runs", SWEEP)
    query = "select count(*) from runs as a join runs as b using (hardware, chips, market)"
    assert connection.sql(query).fetchall() == [(len(ROWS),)]
    assert connection.sql("select count(*) from runs").fetchall() == [(len(ROWS),)]


def test_answers_are_tables_too() -> None:
    top, front = SWEEP.top(3, "train_days"), SWEEP.pareto()
    assert pa.table(top).column("index").to_pylist() == top.indices.tolist()
    assert duckdb.sql("select count(*) from front").fetchall() == [(len(front),)]


def test_duckdb_hands_columns_and_filters_to_a_scan(caplog: pytest.LogCaptureFixture) -> None:
    lazy = scan(SWEEP)
    assert lazy.collect_schema().names() == list(SWEEP.column_names)
    with caplog.at_level(logging.DEBUG, "gigacost.scan"):
        found = duckdb.sql("select chips, market from lazy where train_days < 30 and hardware = 'h100-sxm'").fetchall()
    rows = pl.DataFrame(SWEEP).filter(pl.col("train_days") < 30, pl.col("hardware") == "h100-sxm")
    assert found == rows.select("chips", "market").rows()
    said = caplog.records[0].args
    assert isinstance(said, dict)
    assert said["where"] == "train_days < 30.0"
    assert "cost_total_usd" not in said["columns"]
