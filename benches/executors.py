"""What handing out a part costs beside the executor's own work: ``python benches/executors.py``.

Empty parts go through a Dask cluster of two workers on this machine, 64 in flight, and so do calls of a function that
does nothing, by the same executor and as small a loop as there can be; both in turn, several times. That difference is
one of large numbers: beside it both go to an executor that answers at once, where all that is measured is ours.
"""

from __future__ import annotations

import gc
import pickle
import re
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from distributed import Client, LocalCluster

import results
from gigacost.distribute import dask_workers, identity, worker
from gigacost.distribute.driver import Job, Task, drive
from gigacost.distribute.objects import address
from results import say

PARTS = 10_000
WINDOW = 64
WARM = 500
ROUNDS = 2
OBJECT = pickle.dumps({"specification": bytes(109_000)})
"""As large as a specification of the examples with its model and its catalogue."""


def part(known: dict[str, bytes], start: int, stop: int) -> int:
    """An empty part."""
    del known
    return stop - start


def nothing(start: int, stop: int) -> int:
    """An empty call."""
    return stop - start


def driven(executor: Any, count: int) -> None:  # noqa: ANN401 - any executor
    """Empty parts by gigacost."""
    tasks = (Task((i, i + 1), f"part {i} of {count}", (i, i + 1)) for i in range(count))
    taken = 0

    def take(_: Task, result: int) -> None:
        nonlocal taken
        taken += result

    drive(Job(part, (OBJECT,)), tasks, take, executor=executor, window=WINDOW)
    if taken != count:
        raise RuntimeError(f"{taken} parts of {count}")


def bare(executor: Any, count: int) -> None:  # noqa: ANN401 - any executor
    """Empty calls by a loop that does nothing else."""
    done: SimpleQueue[Any] = SimpleQueue()
    left, flying = iter(range(count)), 0
    while True:
        while flying < WINDOW and (i := next(left, None)) is not None:
            executor.submit(nothing, i, i + 1).add_done_callback(done.put)
            flying += 1
        if not flying:
            return
        done.get().result()
        flying -= 1


class Immediate(Executor):
    """Answers before ``submit`` returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401 - as every executor
        """A future that is done."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def memory() -> int:
    """What this process has in memory now [B]."""
    gc.collect()
    found = re.search(r"VmRSS:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) * 1024 if found else 0


def timed(work: Callable[[Any, int], None], executor: Any) -> dict[str, float]:  # noqa: ANN401 - any executor
    """Seconds of a part, by the clock and of this process; and how much memory grew after the first tenth."""
    work(executor, PARTS // 10)
    before, start, own = memory(), time.perf_counter(), time.process_time()
    work(executor, PARTS)
    seconds, used = time.perf_counter() - start, time.process_time() - own
    return {"seconds": seconds / PARTS, "own_seconds": used / PARTS, "grown_bytes": memory() - before}


def task_bytes() -> int:
    """The pickled bytes of one task."""
    data = worker.packed(part, (address(OBJECT),), (9_999, 10_000), 1)
    return len(pickle.dumps((worker.run, (identity.digest(), data))))


@contextmanager
def cluster() -> Iterator[Any]:
    """The workers of a cluster, as gigacost reaches them: by less work than ``Client.get_executor()`` takes."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as made,
        Client(made) as client,
    ):
        yield dask_workers.adapted(client)


def main() -> None:
    """Measure both in turn."""
    found: dict[str, list[dict[str, float]]] = {"driven": [], "bare": []}
    with cluster() as executor:
        for work in (driven, bare):
            work(executor, WARM)
        for _ in range(ROUNDS):
            for name, work in (("bare", bare), ("driven", driven)):
                found[name].append(timed(work, executor))
                say(f"executors: {name}: {found[name][-1]}")
    at_once = {work.__name__: timed(work, Immediate()) for work in (bare, driven)}
    say(f"executors: at once: {at_once}")
    middle = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in found.items()
    }
    share = at_once["driven"]["own_seconds"] - at_once["bare"]["own_seconds"]
    whole = middle["driven"]["seconds"] - middle["bare"]["seconds"]
    say(f"executors: {share * 1e3:.3f} ms of a part are ours ({whole * 1e3:+.3f} ms of Dask's time for it)")
    say(f"executors: a task has {task_bytes()} bytes")
    about = {"parts": PARTS, "window": WINDOW, "task_bytes": task_bytes(), "share_seconds": share}
    results.merge("executors", {**about, **middle, "at_once": at_once}, ("gigacost", "dask", "distributed"))


if __name__ == "__main__":
    main()
