"""Columns of candidates that the model does not know: carried through to the rows of every answer."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from cli_runner import invoke, spec_file

from gigacost import Catalog, Model, SpecError, Sweep, reference, zipped
from gigacost.compiler.checks import namespace
from gigacost.model import default
from gigacost.ops import Value
from gigacost.spec.reader import read_mapping

Capture = pytest.CaptureFixture[str]

RUN = {"params": "7B", "tokens": "2T", "hardware": "h100-sxm"}
ROWS = [
    {"id": "slow", "rank": 3, "chips": 256},
    {"id": "fast", "rank": 1, "chips": 1024},
    {"id": "again", "rank": 1, "chips": 1024},
    {"id": "slow", "rank": 2, "chips": 256},
]
COLUMNS = ["cost_total_usd", "train_days"]


def _sweep(**more: Any) -> Sweep:
    return Sweep({"c": zipped(ROWS, carry=["id", "rank"])}, fixed=RUN, columns=COLUMNS, **more)


def test_a_summary_takes_a_carried_column_for_its_groups() -> None:
    rows = [{"chips": 8, "id": "a"}, {"chips": 8, "id": "b"}, {"chips": 16, "id": "a"}]
    fixed = {"hardware": "h100-sxm", "params": "1B", "tokens": "100B"}
    sweep = Sweep({"c": zipped(rows, carry=["id"])}, fixed=fixed, columns=["cost_total_usd"])
    groups = sweep.summary(per=["id"]).groups
    assert [(one.at, one.combinations) for one in groups] == [({"id": "a"}, 2), ({"id": "b"}, 1)]


def test_rows_of_every_answer_say_which_candidate_they_are() -> None:
    sweep = _sweep()
    assert [(row["id"], row["rank"], row["chips"]) for row in sweep.top(4, "train_days").rows] == [
        ("fast", 1, 1024), ("again", 1, 1024), ("slow", 3, 256), ("slow", 2, 256),
    ]  # fmt: skip
    assert [row["id"] for row in sweep.pareto(["train_days"]).rows] == ["fast"]
    bounds = sweep.bounds("train_days")
    assert bounds.least is not None
    assert bounds.greatest is not None
    assert (bounds.least["id"], bounds.greatest["rank"]) == ("fast", 3)
    assert sweep.to_numpy(["id", "rank"])["id"].tolist() == [row["id"] for row in ROWS]
    assert _sweep(where="train_days < 10").to_numpy(["rank"])["rank"].tolist() == [1, 1]
    assert sweep.columns == tuple(COLUMNS)
    assert sweep.column_names == ("chips", "id", "rank", "status", *COLUMNS)


def test_groups_and_distinct_rows_may_be_those_of_a_carried_column() -> None:
    sweep = _sweep()
    assert [row["id"] for row in sweep.top(1, "train_days", per=["id"]).rows] == ["slow", "fast", "again"]
    assert [row["id"] for row in sweep.top(9, "train_days", distinct=["id"]).rows] == ["fast", "again", "slow"]
    assert [row["rank"] for row in sweep.top(9, "train_days", distinct=["rank"]).rows] == [1, 3, 2]


def double(x: Value) -> Value:
    """Twice x [1]."""
    return x * 2.0


def test_the_reference_carries_the_same() -> None:
    table = {"x": [2.0, 1.0, 1.0, 3.0, 2.0], "id": ["b", "a", "c", "b", "d"], "n": [5, 4, 4, 1, 1]}
    sweep = Sweep({"c": zipped(table, carry=["id", "n"])}, model=Model(double))
    rows = [{"x": x, "id": one, "n": n, "double": x * 2} for x, one, n in zip(*table.values(), strict=True)]
    assert list(reference.rows(sweep)) == rows
    asked: dict[str, list[str]]
    for asked in ({}, {"per": ["id"]}, {"per": ["n"]}, {"distinct": ["id"]}, {"distinct": ["n", "double"]}):
        found = sweep.top(2, "double", **asked).rows
        assert [row["index"] for row in found] == reference.top(sweep, 2, "double", **asked)
        assert [{name: row[name] for name in rows[0]} for row in found] == [rows[row["index"]] for row in found]


def test_files_and_arrow_have_the_column(tmp_path: Path) -> None:
    sweep = _sweep()
    frame = pl.DataFrame(sweep)
    assert frame["id"].cast(pl.String).to_list() == [row["id"] for row in ROWS]
    assert frame["rank"].to_list() == [3, 1, 1, 2]
    sweep.write(tmp_path / "rows.parquet")
    assert pl.read_parquet(tmp_path / "rows.parquet").equals(frame)
    sweep.write(tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == [row["id"] for row in ROWS]
    assert pl.DataFrame(sweep.pareto(["train_days"]))["rank"].to_list() == [1]


def test_what_is_carried_sets_nothing_and_is_part_of_the_specification() -> None:
    sweep = _sweep()
    assert sweep.spec.valued.keys() == {"chips", *RUN}
    again = read_mapping(sweep.spec.to_dict(), namespace(default(), Catalog.bundled()))
    assert again == sweep.spec
    assert again.sha256 == sweep.spec.sha256
    others = [{**row, "rank": row["rank"] + 2**60} for row in ROWS]  # type: ignore[operator]
    assert Sweep({"c": zipped(others, carry=["id", "rank"])}, fixed=RUN, columns=COLUMNS).spec != sweep.spec
    assert sweep.elasticities(at=1)["tokens"].value == 2e12


@pytest.mark.parametrize(
    ("carry", "rows", "says"),
    [
        ([], ROWS, 'unknown name "id"; allowed: a name of the model; carry = ["id"] (--carry)'),
        (["id", "rank", "chips"], [{**row, "tp": 1} for row in ROWS], '"chips" is a name of the model'),
        (["id", "rank", "mfu"], [{**row, "mfu": 0.4} for row in ROWS], '"mfu" is a name of the model'),
        (["status"], [{"chips": 8, "status": "x"}], '"status" is an output column already'),
        (["region"], [{"chips": 8, "region": "usa"}], '"region" is a name of the model'),
    ],
)
def test_names_that_mean_something_already_are_not_carried(carry: list[str], rows: Any, says: str) -> None:
    with pytest.raises(SpecError) as raised:
        Sweep({"c": zipped(rows, carry=carry)}, fixed=RUN, columns=COLUMNS)
    assert says in str(raised.value)


def test_a_derived_quantity_and_a_second_table_have_other_names() -> None:
    with pytest.raises(SpecError, match='"id" is a column that is carried already'):
        _sweep(derive={"id": "chips + 1"})
    tables = {"a": zipped(ROWS, carry=["id", "rank"]), "b": zipped([{"id": "x", "tokens": "1T"}], carry="id")}
    with pytest.raises(SpecError, match="id is given a second time"):
        Sweep(tables, fixed={"params": "7B", "hardware": "h100-sxm"}, columns=COLUMNS)


SPEC = """carry = ["id"]
zip = "candidates.csv"

[fixed]
params = "7B"
tokens = "2T"
hardware = "h100-sxm"

[query]
columns = ["id", "cost_total_usd", "train_days"]
"""


def _written(folder: Path, text: str = SPEC) -> str:
    (folder / "candidates.csv").write_text("id,chips\n007,256\nfast,1024\n007,256\n")
    return spec_file(folder, text)


def test_the_command_line_carries_what_the_file_or_the_flag_says(capsys: Capture, tmp_path: Path) -> None:
    path, undeclared = _written(tmp_path), tmp_path / "undeclared"
    undeclared.mkdir()
    for asked in ((path,), (_written(undeclared, SPEC.replace('carry = ["id"]', "")), "--carry", "id")):
        done = invoke(capsys, "top", *asked, "--by", "train_days", "--json")
        assert done.code == 0, done.err
        rows = done.json["rows"]
        assert [row["id"] for row in rows] == ["fast", "007", "007"]
        assert "007" in invoke(capsys, "sweep", *asked, "-o", "-").out
        assert invoke(capsys, "uncertainty", *asked, "--draws", "16", "--json").json["options"][0]["inputs"]["id"]
    done = invoke(capsys, "solve", "tokens", path, "--where", "train_days <= 20", "--json")
    assert done.json["design"]["id"] == "fast"
    done = invoke(capsys, "compare", path, path, "--set-b", "tokens=3T", "--no-intervals", "--json")
    assert done.json["a"]["axes"]["id"] == "007"
    done = invoke(capsys, "over-time", path, "--years", "2025", "--json")
    assert done.json["years"][0]["design"]["id"]


def test_what_is_carried_is_shown_as_it_is(capsys: Capture, tmp_path: Path) -> None:
    pl.DataFrame({"id": [20261130, 20261201], "chips": [256, 512]}).write_parquet(tmp_path / "candidates.parquet")
    path = spec_file(tmp_path, SPEC.replace(".csv", ".parquet"))
    assert "20261130" in invoke(capsys, "top", path).out
    assert "id = 20261201" in invoke(capsys, "solve", "tokens", path, "--where", "train_days <= 20").out


@pytest.mark.parametrize(
    ("typed", "text", "says"),
    [
        ((), SPEC.replace('carry = ["id"]', ""), 'zip[0].id: unknown name "id"'),
        (("--carry", "ids"), SPEC, 'carry = "ids": no table has such a column'),
        (("--carry", "id,chips"), SPEC, '"chips" is a name of the model'),
        ((), SPEC.replace("candidates", "../candidates"), "leads out of the folder"),
        ((), SPEC.replace("candidates.csv", "absent.csv"), "cannot be read"),
        ((), SPEC.replace('["id"]', "5"), "carry = 5: expected a name, or a list of names"),
    ],
)
def test_faults_of_what_is_carried(
    capsys: Capture, tmp_path: Path, typed: tuple[str, ...], text: str, says: str
) -> None:
    done = invoke(capsys, "count", _written(tmp_path, text), *typed)
    assert (done.code, says in done.err) == (2, True), done.err


def test_five_thousand_candidates_with_repeats_and_ids_under_a_private_book() -> None:
    book = Catalog.bundled().layered(
        {"name": "acme", "rental": [
            {"hardware": "h100-sxm", "market": "on_demand", "usd_per_chip_hour": 1.5, "date": "2026-10-01"},
        ]}
    )  # fmt: skip
    chips, markets = (256, 512, 1024, 2048, 4096), ("on_demand", "reserved_1y", "own")
    rows = [
        {"id": f"run-{i:04}", "chips": chips[i % 5], "market": markets[i % 3], "hardware": "h100-sxm", "tokens": "2T"}
        for i in range(5000)
    ]
    parts = [name for name, one in default().quantities.items() if name.startswith("cost_")]
    sweep = Sweep({"c": zipped(rows, carry="id")}, fixed={"params": "7B"}, columns=parts, catalog=book)
    best = sweep.top(20)
    assert len({tuple(row.values())[1:] for row in rows}) == 15
    assert [row["id"] for row in best.rows] == [rows[row["index"]]["id"] for row in best.rows]
    (first, *_) = best.rows
    same = [i for i, row in enumerate(rows) if (row["chips"], row["market"]) == (first["chips"], first["market"])]
    assert [row["index"] for row in best.rows] == same[:20]  # of equal ones the first
    assert all(row["cost_total_usd"] == first["cost_total_usd"] for row in best.rows)
    public = Sweep({"c": zipped(rows, carry="id")}, fixed={"params": "7B"}, columns=parts).top(1).rows[0]
    assert first["cost_total_usd"] < public["cost_total_usd"]
    assert json.loads(json.dumps([dict(row) for row in best.rows]))[0]["id"] == first["id"]
