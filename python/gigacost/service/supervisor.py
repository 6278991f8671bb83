"""Several workers: started, given connections in turn, replaced when they are lost, stopped together.

Workers that took connections from a shared socket themselves would not share them: whoever is awake takes all.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import selectors
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import SpawnProcess

from gigacost.errors import ExecutorError
from gigacost.service import logs
from gigacost.service.settings import Settings
from gigacost.service.siblings import Siblings
from gigacost.service.worker import PATIENCE, SIGNALS, Make, Worker

_SPAWN = multiprocessing.get_context("spawn")
_AGAIN = 1.0
"""Seconds between two starts of the same worker."""
_READY = b"r"
_CONNECTION = b"c"


@dataclass(slots=True)
class _Child:
    number: int
    process: SpawnProcess
    channel: socket.socket
    started: float
    ready: bool = False


class Supervisor:
    """The process that the workers are of; it answers nothing itself."""

    def __init__(self, make: Make, settings: Settings, listener: socket.socket, ready: Callable[[], object]) -> None:
        self._make = make
        self._settings = settings
        self._listener = listener
        self._say_ready = ready
        self._selector = selectors.DefaultSelector()
        self._children: list[_Child] = []
        self._missing: dict[int, float] = {}
        """Workers to be started again, and when."""
        self._was_ready = False
        self._signal = 0

    def run(self) -> int:
        """Serve until a signal comes; the exit code for it. Raises ExecutorError where workers do not start."""
        logs.route()
        woken, waker = socket.socketpair()
        waker.setblocking(False)  # noqa: FBT003 - the standard library's form
        self._listener.setblocking(False)  # noqa: FBT003
        self._selector.register(woken, selectors.EVENT_READ, lambda: None)
        kept = {number: signal.signal(number, self._stop) for number in SIGNALS}
        before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            with tempfile.TemporaryDirectory(prefix="gigacost-", ignore_cleanup_errors=True) as folder:
                try:
                    self._missing = dict.fromkeys(range(self._settings.workers), 0.0)
                    while not self._signal:
                        self._start_missing(folder)
                        self._watch()
                finally:
                    self._end()
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in kept.items():
                signal.signal(number, handler)
            self._selector.close()
            woken.close()
            waker.close()
        return 128 + self._signal

    def _stop(self, number: int, frame: object) -> None:
        del frame
        self._signal = self._signal or number

    def _start_missing(self, folder: str) -> None:
        for number, when in tuple(self._missing.items()):
            if when <= time.monotonic():
                del self._missing[number]
                self._start(number, folder)

    def _start(self, number: int, folder: str) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003
        arguments = (self._make, self._settings, number, folder, theirs)
        process = _SPAWN.Process(target=_work, args=arguments, name=f"gigacost-{number}")
        process.start()
        theirs.close()
        child = _Child(number, process, ours, time.monotonic())
        self._children.append(child)
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._heard(child))

    def _watch(self) -> None:
        """Wait for a connection, for something to happen to a worker, or for a signal."""
        until = min(self._missing.values(), default=None)
        for key, _ in self._selector.select(None if until is None else max(until - time.monotonic(), 0.0)):
            key.data()

    def _heard(self, child: _Child) -> None:
        """A worker is ready, or gone."""
        try:
            said = child.channel.recv(1)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said == _READY:
            child.ready = True
            with contextlib.suppress(KeyError):  # there may be others who take connections
                self._selector.register(self._listener, selectors.EVENT_READ, self._hand_out)
            if not self._was_ready and sum(one.ready for one in self._children) == self._settings.workers:
                self._was_ready = True
                self._say_ready()
        else:
            self._lost(child)

    def _hand_out(self) -> None:
        """Give a connection to the worker whose turn it is."""
        try:
            connection, _ = self._listener.accept()
        except OSError:  # it is gone already, or there are no handles left
            return
        with connection:
            for child in tuple(self._children):
                if child.ready:
                    self._children.remove(child)
                    self._children.append(child)
                    with contextlib.suppress(OSError):  # it has no room, or is gone: the next one
                        socket.send_fds(child.channel, [_CONNECTION], [connection.fileno()])
                        return

    def _lost(self, child: _Child) -> None:
        self._selector.unregister(child.channel)
        child.channel.close()
        child.process.join(PATIENCE)
        self._children.remove(child)
        if self._signal:
            return
        code = child.process.exitcode
        if not child.ready:
            raise ExecutorError(f"worker {child.number} did not start (exit code {code})")
        if not any(one.ready for one in self._children):  # connections wait until somebody can take them
            self._selector.unregister(self._listener)
        logs.say("worker lost", worker=child.number, exit_code=code)
        self._missing[child.number] = child.started + _AGAIN

    def _end(self) -> None:
        """Stop all: those that do not end within the stated time are killed."""
        self._listener.close()
        for child in self._children:
            child.process.terminate()
        deadline = time.monotonic() + self._settings.stop_seconds + 2 * PATIENCE
        for child in self._children:
            child.process.join(max(deadline - time.monotonic(), 0.0))
            if child.process.exitcode is None:
                child.process.kill()
                child.process.join()
            child.channel.close()


def _work(make: Make, settings: Settings, number: int, folder: str, channel: socket.socket) -> None:
    """Be a worker."""
    from gigacost.service.bearer import token

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from the keyboard it comes to all; the first process tells us
    siblings = Siblings(number, settings.workers, folder)
    worker = Worker(make, settings, token(), siblings=siblings, ready=lambda: channel.sendall(_READY))
    worker.serve_from(channel)
