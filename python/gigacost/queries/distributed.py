"""Questions whose parts are answered by the workers of an executor, and merged here as they arrive."""

from __future__ import annotations

import functools
import pickle
from collections.abc import Iterator
from typing import Any, TypeVar

from gigacost._engine import aligned
from gigacost.compiler import lower
from gigacost.compiler.bound import Bound
from gigacost.compiler.plan import Query
from gigacost.distribute.driver import RETRIES, Event, Job, Report, Task, drive
from gigacost.distribute.executors import Submitting, workers_of
from gigacost.queries.askers import Asker, answered_by, refuse_limits
from gigacost.queries.asks import Ask, Prepared, Run
from gigacost.queries.export import Progress
from gigacost.queries.results import Effort

T = TypeVar("T")

_SECONDS = 2.0
"""How long a part should take: a lost worker loses no more, and handing it out costs nothing beside that."""
_FIRST = 1 << 22
"""Combinations of the first parts, from which is seen how long others may be;"""
_BOUNDED = 1 << 4
"""where most combinations are left out, this share of them: what is known of a part is found anew for each."""
_LEAST = 1 << 12
"""Combinations of the shortest part."""
_GROWTH = 16
"""A part is not longer than so many times the last."""
_TAIL = 2
"""No part is longer than what is left for each worker, divided by this: they end together."""
_SLACK = 8
"""A part may be longer or shorter by this share, to end where a digit of an outer axis does."""
_WAITING = 32
"""Answers of parts that wait to be merged, at most."""
_KEPT = 8
"""Programs that a worker keeps, with their tables and what their searches have found."""


class Distributed(Asker):
    """Asks the workers of an executor, each about a part of the combinations."""

    def __init__(
        self,
        executor: Submitting,
        threads: int | None = None,
        progress: Progress | None = None,
        *,
        retries: int = RETRIES,
        report: Report | None = None,
    ) -> None:
        super().__init__(threads, progress)
        self._worker_threads = threads
        self._executor = executor
        self._retries = retries
        self._report = report

    def ask(self, bound: Bound, ask: Ask[T], *, watched: bool = True) -> tuple[T, Effort]:
        """What the workers find, and what it took them in all."""
        refuse_limits(ask)
        tell = self._watching(bound, watched=watched)
        workers = workers_of(self._executor)
        lengths = _Lengths(bound, workers or _GROWTH, bounded=ask.bounded and not bound.uncertain)
        # No part is handed out long before it begins: by then it is known how long it may be, and what is to be beaten.
        window = workers + 1 if workers else None
        found: list[T] = []
        """What was merged, and what waits to be."""
        effort, done = Effort(), 0

        def tasks() -> Iterator[Task]:
            for number, rows in enumerate(lengths.parts(), 1):
                name = f"part {number} (combinations {rows[0]:,} to {rows[1]:,})"
                known = ask.known(found[0]) if found else None
                yield Task((*rows, known, self._worker_threads), name, rows)

        def take(task: Task, answer: tuple[T, Effort]) -> None:
            nonlocal effort, done
            found.append(answer[0])
            effort = effort.and_(answer[1])
            if len(found) > (1 if ask.informs else _WAITING):
                found[:] = [ask.merged(found)]
            start, stop = task.args[:2]
            done += stop - start
            if tell is not None:
                tell(done)

        def report(event: Event) -> None:
            lengths.learn(event)
            if self._report is not None:
                self._report(event)

        job = Job(answer, (_pickled(bound), _pickled(ask)), "question")
        drive(job, tasks(), take, executor=self._executor, retries=self._retries, window=window, report=report)
        return ask.merged(found), effort


class _Lengths:
    """How the combinations are cut into parts of some seconds, from what earlier ones took."""

    def __init__(self, bound: Bound, workers: int, *, bounded: bool) -> None:
        self._sizes, self._size, self._workers = bound.sizes, bound.size, workers
        self._length = max(self._size // _BOUNDED if bounded else _FIRST, _LEAST)

    def parts(self) -> Iterator[tuple[int, int]]:
        """The ranges, each as long as is known to be right when it is asked for."""
        start = 0
        while start < self._size:
            left = self._size - start
            most = max(left // (_TAIL * self._workers), self._size // _BOUNDED)
            length = max(min(self._length, most), _LEAST)
            stop = aligned(self._sizes, min(start + length, self._size), length // _SLACK)
            yield start, stop
            start = stop

    def learn(self, event: Event) -> None:
        """A part was answered."""
        if event.kind == "part":
            start, stop = event.task.args[:2]
            wanted = int((stop - start) * _SECONDS / max(event.seconds, _SECONDS / _GROWTH))
            self._length = max(min(wanted, self._length * _GROWTH), 1)


def answer(
    bound: Bound, ask: Ask[T], start: int, stop: int, known: float | None, threads: int | None
) -> tuple[T, Effort]:
    """What a worker does: the answer of a part, by as many threads as it has where nobody says how many."""
    run = Run((start, stop), lower.thread_count(threads), None, known)
    return answered_by(lambda query: _prepared(bound, query), bound, ask, run)


@functools.lru_cache(_KEPT)
def _prepared(bound: Bound, query: Query) -> Prepared:
    return Prepared.of(bound, query)


def _pickled(shared: Any) -> bytes:  # noqa: ANN401 - any object
    return pickle.dumps(shared, pickle.HIGHEST_PROTOCOL)
