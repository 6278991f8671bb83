"""Writing a space as a dataset, resumed where a former run was stopped."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gigacost._record import Record
from gigacost.datasets.manifest import Entry, manifest
from gigacost.datasets.opening import opened
from gigacost.datasets.partitions import MOST
from gigacost.datasets.plan import MANIFEST, OWN, PLAN, RECORDS, ROWS_PER_PART, Plan, planned, read_plan
from gigacost.datasets.record import PartRecord, kept_part, read_record, record_name, write_part
from gigacost.datasets.store import Store, ahead
from gigacost.display.shown import Shown
from gigacost.distribute.driver import RETRIES, Job, Report, Task, drive
from gigacost.errors import Fault, OutputError, SpecError, escape, show
from gigacost.queries import arguments
from gigacost.queries.export import Progress
from gigacost.queries.space import Space

if TYPE_CHECKING:
    from gigacost.distribute.executors import ExecutorLike

_TOLD = {
    "gigacost_version": "version",
    "model_sha256": "model",
    "catalog_sha256": "prices",
    "spec": "specification",
    "where": "condition",
    "limit": "limit",
    "columns": "columns",
    "partition_by": "partitions",
    "part_format": "form of parts",
    "cut": "parts",
}
"""What two plans may differ in, as it is told."""


@dataclass(frozen=True, slots=True)
class WrittenDataset(Shown, Record):
    """A dataset: complete, or as far as a share of it goes."""

    parts: int
    computed: int
    """Parts of this run."""
    reused: int
    """Parts of former runs, whose digests were right."""
    rows: int
    bytes: int
    """Of the parts."""
    manifest_sha256: str | None
    """None where parts are missing, which others write."""


def write_dataset(
    sweep: Space,
    path: str | os.PathLike[str],
    *,
    rows_per_part: int = ROWS_PER_PART,
    partition_by: Iterable[str] = (),
    max_partitions: int = MOST,
    part_format: str = "parquet",
    csv_safe: bool = True,
    resume: bool = False,
    limit: int | None = None,
    part: tuple[int, int] | None = None,
    executor: ExecutorLike = None,
    retries: int = RETRIES,
    threads: int | None = None,
    progress: Progress | None = None,
    report: Report | None = None,
) -> WrittenDataset:
    """Write the rows of a sweep as a dataset: a folder, or a prefix of a bucket, of part files.

    Parameters
    ----------
    sweep : Sweep
        What to write; its ``where`` and ``columns`` hold.
    path : path or URL
        A folder that is new or empty, or ``s3://BUCKET/PREFIX/``.
    rows_per_part : int
        Most combinations of a part.
    partition_by : sequence of str
        Axes of labels or whole numbers whose values become folders, ``axis=value``.
    max_partitions : int
        Most folders of these.
    part_format : str
        ``parquet`` or ``csv.gz``.
    csv_safe : bool
        Whether labels that a spreadsheet would run as formulas are quoted, in CSV.
    resume : bool
        Go on with a dataset that is there: parts whose digests are right are not computed again. Where there is none
        it is begun.
    limit : int, optional
        Write at most so many rows, the first.
    part : (int, int), optional
        Write share K of N only (from 1 on) of a dataset that N processes write together, each with ``resume``. Who
        comes last puts the manifest.
    executor : Executor or str, optional
        Where parts are computed; by default here, one after the other.
    retries : int
        How often a part is computed again whose worker is lost.
    threads : int, optional
        Number of threads of each worker; by default all CPUs.
    progress : callable, optional
        Called with the number of combinations done so far.
    report : callable, optional
        Called with every event of an executor's workers.

    Returns
    -------
    WrittenDataset
        ``parts``, of which ``computed`` in this run and ``reused``; ``rows``, ``bytes``, ``manifest_sha256``.

    Raises
    ------
    SpecError
        For a bad argument, or another dataset in the folder: then nothing was touched.
    OutputError
        Where something cannot be written; what is whole stays, for ``resume``.
    """
    plan, space = planned(
        sweep,
        rows_per_part=rows_per_part,
        partition_by=partition_by,
        max_partitions=max_partitions,
        part_format=part_format,
        csv_safe=csv_safe,
        limit=limit,
    )
    space.part(0, 0).batches(threads=threads)  # what is wrong with the question is said before a folder is made
    store = opened(path)
    share = None if part is None else arguments.part(part)
    if share and plan.one_by_one:
        what = "with a condition and a limit parts are written one after the other"
        raise SpecError(Fault("part", show(part), what, "no limit, or no condition"))
    begun = is_begun(store, plan, resume=resume or share is not None)
    if sweep.spec.strict and not begun:
        sweep.doubts(threads=threads)
    run = _Run(store, plan, space, share or (1, 1), threads, progress)
    return run.run(executor, retries, report, partial(_begin, store, plan, begun=begun, resume=resume))


def is_begun(store: Store, plan: Plan, *, resume: bool) -> bool:
    """Whether a dataset is there to go on with. Raises SpecError for another one, or other files; touches nothing."""
    there = store.read(PLAN)
    if there is None:
        other = store.other(OWN)
        if other is not None:
            what = f"holds no dataset, and other files: {show(other)}"
            raise SpecError(Fault("path", show(store.shown), what, "a new folder, or an empty one"))
        return False
    if there != plan.data:
        raise SpecError(_another(store, there, plan))
    if not resume:
        allowed = "--resume (resume=True), which goes on with it; another folder"
        raise SpecError(Fault("path", show(store.shown), "holds this dataset", allowed))
    return True


def _begin(store: Store, plan: Plan, *, begun: bool, resume: bool) -> None:
    """Put the plan, unless it is there, and sweep up after dead runs. Raises SpecError where another was faster."""
    store.prepare(["", RECORDS, *plan.folders()])
    if resume:
        ours = {name.rpartition("/")[2] for name in (PLAN, MANIFEST)}
        store.sweep(["", OWN, RECORDS, *plan.folders()], lambda name: name in ours or _is_of_a_part(name, plan))
    if not begun and not store.create(PLAN, plan.data):
        there = store.read(PLAN) or b""
        if there != plan.data:
            raise SpecError(_another(store, there, plan))


def _another(store: Store, there: bytes, plan: Plan) -> Fault:
    """What to tell who would write into another dataset: both identities, and what differs."""
    other = read_plan(there, store.shown)
    theirs, ours = (one.to_dict() | dict(one.meta) for one in (other, plan))
    differs = [name for name in _TOLD if theirs.get(name) != ours.get(name)]
    what = f"holds another dataset, {other.sha256[:16]}; this one is {plan.sha256[:16]}"
    told = f" (other {', '.join(_TOLD[name] for name in differs)})" if differs else ""
    version = other.meta.get("gigacost_version", "")
    made = f", made by gigacost {escape(str(version))}" if version != plan.meta["gigacost_version"] else ""
    return Fault("path", show(store.shown), what + told + made, "another folder")


def _is_of_a_part(name: str, plan: Plan) -> bool:
    stem = name.removeprefix("part-").removesuffix(f".{plan.part_format}")
    return stem.isdigit() or (name.endswith(".json") and name.removesuffix(".json").isdigit())


class _Run:
    """One run: what is there is looked through, what is missing computed, the manifest put."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        space: Space,
        share: tuple[int, int],
        threads: int | None,
        progress: Progress | None,
    ) -> None:
        self._store, self._plan, self._space = store, plan, space
        number, count = share
        self._numbers = range(plan.parts * (number - 1) // count, plan.parts * number // count)
        self._threads, self._progress = threads, progress
        self._done: dict[int, Entry] = {}
        self._computed = self._combinations = self._rows = 0

    def run(
        self, executor: ExecutorLike, retries: int, report: Report | None, begin: Callable[[], None]
    ) -> WrittenDataset:
        """Everything that is missing. ``begin`` is called when the executor asks for its first task: it is there."""
        plan, given = self._plan, (self._space, self._plan, self._store.location)

        def take(task: Task, data: bytes) -> None:
            number = task.args[0]
            record = read_record(data, plan, number)
            if record is None or (executor is not None and self._store.read(record_name(number)) != data):
                what = "what a worker has written is not seen from here: no such folder is shared"
                raise OutputError(f"{self._store.shown}{record_name(number)}: {what}")
            self._computed += 1
            self._take(record)

        def tasks() -> Iterator[Task]:
            begin()
            yield from self._tasks()

        def within(done: int) -> None:
            self._report(self._combinations + done)

        write: Callable[..., bytes] = partial(write_part, progress=within)
        if executor is None:  # nothing is pickled: models of functions that have no place are costed here
            for task in tasks():
                take(task, write(*given, *task.args))
        else:
            job = Job(write_part, tuple(map(pickle.dumps, given)), "sweep")
            window = 1 if plan.one_by_one else None
            drive(job, tasks(), take, executor=executor, retries=retries, window=window, report=report)
        return self._finished()

    def _tasks(self) -> Iterator[Task]:
        """The parts to be computed; those that are there are taken on the way."""
        if not self._plan.one_by_one:
            for number, record in zip(self._numbers, ahead(self._kept, self._numbers), strict=True):
                if record is None:
                    yield self._task(number, None)
                else:
                    self._take(record)
            return
        for number in range(self._plan.parts):
            left = (self._plan.limit or 0) - self._rows
            if number and not left:
                return
            record = self._kept(number)
            if record is None or record.rows > left:
                yield self._task(number, left)
            else:
                self._take(record)

    def _task(self, number: int, limit: int | None) -> Task:
        return Task((number, limit, self._threads), self._plan.file(number), self._plan.cut.range(number))

    def _kept(self, number: int) -> PartRecord | None:
        return kept_part(self._store, self._plan, number)

    def _take(self, record: PartRecord) -> None:
        self._done[record.part] = Entry.of(record)
        self._rows += record.rows
        start, end = record.range
        self._combinations += end - start
        self._report(self._combinations)

    def _report(self, combinations: int) -> None:
        if self._progress is not None:
            self._progress(combinations)

    def _finished(self) -> WrittenDataset:
        """The dataset with its manifest, which is put last: by who finds that no part is missing any more."""
        own, size = len(self._done), sum(entry.bytes for entry in self._done.values())
        digest = None
        if self._plan.one_by_one or self._others():
            data = manifest(self._plan, [self._done[number] for number in sorted(self._done)])
            if not self._store.create(MANIFEST, data) and self._store.read(MANIFEST) != data:
                self._store.replace(MANIFEST, data)  # cut short or edited: the parts are what it is made of
            digest = hashlib.sha256(data).hexdigest()
        return WrittenDataset(own, self._computed, own - self._computed, self._rows, size, digest)

    def _others(self) -> bool:
        """Whether all parts are there; those of others are taken as they are recorded."""
        for number in range(self._plan.parts):
            if number not in self._done:
                record = read_record(self._store.read(record_name(number)), self._plan, number)
                if record is None:
                    return False
                self._done[number] = Entry.of(record)
        return True
