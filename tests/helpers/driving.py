"""Tasks for tests, driven on an executor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from gigacost.distribute.driver import Event, Job, Task, drive


def tasks(count: int, *more: Any, first: tuple[Any, ...] = ()) -> Iterator[Task]:
    """``part 0`` and those after it: each is given its number between ``first`` and ``more``."""
    return (Task((*first, i, *more), f"part {i}", (i, i + 1)) for i in range(count))


def driven(job: Job, of: Iterable[Task], executor: Any, **options: Any) -> tuple[list[Any], list[Event]]:
    """The results in the order in which they were taken, and what happened."""
    taken: list[Any] = []
    events: list[Event] = []
    drive(job, of, lambda _, result: taken.append(result), executor=executor, report=events.append, **options)
    return taken, events


def kinds(events: Iterable[Event]) -> Counter[str]:
    """How often what happened."""
    return Counter(event.kind for event in events)
