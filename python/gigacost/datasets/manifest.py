"""``_gigacost/manifest.json``: every part with rows, bytes and digest. It comes last: with it a dataset is complete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gigacost.datasets import canonical
from gigacost.datasets.plan import Plan
from gigacost.datasets.record import PartRecord
from gigacost.datasets.store import Stored


class Entry(NamedTuple):
    """What the manifest says of a part."""

    rows: int
    bytes: int
    sha256: str

    @classmethod
    def of(cls, record: PartRecord) -> Entry:
        """What it says of a part with this record."""
        return cls(record.rows, record.bytes, record.sha256)

    @property
    def stored(self) -> Stored:
        """What the part's file holds."""
        return Stored(self.bytes, self.sha256)


def manifest(plan: Plan, parts: Sequence[Entry]) -> bytes:
    """The manifest of all parts, in their order."""
    return canonical.as_json({
        "plan_sha256": plan.sha256,
        "parts": [{"path": plan.file(number), **entry._asdict()} for number, entry in enumerate(parts)],
        "rows": sum(entry.rows for entry in parts),
        "bytes": sum(entry.bytes for entry in parts),
    })  # fmt: skip


def read_manifest(data: bytes | None, plan: Plan) -> list[Entry] | None:
    """The parts of this plan's manifest; None for anything else: none, cut short, of another plan, in contradiction."""
    content = canonical.from_json(data) if data else None
    try:
        parts = [Entry(*(one[name] for name in Entry._fields)) for one in content["parts"]] if content else []
        return parts if content and len(parts) <= plan.parts and manifest(plan, parts) == data else None
    except (KeyError, TypeError, ValueError):
        return None
