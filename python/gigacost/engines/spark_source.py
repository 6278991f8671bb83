"""The data source that Spark reads sweeps through."""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import datasource as source
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

from gigacost._cache import LruCache
from gigacost.engines.pushdown import EVERYWHERE, OPPOSITE, Columns, Condition, both, pieces
from gigacost.engines.spark_options import Options
from gigacost.queries.export import Part, Tabular
from gigacost.queries.selection import selected
from gigacost.queries.space import Space

_LOG = logging.getLogger("gigacost.spark")
_TYPES = {"integer": LongType, "number": DoubleType, "label": StringType}
_VALUES = {"integer": int, "number": float, "label": str}
"""What a column is compared with. Sail hands over a comparison of a cast column without the cast: then it is other."""
_COMPARISONS: Mapping[type[source.Filter], str] = {
    source.EqualTo: "==",
    source.GreaterThan: ">",
    source.GreaterThanOrEqual: ">=",
    source.LessThan: "<",
    source.LessThanOrEqual: "<=",
}
_OF_A_FLOAT = 2.0**-23, 2.0**-149
"""How far numbers are apart that are one 32-bit float: of their size, and at least."""
_PER_PART = 1_000_000
_MOST_PARTS = 1000
"""Combinations of a part, and parts, where nobody says how many there are."""
_SPACES = LruCache(4)
"""What the last partitions were of, by the hash of its bytes: compiled once for all of them."""
PARTIAL = "partial"
"""The column of partial answers."""
_PARTIALS = 16
"""How many of them there are, where nobody says."""
Range = tuple[int, int]


class SweepSource(source.DataSource):
    """A sweep, or the best of its combinations."""

    @classmethod
    def name(cls) -> str:
        """What it is called in ``format``."""
        return "gigacost"

    def schema(self) -> StructType:
        """The columns: axes, status, quantities; first the index of those that are the best."""
        options = Options.of(self.options)
        space = options.space()
        if options.question:
            return StructType([StructField(PARTIAL, StringType())])
        fields = [StructField(name, _TYPES[space.bound.kind(name)]()) for name in options.column_names(space)]
        return StructType(fields)

    def reader(self, schema: object) -> source.DataSourceReader:  # noqa: ARG002 - it is the one above
        """What reads it."""
        options = Options.of(self.options)
        if options.question:
            return PartialReader(options)
        return BestReader(options) if options.top else SweepReader(options)


class _SpaceReader(source.DataSourceReader):
    """Reads something of a space in each partition; a worker keeps what was compiled for it."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._content = pickle.dumps(options.space())
        self._sha256 = hashlib.sha256(self._content).hexdigest()

    @property
    def _space(self) -> Space:
        found: Space = _SPACES.get(self._sha256, lambda: pickle.loads(self._content))  # noqa: S301 - made above
        return found


class SweepReader(_SpaceReader):
    """Reads the rows of a sweep, a part of them in each partition."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._pushed: Condition = EVERYWHERE

    def pushFilters(self, filters: list[source.Filter]) -> Iterable[source.Filter]:  # noqa: N802 - pyspark's name
        """Take the filters that conditions can say; the others are Spark's, as are those on numbers."""
        tests = Columns(self._space.bound)
        read = [_condition(tests, self._space, each) for each in filters]
        self._pushed = both([said for said, _ in read if said]) or EVERYWHERE
        left = [each for each, (said, exact) in zip(filters, read, strict=True) if not (said and exact)]
        _LOG.debug("where %s; left to Spark: %s", self._pushed.text, left)
        return left

    def partitions(self) -> Sequence[source.InputPartition]:
        """The parts in which rows may be that were asked for."""
        ranges = [*Columns(self._space.bound).ranges(self._pushed)]
        return [source.InputPartition(part) for part in cut(ranges, self._options.parts)] or [source.InputPartition([])]

    def read(self, partition: source.InputPartition) -> Iterator[pa.RecordBatch]:
        """The rows of a part."""
        space, tests = self._space, Columns(self._space.bound)
        table = selected(space.bound, space.column_names, tests.settled(self._pushed))
        for rows in pieces(partition.value, 1):
            yield from _batches(Part(table._replace(rows=rows)), 1)


class PartialReader(_SpaceReader):
    """Reads what parts of a sweep answer, one in each partition."""

    def partitions(self) -> Sequence[source.InputPartition]:
        """The parts, K of N."""
        count = self._options.parts or _PARTIALS
        return [source.InputPartition((number, count)) for number in range(1, count + 1)]

    def read(self, partition: source.InputPartition) -> Iterator[pa.RecordBatch]:
        """The answer of a part."""
        asked = json.loads(self._options.asked)
        answer = self._space.partial(self._options.question, partition.value, **asked)
        yield pa.RecordBatch.from_pydict({PARTIAL: [json.dumps(answer.to_dict())]})


class BestReader(source.DataSourceReader):
    """Reads the best combinations of a sweep."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def read(self, partition: source.InputPartition) -> Iterator[pa.RecordBatch]:  # noqa: ARG002 - there is but one
        """The rows of the answer, best first."""
        return _batches(self._options.best(), None)


def cut(ranges: Sequence[Range], parts: int) -> list[list[Range]]:
    """Ranges of combinations in so many parts, all of about one size."""
    count = sum(stop - start for start, stop in ranges)
    if not count:
        return []
    parts = min(parts or max(1, min(_MOST_PARTS, count // _PER_PART)), count)
    ends = [count * part // parts for part in range(1, parts + 1)]
    found: list[list[Range]] = [[] for _ in ends]
    part, before = 0, 0
    for start, stop in ranges:
        begin = start
        while begin < stop:
            end = min(stop, start + ends[part] - before)
            found[part].append((begin, end))
            begin = end
            part += before + end - start == ends[part]
        before += stop - start
    return found


def _batches(rows: Tabular, threads: int | None) -> Iterator[pa.RecordBatch]:
    """Rows as Spark takes them: labels as strings."""
    for batch in rows.batches(threads=threads):
        made = pa.record_batch(batch)
        plain = [one.dictionary_decode() if pa.types.is_dictionary(one.type) else one for one in made.columns]
        yield pa.RecordBatch.from_arrays(plain, names=made.schema.names)


def _condition(tests: Columns, space: Space, asked: source.Filter) -> tuple[Condition | None, bool]:
    """Where a filter is true, and whether nowhere else; None where that cannot be said.

    Filters on texts are not taken: Sail hands them over without their negation.
    """
    inner, holds = (asked.child, False) if isinstance(asked, source.Not) else (asked, True)
    path: tuple[str, ...] = getattr(inner, "attribute", ())
    if len(path) != 1:
        return None, False
    (column,) = path
    kind = space.bound.kind(column)
    value: Any = getattr(inner, "value", None)
    if isinstance(inner, source.IsNull | source.IsNotNull):
        return tests.null(column, holds=isinstance(inner, source.IsNull) == holds), True
    if isinstance(inner, source.In):
        exact = kind != "number" and all(type(each) is _VALUES[kind] for each in value)
        return (tests.among(column, value, inside=holds) if exact else None), True
    sign = _COMPARISONS.get(type(inner))
    alike = type(value) is _VALUES[kind]
    if sign is None or not alike:
        return None, False
    sign = sign if holds else OPPOSITE[sign]
    if kind == "number":
        return _loosely(tests, column, sign, value), False
    return tests.compared(column, sign, value), True


def _loosely(tests: Columns, column: str, sign: str, value: float) -> Condition | None:
    """Where a number compares so with a value, and some more: Sail does not say that it is cast to a 32-bit float."""
    share, least = _OF_A_FLOAT
    margin = abs(value) * share + least
    if sign in {"==", "!="}:
        return None
    return tests.compared(column, sign, value - margin if sign in {">", ">="} else value + margin)
