"""Rows as an Arrow stream: those of the JSON, as many as are granted."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from asked_service import DESIGN, SEVERAL, refused, service

from gigacost.service.tables import KIND

CLIENT = service()
ARROW = {"accept": KIND}
LONG = {
    "fixed": DESIGN,
    "axes": {"pue": {"from": 1.1, "to": 2, "steps": 1000}, "staff_fte": {"from": 1, "to": 300, "steps": 300}},
}


def read(reply: Any) -> pa.Table:
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == KIND
    assert int(reply.headers["content-length"]) == len(reply.content)
    return pa.ipc.open_stream(reply.content).read_all()


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("sweep", {}),
        ("sweep", {"limit": 3}),
        ("sweep", {"limit": 0}),
        ("sweep", {"where": "train_days <= 0"}),
        ("top", {"k": 3}),
        ("top", {"k": 3, "limit": 1, "by": "train_days"}),
        ("pareto", {}),
        ("pareto", {"limit": 1}),
    ],
)
def test_the_rows_are_those_of_the_json(question: str, given: dict[str, Any]) -> None:
    asked = {"spec": SEVERAL, "options": given}
    as_json = CLIENT.post(f"/v1/{question}", json=asked)
    found = CLIENT.post(f"/v1/{question}", json=asked, headers=ARROW)
    assert read(found).to_pylist() == as_json.json()["rows"]
    assert found.headers["etag"] != as_json.headers["etag"]
    assert found.headers["vary"] == "accept"
    again = CLIENT.post(f"/v1/{question}", json=asked, headers={**ARROW, "if-none-match": found.headers["etag"]})
    assert again.status_code == 304


def test_many_rows_come_in_several_batches_and_leave_no_file() -> None:
    before = {*Path(tempfile.gettempdir()).glob("gigacost-*")}
    reply = CLIENT.post("/v1/sweep", json={"spec": LONG}, headers=ARROW)
    table = read(reply)
    assert table.num_rows == 300_000
    assert len(table.column("pue").chunks) > 1
    assert table.column("pue").chunk(0)[0].as_py() == 1.1
    assert {*Path(tempfile.gettempdir()).glob("gigacost-*")} <= before


@pytest.mark.parametrize(
    ("settings", "given", "field"),
    [
        ({"table_rows": 100}, {}, "table_rows"),
        ({"table_rows": 100}, {"limit": 101}, "table_rows"),
        ({"table_bytes": 10_000}, {}, "table_bytes"),
    ],
)
def test_more_than_is_granted_is_refused(settings: dict[str, int], given: dict[str, Any], field: str) -> None:
    reply = service(**settings).post("/v1/sweep", json={"spec": LONG, "options": given}, headers=ARROW)
    assert refused(reply, 422)[0]["field"] == field


def test_an_answer_without_rows_is_no_table() -> None:
    assert refused(CLIENT.post("/v1/count", json={"spec": SEVERAL}, headers=ARROW), 406)[0]["field"] == "accept"


def test_faults_are_told_as_json() -> None:
    reply = CLIENT.post("/v1/sweep", json={"spec": {"fixed": {"chips": 0}}}, headers=ARROW)
    assert refused(reply, 422)[0]["field"] == "fixed.chips"
