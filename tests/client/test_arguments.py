"""What a client sends, and what it does not: values of Python as JSON, price books, what stays in its process."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from stub_service import answering

import gigacost
from gigacost.client import Client

ROWS = [
    {"index": 3, "hardware": "h100-sxm", "chips": 64, "status": "ok", "cost_total_usd": 2.0, "train_days": 9.0},
    {"index": 1, "hardware": "b200-sxm", "chips": 64, "status": "no_price", "cost_total_usd": None, "train_days": 8.0},
]
META = {"combinations": 4, "searched_designs": 0, "exact": True, "by": "cost_total_usd", "warnings": []}
TABLE = {"rows": ROWS, "meta": META}

USER = """
from typing import Any

import gigacost
from gigacost.client import Client, Job, Table

client = Client("http://127.0.0.1:8000", token="abc")
run: gigacost.Estimate = client.estimate(model="llama-3.1-405b", hardware="h100-sxm", chips=16384)
cost: float = run["cost_total_usd"]
sides = client.estimate(params="7B", hardware="h100-sxm", market=["own", "on_demand"])
reveal_type(sides)
choice: gigacost.Choice = client.choose(params="7B", tokens="2T", within="30d")
found: gigacost.Solution = client.solve("tokens", {"params": "7B"}, where="train_days <= 9")
sweep = client.sweep({"chips": [1, 2]}, fixed={"params": "7B"}, columns=["train_days"])
best: Table = sweep.top(3, per=["chips"])
first: dict[str, Any] = sweep.pareto("mfu")[0]
count: int = sweep.count()
days: float | None = sweep.bounds("train_days").min
least = sweep.summary().columns["train_days"].min
job: Job[object] = client.job("summary", sweep)
gigacost.over_time
comparison: gigacost.Comparison = client.compare(sweep, {"params": "7B"})
"""


@pytest.fixture
def sent() -> Any:
    with answering(lambda _: (200, {}, TABLE)) as stub, Client(stub.url) as client:
        yield client, lambda: stub.requests[-1].json


def test_values_of_python_are_sent_as_json(sent: Any) -> None:
    client, body = sent
    client.sweep(
        {"chips": np.array([1, 2]), "as_of": [dt.date(2026, 1, 2)], "mfu": (np.float64(0.5),)},
        fixed={"tokens": np.int64(7), "as_of": dt.datetime(2026, 1, 2)},  # noqa: DTZ001 - without a zone
        draws=64,
    ).top(distinct="chips", per=("chips", "mfu"))
    assert body() == {
        "spec": {
            "version": 1,
            "axes": {"chips": [1, 2], "as_of": ["2026-01-02"], "mfu": [0.5]},
            "fixed": {"tokens": 7, "as_of": "2026-01-02"},
            "draws": {"count": 64, "seed": 0, "method": "sobol"},
        },
        "options": {"k": 10, "by": "cost_total_usd", "per": "chips,mfu", "distinct": "chips"},
    }


def test_columns_that_are_carried_are_sent_with_their_table(sent: Any) -> None:
    client, body = sent
    client.sweep({"runs": gigacost.zipped({"id": ["a", "b"], "params": ["7B", "70B"]}, carry="id")}).top()
    assert body()["spec"] == {
        "version": 1,
        "axes": {"runs": {"zip": {"params": ["7B", "70B"], "id": ["a", "b"]}}},
        "carry": ["id"],
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"7B", 1j, {1, 2}])
def test_what_json_has_not_is_refused_before_it_is_sent(value: object) -> None:
    with pytest.raises(gigacost.SpecError) as caught:
        Client("http://127.0.0.1:1").estimate({"chips": value})  # type: ignore[dict-item]
    assert caught.value.field == "chips"


def test_what_stays_in_its_process_is_refused() -> None:
    client = Client("http://127.0.0.1:1")
    with pytest.raises(gigacost.SpecError, match="threads = 4: a service has its own"):
        client.choose(params="7B", threads=4)
    with pytest.raises(gigacost.SpecError, match=r"model.*expected names of published models, got Model"):
        client.estimate(model=gigacost.model.default())  # type: ignore[call-overload]
    with pytest.raises(gigacost.SpecError, match="quantiles"):
        client.sweep({"chips": [1]}).summary(quantiles=[0.25])
    with pytest.raises(gigacost.SpecError, match="a sweep brings its own"):
        client.solve("tokens", client.sweep({"chips": [1]}), catalog="ours")


def test_a_price_book_is_sent_by_name_or_by_value(sent: Any, tmp_path: Path) -> None:
    client, body = sent
    (tmp_path / "book.toml").write_text('name = "ours"\n[discounts]\nprovider.aws = 0.12\n')
    value = {"name": "ours", "discounts": {"provider": {"aws": 0.12}}}
    for given, there in (
        ("ours", "ours"),
        (value, value),
        (tmp_path / "book.toml", value),
        (str(tmp_path / "book.toml"), value),
    ):
        client.sweep({"chips": [1]}, catalog=given).top()
        assert body()["catalog"] == there


def test_a_file_is_sent_with_the_price_book_that_it_names(sent: Any, tmp_path: Path) -> None:
    client, body = sent
    (tmp_path / "book.toml").write_text('name = "ours"\n')
    (tmp_path / "plan.toml").write_text('version = 1\ncatalog = "book.toml"\n[axes]\nchips = [1, 2]\n')
    client.sweep_from_toml(tmp_path / "plan.toml").top()
    assert body()["spec"] == {"version": 1, "axes": {"chips": [1, 2]}}
    assert body()["catalog"] == {"name": "ours"}


def test_rows_read_as_the_package_s(sent: Any) -> None:
    client, _ = sent
    best = client.sweep({"chips": [1]}).top()
    assert (len(best), best[0], best[-1:], [*best]) == (2, ROWS[0], (ROWS[1],), ROWS)
    assert best.to_dict() == TABLE
    assert best.indices.tolist() == [3, 1]
    assert np.isnan(best.to_numpy(["cost_total_usd"])["cost_total_usd"][1])
    with pytest.raises(gigacost.SpecError, match='did you mean "chips"'):
        best.to_numpy(["chps"])
    assert pl.DataFrame(best)["hardware"].to_list() == ["h100-sxm", "b200-sxm"]
    assert "h100-sxm" in best._repr_html_()
    assert best.chart().to_dict()["$schema"]
    assert repr(best) == "<Table: 2 of 4 combinations>"


def test_a_user_s_file_passes_mypy_strictly(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(USER)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path), "user.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    notes = [line for line in done.stdout.splitlines() if "Success" not in line]
    found = "gigacost.queries.estimates.Estimate | list[gigacost.queries.estimates.Estimate]"
    assert notes == [f'user.py:11: note: Revealed type is "{found}"'], done.stdout


def test_importing_the_client_loads_no_numpy() -> None:
    code = "import sys, gigacost.client; gigacost.client.Client('http://127.0.0.1:1'); print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
