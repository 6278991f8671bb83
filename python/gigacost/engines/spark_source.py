"""The data source that Spark reads sweeps through."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import datasource as source
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

from gigacost._cache import LruCache
from gigacost.engines.pushdown import COMPARISONS, EVERYWHERE, OPPOSITE, Columns, Condition, both, pieces
from gigacost.engines.spark_options import Options
from gigacost.queries.export import Part, Tabular
from gigacost.queries.selection import selected
from gigacost.queries.space import Space

_LOG = logging.getLogger("gigacost.spark")
_TYPES = {"integer": LongType, "number": DoubleType, "label": StringType}
_VALUES = {"integer": int, "number": float, "label": str}
"""What a column is compared with: anything else is a comparison of another type, to which it was cast."""
_COMPARISONS: Mapping[type[source.Filter], str] = {
    source.EqualTo: "==",
    source.GreaterThan: ">",
    source.GreaterThanOrEqual: ">=",
    source.LessThan: "<",
    source.LessThanOrEqual: "<=",
}
_OF_A_FLOAT = 2.0**-23
"""How far numbers are apart that are one 32-bit float, of their size."""
_MOST_EXACT = {"integer": 2**24 - 1, "number": math.inf}
"""Up to here no other integer is the same 32-bit float; numbers are compared with a margin."""
_MEANING = {
    "true", "t", "yes", "y", "on", "false", "f", "no", "n", "off", "nan", "inf", "infinity", "null",
    "epoch", "now", "today", "tomorrow", "yesterday",
}  # fmt: skip
"""Words that are values of other types."""
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
        """Compute only where they may be true, as far as conditions can say that. All of them remain for Spark."""
        tests = Columns(self._space.bound)
        read = [_condition(tests, self._space, each) for each in filters]
        self._pushed = both([said for said in read if said]) or EVERYWHERE
        left = [each for each, said in zip(filters, read, strict=True) if said is None]
        _LOG.debug("where %s; left to Spark: %s", self._pushed.text, left)
        return filters

    def partitions(self) -> Sequence[source.InputPartition]:
        """The parts in which rows may be that were asked for."""
        ranges = [*Columns(self._space.bound).ranges(self._pushed)]
        return [source.InputPartition(part) for part in cut(ranges, self._options.parts)] or [source.InputPartition([])]

    def read(self, partition: source.InputPartition) -> Iterator[pa.RecordBatch]:
        """The rows of a part."""
        space, tests = self._space, Columns(self._space.bound)
        table = selected(space.bound, space.column_names, tests.settled(self._pushed))
        for rows in pieces(partition.value, 1):
            yield from _batches(Part(table._replace(range=rows)), 1)


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


def _condition(tests: Columns, space: Space, asked: source.Filter) -> Condition | None:
    """What holds wherever a filter is true, of its column or of any cast of it; None where nothing can be said.

    Sail hands over tests of a cast column without the casts. By way of other types a number comes back as one near it,
    or as 0 or 1 by way of truth; a label comes back as it was where it is nothing but a text. Texts that are parts of a
    label come without their negation.
    """
    inner, holds = (asked.child, False) if isinstance(asked, source.Not) else (asked, True)
    path: tuple[str, ...] = getattr(inner, "attribute", ())
    if len(path) != 1:
        return None
    if isinstance(inner, source.IsNull | source.IsNotNull):
        # A cast may make null of a value, and never a value of null.
        return tests.null(path[0], holds=False) if isinstance(inner, source.IsNotNull) == holds else None
    return _compared(tests, space.bound.kind(path[0]), path[0], inner, holds=holds)


def _compared(tests: Columns, kind: str, column: str, asked: source.Filter, *, holds: bool) -> Condition | None:
    """The same of a comparison with a value, or with several, or where it does not hold."""
    value: Any = getattr(asked, "value", None)
    several = isinstance(asked, source.In)
    sign = "==" if several else _COMPARISONS.get(type(asked))
    values = value if several else (value,)
    if sign is None or any(type(each) is not _VALUES[kind] for each in values):
        return None
    sign = sign if holds else OPPOSITE[sign]
    if kind == "label":
        safe = all(isinstance(own, str) and _is_only_text(own) for own in tests.values(column))
    else:
        safe = not any(_meets_truth(sign, each) or abs(each) > _MOST_EXACT[kind] for each in values)
    if not safe or (kind == "number" and several):
        return None
    if kind == "number":
        return _loosely(tests, column, sign, value)
    return tests.among(column, values, inside=holds) if several else tests.compared(column, sign, value)


def _meets_truth(sign: str, value: float) -> bool:
    """Whether 0 or 1 compares so with a value: any number is one of them after a cast to truth and back."""
    return any(COMPARISONS[sign](number, value) for number in (0, 1))


def _is_only_text(label: str) -> bool:
    """Whether casts to other types refuse a label, so that none gives it back as another text."""
    return label[:1].isalpha() and label.lower() not in _MEANING


def _loosely(tests: Columns, column: str, sign: str, value: float) -> Condition | None:
    """Where a number compares so with a value, and some more: for what it is near to, rounded."""
    if sign in {"==", "!="}:
        return None
    margin = abs(value) * _OF_A_FLOAT + 1
    return tests.compared(column, sign, value - margin if sign in {">", ">="} else value + margin)
