"""Where an output goes and how big it will be: bad plans are refused before anything is computed or touched."""

from __future__ import annotations

import math
import os
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigacost._system import free_disk, in_bytes
from gigacost.errors import Fault, SpecError, escape, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gigacost.queries.space import Space

ENDINGS = (".parquet", ".csv.gz", ".csv", ".arrow", ".ipc", ".feather")
"""Kinds of files that rows can be written to, by the ending of the name."""
_LONGEST_NAME = 255
_CSV_BYTES = 25
"""The longest number as text, with its comma: sign, 17 digits, point, an exponent of five characters."""
_STATE_BYTES = 40
"""A state as text, with its comma, is shorter."""
_SAMPLES = 128
_SAMPLE_ROWS = 512
_STRIPS = 8
_TRIES = 3
_LONGER = 4
_FURTHER = 8
_LONGEST_STRIP = 1 << 22
"""Four groups of rows of a Parquet file: from there on each is encoded while the next is computed."""
_LONG = 0.25
"""A strip that takes so many seconds [s] is long enough."""
_SECONDS = 1.0
"""How long the sample, and the strips, may take."""
_GOLDEN = 0.6180339887498949
"""Steps of this share of a part fall evenly into it, and never in step with the axes."""
_STRIDE = 37


def refuse_bad_output(output: str, inputs: Iterable[str | None]) -> None:
    """Raise SpecError unless a file can be put at ``output``, which must not be one of ``inputs``."""
    shown = show(output)
    name = os.path.basename(output)  # noqa: PTH119 - importing pathlib takes 5 ms
    folder = os.path.dirname(output) or "."  # noqa: PTH120 - as above
    if not name or os.path.isdir(output):  # noqa: PTH112 - as above
        allowed = f"a name that ends in {', '.join(ENDINGS)}; - for CSV on stdout; DIR/ for parts"
        _refuse(shown, "is a folder, not a file", allowed)
    if not name.lower().endswith(ENDINGS):
        _refuse(shown, "unknown kind of file", f"a name that ends in {', '.join(ENDINGS)}; - for CSV on stdout")
    if len(os.fsencode(name)) > _LONGEST_NAME:
        _refuse(shown, f"a name of {len(os.fsencode(name))} bytes", f"at most {_LONGEST_NAME} bytes")
    if not os.path.isdir(folder):  # noqa: PTH112 - as above
        _refuse(shown, f"there is no folder {escape(folder)}", "a folder that exists")
    if not os.access(folder, os.W_OK | os.X_OK):
        _refuse(shown, f"the folder {escape(folder)} cannot be written to", "a folder that can be written to")
    if os.path.exists(output) and not stat.S_ISREG(os.stat(output).st_mode):  # noqa: PTH110, PTH116 - as above
        _refuse(shown, "exists and is not a regular file", "a new name, or a file to replace")
    there = os.path.exists(output)  # noqa: PTH110 - as above
    for path in inputs:
        if there and path and os.path.exists(path) and os.path.samefile(path, output):  # noqa: PTH110, PTH121
            _refuse(shown, "is an input of this run and would be replaced", "another name")


@dataclass(frozen=True)
class Plan:
    """What a sweep to a file will be, measured by writing parts of it to a file that is removed."""

    combinations: int
    rows: int
    """Expected; exact when there is no condition."""
    least_bytes: int
    """Of a file of one row."""
    row_bytes: float
    seconds: float
    """Expected to compute the rows and to write them."""
    sampled: int
    """Combinations that were looked at, at most all."""

    @property
    def size(self) -> int:
        """Expected bytes of the file."""
        return self.least_bytes + math.ceil(self.rows * self.row_bytes)


@dataclass(frozen=True)
class _Strip:
    """What writing combinations that lie together took."""

    length: int
    rows: int
    bytes: int
    seconds: float


def planned(sweep: Space, output: str, limit: int | None, threads: int | None) -> Plan:
    """The plan of a sweep: rows by a sample spread over the space, bytes and time by strips of it that are written.

    Raises OSError where nothing can be written to the folder for temporary files.
    """
    from tempfile import TemporaryDirectory

    reach, share, sampled = _reach(sweep, limit, threads)
    rows = round(reach * share)
    ending = next((ending for ending in ENDINGS if output.lower().endswith(ending)), ".csv")
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows" + ending)  # noqa: PTH118 - as above
        least, strips = _strips(sweep, reach, path, threads)
    seconds = least.seconds + reach * _seconds_each(least, strips, share)
    if strips[-1].length == sweep.size:  # all there is was written
        whole = strips[-1].rows
        rows, seconds = whole if limit is None else min(whole, limit), strips[-1].seconds
    written = sum(strip.rows for strip in strips)
    size = sum(strip.bytes - least.bytes for strip in strips)
    each = size / written if written else most_row_bytes(sweep, output)
    looked_at = min(sampled + sum(strip.length for strip in strips), sweep.size)
    return Plan(sweep.size, rows, least.bytes, each, seconds, looked_at)


def _reach(sweep: Space, limit: int | None, threads: int | None) -> tuple[int, float, int]:
    """How many combinations, from the first on, hold the rows; the share of them kept; how many were looked at."""
    size = sweep.size if limit is None else min(max(limit, 1), sweep.size)
    if sweep.spec.where is None:
        return size, 1.0 if limit is None else min(limit / size, 1.0), 0
    sum(batch.num_rows for batch in sweep.rows(0, 1, threads=threads))  # compiling does not count as sampling
    start, sampled = time.perf_counter(), 0
    before = before_rows = 0.0
    while True:
        kept = seen = 0
        for first, stop in _spread(size, _SAMPLES, _SAMPLE_ROWS):
            kept += sum(batch.num_rows for batch in sweep.rows(first, stop, threads=threads))
            seen += stop - first
            if time.perf_counter() - start > _SECONDS and seen > _SAMPLE_ROWS * _STRIPS:
                break
        sampled += seen
        rows = size * kept / seen
        if limit is not None and rows > limit:
            past = (limit - before_rows) / (rows - before_rows)  # rows stand evenly between the two
            reach = min(max(math.ceil(before + (size - before) * past), 1), size)
            return reach, limit / reach, sampled
        if size == sweep.size:
            return size, kept / seen, sampled
        before, before_rows = size, rows
        size = min(size * _FURTHER, sweep.size)


def _spread(size: int, parts: int, length: int) -> Iterator[tuple[int, int]]:
    """Ranges, one in each part of the space, in an order that is spread over it should time run out."""
    for count in range(parts):
        position = count * _STRIDE % parts
        first, end = size * position // parts, size * (position + 1) // parts
        first += int(max(end - first - length, 0) * (position * _GOLDEN % 1.0))
        if end > first:
            yield first, min(first + length, end)


def _strips(sweep: Space, reach: int, path: str, threads: int | None) -> tuple[_Strip, list[_Strip]]:
    """What the shortest file takes, and strips: the longest that time allows, and more of that length elsewhere."""

    def strip(first: int, stop: int) -> _Strip:
        part = sweep.part(first, stop)
        start = time.perf_counter()
        rows = part.write(path, threads=threads)
        return _Strip(stop - first, rows, os.stat(path).st_size, time.perf_counter() - start)  # noqa: PTH116 - as above

    tries = [strip(0, 1) for _ in range(_TRIES)]  # the first compiles, and opens what is opened once
    least = longest = min(tries, key=lambda one: one.seconds)
    start, length = time.perf_counter(), 1
    while length < min(reach, _LONGEST_STRIP):
        length = min(length * _LONGER, reach, _LONGEST_STRIP)
        longest = strip((reach - length) // 2, (reach - length) // 2 + length)
        if longest.seconds - least.seconds > _LONG or time.perf_counter() - start > _SECONDS:
            break
    strips = [longest]
    start = time.perf_counter()
    for first, stop in _spread(reach, _STRIPS, length) if length < reach else ():
        strips.append(strip(first, stop))
        if time.perf_counter() - start > _SECONDS:
            break
    return least, strips


def _seconds_each(least: _Strip, strips: Sequence[_Strip], share: float) -> float:
    """Seconds per combination where ``share`` of them are kept: rows that are kept take longer."""
    times = [max(strip.seconds - least.seconds, 0.0) / strip.length for strip in strips]
    shares = [strip.rows / strip.length for strip in strips]
    mean, kept = sum(times) / len(times), sum(shares) / len(shares)
    varied = sum((one - kept) ** 2 for one in shares)
    if not varied:
        return mean
    slope = sum((one - kept) * (each - mean) for one, each in zip(shares, times, strict=True)) / varied
    return mean + min(max(slope, 0.0), mean / kept) * (share - kept)


def most_row_bytes(sweep: Space, output: str) -> int:
    """Bytes that a row takes in the file at most, but for what compression cannot make smaller."""
    if ".csv" in output.lower() or output == "-":
        labels = [max(len(str(value)) for value in digit.values) + 1 for digit in sweep.bound.digits.values()]
        return sum(labels) + _STATE_BYTES + _CSV_BYTES * len(sweep.columns)
    return 8 * len(sweep.columns) + 2 * (len(sweep.bound.digits) + 1)  # axes and status are codes of a dictionary


def refuse_full_disk(sweep: Space, output: str, limit: int | None, threads: int | None) -> None:
    """Raise SpecError when the rows will not fit on the disk. Writes parts of them only where that is not plain."""
    free = free_disk(output)
    most = sweep.size if limit is None else min(sweep.size, limit)
    if free is None or most * most_row_bytes(sweep, output) <= free:
        return
    try:
        plan = planned(sweep, output, limit, threads)
        rows, size = plan.rows, plan.size
    except OSError:  # no place for a sample either
        rows, size = most, most * most_row_bytes(sweep, output)
    if size > free:
        needed = f"about {rows} rows of {size / max(rows, 1):.3g} bytes need {in_bytes(size)}"
        what = f"{needed}, and {in_bytes(free)} are free"
        ways = "--where, --limit, fewer --columns, gigacost top or summary; --force writes all the same"
        raise SpecError(Fault("-o", show(output), what, ways))


def _refuse(shown: str, what: str, allowed: str = "") -> None:
    raise SpecError(Fault("-o", shown, what, allowed))
