"""What a worker does with a task. What goes wrong in the task itself is an answer: only a lost worker is a failure.

What is asked and answered here are plain values, so that processes of different versions understand each other enough
to say so.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from typing import Any

from gigacost.compiler.lower import allotted
from gigacost.distribute import identity
from gigacost.distribute.objects import Lacking, decoded
from gigacost.errors import CatalogError, InternalError, OutputError, SpecError

DONE, RAISED, LACKS, STRANGER = "done", "raised", "lacks", "stranger"


class WorkerLost(Exception):  # noqa: N818 - what happened, said in a sentence
    """A worker ended in the middle of a task."""


def packed(
    function: Callable[..., Any], addresses: Sequence[bytes], arguments: Sequence[Any], threads: int | None = None
) -> bytes:
    """A task's bytes: a function by its name, the addresses of objects, further arguments, the threads allotted."""
    return pickle.dumps((function, tuple(addresses), tuple(arguments), threads), pickle.HIGHEST_PROTOCOL)


def run(digest: bytes, task: bytes, *objects: bytes) -> tuple[Any, ...]:
    """Run a packed task; the answer and where it is from.

    ``(DONE, place, seconds, pickled result)``, ``(RAISED, place, seconds, pickled exception)``, ``(LACKS, place)``
    where an object is unknown and ``objects``, the pickles of all, are not given, ``(STRANGER, place, *identity)``
    where this is another gigacost than that of ``digest``.
    """
    here = identity.place()
    if digest != identity.digest():
        return (STRANGER, here, *identity.identity())
    start = time.perf_counter()
    try:
        function, addresses, arguments, threads = pickle.loads(task)  # noqa: S301 - from the process that drives this one
        known = decoded(addresses, objects)
        with allotted(threads):
            answer = DONE, pickle.dumps(function(*known, *arguments), pickle.HIGHEST_PROTOCOL)
    except Lacking:
        return LACKS, here
    except Exception as error:  # noqa: BLE001 - it is raised where the task came from
        answer = RAISED, _pickled(error)
    kind, value = answer
    return kind, here, time.perf_counter() - start, value


def _pickled(error: Exception) -> bytes:
    """An exception, with where it arose unless the caller is at fault."""
    if not isinstance(error, SpecError | CatalogError | OutputError):
        import traceback

        error.add_note("In the worker:\n" + "".join(traceback.format_exception(error)).rstrip())
    try:
        data = pickle.dumps(error, pickle.HIGHEST_PROTOCOL)
        pickle.loads(data)  # noqa: S301 - just made
    except Exception:  # noqa: BLE001 - a foreign exception that cannot leave this process
        return pickle.dumps(InternalError(f"{type(error).__name__}: {error}"), pickle.HIGHEST_PROTOCOL)
    return data
