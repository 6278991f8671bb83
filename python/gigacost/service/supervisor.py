"""Several workers at one socket: started, replaced when they are lost, stopped together."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from typing import NamedTuple

from gigacost.errors import ExecutorError
from gigacost.service import logs
from gigacost.service.settings import Settings
from gigacost.service.siblings import Siblings
from gigacost.service.worker import PATIENCE, Make, Worker

_SPAWN = multiprocessing.get_context("spawn")
_AGAIN = 1.0
"""Seconds between two starts of the same worker."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Child(NamedTuple):
    number: int
    process: SpawnProcess
    pipe: connection.Connection
    started: float


class Supervisor:
    """The process that the workers are of; it answers nothing itself."""

    def __init__(self, make: Make, settings: Settings, listener: socket.socket, ready: Callable[[], object]) -> None:
        self._make = make
        self._settings = settings
        self._listener = listener
        self._all_ready = ready
        self._children: dict[int, _Child] = {}
        self._ready: set[int] = set()
        self._signal = 0

    def run(self) -> int:
        """Serve until a signal comes; the exit code for it. Raises ExecutorError where workers do not start."""
        logs.route()
        woken, waker = socket.socketpair()
        waker.setblocking(False)  # noqa: FBT003 - the standard library's form
        kept = {number: signal.signal(number, self._stop) for number in SIGNALS}
        before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            with tempfile.TemporaryDirectory(prefix="gigacost-", ignore_cleanup_errors=True) as folder:
                try:
                    for number in range(self._settings.workers):
                        self._start(number, folder)
                    while not self._signal:
                        self._watch(woken, folder)
                finally:
                    self._end()
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in kept.items():
                signal.signal(number, handler)
            self._listener.close()
            woken.close()
            waker.close()
        return 128 + self._signal

    def _stop(self, number: int, frame: object) -> None:
        del frame
        self._signal = self._signal or number

    def _start(self, number: int, folder: str) -> None:
        ours, theirs = _SPAWN.Pipe()
        arguments = (self._make, self._settings, self._listener, number, folder, theirs)
        process = _SPAWN.Process(target=_work, args=arguments, name=f"gigacost-{number}")
        process.start()
        theirs.close()
        self._children[number] = _Child(number, process, ours, time.monotonic())

    def _watch(self, woken: socket.socket, folder: str) -> None:
        """Wait for something to happen to a worker, or for a signal."""
        pipes = {child.pipe: child for child in self._children.values()}
        happened = connection.wait([woken, *pipes])
        for one in happened:
            child = pipes.get(one)  # type: ignore[call-overload]
            if child is None:
                continue
            try:
                child.pipe.recv()
            except (EOFError, OSError):
                self._replace(child, folder)
                continue
            if len(self._ready) < self._settings.workers:
                self._ready.add(child.number)
                if len(self._ready) == self._settings.workers:
                    self._all_ready()

    def _replace(self, child: _Child, folder: str) -> None:
        child.process.join(PATIENCE)
        child.pipe.close()
        code = child.process.exitcode
        if self._signal:
            return
        if child.number not in self._ready:
            raise ExecutorError(f"worker {child.number} did not start (exit code {code})")
        logs.say("worker lost", worker=child.number, exit_code=code)
        time.sleep(max(child.started + _AGAIN - time.monotonic(), 0.0))
        self._start(child.number, folder)

    def _end(self) -> None:
        """Stop all: those that do not end within the stated time are killed."""
        for child in self._children.values():
            child.process.terminate()
        deadline = time.monotonic() + self._settings.stop_seconds + 2 * PATIENCE
        for child in self._children.values():
            child.process.join(max(deadline - time.monotonic(), 0.0))
            if child.process.exitcode is None:
                child.process.kill()
                child.process.join()
            child.pipe.close()


def _work(
    make: Make,
    settings: Settings,
    listener: socket.socket,
    number: int,
    folder: str,
    pipe: connection.Connection,
) -> None:
    """Be a worker."""
    from gigacost.service.bearer import token

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from the keyboard it comes to all; the first process tells us

    def watch() -> None:
        try:
            pipe.recv()
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()
    siblings = Siblings(number, settings.workers, folder)
    worker = Worker(make, settings, token(), siblings=siblings, ready=lambda: pipe.send(number))
    worker.serve_on(listener, (signal.SIGTERM,))
