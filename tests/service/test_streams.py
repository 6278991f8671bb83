"""Rows as an Arrow stream: those of the sweep, no faster than they are read, and within limits."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import polars as pl
import pyarrow as pa
import pytest
from served import DESIGN, GRID, served
from services import started

from gigacost import Sweep
from gigacost.service.limits import Cancelled, LimitError, Limits
from gigacost.service.operation import Watch
from gigacost.service.streams import Pipe

T = TypeVar("T")
ARROW = "application/vnd.apache.arrow.stream"
LARGE = {
    "fixed": {"params": "7B", "tokens": "2T", "hardware": "h100-sxm"},
    "axes": {
        "chips": {"from": 64, "to": 1063, "steps": 1000},
        "pue": {"from": 1.05, "to": 2, "steps": 1000},
    },
}
"""A million rows: some dozens of megabytes."""


def streamed(client: Any, spec: object, **options: Any) -> Any:
    return client.post("/v1/sweep", json={"spec": spec, "options": options}, headers={"accept": f"{ARROW};q=1, */*"})


def test_the_rows_are_those_of_the_sweep() -> None:
    answered = streamed(served(), GRID, columns="cost_total_usd,train_days")
    assert (answered.status_code, answered.headers["content-type"]) == (200, ARROW)
    assert answered.headers["vary"] == "accept"
    sweep = Sweep(GRID["axes"], fixed=GRID["fixed"], columns=["cost_total_usd", "train_days"])
    read = pa.ipc.open_stream(answered.content).read_all()
    assert read.to_pylist() == list(sweep)
    assert pl.read_ipc_stream(io.BytesIO(answered.content)).to_dicts() == list(sweep)
    assert read.schema.metadata[b"gigacost:spec_sha256"].decode() != ""


def test_options_hold_and_the_tag_is_another_than_that_of_json() -> None:
    client = served()
    answered = streamed(client, GRID, limit=7, where="market == 'own'")
    assert pa.ipc.open_stream(answered.content).read_all().num_rows == 7
    as_json = client.post("/v1/sweep", json={"spec": GRID, "options": {"limit": 7, "where": "market == 'own'"}})
    assert as_json.headers["etag"] != answered.headers["etag"]
    again = client.post(
        "/v1/sweep",
        json={"spec": GRID, "options": {"limit": 7, "where": "market == 'own'"}},
        headers={"accept": ARROW, "if-none-match": answered.headers["etag"]},
    )
    assert again.status_code == 304


def test_the_limit_of_rows_does_not_hold_and_that_of_combinations_does() -> None:
    assert streamed(served(rows=3), GRID).status_code == 200
    refused = streamed(served(combinations=3), GRID)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "combinations")
    refused = streamed(served(answer_bytes=100), GRID)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "answer_bytes")
    refused = streamed(served(), {"fixed": {"hardware": "x"}})
    assert refused.status_code == 422


def test_other_questions_answer_json() -> None:
    answered = served().post("/v1/count", json={"spec": GRID}, headers={"accept": ARROW})
    assert answered.headers["content-type"] == "application/json"


def alone(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives in a thread of its own: a test's may have a loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


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
            b"accept: %s\r\ncontent-length: %d\r\n\r\n" % (ARROW.encode(), len(body))
        )
        with service.connect() as client:
            client.sendall(head + body)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        start = time.monotonic()
        answered = service.ask("POST", "/v1/count", {"spec": DESIGN}, content_type="application/json")
        assert answered.status == 200
        assert time.monotonic() - start < 10  # the stream might have taken 30
