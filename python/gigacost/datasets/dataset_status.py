"""How far a dataset is."""

from __future__ import annotations

import os
from dataclasses import dataclass

from gigacost._record import Record
from gigacost.datasets.manifest import Entry, read_manifest
from gigacost.datasets.opening import opened
from gigacost.datasets.plan import MANIFEST, PLAN, RECORDS, Plan, read_plan
from gigacost.datasets.record import read_record, record_name, recorded_part
from gigacost.datasets.store import Store, ahead
from gigacost.display.shown import Shown
from gigacost.errors import Fault, SpecError, show


@dataclass(frozen=True, slots=True)
class DatasetStatus(Shown, Record):
    """How far a dataset is, by its records; no file is read for it."""

    complete: bool
    """Whether its manifest is there, which comes last."""
    parts: int
    """How many there are; of an unfinished dataset with a condition and a limit, how many there may be."""
    done: int
    missing: int
    rows: int
    """Of the parts that are done."""
    bytes: int


def dataset_status(path: str | os.PathLike[str]) -> DatasetStatus:
    """How far a dataset is, by its records; none of its files is read.

    Parameters
    ----------
    path : path or URL
        A folder, or ``s3://BUCKET/PREFIX/``.

    Returns
    -------
    DatasetStatus
        ``complete``, and how many ``parts`` there are, are ``done`` and ``missing``, with their ``rows`` and ``bytes``.

    Raises
    ------
    SpecError
        Where there is no dataset.
    """
    store = opened(path)
    plan = plan_of(store)
    parts = read_manifest(store.read(MANIFEST), plan)
    complete = parts is not None
    if parts is None:
        found = ahead(lambda number: read_record(store.read(record_name(number)), plan, number), recorded(store, plan))
        parts = [Entry.of(record) for record in found if record]
    total = len(parts) if complete else plan.parts
    rows, size = sum(entry.rows for entry in parts), sum(entry.bytes for entry in parts)
    return DatasetStatus(complete, total, len(parts), total - len(parts), rows, size)


def plan_of(store: Store) -> Plan:
    """The plan of the dataset in a store. Raises SpecError where there is none."""
    data = store.read(PLAN)
    if data is None:
        what = f"holds no dataset: there is no {PLAN}"
        raise SpecError(Fault("path", show(store.shown), what, "what gigacost sweep -o DIR/ has written"))
    return read_plan(data, store.shown)


def recorded(store: Store, plan: Plan) -> list[int]:
    """The numbers of the parts that have a record, whatever it says."""
    numbers = map(recorded_part, store.names(RECORDS))
    return sorted(number for number in numbers if number is not None and number < plan.parts)
