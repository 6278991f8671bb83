"""What tasks may be handed to: any executor, or one that is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeAlias

from gigacost.compiler.lower import cpus
from gigacost.distribute import dask_workers
from gigacost.errors import Fault, SpecError, show

FORMS = "processes:N, dask://HOST:PORT"
_MOST_PROCESSES = 1024
_MOST_PORT = 65535
_PROCESSES = re.compile(r"processes:([0-9]{1,9})")
_DASK = re.compile(r"dask://((?:[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,9}))/?")


class Submitting(Protocol):
    """What an executor must be able to do: those of ``concurrent.futures`` do, and submitit's."""

    def submit(self, fn: Any, /, *args: Any) -> Any:  # noqa: ANN401 - any function, any future
        """Run a function somewhere; a future with ``add_done_callback``, or else with ``done`` and ``result``."""


ExecutorLike: TypeAlias = Submitting | str | None
"""An executor, the name of one (``processes:N``, ``dask://HOST:PORT``), or None: one task after the other, here."""


@contextmanager
def opened(executor: ExecutorLike) -> Iterator[Submitting | None]:
    """An executor that is ready: one that is named is made and ended here, one that was passed is only used.

    Tested with threads and processes of ``concurrent.futures``, with Dask's ``Client.get_executor()``, and with
    submitit's executors for the own machine; mpi4py's and those of clusters (Slurm) are untested. Raises SpecError for
    a name that says nothing, ExecutorError where nobody answers within 5 s.
    """
    if isinstance(executor, str):
        with _named(executor) as made:
            yield made
    elif executor is None or callable(getattr(executor, "submit", None)):
        yield dask_workers.adapted(executor)
    else:
        raise SpecError(Fault("executor", show(executor), "not an executor", f"{FORMS}, or an object with submit"))


def workers_of(executor: Submitting) -> int | None:
    """How many tasks it runs at once, where that can be told."""
    count = getattr(executor, "workers", None) or getattr(executor, "_max_workers", None)
    return count if isinstance(count, int) and count > 0 else None


def threads_of(executor: Submitting) -> int | None:
    """How many threads a task is allotted: its share of this machine, one of Dask's; None where that is unknown."""
    if isinstance(executor, dask_workers.DaskWorkers):
        return 1
    workers = workers_of(executor)
    return None if workers is None else max(cpus() // workers, 1)


def _named(name: str) -> AbstractContextManager[Submitting]:
    processes, dask = _PROCESSES.fullmatch(name), _DASK.fullmatch(name)
    if processes:
        count = int(processes[1])
        if not 1 <= count <= _MOST_PROCESSES:
            raise SpecError(
                Fault("executor", show(name), "out of range", f"processes:1 to processes:{_MOST_PROCESSES}")
            )
        from gigacost.distribute.processes import Processes

        return Processes(count)
    if dask:
        if not 1 <= int(dask[2]) <= _MOST_PORT:
            raise SpecError(Fault("executor", show(name), "not a port", f"1 to {_MOST_PORT}"))
        return dask_workers.connected(name, f"tcp://{dask[1]}")
    raise SpecError(Fault("executor", show(name), "unknown executor", FORMS))
