"""Handing out tasks: each is taken once, whatever happens to workers; what a task raises is raised."""

from __future__ import annotations

import os
import pickle
import random
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self

import cloudpickle  # type: ignore[import-not-found, unused-ignore]
import part_functions as parts
import pytest
from driving import driven, kinds, tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from gigacost import ExecutorError, InternalError, SpecError, Sweep
from gigacost.distribute import identity, objects, worker
from gigacost.distribute.driver import Job, Task, drive
from gigacost.distribute.executors import threads_of

LARGE = pickle.dumps({"name": "large", "bytes": bytes(109_000)})


@pytest.fixture(scope="module")
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


@pytest.fixture(scope="module")
def processes() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("executor", [None, "threads", "processes"])
def test_every_executor_takes_every_task_once(request: pytest.FixtureRequest, executor: str | None) -> None:
    pool = executor and request.getfixturevalue(executor)
    taken, events = driven(Job(parts.same, (LARGE,)), tasks(50), pool)
    assert sorted(value for _, value in taken) == list(range(50))
    assert all(one["name"] == "large" for one, _ in taken)
    done = [event for event in events if event.kind == "part"]
    assert [event.result for event in done] == taken
    assert {event.task.range for event in done} == {(i, i + 1) for i in range(50)}
    here = {identity.place()}
    assert ({event.place for event in done} == here) == (executor != "processes")
    if pool is not None:
        assert pool.submit(os.getpid).result()  # it was used, not shut down


def test_a_real_space_travels_and_answers_as_here(processes: Executor) -> None:
    sweep = Sweep({"chips": [8, 16, 32, 64]}, fixed={"hardware": "h100-sxm", "params": "1B", "tokens": "1T"})
    cut = [Task((i, i + 1), f"part {i}") for i in range(4)]
    taken, _ = driven(Job(parts.best_cost, (pickle.dumps(sweep),)), iter(cut), processes)
    assert sorted(taken) == sorted(sweep.to_numpy(["cost_total_usd"])["cost_total_usd"].tolist())


def test_tasks_are_consumed_when_there_is_room_for_them(threads: Executor) -> None:
    ahead, taken = [], []

    def counted() -> Iterator[Task]:
        for task in tasks(30):
            ahead.append(task.args[0] - len(taken))
            yield task

    drive(Job(parts.same), counted(), lambda _, result: taken.append(result), executor=threads, window=4)
    assert len(taken) == 30
    assert max(ahead) <= 4


def test_results_are_taken_on_the_calling_thread_as_they_come(threads: Executor) -> None:
    where = set()
    order = []

    def take(task: Task, _: Any) -> None:
        where.add(threading.get_ident())
        order.append(task.name)

    cut = [Task((seconds, None), name) for seconds, name in ((0.3, "slow"), (0.0, "quick"), (0.0, "quick"))]
    drive(Job(parts.lasting), cut, take, executor=threads)
    assert where == {threading.get_ident()}
    assert order == ["quick", "quick", "slow"]


def test_an_object_is_sent_once_to_each_worker(processes: Executor) -> None:
    data = pickle.dumps({"new": 1, "bytes": LARGE})
    taken, events = driven(Job(parts.with_process, (data,)), tasks(200), processes)
    assert len(taken) == 200
    # To each process once; beside that only while it is on its way to one, and the other takes it.
    assert 1 <= kinds(events)["object"] <= 8
    _, events = driven(Job(parts.with_process, (data,)), tasks(50), processes)
    assert kinds(events) == {"part": 50} or kinds(events)["object"] <= 2


def test_a_worker_keeps_the_last_objects_unpickled() -> None:
    objects.forget()
    data = [pickle.dumps({"number": i}) for i in range(40)]
    keys = [objects.address(one) for one in data]
    (first,) = objects.decoded(keys[:1], data[:1])
    assert objects.decoded(keys[:1])[0] is first
    for key, one in zip(keys, data, strict=True):
        objects.decoded([key], [one])
    with pytest.raises(objects.Lacking):
        objects.decoded(keys[:1])
    assert objects.decoded(keys[-1:]) == [{"number": 39}]


@pytest.mark.parametrize("pickler", [pickle, cloudpickle], ids=["pickle", "cloudpickle"])
def test_the_bytes_of_a_task_are_below_a_kilobyte(pickler: Any) -> None:
    task = worker.packed(parts.best_cost, [objects.address(LARGE)] * 3, (10**14, 10**15, 1.5e9), 64)
    assert len(pickler.dumps((worker.run, (identity.digest(), task)))) < 1000
    assert len(LARGE) > 109_000


@pytest.mark.parametrize("executor", [None, "threads", "processes"])
def test_what_a_task_raises_is_raised_here(request: pytest.FixtureRequest, executor: str | None) -> None:
    pool = executor and request.getfixturevalue(executor)
    with pytest.raises(SpecError, match="too many") as refused:
        driven(Job(parts.refuse), tasks(10), pool)
    assert refused.value.field == "chips"
    with pytest.raises(ZeroDivisionError) as failed:
        driven(Job(parts.fail), tasks(10), pool)
    if executor:
        assert "part_functions" in failed.value.__notes__[0]


def test_what_cannot_be_pickled_is_an_error_and_no_lost_worker(threads: Executor) -> None:
    with pytest.raises(InternalError, match="StrangeError: of its own kind"):
        driven(Job(parts.fail_strangely), iter([Task((), "part 0")]), threads)
    with pytest.raises((AttributeError, pickle.PicklingError), match="lambda"):
        driven(Job(parts.unpicklable), iter([Task((), "part 0")]), threads)


def test_what_taking_raises_ends_everything(threads: Executor) -> None:
    taken = []

    def take(_: Task, result: Any) -> None:
        taken.append(result)
        if len(taken) == 3:
            raise KeyboardInterrupt

    given = []
    with pytest.raises(KeyboardInterrupt):
        drive(Job(parts.same), (given.append(task) or task for task in tasks(1000)), take, executor=threads, window=8)  # type: ignore[func-returns-value]
    assert len(taken) == 3
    assert len(given) <= 11


def test_a_worker_of_another_build_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, processes: Executor) -> None:
    theirs = identity.identity()
    ours = identity.Identity("9.9.9", theirs.catalog, "f" * 64)
    monkeypatch.setattr(identity, "identity", lambda: ours)
    monkeypatch.setattr(identity, "digest", lambda: objects.address(b"another"))
    with pytest.raises(SpecError) as refused:
        driven(Job(parts.same), tasks(5), processes)
    said = str(refused.value)
    assert refused.value.field == "executor"
    for word in (identity.place().partition(":")[0], theirs.version, "9.9.9", theirs.build[:12], "f" * 12):
        assert word in said
    assert "catalog" not in said


def test_the_identity_is_of_all_that_decides_about_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "gigacost"
    for name in ("model/energy.py", "catalog/data/rental.toml", "_engine.so", "distribute/identity.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(name)
    monkeypatch.setattr(identity, "__file__", str(package / "distribute/identity.py"))
    found = [identity._build()]
    (package / "model/energy.pyc").write_text("compiled")
    assert identity._build() == found[0]
    for name in ("model/energy.py", "catalog/data/rental.toml", "_engine.so"):
        (package / name).write_text("another")
        found.append(identity._build())
    assert len(set(found)) == 4


@pytest.mark.parametrize(("retries", "window"), [(-1, None), (1.5, 4), (True, 4), (3, 0), ("3", 4)])
def test_bad_numbers_are_refused(retries: Any, window: Any) -> None:
    with pytest.raises(SpecError):
        drive(Job(parts.same), [], lambda *_: None, retries=retries, window=window)


def test_a_pool_that_is_not_ours_is_not_built_again() -> None:
    with (
        ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool,
        pytest.raises(ExecutorError, match=r"executor: takes no more tasks, with part \d.* out: BrokenProcessPool"),
    ):
        driven(Job(parts.kill_always), tasks(10, 5), pool)


def test_threads_are_shared_among_the_workers_of_this_machine(
    threads: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIGACOST_THREADS", raising=False)
    count = threads_of(threads)
    taken, _ = driven(Job(parts.threads), iter([Task((), "part 0")]), threads)
    assert taken == [count]
    monkeypatch.setenv("GIGACOST_THREADS", "7")
    taken, _ = driven(Job(parts.threads), iter([Task((), "part 0")]), threads)
    assert taken == [7]


class Unreliable(Executor):
    """Answers in any order, loses what it is told to, and sometimes forgets the objects that it was given."""

    def __init__(self, seed: int, losses: float) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.losses = losses
        self.waiting: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []
        self.most = 0
        self.lock = threading.Lock()
        self.ended = threading.Event()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        assert not kwargs
        future: Future[Any] = Future()
        with self.lock:
            self.waiting.append((future, fn, args))
            self.most = max(self.most, len(self.waiting))
        return future

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self.work)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def work(self) -> None:
        while not self.ended.wait(0.0002):
            with self.lock:
                several = self.random.randint(0, len(self.waiting))
                done = [self.waiting.pop(self.random.randrange(len(self.waiting))) for _ in range(several)]
            for future, fn, args in done:
                if self.random.random() < 0.2:
                    objects.forget()
                if self.random.random() < self.losses:
                    future.set_exception(ConnectionError("lost"))
                else:
                    future.set_result(fn(*args))


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32),
    count=st.integers(0, 60),
    window=st.integers(1, 12),
    losses=st.sampled_from([0.0, 0.1, 0.4]),
    shared=st.booleans(),
)
def test_every_task_is_taken_once_whatever_is_lost(
    seed: int, count: int, window: int, losses: float, *, shared: bool
) -> None:
    job = Job(parts.same, (pickle.dumps("shared"),) if shared else ())
    with Unreliable(seed, losses) as executor:
        taken, events = driven(job, tasks(count), executor, window=window, retries=10**6)
    assert sorted(one[-1] for one in taken) == list(range(count))
    assert executor.most <= window
    found = kinds(events)
    assert found["part"] == count
    assert found["lost"] == found["retry"]
    assert found["lost"] == sum(event.tries - 1 for event in events if event.kind == "part")


class Fragile(Unreliable):
    """Loses all that is out when it comes to the guilty part."""

    def __init__(self, guilty: int) -> None:
        super().__init__(0, 0.0)
        self.guilty = guilty

    def work(self) -> None:
        while not self.ended.wait(0.001):
            with self.lock:
                done, self.waiting = self.waiting, []
            lost = any(pickle.loads(task)[2][0] == self.guilty for _, _, (_, task) in done)
            for future, fn, args in done:
                if lost:
                    future.set_exception(ConnectionError("lost"))
                else:
                    future.set_result(fn(*args))


@settings(max_examples=40)
@given(retries=st.integers(1, 4), count=st.integers(1, 20), data=st.data())
def test_of_parts_that_are_lost_together_the_guilty_one_is_named(retries: int, count: int, data: st.DataObject) -> None:
    guilty = data.draw(st.integers(0, count - 1))
    said = f"^task: part {guilty} was lost {retries + 1} times, the last time: ConnectionError: lost$"
    with Fragile(guilty) as executor, pytest.raises(ExecutorError, match=said):
        driven(Job(parts.same), tasks(count), executor, window=5, retries=retries)


def test_without_a_retry_the_first_that_is_lost_is_named() -> None:
    with (
        Fragile(0) as executor,
        pytest.raises(ExecutorError, match=r"^task: part 0 was lost once: ConnectionError: lost$"),
    ):
        driven(Job(parts.same), tasks(1), executor, retries=0)


def test_an_executor_that_takes_nothing_is_named() -> None:
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(
        ExecutorError, match="executor: takes no more tasks, with part 0 out: RuntimeError: cannot schedule"
    ):
        driven(Job(parts.same), tasks(3), pool)


def test_a_pool_that_breaks_at_submission_is_named() -> None:
    class Broken(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            del fn, args, kwargs
            future: Future[Any] = Future()
            future.set_exception(BrokenExecutor("gone"))
            return future

    with pytest.raises(
        ExecutorError, match="executor: takes no more tasks, with part 0, part 1, part 2 out: BrokenExecutor: gone"
    ):
        driven(Job(parts.same), tasks(3), Broken())


def test_a_worker_without_gigacost_is_named() -> None:
    class Bare(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            del fn, args, kwargs
            future: Future[Any] = Future()
            future.set_exception(ModuleNotFoundError("No module named 'gigacost'"))
            return future

    with pytest.raises(SpecError, match="No module named 'gigacost'; allowed: gigacost "):
        driven(Job(parts.same), tasks(3), Bare())
