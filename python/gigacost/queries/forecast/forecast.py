"""What writing the rows of a space to a file will take, by writing some of them."""

from __future__ import annotations

import functools
import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gigacost.compiler import lower
from gigacost.queries.forecast.designs import designs
from gigacost.queries.forecast.reach import Reach, reach_of
from gigacost.queries.forecast.strips import Strip, Writer, spread
from gigacost.queries.space import Space

_PILOT = 0.1
"""What takes a thread so long tells how long more will take [s]."""
_STRIP = 0.5
"""How long a strip should take a thread [s],"""
_GROUP = 2.0
"""or may, where it is a whole group of rows of the file, or all."""
_STRIPS, _FAR_STRIPS = 1.2, 2.5
"""How long all strips may take [s], but for the second; and those of a space of which they are a small part."""
_SMALL_PART = 0.01
_PLACES = 12
_LONGER = 4
_LONGEST_STRIP = 1 << 22
_MOST_BYTES = 1 << 27
"""No more is written at a time, where disks are slow or small."""
_TRIES = 3
_GROUP_ROWS = {".parquet": 1 << 20, ".arrow": 1 << 17, ".ipc": 1 << 17, ".feather": 1 << 17}
"""How many rows are compressed together; of text they are few."""
_GROUP_NUMBERS, _GROUP_STEP = 1 << 24, 1 << 16
"""A group of Parquet has at most so many numbers, and a multiple of so many rows."""


@dataclass(frozen=True)
class Forecast:
    """What a sweep to a file will take."""

    combinations: int
    low: int
    """Rows; the same as ``high`` where they are known."""
    high: int
    size: int
    """Expected bytes of the file."""
    cpu_seconds: float
    """Expected for all threads to compute the rows and to write them."""
    seconds: float
    threads: int
    reach: int
    """The combination behind the last that a limit leaves."""
    sampled: int
    """Combinations that were looked at, at most all."""

    @property
    def rows(self) -> int:
        """Expected."""
        return (self.low + self.high) // 2

    @property
    def core_seconds(self) -> float:
        """Seconds times threads."""
        return self.seconds * self.threads


def forecast(space: Space, ending: str, *, limit: int | None = None, threads: int | None = None) -> Forecast:
    """What writing the rows, or ``limit`` of them, to a file with this ending will take, measured in some seconds.

    Raises OSError where nothing can be written to the folder for temporary files.
    """
    workers = lower.thread_count(threads)
    reach, group = reach_of(space, limit, threads), _group_rows(ending, len(space.columns))
    start, cpu = time.perf_counter(), time.process_time()
    space.part(0, 1)
    compiling, compiling_cpu = time.perf_counter() - start, time.process_time() - cpu
    searched = space.searched
    with Writer(space, ending, workers, searches=bool(searched.groups)) as writer:
        found = _measured(writer, reach, group, functools.partial(designs, space.bound.sizes, searched))
    rows, taken = reach.rows, found.cpu(reach.length)
    if found.whole and limit is None:
        rows = rows._replace(low=found.strips[0].rows, high=found.strips[0].rows)
    return Forecast(
        combinations=space.size,
        low=rows.low,
        high=rows.high,
        size=found.size(reach.length * reach.share, group),
        cpu_seconds=compiling_cpu + taken,
        seconds=compiling + taken * min(strip.idle for strip in found.strips) / workers,
        threads=workers,
        reach=reach.length,
        sampled=min(rows.sampled + sum(strip.length for strip in found.strips), space.size),
    )


@dataclass(frozen=True)
class _Measured:
    """Strips that were written: shorter and shorter ones, and long ones of one length; or all that there is."""

    shorter: Sequence[Strip]
    """The last one is of a single combination."""
    long: Sequence[Strip]
    """Around combinations that are kept,"""
    others: Sequence[Strip]
    """and around combinations that are not."""
    share: float
    """Of combinations that are kept."""
    searched: Callable[[int], float]
    """About how many designs are searched in so many combinations that lie together."""
    whole: bool

    @property
    def strips(self) -> Sequence[Strip]:
        """The long ones."""
        return [*self.long, *self.others]

    @property
    def length(self) -> int:
        """That of the long ones."""
        return self.strips[0].length

    def cpu(self, reach: int) -> float:
        """Seconds of all threads: those that a file takes whatever is in it, those of rows, those of searches."""
        if self.whole:
            return self.strips[0].all_cpu
        pilot = next((strip for strip in self.shorter if strip.length * _LONGER <= self.length), self.shorter[-1])
        mean = _mean([strip.cpu for strip in self.long or self.others])
        longer = self.length - pilot.length
        fixed = max(mean - max(mean - pilot.cpu, 0.0) / longer * self.length, 0.0) if longer else 0.0
        rows = self._weighed(lambda strip: max(strip.cpu - fixed, 0.0)) * reach / self.length
        return fixed + rows + self._searching(reach)

    def _searching(self, reach: int) -> float:
        """Seconds of all threads for searches: each design is searched once."""
        searching = self._weighed(lambda strip: strip.searching)
        found, all_designs = self.searched(self.length), self.searched(reach)
        if found >= all_designs:
            return searching
        few = next((strip for strip in self.shorter if self.searched(strip.length) * _LONGER <= found), None)
        before, begun = (self.searched(few.length), few.searching) if few else (0.0, 0.0)
        return searching + max(searching - begun, 0.0) / (found - before) * (all_designs - found)

    def _weighed(self, what: Callable[[Strip], float]) -> float:
        """The mean of all places of the space, as a strip is met around a combination of either kind."""
        met, others = (_mean([what(strip) for strip in strips]) for strips in (self.long, self.others))
        share = self.share if self.long and self.others else float(bool(self.long))
        return met * share + others * (1.0 - share)

    def size(self, rows: float, group: int) -> int:
        """Bytes of all: those of any file, and those of rows, which are fewer in larger groups."""
        if self.whole:
            return self.strips[0].bytes
        least = self.shorter[-1].bytes
        strips = self.long or self.others
        written, size = _mean([strip.rows for strip in strips]), _mean([strip.bytes - least for strip in strips])
        if not written:
            return least
        pilot = next((strip for strip in self.shorter if strip.rows * _LONGER <= written), self.shorter[-1])
        if written >= group or pilot.rows >= written:
            return least + math.ceil(rows * size / written)
        each = min(max((size - (pilot.bytes - least)) / (written - pilot.rows), 0.0), size / written)
        return least + math.ceil(math.ceil(rows / group) * (size - each * written) + rows * each)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def _measured(writer: Writer, reach: Reach, group: int, searched: Callable[[int], float]) -> _Measured:
    """Strips: longer and longer ones, then such as take some time, spread over the space."""
    size, rows = reach.length, reach.rows
    middle = rows.places[0] if rows.places else size // 2
    shorter = list(_growing(writer, size, middle))[::-1]
    pilot = shorter[0]

    def projected(length: int) -> float:
        return pilot.cpu * length / pilot.length + pilot.searching * searched(length) / searched(pilot.length)

    length = max(int(_STRIP * pilot.length / pilot.all_cpu), pilot.length)
    grouped = math.ceil(group * pilot.length / pilot.rows) if pilot.rows else size
    if projected(grouped) < _GROUP:
        length = max(length // grouped, 1) * grouped  # a piece of a group is compressed less well
    most = int(_MOST_BYTES * pilot.length / pilot.bytes)
    if size <= min(2 * length, most) or (size <= most and projected(size) < _GROUP):
        runs = [writer.strip(0, size) for _ in range(_TRIES if projected(size) < _STRIP else 1)]
        best = min(runs, key=lambda strip: strip.all_cpu)
        return _Measured(shorter, [best], [], rows.share, searched, whole=True)
    length = min(length, most, _LONGEST_STRIP, size // 2)
    if rows.places or rows.others:
        kinds = [[_around(place, length, size) for place in places] for places in (rows.places, rows.others)]
    else:
        kinds = [list(spread(size, _PLACES, length)), []]
    strips: tuple[list[Strip], list[Strip]] = ([], [])
    start, seconds = time.perf_counter(), _FAR_STRIPS if length < size * _SMALL_PART else _STRIPS
    for begins in itertools.zip_longest(*kinds):
        for first, mine in zip(begins, strips, strict=True):
            if first is not None:
                mine.append(writer.strip(first, length))
        if len(strips[0]) + len(strips[1]) > 1 and time.perf_counter() - start > seconds:
            break
    return _Measured(shorter, *strips, rows.share, searched, whole=False)


def _growing(writer: Writer, size: int, middle: int) -> Iterator[Strip]:
    """A strip of a single combination, and longer ones around a place until one takes its time."""
    strip = writer.strip(middle, 1)
    if strip.all_cpu < _PILOT:
        strip = min((strip, *(writer.strip(middle, 1) for _ in range(_TRIES - 1))), key=lambda strip: strip.cpu)
    yield strip
    while strip.length < min(size, _LONGEST_STRIP) and strip.all_cpu < _PILOT:
        length = min(strip.length * _LONGER, size, _LONGEST_STRIP)
        strip = writer.strip(_around(middle, length, size), length)
        yield strip


def _around(place: int, length: int, size: int) -> int:
    """Where so many combinations around one begin."""
    return min(max(place - length // 2, 0), size - length)


def _group_rows(ending: str, columns: int) -> int:
    """How many rows are compressed together."""
    rows = _GROUP_ROWS.get(ending, 1)
    if ending != ".parquet":
        return rows
    return min(rows, max(_GROUP_NUMBERS // max(columns, 1) // _GROUP_STEP, 1) * _GROUP_STEP)
