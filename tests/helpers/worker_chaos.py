"""What happens to the workers of an executor while they answer: they are killed. The answers must be the same."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import dask
from answers import METHODS, plain
from dask_cluster import address_of, cluster_of
from dataset_chaos import FAST, Shape
from small_dataset import contents

import gigacost
from gigacost.datasets.opening import opened as store_at
from gigacost.distribute.driver import Event, Report
from gigacost.distribute.executors import Submitting, opened
from gigacost.queries import distributed
from gigacost.queries.asking import asking


class Question(NamedTuple):
    """A question about a sweep of some tenths of a second."""

    name: str
    steps: int
    """Model sizes, and token counts, of the sweep."""
    parts: int
    options: dict[str, Any] = {}  # noqa: RUF012 - never written to

    def whole(self, place: Path) -> Any:
        """The answer of this process."""
        del place
        return plain(self._method()(**self.options))

    def ask(self, place: Path, executor: Submitting, report: Report) -> Any:
        """The answer of workers."""
        del place
        size = _sweep(self.steps).size
        distributed._FIRST = distributed._LEAST = size // self.parts
        distributed._SECONDS = 1e-9  # no part is longer than the shortest
        with asking(None, None, executor, report=report) as asker:
            return plain(self._method()(**self.options, executor=asker))

    def _method(self) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(_sweep(self.steps), METHODS.get(self.name, self.name))
        return method


class Dataset(NamedTuple):
    """A dataset of a sweep, in a folder of its own."""

    name: str
    shape: Shape

    def whole(self, place: Path) -> dict[str, bytes]:
        """The files as this process writes them."""
        self.shape.write(place)
        return contents(place)

    def ask(self, place: Path, executor: Submitting, report: Report) -> dict[str, bytes]:
        """The files as workers write them."""
        self.shape.write(place, resume=True, executor=executor, report=report)
        store = store_at(place)
        shown = {name: store.read(name) for name in store.names()}
        again = self.shape.write(place, resume=True)  # what killed workers have left half-written is swept up
        assert again.computed == 0, "a part was not whole"
        files = contents(place)
        assert shown == files, "more than what was half-written was mended"
        return files


Asked = Question | Dataset


@cache
def _sweep(steps: int) -> gigacost.Sweep:
    """Designs and prices: 14,400 for each pair of a model size and a token count."""
    axes = {
        "hardware": ["a100-sxm-80", "h100-sxm", "h200-sxm", "b200-sxm", "gb200-nvl72", "mi300x"],
        "chips": {"from": 256, "to": 65536, "steps": 40, "scale": "log", "multiple_of": 8},
        "params": {"from": "1B", "to": "1T", "steps": steps, "scale": "log"},
        "tokens": {"from": "100B", "to": "30T", "steps": steps, "scale": "log"},
        "market": ["own", "colo", "on_demand", "reserved_1y", "reserved_3y"],
        "electricity_usd_per_kwh": {"from": 0.03, "to": 0.14, "steps": 12},
    }
    columns = ["cost_total_usd", "train_days", "mfu"]
    return gigacost.Sweep(axes, where="train_days <= 90 and cost_total_usd <= 400e6", columns=columns)


ASKED: tuple[Asked, ...] = (
    Question("top", 60, 20),
    Question("pareto", 40, 20),
    Question("summary", 15, 6, {"quantiles": (0.1, 0.5, 0.9)}),
    Question("count", 40, 20),
    Question("bounds", 40, 20, {"of": "train_days"}),
    Dataset("dataset", Shape(20_000, 20_000)),
)
_DASK, _PROCESSES = "dask", "processes:2"
_EXECUTORS = (_DASK, _DASK, _DASK, _PROCESSES)
"""The share of the runs that each has."""
_GAP = 0.4
"""Seconds until the first kill of a run, on average; the second takes twice as long, and so on: each run has an end."""
_DASK_SETTINGS = {
    # A scheduler that fetches a result from a worker that was killed tries for so long to reach it: by default 30 s.
    "distributed.comm.timeouts.connect": "2s",
    # So long after a worker was lost LocalCluster gives up its place if it is just then lost again: by default 15 s.
    "distributed.deploy.lost-worker-timeout": "24h",
}
_ALLOWED = (0, 3)
"""How many workers Dask may lose by a part before it says so: at once, and as it is by default."""


def killed(seed: int, count: int, began: Callable[[], None]) -> dict[str, Any]:
    """Questions asked of workers that are killed with -9 at random moments: how often, and which answers were wrong.

    A run asks one question until a worker was killed meanwhile. ``began`` is called with each.
    """
    drawn = random.Random(seed)  # noqa: S311 - no secret
    cases = [(asked, executor) for asked in ASKED for executor in _EXECUTORS]
    drawn.shuffle(cases)
    found: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    losing: Counter[int] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory(dir=FAST) as folder, _victims() as victims:
        wholes: dict[str, Any] = {}
        for number in range(count):
            began()
            asked, executor = cases[number % len(cases)]
            place = Path(folder) / str(number)
            if asked.name not in wholes:
                wholes[asked.name] = asked.whole(Path(folder) / "whole")
            runs[f"{asked.name} on {executor}"] += 1
            victims.bear(drawn.choice(_ALLOWED))
            problem = ""
            moments = random.Random(f"{seed} {number}")  # noqa: S311 - no secret
            with _killing(partial(victims.living, executor), moments) as kills:
                while not (kills or problem):
                    problem = _asked(asked, place, victims.executors[executor], wholes[asked.name], found)
                    shutil.rmtree(place, ignore_errors=True)
                    found["answers"] += 1
            found["kills"] += len(kills)
            losing[len(kills)] += 1
            if problem:
                faults.append(f"run {number} of seed {seed}, {asked.name} on {executor}: {problem}")
    return {
        "runs": count,
        **{name: found[name] for name in ("answers", "kills", "parts", "lost", "retries", "asked again")},
        "runs by kills": {str(kills): times for kills, times in sorted(losing.items())},
        "runs by question": dict(sorted(runs.items())),
        "wrong": len(faults),
        "faults": faults,
    }


def _asked(asked: Asked, place: Path, executor: Submitting, right: Any, found: Counter[str]) -> str:
    """Ask until no part is lost too often; what was wrong."""
    kinds = {"part": "parts", "lost": "lost", "retry": "retries", "object": "objects"}

    def report(event: Event) -> None:
        found[kinds[event.kind]] += 1

    while True:
        try:
            answer = asked.ask(place, executor, report)
        except gigacost.ExecutorError as error:
            if " was lost " not in str(error):
                return repr(error)
            found["asked again"] += 1
        except Exception as error:  # noqa: BLE001 - whatever it is, it should not have come
            return repr(error)
        else:
            return "" if answer == right else "another answer"


class _Victims(NamedTuple):
    """Two executors of two worker processes each."""

    cluster: Any
    executors: dict[str, Any]

    def living(self, executor: str) -> list[int]:
        """The processes of one of them, started ones only."""
        if executor == _PROCESSES:
            return sorted(process.pid for process in list(self.executors[executor]._processes))
        ready = list(self.cluster.scheduler.workers)
        nannies = list(self.cluster.workers.values())
        return sorted(pid for nanny in nannies if nanny.worker_address in ready and (pid := nanny.pid))

    def bear(self, failures: int) -> None:
        """Let Dask's scheduler lose so many workers by a part before it says so."""
        self.cluster.scheduler.allowed_failures = failures


@contextmanager
def _victims() -> Iterator[_Victims]:
    with (
        dask.config.set(_DASK_SETTINGS),
        cluster_of(2) as cluster,
        opened(address_of(cluster)) as dask_workers,
        opened(_PROCESSES) as processes,
    ):
        yield _Victims(cluster, {_DASK: dask_workers, _PROCESSES: processes})


@contextmanager
def _killing(living: Callable[[], list[int]], drawn: random.Random) -> Iterator[list[int]]:
    """Kill one of some processes now and then; which were killed."""
    killed: list[int] = []
    done = threading.Event()

    def kill() -> None:
        while not done.wait(drawn.expovariate(1 / (_GAP * (len(killed) + 1)))):
            if processes := living():
                pid = drawn.choice(processes)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()
