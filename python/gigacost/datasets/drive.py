"""Where parts are computed that are not computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from gigacost.errors import Fault, SpecError, show


@dataclass(frozen=True)
class Job:
    """A function of a module, with the pickled objects that it is given before what differs between tasks."""

    function: Callable[..., Any]
    objects: tuple[bytes, ...]
    name: str


@dataclass(frozen=True)
class Task:
    """One call of the job's function."""

    args: tuple[Any, ...]
    name: str
    range: tuple[int, int]


def drive(
    job: Job,
    tasks: Iterable[Task],
    take: Callable[[Task, Any], None],
    *,
    executor: object,
    retries: int = 3,
    window: int | None = None,
) -> NoReturn:
    """Call the function for each task on an executor, and hand on what it returns. Raises SpecError: none is known."""
    del job, tasks, take, retries, window
    raise SpecError(Fault("executor", show(executor), "not a known executor", "None: this process"))
