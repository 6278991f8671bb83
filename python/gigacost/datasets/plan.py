"""What a dataset is: ``_gigacost/plan.json``, whose digest is its identity."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gigacost.datasets import canonical
from gigacost.datasets.cut import Cut, cut
from gigacost.datasets.partitions import MOST, folder, partitioned
from gigacost.errors import Fault, SpecError, show
from gigacost.queries import arguments
from gigacost.queries.export import Part
from gigacost.queries.space import Space

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.model import Model

FORMAT = 1
"""The version of the layout on disk."""
OWN = "_gigacost"
"""The folder of what is ours and no data."""
PLAN, MANIFEST, RECORDS = f"{OWN}/plan.json", f"{OWN}/manifest.json", f"{OWN}/parts"
FORMATS = ("parquet", "csv.gz")
ROWS_PER_PART = 1 << 22
"""Four groups of rows of a Parquet file: seconds of work, which is what a crash costs, in files of 10 to 300 MB, which
readers and stores like."""
MOST_PARTS = 1_000_000
"""How many parts a dataset has at most: their numbers have six digits."""


@dataclass(frozen=True)
class Plan:
    """What a dataset is. Plain data; where it lies is no part of it."""

    spec: Mapping[str, Any]
    """The specification, as ``canonical.document`` has it."""
    meta: Mapping[str, str]
    """What its figures can be rebuilt from: version and hashes."""
    columns: tuple[str, ...]
    """Those of each file."""
    part_format: str
    csv_safe: bool
    """Whether labels that a spreadsheet would run are quoted, in CSV."""
    partition_by: tuple[str, ...]
    limit: int | None
    where: str
    cut: Cut

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the file has it."""
        return {
            "format": FORMAT,
            "spec": self.spec,
            "meta": dict(self.meta),
            "columns": list(self.columns),
            "part_format": self.part_format,
            "partition_by": list(self.partition_by),
            "limit": self.limit,
            "where": self.where,
            "cut": self.cut.to_dict(),
            "parts": self.parts,
        } | ({"csv_safe": self.csv_safe} if self.part_format == "csv.gz" else {})

    @cached_property
    def data(self) -> bytes:
        """The file's content."""
        return canonical.as_json(self.to_dict())

    @cached_property
    def sha256(self) -> str:
        """The dataset's identity."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def parts(self) -> int:
        """How many parts there are, or at most are."""
        return self.cut.parts

    @property
    def one_by_one(self) -> bool:
        """Whether how much a part may hold depends on those before it."""
        return self.limit is not None and bool(self.where)

    @cached_property
    def _partitions(self) -> list[tuple[str, list[Any]]]:
        axes = dict(self.spec.get("axes", ()))
        return [(name, axes[name]) for name in self.partition_by]

    @cached_property
    def _partition(self) -> int:
        """How many combinations a partition has."""
        sizes = [len(axis["zip"][0][1]) if isinstance(axis, Mapping) else len(axis) for _, axis in self.spec["axes"]]
        return math.prod(sizes) // math.prod(len(values) for _, values in self._partitions)

    def file(self, number: int) -> str:
        """The name of a part's file."""
        folders, partition = [], self.cut.range(number)[0] // self._partition if self.partition_by else 0
        for name, values in reversed(self._partitions):
            partition, digit = divmod(partition, len(values))
            folders.append(folder(name, values[digit]))
        return "/".join([*reversed(folders), f"part-{number:06}.{self.part_format}"])

    def folders(self) -> list[str]:
        """The folders of all partitions; the dataset's own without any."""
        found = [""]
        for name, values in self._partitions:
            found = [f"{outer}{folder(name, value)}/" for outer in found for value in values]
        return [name.rstrip("/") for name in found]

    def rows(self, space: Space, number: int) -> Part:
        """A part's rows of the space of this plan, without what its folder says."""
        return space.part(*self.cut.range(number)).without(self.partition_by)

    def space(self, model: Model, catalog: Catalog) -> Space:
        """The space, made of the plan alone. Raises SpecError where this is another version, model or catalogue."""
        from gigacost.compiler.checks import namespace
        from gigacost.spec.reader import read_mapping

        own = read_mapping(canonical.tree_of(self.spec), namespace(model, catalog))
        space = Space(own, model, catalog)
        faults = [_differs(key, value, space.meta.get(key, "")) for key, value in self.meta.items()]
        if any(faults):
            raise SpecError(*(fault for fault in faults if fault))
        return _outermost(space, self.partition_by, math.inf)


def _differs(key: str, made: str, here: str) -> Fault | None:
    """What differs between what made the dataset and what is here."""
    if made == here:
        return None
    hints = {
        "gigacost_version": f"gigacost {made}",
        "model_sha256": "the model that made it, by model= in Python",
        "catalog_sha256": "the price book that made it, by --catalog or catalog=",
    }
    return Fault(key, show(here[:16]), f"the dataset was made with {show(made[:16])}", hints.get(key, ""))


def planned(
    space: Space,
    *,
    rows_per_part: int = ROWS_PER_PART,
    partition_by: Iterable[str] = (),
    max_partitions: int = MOST,
    part_format: str = "parquet",
    csv_safe: bool = True,
    limit: int | None = None,
) -> tuple[Plan, Space]:
    """The plan of a dataset, and the space that its parts are ranges of. Raises SpecError."""
    most = arguments.limit(limit)
    names = arguments.listed("partition_by", partition_by)
    if part_format not in FORMATS:
        raise SpecError(Fault("part_format", show(part_format), "unknown kind of file", ", ".join(FORMATS)))
    for field, number in (("rows_per_part", rows_per_part), ("max_partitions", max_partitions)):
        arguments.at_least_one(field, number)
    parted = _outermost(space, names, max_partitions)
    where = space.spec.where.text if space.spec.where else ""
    ranges = _cut(space, parted, names, rows_per_part, most)
    if ranges.parts > MOST_PARTS:
        allowed = f"at most {MOST_PARTS:,}: more rows for each part, fewer partitions"
        raise SpecError(Fault("rows_per_part", show(rows_per_part), f"{ranges.parts:,} parts", allowed))
    columns = tuple(name for name in space.column_names if name not in names)
    written = canonical.document(space.bound.own)
    return Plan(written, space.meta, columns, part_format, csv_safe, names, most, where, ranges), parted


def part_count(
    space: Space,
    *,
    rows_per_part: int = ROWS_PER_PART,
    partition_by: Iterable[str] = (),
    max_partitions: int = MOST,
    limit: int | None = None,
) -> int:
    """How many parts a dataset would have, even if they are too many. Raises SpecError."""
    names = arguments.listed("partition_by", partition_by)
    most = arguments.limit(limit)
    return _cut(space, _outermost(space, names, max_partitions), names, rows_per_part, most).parts


def _cut(space: Space, parted: Space, names: Sequence[str], rows_per_part: int, limit: int | None) -> Cut:
    size = space.size if limit is None or space.spec.where else min(space.size, limit)
    return cut([len(axis) for axis in parted.spec.axes][len(names) :], size, rows_per_part)


def _outermost(space: Space, names: Iterable[str], most: float) -> Space:
    """The space with some axes outermost; what is doubtful about it is said once, not of each part."""
    own = replace(partitioned(space.bound.own, names, most), strict=False)
    return Space(own, space.model, space.bound.catalog)


def read_plan(data: bytes, where: str) -> Plan:
    """The plan in a file. Raises SpecError, naming ``where``, for what is none."""
    content = canonical.from_json(data)
    try:
        content = content or {}
        plan = Plan(
            content["spec"],
            content["meta"],
            tuple(content["columns"]),
            content["part_format"],
            content.get("csv_safe", True),
            tuple(content["partition_by"]),
            content["limit"],
            content["where"],
            Cut(**content["cut"]),
        )
        plan.file(plan.parts - 1)
        plain = all(type(number) is int and number >= 0 for number in content["cut"].values())
        named = plan.part_format in FORMATS and all(name.isidentifier() for name in plan.partition_by)
        intact = plain and named and plan.data == data  # names lead nowhere else, and its form is ours
    except (AttributeError, ArithmeticError, IndexError, KeyError, TypeError, ValueError):
        intact = False
    if not intact:
        what = "damaged: cut short, edited, or of another version"
        raise SpecError(Fault(f"{where}{PLAN}", "", what, "a dataset's plan; write the dataset anew, elsewhere"))
    return plan
