"""Handing out tasks and taking their results: a bounded window of them in flight, each taken once."""

from __future__ import annotations

import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Literal, NamedTuple

from gigacost._record import unboxed
from gigacost.distribute import identity, worker
from gigacost.distribute.executors import ExecutorLike, Submitting, opened, threads_of, workers_of
from gigacost.distribute.objects import address, decoded
from gigacost.distribute.signals import noticed
from gigacost.errors import ExecutorError, Fault, SpecError, escape, show

RETRIES = 3
_PER_WORKER = 4
"""Tasks in flight for each worker: while one runs, the next ones are on their way."""
_WINDOW = 16
"""Tasks in flight where nobody knows how many workers there are."""
_BARE = 8
"""How often a task is answered for want of an object before it carries it itself."""
_WAKE = 0.2
"""Seconds after which waiting looks up: for Ctrl-C where that does not wake it, and for futures that do not call."""
_CANCELLED_WITHIN = 0.5
"""Seconds that who is interrupted waits until what is queued is cancelled."""
_NAMED = 3
"""How many of several tasks are named."""
_LONG = 300
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is done in every task: ``function(*objects, *task.args)``."""

    function: Callable[..., Any]
    """Of a module, so that a worker finds it by its name."""
    objects: tuple[bytes, ...] = ()
    """Pickles of what all tasks share; they travel once to a worker, which keeps the last few of them unpickled."""
    name: str = "task"
    """What it is called in messages."""


@dataclass(frozen=True, slots=True)
class Task:
    """One call of the job's function."""

    args: tuple[Any, ...]
    """Small: they travel with every try."""
    name: str
    """What it is called in messages: ``part 3 of 200``."""
    range: tuple[int, int] | None = None
    """The combinations that it is about, for who watches."""


class Event(NamedTuple):
    """Something that happened to a task."""

    kind: Literal["part", "lost", "retry", "object"]
    """Its result was taken; its worker was lost; it is handed out again; its objects travel with it."""
    task: Task
    place: str = ""
    """Where: ``HOST:PID``."""
    seconds: float = 0.0
    """How long it took there."""
    result: Any = None
    tries: int = 1
    """How often it was handed out, those for want of an object not counted."""
    why: str = ""


Report = Callable[[Event], None]
"""Called on the thread that called ``drive``."""


def drive(
    job: Job,
    tasks: Iterable[Task],
    take: Callable[[Task, Any], None],
    *,
    executor: ExecutorLike = None,
    retries: int = RETRIES,
    window: int | None = None,
    report: Report | None = None,
) -> None:
    """Run a job's tasks on an executor and take each result once, in the order in which they arrive.

    Parameters
    ----------
    job : Job
        What is run, and what its tasks share.
    tasks : iterable of Task
        Consumed when a task is handed out, so that a later one may depend on results taken before.
    take : callable
        Called with a task and its result on this thread. What it raises ends everything.
    executor : executor or str, optional
        See ``opened``; without one, tasks run here one after the other.
    retries : int
        How often a task is handed out again when its worker is lost.
    window : int, optional
        How many tasks are in flight; by default 4 for each worker, or 16.
    report : callable, optional
        Called with every `Event`.

    Raises
    ------
    SpecError
        For a bad argument, and where a worker runs another gigacost.
    ExecutorError
        Where the executor cannot be reached or takes no tasks, or a task was lost more often than ``retries``.
    Exception
        What a task raises. Whatever is raised here, KeyboardInterrupt too: no task is handed out any more, those that
        wait are cancelled, and those that run end where the workers are ours and are unheard elsewhere.
    """
    retries, most = _checked(retries, window)
    with opened(executor) as ready:
        if ready is None:
            _here(job, tasks, take, report or _unheard)
        else:
            _Dispatch(job, take, ready, retries, most, report or _unheard).run(tasks)


def _unheard(_: Event) -> None:
    """For who does not want to know."""


def _checked(retries: int, window: int | None) -> tuple[int, int | None]:
    given = {"retries": (0, retries), "window": (1, window)}
    faults = []
    for name, (least, value) in given.items():
        number = unboxed(value)
        whole = isinstance(number, int) and not isinstance(number, bool)
        if not (number is None and name == "window") and not (whole and number >= least):  # type: ignore[operator] # a whole number
            faults.append(Fault(name, show(value), "not a number of times", f"a whole number >= {least}"))
    if faults:
        raise SpecError(*faults)
    return retries, window


def _here(job: Job, tasks: Iterable[Task], take: Callable[[Task, Any], None], report: Report) -> None:
    """One task after the other, in this process."""
    addresses = [address(data) for data in job.objects]
    for task in tasks:
        start = time.perf_counter()
        result = job.function(*decoded(addresses, job.objects), *task.args)
        seconds = time.perf_counter() - start
        take(task, result)
        report(Event("part", task, identity.place(), seconds, result))


class _Flight:
    """A task that was handed out, or is to be handed out again."""

    __slots__ = ("bare", "carries", "data", "future", "lost", "task")

    def __init__(self, task: Task, data: bytes) -> None:
        self.task = task
        self.data = data
        self.future: Any = None
        self.carries = False
        self.bare = self.lost = 0


class _Dispatch:
    """The tasks of a job on an executor. Each result costs the same, however many tasks there are and are in flight."""

    def __init__(
        self,
        job: Job,
        take: Callable[[Task, Any], None],
        executor: Submitting,
        retries: int,
        window: int | None,
        report: Report,
    ) -> None:
        self.job = job
        self.take = take
        self.executor = executor
        self.retries = retries
        self.window = window or _PER_WORKER * (workers_of(executor) or 0) or _WINDOW
        self.report = report
        self.threads = threads_of(executor)
        self.digest = identity.digest()
        self.addresses = tuple(address(data) for data in job.objects)
        self.flying: set[_Flight] = set()
        self.again: deque[_Flight] = deque()
        self.suspects: deque[_Flight] = deque()
        """Those with one try left."""
        self.tested = False
        """Whether what is in flight is a suspect."""
        self.landed: SimpleQueue[_Flight] = SimpleQueue()
        self.calling = isinstance(executor, Executor)
        """Whether futures call when they are done; others are of jobs that begin anew, with nothing kept."""
        self.lacking: dict[str, None] = {}
        """Workers without the objects, to which nobody is on the way who has them."""
        self.carriers = 0
        """Tasks in flight that carry the objects."""
        self.signals: list[Callable[[], object]] = []
        """What came while nothing could be raised."""

    def run(self, tasks: Iterable[Task]) -> None:
        """Hand out all of them and take what they give."""
        left = iter(tasks)
        with noticed() as self.signals:
            try:
                while True:
                    self._fill(left)
                    if not self.flying:
                        return
                    self._land(self._awaited())
            except BaseException:
                self._cancel()
                raise

    def _fill(self, left: Iterator[Task]) -> None:
        """Hand out what there is room for; a last try alone, so that a worker lost with it was lost by it."""
        if self.suspects or self.tested:
            if not self.flying:
                self.tested = True
                self._submit(self.suspects.popleft())
            return
        while len(self.flying) < self.window and (flight := self._next(left)):
            self._submit(flight)

    def _next(self, left: Iterator[Task]) -> _Flight | None:
        if self.again:
            return self.again.popleft()
        task = next(left, None)
        if task is None:
            return None
        return _Flight(task, worker.packed(self.job.function, self.addresses, task.args, self.threads))

    def _submit(self, flight: _Flight) -> None:
        flight.carries = bool(self.addresses) and (
            not self.calling or flight.bare >= _BARE or len(self.lacking) > self.carriers
        )
        objects = self.job.objects if flight.carries else ()
        try:
            future = self.executor.submit(worker.run, self.digest, flight.data, *objects)
        except Exception as problem:
            raise self._broken(flight, problem) from problem
        flight.future = future
        self.flying.add(flight)
        if flight.carries:
            self.carriers += 1
            self.report(Event("object", flight.task, tries=flight.lost + 1))
        self.calling = hasattr(future, "add_done_callback")
        if self.calling:
            future.add_done_callback(lambda _: self.landed.put(flight))

    def _awaited(self) -> _Flight:
        """One whose future is done."""
        while True:
            if self.signals:
                self.signals.pop()()
            if not self.calling:
                for flight in self.flying:
                    if flight.future.done():
                        return flight
            try:
                return self.landed.get(timeout=_WAKE)
            except Empty:
                if getattr(self.executor, "gone", False):
                    raise ExecutorError("executor: its scheduler is gone") from None

    def _land(self, flight: _Flight) -> None:
        future, flight.future = flight.future, None  # they would hold each other
        self.flying.discard(flight)
        self.tested = False
        self.carriers -= flight.carries
        failure = _failure(future)
        if failure is not None:
            self._lost(flight, failure)
            return
        kind, place, *more = future.result()
        if kind == worker.LACKS:
            flight.bare += 1
            self.lacking[place] = None
            self._again(flight)
            return
        if place in self.lacking or (flight.carries and self.lacking):
            self.lacking.pop(place if place in self.lacking else next(iter(self.lacking)))
        if kind == worker.STRANGER:
            self._refuse(place, more)
        seconds, data = more
        value = pickle.loads(data)  # noqa: S301 - of a worker that runs the same code
        if kind == worker.RAISED:
            raise value
        self.take(flight.task, value)
        self.report(Event("part", flight.task, place, seconds, value, flight.lost + 1))

    def _lost(self, flight: _Flight, failure: BaseException) -> None:
        """Hand a task out again whose worker was lost, unless that happened too often."""
        flight.lost += 1
        why, task = _reason(failure), flight.task
        self.report(Event("lost", task, tries=flight.lost, why=why))
        for cause in (failure, failure.__cause__):
            if isinstance(cause, ImportError):
                what = f"a worker cannot run it: {_reason(cause)}"
                allowed = f"gigacost {identity.identity().version} wherever tasks run"
                raise SpecError(Fault("executor", "", what, allowed)) from failure
        if isinstance(failure, BrokenExecutor):
            raise self._broken(flight, failure) from failure
        if flight.lost > self.retries:
            times = "once" if flight.lost == 1 else f"{flight.lost} times, the last time"
            raise ExecutorError(f"{self.job.name}: {task.name} was lost {times}: {why}") from failure
        self.report(Event("retry", task, tries=flight.lost + 1))
        self._again(flight)

    def _again(self, flight: _Flight) -> None:
        """Put a task before those that were not handed out yet."""
        (self.suspects if 0 < flight.lost == self.retries else self.again).append(flight)

    def _broken(self, flight: _Flight, problem: BaseException) -> ExecutorError:
        """What says that an executor takes no more tasks, and which were out when that was found."""
        out = sorted({one.task.name for one in (flight, *self.flying)}, key=lambda name: (len(name), name))
        names = ", ".join(out[:_NAMED]) + (f" and {len(out) - _NAMED} more" if len(out) > _NAMED else "")
        return ExecutorError(f"executor: takes no more tasks, with {names} out: {_reason(problem)}")

    def _refuse(self, place: str, found: list[str]) -> None:
        ours, theirs = identity.identity(), identity.Identity(*found)
        what = f"the worker {escape(place)} runs another gigacost: {ours.differs(theirs)}"
        raise SpecError(Fault("executor", "", what, f"gigacost {ours.version} of the same build wherever tasks run"))

    def _cancel(self) -> None:
        """What waits is cancelled: by a thread, as a scheduler that is gone may never answer to it."""
        flights = list(self.flying)

        def cancel() -> None:
            for flight in flights:
                future = flight.future
                if future is not None:
                    future.cancel()

        thread = threading.Thread(target=cancel, daemon=True)
        thread.start()
        thread.join(_CANCELLED_WITHIN)


def _failure(future: Any) -> BaseException | None:  # noqa: ANN401 - any future
    """Why a task has no result: what it raises itself is one, so it was not run, or not to its end."""
    try:
        failure: BaseException | None = future.exception()
    except CancelledError as cancelled:
        return cancelled
    return failure


def _reason(failure: BaseException) -> str:
    said = " ".join(str(failure).split())
    if isinstance(failure, worker.WorkerLost):
        return said
    name = type(failure).__name__
    return escape(f"{name}: {said}" if said else name, quotes="", shown=_LONG)
