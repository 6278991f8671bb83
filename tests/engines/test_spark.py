"""Spark reads sweeps through a data source in Python: tried on Sail, which speaks Spark's protocol without a JVM."""

from __future__ import annotations

import logging
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pysail.spark import SparkConnectServer
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import datasource as source

import gigacost
from gigacost import SpecError, Sweep
from gigacost.engines.pushdown import EVERYWHERE
from gigacost.engines.spark import ask
from gigacost.engines.spark_options import Options
from gigacost.engines.spark_source import SweepReader, _is_only_text, cut

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

SPEC = """
[axes]
hardware = ["h100-sxm", "tpu-v5e", "v100-sxm2-32"]
chips = [8, 256, 264]
market = ["own", "on_demand"]

[fixed]
params = "13B"
tokens = "2T"
tp = 4
cp = 1
ep = 1
microbatch = 1
pp = 2
vp = 1

[query]
columns = ["cost_total_usd", "train_days"]
"""


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    assert server.listening_address is not None
    session = SparkSession.builder.remote(f"sc://localhost:{server.listening_address[1]}").create()
    gigacost.spark.register(session)
    yield session
    session.stop()
    server.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "spec.toml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def table(spark: SparkSession, **options: Any) -> DataFrame:
    return spark.read.format("gigacost").options(**options).load()


def rows(frame: DataFrame) -> list[dict[str, Any]]:
    """The rows in one order: Spark knows none."""
    found = [row.asDict() for row in frame.collect()]
    return sorted(found, key=lambda row: tuple(map(str, row.values())))


def expected(sweep: Sweep) -> list[dict[str, Any]]:
    return sorted(sweep, key=lambda row: tuple(map(str, row.values())))


def test_spark_reads_all_rows_of_a_sweep(spark: SparkSession, path: Path) -> None:
    frame = table(spark, spec=path)
    assert frame.dtypes == [
        ("hardware", "string"), ("chips", "bigint"), ("market", "string"), ("status", "string"),
        ("cost_total_usd", "double"), ("train_days", "double"),
    ]  # fmt: skip
    whole = expected(Sweep.from_toml(path))
    assert rows(frame) == whole
    assert any(row["cost_total_usd"] is None for row in whole)
    assert rows(table(spark, spec=SPEC, parts=7)) == whole
    assert rows(spark.read.format("gigacost").load(str(path))) == whole


def test_options_ask_as_a_specification_does(spark: SparkSession, path: Path) -> None:
    asked = table(spark, spec=path, where="train_days <= 30 or missing(cost_total_usd)", columns="train_days, mfu")
    columns = 'columns = ["train_days", "mfu"]\nwhere = "train_days <= 30 or missing(cost_total_usd)"'
    other = path.with_name("other.toml")
    other.write_text(SPEC.replace('columns = ["cost_total_usd", "train_days"]', columns), encoding="utf-8")
    assert rows(asked) == expected(Sweep.from_toml(other)) != []


FILTERS = [
    "hardware = 'h100-sxm'",
    "hardware <> 'h100-sxm' and chips > 8",
    "chips in (8, 264)",
    "chips not in (8, 264)",
    "not (chips between 8 and 256)",
    "cost_total_usd is null",
    "cost_total_usd is not null and train_days <= 200",
    "not (train_days <= 200)",
    "train_days <= 200 or chips = 8",
    "hardware not like '%sxm%'",
    "hardware like '_100%' and status = 'ok'",
    "cast(train_days as int) = 131",
    "cast(train_days as float) >= cast(131.7 as float)",
    "train_days <> 5 and chips <=> 8",
    "train_days * 2 < cost_total_usd",
    "market > 'on'",
    # casts, which Sail does not hand over
    "try_cast(chips as byte) = 0",
    "try_cast(chips as byte) is null",
    "cast(cast(chips as boolean) as int) = 1",
    "cast(cast(chips as boolean) as int) in (1, 2)",
    "cast(cast(chips as boolean) as int) not in (8, 256)",
    "cast(cast(chips as boolean) as int) <= 200",
    "not (cast(cast(chips as boolean) as bigint) >= 8)",
    "cast(train_days as int) <= 28.5D",
    "cast(cast(train_days as decimal(10, 0)) as double) >= 167.5D",
    "cast(cast(train_days as boolean) as double) <= 2D",
    "not (cast(cast(train_days as boolean) as double) > 264D)",
    "cast(cast(hardware as binary) as string) = 'tpu-v5e'",
]


@pytest.mark.parametrize("test", FILTERS)
def test_filters_keep_the_rows_that_they_keep_of_a_plain_table(spark: SparkSession, path: Path, test: str) -> None:
    frame = table(spark, spec=path, parts=3)
    plain = spark.createDataFrame(frame.collect(), frame.schema)
    assert rows(frame.filter(test)) == rows(plain.filter(test))


def test_what_spark_hands_over_becomes_part_of_the_condition(
    spark: SparkSession, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table(spark, spec=path).createOrReplaceTempView("runs")
    query = "select market, min(cost_total_usd) from runs where chips >= 256 and hardware = 'h100-sxm' group by market"
    with caplog.at_level(logging.DEBUG, "gigacost.spark"):
        found = {tuple(row) for row in spark.sql(query).collect()}
    assert [record.getMessage() for record in caplog.records] == [
        'where chips >= 256 and hardware == "h100-sxm"; left to Spark: []'
    ]
    sweep = Sweep.from_toml(path)
    assert {market for market, _ in found} == {"own", "on_demand"}
    owned = [row for row in sweep if row["chips"] >= 256 and row["hardware"] == "h100-sxm" and row["market"] == "own"]
    assert ("own", min(row["cost_total_usd"] for row in owned)) in found


def test_sql_makes_a_table_of_a_specification(spark: SparkSession, path: Path) -> None:
    spark.sql(f"create table planned using gigacost options (spec '{path}', columns 'train_days')")
    assert spark.sql("select count(*) from planned").collect()[0][0] == Sweep.from_toml(path).size


def test_top_is_asked_and_not_sorted(spark: SparkSession, path: Path) -> None:
    sweep = Sweep.from_toml(path)
    found = [row.asDict() for row in table(spark, spec=path, top=3).collect()]
    assert found == [*sweep.top(3)]
    most = table(spark, spec=path, top=2, by="train_days", per="hardware", distinct="chips", largest="true")
    answer = sweep.top(2, "train_days", per=["hardware"], distinct=["chips"], largest=True)
    assert [row.asDict() for row in most.collect()] == [*answer]
    few = table(spark, spec=path, top=2, by="mfu", where="chips > 8")
    assert few.columns == ["index", "hardware", "chips", "market", "status", "cost_total_usd", "train_days", "mfu"]
    assert few.filter("chips > 256").count() == sum(
        row["chips"] > 256 for row in Sweep.from_toml(path, settings=[("query.where", "chips > 8")]).top(2, "mfu")
    )


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("top", {"k": 3, "per": ["hardware"]}),
        ("pareto", {}),
        ("summary", {"quantiles": [0.5]}),
        ("count", {}),
        ("bounds", {"of": "train_days"}),
    ],
)
def test_questions_are_answered_by_parts(
    spark: SparkSession, path: Path, question: str, options: dict[str, Any]
) -> None:
    sweep = Sweep.from_toml(path, settings=[("query.where", "chips > 8")])
    whole = getattr(sweep, {"count": "counted"}.get(question, question))(**options)
    answer = ask(spark, str(path), question, where="chips > 8", parts=5, **options)
    told = [one.to_dict() for one in (answer, whole)]
    for one in told:
        del one["meta"]["effort"]
    assert told[0] == told[1]


def test_a_question_that_is_none_is_refused(spark: SparkSession, path: Path) -> None:
    with pytest.raises(PySparkException, match=r"question = .*toop.*did you mean .*top"):
        ask(spark, str(path), "toop")


def test_faults_are_told_all_at_once(spark: SparkSession, path: Path) -> None:
    with pytest.raises(PySparkException) as raised:
        table(spark, spec=path, parts="many", whre="chips > 8", by="mfu", largest="very").collect()
    for fault in (
        'whre = "chips > 8": unknown option', 'did you mean "where"?', 'by = "mfu": only with top',
        'parts = "many": not a number; allowed: 1 to 1000000', 'largest = "very": not a choice',
    ):  # fmt: skip
        assert fault in str(raised.value)
    for given, fault in (
        ({}, "spec: missing value"),
        ({"spec": "none.toml"}, "spec: No such file or directory"),
        ({"spec": SPEC, "columns": "train_dayz"}, 'did you mean "train_days"?'),
        ({"spec": SPEC.replace("h100-sxm", "h100-sxmm")}, 'did you mean "h100-sxm"?'),
    ):
        with pytest.raises(SpecError, match=fault.replace("?", r"\?")):
            Options.of(given).space()


def test_what_is_missing_is_named(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gigacost.engines.spark_source")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(
        SpecError, match=r"spark: pyspark 4.1 or later .* not installed; allowed: pip install pyspark-client"
    ):
        gigacost.spark.register(spark)


def reader(**options: str) -> SweepReader:
    return SweepReader(Options.of({"spec": SPEC, **options}))


def test_partitions_are_parts_without_those_that_have_no_rows() -> None:
    sweep = gigacost.Sweep.from_spec(Options.of({"spec": SPEC}).space().spec)
    made = reader(parts="4")
    parts = made.partitions()
    assert len(parts) == 4
    assert [place for part in parts for start, stop in part.value for place in range(start, stop)] == [
        *range(sweep.size)
    ]
    made.pushFilters([source.EqualTo(("chips",), 9)])
    assert [part.value for part in made.partitions()] == [[]]
    assert [*made.read(made.partitions()[0])] == []


def test_a_reader_travels_with_what_was_pushed() -> None:
    made = reader()
    filters = [source.EqualTo(("market",), "own"), source.GreaterThan(("train_days",), 100.0)]
    assert [*made.pushFilters(filters)] == filters
    there = pickle.loads(pickle.dumps(made))
    found = [row for part in there.partitions() for batch in there.read(part) for row in batch.to_pylist()]
    sweep = Options.of({"spec": SPEC}).space()
    assert found == [row for row in sweep if row["market"] == "own" and (row["train_days"] or 0) > 100.0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (source.EqualTo(("chips",), 8), "chips == 8"),
        (source.In(("chips",), (8, 264)), "chips == 8 or chips == 264"),
        (source.GreaterThan(("chips",), 1), "chips > 1"),
        (source.GreaterThan(("chips",), 0), "true"),  # where chips as truth are 1
        (source.EqualTo(("chips",), 0), "true"),
        (source.In(("chips",), (8, 1)), "true"),
        (source.LessThan(("chips",), 300), "true"),
        (source.Not(source.EqualTo(("chips",), 8)), "true"),
        (source.Not(source.LessThan(("chips",), 8)), "chips >= 8"),
        (source.GreaterThan(("chips",), 2**24 - 1), "chips > 16777215"),
        (source.GreaterThan(("chips",), 2**24), "true"),  # as a 32-bit float, also 2 ** 24 + 1
        (source.GreaterThanOrEqual(("train_days",), 8.0), "train_days >= 6.999999046325684"),  # rounded
        (source.LessThan(("train_days",), -8.0), "train_days < -6.999999046325684"),
        (source.LessThan(("train_days",), 8.0), "true"),
        (source.EqualTo(("train_days",), 8.0), "true"),
        (source.IsNotNull(("train_days",)), "not missing(train_days)"),
        (source.Not(source.IsNull(("train_days",))), "not missing(train_days)"),
        (source.IsNull(("train_days",)), "true"),  # a cast may make null of a number
        (source.Not(source.IsNotNull(("train_days",))), "true"),
        (source.Not(source.EqualTo(("market",), "own")), 'market != "own"'),
        (source.StringStartsWith(("hardware",), "h100"), "true"),
    ],
)
def test_taken_is_what_holds_of_any_cast_of_a_column(asked: source.Filter, said: str) -> None:
    made = reader()
    assert [*made.pushFilters([asked])] == [asked]
    assert made._pushed.text == said


def test_labels_that_are_values_of_other_types_are_left_to_spark() -> None:
    labels = ["h100-sxm", "ok", "8", "08", "-1", "True", "nan", " own", ""]
    assert [label for label in labels if _is_only_text(label)] == ["h100-sxm", "ok"]


def test_values_of_another_type_than_the_column_are_left_to_spark() -> None:
    for column, value in (("train_days", 131), ("chips", 8.0), ("hardware", 5), ("train_days", "131")):
        made = reader()
        asked = source.EqualTo((column,), value)
        assert [*made.pushFilters([asked])] == [asked]
        assert made._pushed == EVERYWHERE


def test_ranges_are_cut_into_parts_of_one_size() -> None:
    assert cut([(0, 10), (20, 25), (30, 31)], 4) == [[(0, 4)], [(4, 8)], [(8, 10), (20, 22)], [(22, 25), (30, 31)]]
    assert cut([(0, 3)], 5) == [[(0, 1)], [(1, 2)], [(2, 3)]]
    assert cut([], 3) == []
    assert [len(cut([(0, count)], 0)) for count in (1, 2_500_000, 10**12)] == [1, 2, 1000]
