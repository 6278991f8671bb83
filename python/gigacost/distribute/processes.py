"""Worker processes of our own: a lost one costs the task that it had, and is started again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from multiprocessing import connection, resource_tracker
from multiprocessing.context import SpawnProcess
from multiprocessing.process import current_process
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from gigacost.distribute.worker import WorkerLost

T = TypeVar("T")

_PATIENCE = 0.3
"""Seconds that processes are given to end when they are told to."""
GUARD = 'a script that starts processes does its work under if __name__ == "__main__":'


class _Worker(NamedTuple):
    process: SpawnProcess
    pipe: connection.Connection

    @property
    def ending(self) -> str:
        """How it ended."""
        self.process.join(_PATIENCE)
        code = self.process.exitcode
        if code is None or code >= 0:
            return f"process {self.process.pid} ended (exit code {code})"
        return f"process {self.process.pid} was killed by signal {-code}"


class _Call(NamedTuple):
    future: Future[Any]
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]


class Processes(Executor):
    """So many processes, started when they are first needed; each has one task at a time.

    Hence it is known which task a lost process had: that one's future raises `WorkerLost`, the others go on, and a new
    process takes the place of the lost. (A ``ProcessPoolExecutor`` gives up all its tasks, and says of none that it was
    the one.) When it is shut down, running tasks end with their processes.
    """

    def __init__(self, workers: int) -> None:
        if getattr(current_process(), "_inheriting", False):  # this process itself is just being started
            raise RuntimeError(GUARD)
        self.workers = workers
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._processes: set[SpawnProcess] = set()
        self._began = self._stopped = False
        for _ in range(workers):
            threading.Thread(target=self._serve, daemon=True).start()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401 - as every executor
        """As every executor."""
        if self._stopped:
            raise RuntimeError("the processes have been ended")
        future: Future[T] = Future()
        self._calls.put(_Call(future, fn, args, kwargs))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as every executor has it
        """End all processes at once, whatever they do."""
        del wait, cancel_futures
        with self._lock:
            self._stopped = True
            processes, self._processes = self._processes, set()
        for _ in range(self.workers):
            self._calls.put(None)
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + _PATIENCE
        for process in processes:
            process.join(max(deadline - time.monotonic(), 0.0))
            if process.exitcode is None:
                process.kill()

    def _serve(self) -> None:
        """A worker's thread: one task after the other."""
        worker: _Worker | None = None
        while (call := self._calls.get()) is not None:
            if self._stopped:
                call.future.cancel()
            if not call.future.set_running_or_notify_cancel():
                continue
            try:
                if worker is None or not worker.process.is_alive():
                    worker = self._started()
                worker.pipe.send(call[1:])
                done, value = worker.pipe.recv()
            except (EOFError, OSError):
                call.future.set_exception(WorkerLost(worker.ending if worker else "no process could be started"))
                if worker:
                    self._processes.discard(worker.process)
                worker = None
            except Exception as error:  # noqa: BLE001 - whatever cannot be sent, it is the caller's to hear of
                call.future.set_exception(error)
            else:
                (call.future.set_result if done else call.future.set_exception)(value)
                del value
            del call  # its future holds the result

    def _started(self) -> _Worker:
        """A process that is ready for tasks."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), daemon=True)
        with self._lock:
            if self._stopped:
                raise EOFError
            _start_undisturbed(process)
            self._processes.add(process)
        theirs.close()
        worker = _Worker(process, ours)
        try:
            ours.recv()
        except EOFError:
            ending = worker.ending
            if self._began or not process.exitcode or process.exitcode < 0:
                raise WorkerLost(ending) from None
            raise BrokenExecutor(f"{ending} before it began; {GUARD}") from None
        self._began = True
        return worker


def _start_undisturbed(process: SpawnProcess) -> None:
    """Start a process that Ctrl-C does not reach: the one that started it ends it."""
    with _importable_main():
        _start_masked(process)


@contextmanager
def _importable_main() -> Iterator[None]:
    """A script that came by standard input cannot be imported again by a process: it is started without."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is None or os.path.exists(file):  # noqa: PTH110 - importing pathlib takes 5 ms
        yield
        return
    del main.__file__
    try:
        yield
    finally:
        main.__file__ = file


def _start_masked(process: SpawnProcess) -> None:
    if not hasattr(signal, "pthread_sigmask"):
        process.start()
        return
    resource_tracker.ensure_running()  # starting it unblocks signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: connection.Connection) -> None:
    """A worker process: answer one call after the other, until who started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where signals cannot be masked, as on Windows
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send(None)
    while True:
        try:
            function, arguments, keywords = pipe.recv()
        except EOFError:
            return
        try:
            answer = True, function(*arguments, **keywords)
        except Exception as error:  # noqa: BLE001 - it is raised where the call came from
            answer = False, error
        pipe.send(answer)
        del answer


def _end_with_parent() -> None:
    """A process that was killed ends nobody: its workers see to that themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
