"""Runs the parts of a job here, one after the other."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gigacost.errors import Fault, SpecError, show


@dataclass(frozen=True)
class Job:
    """A function of a module, with the pickled objects that it is given before what differs between tasks."""

    function: Callable[..., Any]
    objects: tuple[bytes, ...]
    name: str


def drive(
    job: Job,
    tasks: Iterable[tuple[Any, ...]],
    take: Callable[[tuple[Any, ...], Any], None],
    *,
    executor: object = None,
    retries: int = 3,
    window: int | None = None,
) -> None:
    """Call the function for each task, which are looked up one by one, and hand on what it returns."""
    del retries, window
    if executor is not None:
        raise SpecError(Fault("executor", show(executor), "not a known executor", "None: this process"))
    objects = [pickle.loads(data) for data in job.objects]  # noqa: S301 - made by the caller
    for task in tasks:
        take(task, job.function(*objects, *task))
