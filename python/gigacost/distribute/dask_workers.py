"""The workers of a Dask cluster, as an executor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, TypeVar

from gigacost.errors import ExecutorError, Fault, SpecError, escape, show

T = TypeVar("T")

REACHED_WITHIN = 5
"""Seconds in which a scheduler answers."""
_CLOSED_WITHIN = 0.5
"""Seconds in which a scheduler hears that its client leaves, and with it every task that has not begun."""


class DaskWorkers(Executor):
    """What a Dask client reaches.

    What ``Client.get_executor()`` lacks: a future whose result was lost on its way comes to an end too, and cancelling
    waits for no answer of the scheduler. ``keywords`` are those of ``get_executor``.
    """

    def __init__(self, client: Any, **keywords: Any) -> None:  # noqa: ANN401 - Dask is not installed everywhere
        self._client = client
        # Tasks of equal bytes are different ones: what an earlier one came to may be lost.
        self._keywords = {**keywords, "pure": False}

    @property
    def workers(self) -> int:
        """How many tasks run at once."""
        return sum(self._client.nthreads().values())

    @property
    def gone(self) -> bool:
        """Whether the scheduler is out of reach for good."""
        return self._client.status in {"closing", "closed"}

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401 - as every executor
        """As every executor."""
        answer: Future[T] = Future()
        asked = self._client.submit(fn, *args, **{**self._keywords, **kwargs})
        self._client.loop.add_callback(_follow, asked, answer, self._client)
        return answer


def adapted(executor: Any) -> Any:  # noqa: ANN401 - any executor
    """For an executor of Dask, and for its client, the workers that it reaches; any other as it is."""
    where = f"{type(executor).__module__}.{type(executor).__name__}"
    if where == "distributed.cfexecutor.ClientExecutor":
        return DaskWorkers(executor._client, **executor._kwargs)  # noqa: SLF001 - it has no public name
    return DaskWorkers(executor) if where == "distributed.client.Client" else executor


async def _follow(asked: Any, answer: Future[Any], client: Any) -> None:  # noqa: ANN401 - Dask's future and client
    """Hand on what a future of Dask comes to; in Dask's own loop."""

    def cancel(answer: Future[Any]) -> None:
        if answer.cancelled():
            client.loop.add_callback(_cancel, asked)

    answer.add_done_callback(cancel)
    try:
        result = await asked
    except BaseException as problem:  # noqa: BLE001 - whatever it is, somebody waits for it
        if not answer.done():
            answer.set_exception(problem)
    else:
        if not answer.done():
            answer.set_result(result)


async def _cancel(asked: Any) -> None:  # noqa: ANN401 - Dask's future
    with suppress(Exception):  # a client that is closed has cancelled everything
        await asked.cancel()


@contextmanager
def connected(name: str, address: str) -> Iterator[DaskWorkers]:
    """The workers of the scheduler at an address. Raises SpecError without Dask, ExecutorError where nobody answers."""
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError:
        what = 'Dask is not installed; pip install "gigacost[dask]"'
        raise SpecError(Fault("executor", show(name), what)) from None
    with _unsaid():
        try:
            client = distributed.Client(address, timeout=REACHED_WITHIN, set_as_default=False, name="gigacost")
        except (OSError, TimeoutError, ValueError) as problem:
            reason = escape(" ".join(str(problem).split()) or type(problem).__name__, quotes="")
            what = f"executor: no Dask scheduler answers at {escape(address)} within {REACHED_WITHIN} s: {reason}"
            raise ExecutorError(what) from None
        try:
            yield DaskWorkers(client)
        finally:
            client.close(timeout=_CLOSED_WITHIN)


@contextmanager
def _unsaid() -> Iterator[None]:
    """What Dask's client would say on stderr of lost tasks and schedulers: it is reported, or raised."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "distributed.core")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
