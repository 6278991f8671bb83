"""A part of a dataset that is done: its file, and the record of it."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from typing import TypeAlias

from gigacost.datasets import canonical
from gigacost.datasets.opening import opened
from gigacost.datasets.plan import PLAN, RECORDS, Plan
from gigacost.datasets.store import Store, Stored
from gigacost.errors import Fault, OutputError, SpecError
from gigacost.queries.export import Progress
from gigacost.queries.space import Space

Bytes: TypeAlias = bytes  # the record has a field of this name


@dataclass(frozen=True, slots=True)
class PartRecord:
    """What ``_gigacost/parts/NNNNNN.json`` says of a part."""

    part: int
    path: str
    range: tuple[int, int]
    rows: int
    bytes: int
    sha256: str
    plan_sha256: str

    @property
    def data(self) -> Bytes:
        """The file's content."""
        return canonical.as_json(asdict(self))

    @property
    def stored(self) -> Stored:
        """What the part's file holds."""
        return Stored(self.bytes, self.sha256)


def record_name(number: int) -> str:
    """The name of a part's record."""
    return f"{RECORDS}/{number:06}.json"


def recorded_part(name: str) -> int | None:
    """The part whose record has this name; None where it is no record's."""
    stem = name.removeprefix(f"{RECORDS}/").removesuffix(".json")
    return int(stem) if stem.isdigit() and record_name(int(stem)) == name else None


def read_record(data: bytes | None, plan: Plan, number: int) -> PartRecord | None:
    """The record of a part of this plan; None for anything else: none, cut short, edited, of another plan."""
    content = canonical.from_json(data) if data else None
    try:
        found = PartRecord(**content) if content else None
    except TypeError:
        return None
    if found is None or not all(type(value) is int and value >= 0 for value in (found.rows, found.bytes)):
        return None
    told = (found.part, found.path, tuple(found.range), found.plan_sha256)
    meant = (number, plan.file(number), plan.cut.range(number), plan.sha256)
    return found if told == meant and isinstance(found.sha256, str) else None


def write_part(
    space: Space,
    plan: Plan,
    location: str,
    number: int,
    limit: int | None,
    threads: int | None,
    progress: Progress | None = None,
) -> bytes:
    """Write a part and its record, in whatever process; what the record says.

    Raises SpecError where the dataset's plan is not to be seen from here, OutputError where the record that is there
    already says that the part is something else.
    """
    store = opened(location)
    if store.read(PLAN) != plan.data:
        what = f"the plan of this run is not there, seen from {platform.node()}: no such folder is shared"
        raise SpecError(Fault(f"{store.shown}{PLAN}", "", what, "a folder that every worker sees under this name"))
    rows = plan.rows(space, number)

    def write(path: str) -> int:
        return rows.write(path, threads=threads, limit=limit, csv_safe=plan.csv_safe, progress=progress)

    count, found = store.put(plan.file(number), write)
    record = PartRecord(number, plan.file(number), plan.cut.range(number), count, *found, plan.sha256)
    _put_record(store, plan, record)
    return record.data


def _put_record(store: Store, plan: Plan, record: PartRecord) -> None:
    """Put a record where there is none, or none of this plan; one with other figures is a contradiction."""
    name = record_name(record.part)
    if store.create(name, record.data):
        return
    there = store.read(name)
    if there == record.data:
        return  # ours: the answer to a first try was lost, or another run was as far
    if read_record(there, plan, record.part) is not None:
        what = "says that the part is something else than what was computed again"
        raise OutputError(f"{store.shown}{name}: {what}; remove this record if it was edited")
    store.replace(name, record.data)


def kept_part(store: Store, plan: Plan, number: int) -> PartRecord | None:
    """The record of a part that is done and whole; None for one to be computed."""
    record = read_record(store.read(record_name(number)), plan, number)
    return record if record and store.holds(record.path) == record.stored else None
