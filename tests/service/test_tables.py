"""Rows as an Arrow stream: those of the sweep, no faster than they are read, and within limits."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import threading
import time
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from asked_service import refused, service
from own_loop import alone
from services import started

from gigacost import Sweep
from gigacost.service.limits import Cancelled, LimitError, Limits
from gigacost.service.operation import Watch
from gigacost.service.tables import KIND, Pipe

CLIENT = service()
DESIGN = {"fixed": {"params": "7B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}}
GRID = {**DESIGN, "axes": {"market": ["own", "on_demand", "spot"], "pue": {"from": 1.1, "to": 1.5, "steps": 10}}}
LARGE = {
    "fixed": {**DESIGN["fixed"], "market": "own"},
    "axes": {
        "pue": {"from": 1.05, "to": 2, "steps": 1000},
        "electricity_usd_per_kwh": {"from": 0.03, "to": 1, "steps": 1000},
    },
}
"""A million rows of different costs: many more bytes than a connection holds."""


def streamed(client: Any, spec: object, **options: Any) -> Any:
    return client.post("/v1/sweep", json={"spec": spec, "options": options}, headers={"accept": f"{KIND};q=1, */*"})


def test_the_rows_are_those_of_the_sweep() -> None:
    answered = streamed(service(), GRID, columns="cost_total_usd,train_days")
    assert (answered.status_code, answered.headers["content-type"]) == (200, KIND)
    assert answered.headers["vary"] == "accept"
    sweep = Sweep(GRID["axes"], fixed=GRID["fixed"], columns=["cost_total_usd", "train_days"])
    read = pa.ipc.open_stream(answered.content).read_all()
    assert read.to_pylist() == list(sweep)
    assert pl.read_ipc_stream(io.BytesIO(answered.content)).to_dicts() == list(sweep)
    assert read.schema.metadata[b"gigacost:spec_sha256"].decode() != ""


def read(reply: Any) -> pa.Table:
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == KIND
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
    asked = {"spec": GRID, "options": given}
    as_json = CLIENT.post(f"/v1/{question}", json=asked)
    found = CLIENT.post(f"/v1/{question}", json=asked, headers={"accept": KIND})
    assert read(found).to_pylist() == as_json.json()["rows"]
    assert found.headers["etag"] != as_json.headers["etag"]
    assert found.headers["vary"] == "accept"
    again = CLIENT.post(f"/v1/{question}", json=asked, headers={"accept": KIND, "if-none-match": found.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("settings", "given", "field"),
    [
        ({"combinations": 100}, {}, "combinations"),
        ({"table_bytes": 10_000}, {}, "table_bytes"),
    ],
)
def test_more_than_is_granted_is_refused(settings: dict[str, int], given: dict[str, Any], field: str) -> None:
    reply = service(**settings).post("/v1/sweep", json={"spec": LARGE, "options": given}, headers={"accept": KIND})
    assert refused(reply, 422)[0]["field"] == field


def test_an_answer_without_rows_is_no_table() -> None:
    assert refused(CLIENT.post("/v1/count", json={"spec": GRID}, headers={"accept": KIND}), 406)[0]["field"] == "accept"


def test_faults_are_told_as_json() -> None:
    reply = CLIENT.post("/v1/sweep", json={"spec": {"fixed": {"chips": 0}}}, headers={"accept": KIND})
    assert refused(reply, 422)[0]["field"] == "fixed.chips"


def test_the_limit_of_rows_does_not_hold() -> None:
    assert service(rows=3).post("/v1/sweep", json={"spec": GRID}, headers={"accept": KIND}).status_code == 200
    assert service(rows=3).post("/v1/sweep", json={"spec": GRID}).status_code == 422


def test_a_value_that_is_not_finite_is_told_as_that_of_the_clients_expression() -> None:
    spec = {**GRID, "derive": {"lost": "1 / (pue - 1.1)"}, "query": {"columns": ["lost"]}}
    for accept in (KIND, "application/json"):
        reply = CLIENT.post("/v1/sweep", json={"spec": spec}, headers={"accept": accept})
        assert refused(reply, 422)[0]["field"] == "derive.lost"


def piped(watch: Watch, writes: int) -> tuple[list[BaseException], threading.Thread, Pipe]:
    """A pipe that a thread writes to, a piece at a time."""
    pipe = Pipe(watch, 1 << 30)
    raised: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(writes):
                pipe.write(b"x" * (1 << 16))
            pipe.close()
        except (Cancelled, LimitError) as error:
            raised.append(error)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return raised, thread, pipe


def test_who_writes_waits_for_who_reads() -> None:
    async def read() -> int:
        _, thread, pipe = piped(Watch(Limits()), 20)
        await asyncio.sleep(0.3)
        assert thread.is_alive()
        assert pipe._written <= 6 << 16
        size = 0
        async for piece in pipe.pieces(asyncio.get_running_loop().create_future()):
            size += len(piece)
        return size

    assert alone(read()) == 20 << 16


@pytest.mark.parametrize("cancelled", [True, False])
def test_who_writes_stops_when_nobody_reads_or_the_time_is_over(cancelled: bool) -> None:  # noqa: FBT001 - of a test
    async def wait() -> list[BaseException]:
        watch = Watch(Limits(seconds=30 if cancelled else 0.2))
        raised, thread, _ = piped(watch, 20)
        await asyncio.sleep(0.1)
        if cancelled:
            watch.cancel()
        await asyncio.to_thread(thread.join, 5)
        return raised

    assert [type(error) for error in alone(wait())] == [Cancelled if cancelled else LimitError]


def test_a_stream_whose_reader_leaves_gives_its_place_back() -> None:
    command = (sys.executable, "-m", "gigacost", "serve", "--port", "0", "--ready-file", "READY", "--at-once", "1")
    with started(*command) as service:
        body = json.dumps({"spec": LARGE, "options": {"columns": ["cost_total_usd", "train_days", "mfu"]}}).encode()
        head = (
            b"POST /v1/sweep HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            b"accept: %s\r\ncontent-length: %d\r\n\r\n" % (KIND.encode(), len(body))
        )
        with service.connect() as client:
            client.sendall(head + body)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        start = time.monotonic()
        answered = service.ask("POST", "/v1/count", {"spec": DESIGN}, content_type="application/json")
        assert answered.status == 200
        assert time.monotonic() - start < 10  # the stream might have taken 30
