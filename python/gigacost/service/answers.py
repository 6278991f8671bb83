"""Answers computed in threads: some at once, others in a queue, each with an end to its time."""

from __future__ import annotations

import asyncio
import ctypes
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

from gigacost.service.limits import Cancelled
from gigacost.service.operation import Watch

T = TypeVar("T")

_GRACE = 0.25
"""Seconds that an answer has to end by itself when its time is over: most look at their watch."""


class Work(Generic[T]):
    """An answer in a thread, which can be stopped from another one."""

    def __init__(self, compute: Callable[[], T]) -> None:
        self._compute = compute
        self._lock = threading.Lock()
        self._thread = 0

    def __call__(self) -> T:
        """Compute it. Raises Cancelled when it is stopped."""
        with self._lock:
            self._thread = threading.get_ident()
        try:
            return self._compute()
        finally:
            with self._lock:
                self._thread = 0

    def stop(self) -> None:
        """Raise Cancelled where the thread stands, between two steps of Python: for what looks at no watch."""
        with self._lock:
            if self._thread:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Cancelled))


class Answers:
    """Computes answers: ``at_once`` of them, while ``waiting`` others wait."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="answer")
        self._most = at_once + waiting
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """Whether no further answer is taken."""
        return self._taken >= self._most

    async def get(self, compute: Callable[[], T], watch: Watch, gone: asyncio.Future[Any]) -> T:
        """The answer. Raises what it raises, LimitError when its time is over, Cancelled when the client is gone."""
        work, future = self._start(compute)
        try:
            await asyncio.wait((future, gone), timeout=watch.left, return_when=asyncio.FIRST_COMPLETED)
            if not future.done():
                if gone.done():
                    watch.cancel()
                await asyncio.wait({future}, timeout=_GRACE)
            if future.done():
                return future.result()
            watch.check()
            raise Cancelled
        finally:
            if not future.done():
                watch.cancel()
                future.cancel()
                work.stop()

    @asynccontextmanager
    async def streamed(self, compute: Callable[[], T], watch: Watch) -> AsyncGenerator[asyncio.Future[T], None]:
        """An answer that is read while it is computed; after this it is wanted no more."""
        work, future = self._start(compute)
        try:
            yield future
        finally:
            if not future.done():
                watch.cancel()
                future.cancel()
                work.stop()

    def _start(self, compute: Callable[[], T]) -> tuple[Work[T], asyncio.Future[T]]:
        work = Work(compute)
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._ended)
        return work, future

    def _ended(self, future: asyncio.Future[Any]) -> None:
        self._taken -= 1
        if not future.cancelled():
            with suppress(BaseException):  # nobody may be waiting for it any more
                future.exception()
