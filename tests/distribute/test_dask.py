"""Dask: the workers of a cluster, whatever becomes of them and of their scheduler."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import distributed
import part_functions as parts
import pytest
from dask_cluster import address_of, cluster_of
from driving import driven, kinds, tasks

from gigacost import ExecutorError, SpecError
from gigacost.distribute import dask_workers, identity, objects
from gigacost.distribute.driver import Job, Task
from gigacost.distribute.executors import opened, threads_of, workers_of

HELPERS = Path(__file__).parents[1] / "helpers"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.LocalCluster]:
    with cluster_of(2) as made:
        yield made


@pytest.fixture(scope="module")
def url(cluster: distributed.LocalCluster) -> str:
    return address_of(cluster)


@pytest.fixture(scope="module")
def executor(cluster: distributed.LocalCluster) -> Iterator[Executor]:
    with distributed.Client(cluster, set_as_default=False) as client:
        yield client.get_executor()


def test_an_address(url: str) -> None:
    data = pickle.dumps({"new": 2, "bytes": bytes(109_000)})
    with opened(url) as ready:
        assert ready is not None
        assert (workers_of(ready), threads_of(ready)) == (2, 1)
        taken, events = driven(Job(parts.with_process, (data,)), tasks(100), ready)
        assert sorted(value for _, value, _ in taken) == list(range(100))
        assert len({pid for *_, pid in taken}) == 2
        assert 1 <= kinds(events)["object"] <= 12
        _, events = driven(Job(parts.with_process, (data,)), tasks(40), ready)
        assert kinds(events)["object"] <= 2
    with pytest.raises(ValueError, match="No"):
        distributed.get_client()  # none of ours is left, or was ever the one that others use


def test_an_executor_of_ones_own_client(executor: Any) -> None:
    taken, _ = driven(Job(parts.same), tasks(40), executor)
    assert sorted(taken) == [(i,) for i in range(40)]
    assert executor.submit(os.getpid).result(timeout=30) != os.getpid()  # used, not shut down
    taken, _ = driven(Job(parts.same), tasks(10), executor._client)
    assert sorted(taken) == [(i,) for i in range(10)]


def test_equal_tasks_are_different_ones(executor: Executor) -> None:
    taken, _ = driven(Job(parts.with_process), (Task((), f"part {i}") for i in range(30)), executor)
    assert len(taken) == 30


def test_a_task_has_one_thread_unless_the_worker_says_otherwise(url: str) -> None:
    taken, _ = driven(Job(parts.threads), iter([Task((), "part 0")]), url)
    assert taken == [1]


def test_a_killed_worker_costs_its_part_again(url: str, tmp_path: Path) -> None:
    taken, events = driven(Job(parts.kill_once), tasks(20, 3, first=(str(tmp_path / "killed"),)), url)
    assert sorted(taken) == list(range(20))
    assert kinds(events)["lost"] == kinds(events)["retry"] >= 1


def test_a_part_that_kills_every_worker_is_named(url: str) -> None:
    with pytest.raises(ExecutorError, match="task: part 3 was lost 2 times, the last time: KilledWorker"):
        driven(Job(parts.kill_always), tasks(6, 3), url, retries=1)


def test_what_a_task_raises_is_raised_here(url: str) -> None:
    with pytest.raises(SpecError, match="too many"):
        driven(Job(parts.refuse), tasks(10), url)


def test_a_worker_of_another_build_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = identity.identity()._replace(build="f" * 64)
    monkeypatch.setattr(identity, "identity", lambda: ours)
    monkeypatch.setattr(identity, "digest", lambda: objects.address(b"another"))
    with pytest.raises(
        SpecError, match=rf"{socket.gethostname()}:\d+ runs another gigacost: build \w+, not ffffffffffff"
    ):
        driven(Job(parts.same), tasks(5), url)


def test_what_was_queued_is_cancelled(url: str, executor: Any) -> None:
    def interrupted() -> Iterator[Task]:
        yield from (Task((0.2, i), f"part {i}") for i in range(40))
        raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        driven(Job(parts.lasting), interrupted(), url, window=64)
    assert time.monotonic() - start < 5  # all of them take at least 4 s of two workers, and what they began 0.2 s
    with pytest.raises(KeyboardInterrupt):
        driven(Job(parts.lasting), interrupted(), executor, window=64)
    deadline = time.monotonic() + 20
    while any(executor._client.processing().values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_ctrl_c_returns_at_once(url: str, tmp_path: Path) -> None:
    code = (
        "import part_functions as parts\n"
        "from gigacost.distribute.driver import Job, Task, drive\n"
        f"tasks = (Task((20.0 if i else 0.1, {str(tmp_path)!r} + f'/began{{i}}'), f'part {{i}}') for i in range(100))\n"
        f"drive(Job(parts.touching), tasks, lambda *_: print('taken', flush=True), executor={url!r})\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HELPERS), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "taken\n"
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - start < 5  # one second on a machine that does nothing else
    assert process.returncode == -signal.SIGINT
    assert err.splitlines()[-1] == "KeyboardInterrupt"
    assert "Exception in callback" not in err


def test_nobody_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_workers, "REACHED_WITHIN", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        start = time.monotonic()
        with pytest.raises(ExecutorError, match=rf"no Dask scheduler answers at tcp://127.0.0.1:{port} within 1 s"):
            driven(Job(parts.same), tasks(1), f"dask://127.0.0.1:{port}")
        assert time.monotonic() - start < 20


def test_without_dask_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SpecError, match=r'Dask is not installed; pip install "gigacost\[dask\]"'):
        driven(Job(parts.same), tasks(1), "dask://127.0.0.1:8786")


def test_a_scheduler_that_goes_away_is_no_end_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_workers, "REACHED_WITHIN", 1)
    made = cluster_of(1)
    threading.Timer(0.5, made.close).start()
    with pytest.raises(ExecutorError, match=r"executor: (its scheduler is gone|takes no more tasks)"):
        driven(
            Job(parts.lasting),
            (Task((30.0, i), f"part {i}") for i in range(10)),
            address_of(made),
            retries=100,
        )
