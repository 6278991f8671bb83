"""Whether a dataset is what its plan says: digests, and parts computed again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigacost._record import Record
from gigacost.catalog.opening import opened as opened_catalog
from gigacost.datasets.dataset_status import plan_of, recorded
from gigacost.datasets.manifest import Entry, read_manifest
from gigacost.datasets.opening import opened
from gigacost.datasets.plan import MANIFEST, OWN, PLAN, Plan
from gigacost.datasets.record import read_record, record_name, recorded_part
from gigacost.datasets.store import Store, Stored, ahead, stored
from gigacost.display.shown import Shown
from gigacost.model import default as default_model
from gigacost.queries import arguments
from gigacost.queries.export import Progress

if TYPE_CHECKING:
    from gigacost.graph.model import Model
    from gigacost.queries.request import CatalogLike
    from gigacost.queries.space import Space


@dataclass(frozen=True, slots=True)
class DatasetFault(Record):
    """One thing wrong with a dataset."""

    part: int | None
    """None where it is no part's."""
    fault: str


@dataclass(frozen=True, slots=True)
class DatasetVerification(Shown, Record):
    """Whether a dataset is what its plan says."""

    ok: bool
    parts: int
    recomputed: int
    """How many parts were computed again and compared."""
    faults: tuple[DatasetFault, ...]


def verify_dataset(
    path: str | os.PathLike[str],
    *,
    sample: int = 0,
    model: Model | None = None,
    catalog: CatalogLike = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DatasetVerification:
    """Whether the dataset at a path is complete and what its plan says it is.

    Parameters
    ----------
    path : path or URL
        A folder, or ``s3://BUCKET/PREFIX/``.
    sample : int
        How many parts, spread over the dataset, are computed again and compared byte by byte; 0 for digests alone.
    model, catalog
        What the dataset was made with, where that is not the default: neither functions nor private prices are stored
        in a dataset. Needed only for ``sample``.
    threads : int, optional
        Number of threads; by default all CPUs.
    progress : callable, optional
        Called with the number of combinations whose parts were looked at so far.

    Returns
    -------
    DatasetVerification
        ``ok``, ``parts``, ``recomputed``, and every one of the ``faults``.

    Raises
    ------
    SpecError
        Where there is no dataset; with ``sample``, where this is another version, model or catalogue than made it.
    """
    count = arguments.limit(sample) or 0
    store = opened(path)
    plan = plan_of(store)
    space = plan.space(model or default_model(), opened_catalog(catalog)) if count else None
    return _Verification(store, plan, space, threads, progress).run(count)


class _Verification:
    def __init__(
        self, store: Store, plan: Plan, space: Space | None, threads: int | None, progress: Progress | None
    ) -> None:
        self._store, self._plan, self._space = store, plan, space
        self._threads, self._progress = threads, progress

    def run(self, sample: int) -> DatasetVerification:
        """All faults, those of the whole first."""
        parts = read_manifest(self._store.read(MANIFEST), self._plan)
        numbers = range(len(parts)) if parts is not None else recorded(self._store, self._plan)
        faults = [] if parts is not None else [DatasetFault(None, self._unfinished(len(numbers)))]
        entries: dict[int, Entry] = {}
        seen = 0
        for number, (entry, wrong) in zip(numbers, ahead(lambda n: self._part(n, parts), numbers), strict=True):
            faults += [DatasetFault(number, fault) for fault in wrong]
            if entry is not None:
                entries[number] = entry
            start, end = self._plan.cut.range(number)
            seen += end - start
            if self._progress is not None:
                self._progress(seen)
        faults += self._extra(set(numbers))
        faults += self._too_few(parts)
        chosen = _spread(list(numbers), sample)
        recomputed = [DatasetFault(number, fault) for number in chosen for fault in self._again(number, entries)]
        found = tuple(dict.fromkeys([*faults, *recomputed]))
        return DatasetVerification(not found, len(numbers), len(chosen), found)

    def _unfinished(self, done: int) -> str:
        if self._store.read(MANIFEST) is None:
            return f"unfinished: there is no {MANIFEST}, and {done:,} of {self._plan.parts:,} parts are recorded"
        return f"{MANIFEST} is damaged: cut short, edited, or of another dataset"

    def _part(self, number: int, parts: Sequence[Entry] | None) -> tuple[Entry | None, list[str]]:
        """What should be in a part, and what is wrong with it."""
        data = self._store.read(record_name(number))
        record = read_record(data, self._plan, number)
        wrong = []
        if data is None:
            wrong.append(f"{record_name(number)} is missing")
        elif record is None:
            wrong.append(f"{record_name(number)} is damaged, or of another dataset")
        entry = Entry.of(record) if record else None
        if parts is not None:
            if entry is not None and entry != parts[number]:
                wrong.append(f"{record_name(number)} and {MANIFEST} contradict each other")
            entry = parts[number]
        name = self._plan.file(number)
        held = self._store.holds(name)
        if held is None:
            wrong.append(f"{name} is missing")
        elif entry is not None and held != entry.stored:
            wrong.append(f"{name} is not what was written: {_difference(held, entry.stored, parts or ())}")
        return entry, wrong

    def _extra(self, numbers: set[int]) -> Iterator[DatasetFault]:
        """Files that readers would take for parts, and records of parts that there are not."""
        files = {self._plan.file(number) for number in numbers}
        for name in self._store.names():
            if name.startswith(f"{OWN}/"):
                if name not in {PLAN, MANIFEST} and recorded_part(name) not in numbers:
                    yield DatasetFault(None, f"{name} is no record of this dataset")
            elif name.endswith(f".{self._plan.part_format}") and name not in files:
                stem = name.rpartition("/")[2].removeprefix("part-").removesuffix(f".{self._plan.part_format}")
                number = int(stem) if stem.isdigit() and int(stem) < self._plan.parts else None
                if number is not None and self._plan.file(number) == name:
                    yield DatasetFault(number, f"{name} has no record")
                else:
                    yield DatasetFault(None, f"{name} is no part of this dataset")

    def _too_few(self, parts: Sequence[Entry] | None) -> list[DatasetFault]:
        """Whether the manifest ends before the dataset does."""
        if parts is None or len(parts) == self._plan.parts:
            return []
        if self._plan.one_by_one and sum(entry.rows for entry in parts) == self._plan.limit:
            return []
        return [DatasetFault(None, f"{MANIFEST} has {len(parts):,} of {self._plan.parts:,} parts")]

    def _again(self, number: int, entries: Mapping[int, Entry]) -> Iterator[str]:
        """What differs where a part is computed again."""
        limit = None
        if self._plan.one_by_one:
            if any(earlier not in entries for earlier in range(number)):
                yield "cannot be computed again: how many rows stand before it is not known"
                return
            limit = max((self._plan.limit or 0) - sum(entries[earlier].rows for earlier in range(number)), 0)
        name = self._plan.file(number)
        with tempfile.TemporaryDirectory(prefix="gigacost-") as folder:
            path = os.path.join(folder, name.rpartition("/")[2])  # noqa: PTH118 - importing pathlib takes 5 ms
            assert self._space is not None  # noqa: S101 - made where parts are to be computed again
            rows = self._plan.rows(self._space, number)
            count = rows.write(path, threads=self._threads, limit=limit, csv_safe=self._plan.csv_safe)
            with open(path, "rb") as file:  # noqa: PTH123 - as above
                again = stored(file)
        held = self._store.holds(name)
        if held is not None and held != again:
            yield f"{name} is not what is computed: {_difference(held, again, ())}"
        if number in entries and entries[number] != (count, *again):
            yield f"{record_name(number)} or {MANIFEST} is not what is computed"


def _difference(held: Stored, meant: Stored, parts: Sequence[Entry]) -> str:
    other = next((number for number, entry in enumerate(parts) if entry.stored == held), None)
    if other is not None:
        return f"it is part {other}"
    if held.bytes != meant.bytes:
        return f"{held.bytes:,} bytes, not {meant.bytes:,}"
    return f"its SHA-256 is {held.sha256[:16]}, not {meant.sha256[:16]}"


def _spread(numbers: list[int], count: int) -> list[int]:
    """Some of the parts, evenly over all of them."""
    count = min(count, len(numbers))
    return [numbers[(2 * i + 1) * len(numbers) // (2 * count)] for i in range(count)]
