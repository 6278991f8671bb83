"""Threads, forks, interrupts, pickles, streams: what a host program does to a library."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import gigacost
from gigacost import CatalogError, Error, InternalError, Model, OutputError, SpecError, Sweep, _engine
from gigacost.catalog import Catalog
from gigacost.errors import Fault
from gigacost.model import default
from gigacost.ops import Value


def small() -> Sweep:
    return Sweep(
        {"hardware": ["h100-sxm", "b200-sxm"], "chips": [256, 1024], "market": ["own", "spot"]},
        fixed={"params": "13B", "tokens": "2T"},
    )


def large() -> Sweep:
    axes = {"chips": {"from": 8, "to": 100_000, "steps": 1000, "scale": "log"}}
    axes |= {name: {"from": 1e9, "to": 1e13, "steps": 3000, "scale": "log"} for name in ("params", "tokens")}
    return Sweep({**axes, "electricity_usd_per_kwh": {"from": 0.01, "to": 0.2, "steps": 20}}, fixed=H100)


H100 = {"hardware": "h100-sxm"}


def answer(sweep: Sweep, threads: int) -> Any:
    summed = sweep.summary(["cost_total_usd"], threads=threads).to_dict()
    return sweep.find(5, "cost_total_usd", threads=threads), summed["columns"], summed["status"]


def test_ten_threads_at_once_get_the_same_answers() -> None:
    expected = answer(small(), 1)
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda i: answer(small(), 1 + i % 3), range(40)))
    assert all(each == expected for each in found)


def _child(queue: Any) -> None:
    queue.put(answer(small(), 2))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_child_process_can_compute_after_its_parent_did(method: str) -> None:
    expected = answer(small(), 2)
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    process = context.Process(target=_child, args=(queue,))
    process.start()
    assert queue.get(timeout=60) == expected
    process.join(60)
    assert process.exitcode == 0


def test_ctrl_c_stops_a_run_within_a_second() -> None:
    script = """
        import sys, time
        sys.path.insert(0, {tests!r})
        from test_lifecycle import large
        sweep = large()
        print("ready", flush=True)
        try:
            sweep.find(3, "cost_total_usd")
        except KeyboardInterrupt:
            print("stopped", flush=True)
    """
    text = textwrap.dedent(script).format(tests=str(Path(__file__).parent))
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.0)
        assert process.poll() is None, "the run was over before it could be interrupted"
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        assert process.stdout.readline() == "stopped\n"
        waited = time.monotonic() - sent
        assert process.wait(30) == 0
    # Not a speed test: a run that ignored the signal would go on for hours.
    assert waited < 10


def test_progress_is_told_and_what_it_raises_stops_the_run() -> None:
    seen: list[int] = []

    class EnoughError(Exception):
        pass

    def progress(done: int) -> None:
        seen.append(done)
        if sum(one > 0 for one in seen) == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        large().find(1, "cost_total_usd", progress=progress)
    assert sum(one > 0 for one in seen) == 3
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    "error",
    [
        SpecError(Fault("mfu", "45", "out of range", "0 < mfu <= 1", "0.45", "a.toml:3")),
        CatalogError("no such chip"),
        OutputError(28, "No space left on device", "x.parquet"),
        InternalError("cost is nan", 7),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_pickling(error: Error) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert back.__dict__ == error.__dict__


def test_every_error_is_an_error_of_gigacost_and_a_builtin_one() -> None:
    builtin = {SpecError: ValueError, CatalogError: LookupError, OutputError: OSError, InternalError: RuntimeError}
    for error, also in builtin.items():
        assert issubclass(error, Error)
        assert issubclass(error, also)


def test_sweeps_models_and_catalogues_survive_pickling_and_copying() -> None:
    sweep = small()
    for back in (pickle.loads(pickle.dumps(sweep)), copy.deepcopy(sweep)):
        assert answer(back, 1) == answer(sweep, 1)
        assert back.meta == sweep.meta
    assert pickle.loads(pickle.dumps(Catalog.bundled())) is not None
    model = pickle.loads(pickle.dumps(default()))
    assert list(model.quantities) == list(default().quantities)


def test_a_tape_survives_pickling_and_keeps_its_hash() -> None:
    builder = _engine.TapeBuilder()
    x = builder.leaf("x", "m", "a length")
    double = builder.apply("multiply", x, builder.constant(2.0))
    tape = builder.finish([("double", "m", "twice", double)])
    back = pickle.loads(pickle.dumps(tape))
    assert back.sha256 == tape.sha256
    assert back.to_bytes() == tape.to_bytes()
    for cut in range(len(tape.to_bytes())):
        with pytest.raises(SpecError, match="malformed tape"):
            _engine.Tape.from_bytes(tape.to_bytes()[:cut])
    newer = bytearray(tape.to_bytes())
    newer[8] = 99
    with pytest.raises(SpecError, match="version 99"):
        _engine.Tape.from_bytes(bytes(newer))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the threads of a process are listed on Linux only")
def test_no_thread_outlives_a_call() -> None:
    def threads() -> set[str]:
        return {task.name for task in Path("/proc/self/task").iterdir()}

    before = threads()
    small().find(1, "cost_total_usd", threads=4)
    # The system lists a thread that has ended for a moment longer.
    for _ in range(200):
        if threads() <= before:
            break
        time.sleep(0.01)
    assert threads() <= before


def test_a_stream_is_read_once_and_by_anyone() -> None:
    import duckdb  # noqa: PLC0415 - the readers of this test only
    import pandas as pd  # noqa: PLC0415
    import polars as pl  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    sweep = small()
    table = pa.table(sweep)
    expected = table.column("cost_total_usd").to_pylist()
    assert pl.DataFrame(sweep)["cost_total_usd"].to_list() == expected
    assert pd.DataFrame.from_arrow(sweep)["cost_total_usd"].tolist() == expected
    assert [row[0] for row in duckdb.sql("select cost_total_usd from sweep").fetchall()] == expected
    assert sum(batch.num_rows for batch in sweep.batches()) == sweep.size
    assert pa.record_batch(next(iter(sweep.batches()))).num_rows == sweep.size


def double(x: Value) -> Value:
    """Twice x [1]."""
    return 2.0 * x


def read_by_duckdb(batches: _engine.Batches) -> int:  # noqa: ARG001 - duckdb finds it by its name
    import duckdb  # noqa: PLC0415 - some tests only

    return len(duckdb.sql("select * from batches").fetchall())


def read_by_polars(batches: _engine.Batches) -> int:
    import polars as pl  # noqa: PLC0415

    return pl.DataFrame(batches).height


def read_by_pyarrow(batches: _engine.Batches) -> int:
    import pyarrow as pa  # noqa: PLC0415

    return pa.table(batches).num_rows


def read_by_list(batches: _engine.Batches) -> int:
    return sum(batch.num_rows for batch in list(batches))


READERS = [read_by_list, read_by_pyarrow, read_by_polars, read_by_duckdb]


@pytest.mark.parametrize("again", READERS)
@pytest.mark.parametrize("first", READERS)
def test_a_stream_is_not_read_twice(
    first: Callable[[_engine.Batches], int], again: Callable[[_engine.Batches], int]
) -> None:
    sweep = small()
    batches = sweep.batches()
    assert first(batches) == sweep.size
    refused = pytest.raises(Exception, match=r"stream has been read already.*allowed: a new stream, from batches\(\)")
    with refused as raised:
        again(batches)
    assert isinstance(raised.value, SpecError) or again is read_by_duckdb  # which makes an error of its own of it
    assert next(batches, None) is None


@pytest.mark.parametrize("read", READERS)
def test_a_stream_that_has_begun_is_not_taken_for_whole(read: Callable[[_engine.Batches], int]) -> None:
    sweep = Sweep({"x": {"from": 1.0, "to": 2.0, "steps": 300_000}}, model=Model(double))
    batches = sweep.batches(threads=1)
    taken = next(batches).num_rows
    assert taken < sweep.size
    with pytest.raises(Exception, match="stream has been read already"):
        read(batches)
    # Who knows that it has begun reads on.
    while (batch := next(batches, None)) is not None:
        taken += batch.num_rows
    assert taken == sweep.size


def test_a_stream_of_which_nothing_was_taken_is_whole() -> None:
    sweep = small()
    batches = sweep.batches()
    assert iter(iter(batches)) is batches
    assert [part.num_rows for (part,) in zip(iter(batches))] == [sweep.size]
    with pytest.raises(SpecError):
        iter(batches)
    empty = Sweep({"x": [1.0]}, where="x > 2", model=Model(double)).batches()
    assert sum(batch.num_rows for batch in empty) == 0
    with pytest.raises(SpecError):
        list(empty)


def test_the_version_is_one() -> None:
    assert gigacost.__version__ == _engine.__version__
