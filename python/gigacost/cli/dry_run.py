"""Where an output goes and how big it will be: bad plans are refused before anything is computed or touched."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gigacost._system import free_disk, in_bytes
from gigacost.errors import Fault, SpecError, escape, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gigacost.queries.space import Space

ENDINGS = (".parquet", ".csv.gz", ".csv", ".arrow", ".ipc", ".feather")
"""Kinds of files that rows can be written to, by the ending of the name."""
_LONGEST_NAME = 255
_CSV_BYTES = 18
"""A number as text, with its comma: the shortest that reads back the same has 16 or 17 digits."""
_SAMPLES = 128
_SAMPLE_ROWS = 512
_GOLDEN = 0.6180339887498949
"""Steps of this share of a part fall evenly into it, and never in step with the axes."""
_TIMED_ROWS = 1 << 19
_STRIDE = 37
_SECONDS = 1.0
"""How long a sample may take."""


def refuse_bad_output(output: str, inputs: Iterable[str | None]) -> None:
    """Raise SpecError unless a file can be put at ``output``, which must not be one of ``inputs``."""
    shown = show(output)
    name = os.path.basename(output)  # noqa: PTH119 - importing pathlib takes 5 ms
    folder = os.path.dirname(output) or "."  # noqa: PTH120 - as above
    if not name or os.path.isdir(output):  # noqa: PTH112 - as above
        _refuse(shown, "is a folder, not a file", f"a name that ends in {', '.join(ENDINGS)}; - for CSV on stdout")
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
    """What a sweep to a file will be, measured on a sample of its space."""

    combinations: int
    rows: int
    """Expected; exact when there is no condition."""
    row_bytes: int
    seconds: float
    """Expected to compute the rows, writing not included."""
    sampled: int

    @property
    def size(self) -> int:
        """Expected bytes, before compression."""
        return self.rows * self.row_bytes


def planned(sweep: Space, output: str, limit: int | None, threads: int | None) -> Plan:
    """The plan of a sweep: rows and time from a sample spread over the space."""
    combinations = sweep.size
    sum(batch.num_rows for batch in sweep.rows(0, 1, threads=threads))  # compiling is not part of the rate
    start = time.perf_counter()
    kept = sampled = 0
    # In an order that is spread over the space from the beginning, should time run out.
    for count in range(_SAMPLES):
        position = count * _STRIDE % _SAMPLES
        part = combinations * position // _SAMPLES, combinations * (position + 1) // _SAMPLES
        room = max(part[1] - part[0] - _SAMPLE_ROWS, 0)
        first = part[0] + int(room * (position * _GOLDEN % 1.0))
        stop = min(first + _SAMPLE_ROWS, part[1])
        if stop > first:
            kept += sum(batch.num_rows for batch in sweep.rows(first, stop, threads=threads))
            sampled += stop - first
        if time.perf_counter() - start > _SECONDS:
            break
    share = kept / sampled if sampled else 0.0
    rows = combinations if sweep.spec.where is None else round(combinations * share)
    rows = rows if limit is None else min(rows, limit)
    return Plan(combinations, rows, row_bytes(sweep, output), _seconds(sweep, threads), sampled)


def _seconds(sweep: Space, threads: int | None) -> float:
    """How long all combinations will take, at the rate of some in the middle that lie together."""
    middle = sweep.size // 2
    stop = min(middle + _TIMED_ROWS, sweep.size)
    start = time.perf_counter()
    sum(batch.num_rows for batch in sweep.rows(middle, stop, threads=threads))
    return (time.perf_counter() - start) * sweep.size / (stop - middle)


def row_bytes(sweep: Space, output: str) -> int:
    """Bytes of a row in the file, before compression."""
    if ".csv" in output.lower() or output == "-":
        labels = [max(len(str(value)) for value in digit.values) + 1 for digit in sweep.bound.digits.values()]
        return sum(labels) + len("ok,") + _CSV_BYTES * len(sweep.columns)
    return 8 * len(sweep.columns) + 2 * (len(sweep.bound.digits) + 1)  # axes and status are codes of a dictionary


def refuse_full_disk(sweep: Space, output: str, limit: int | None, threads: int | None) -> None:
    """Raise SpecError when the rows will not fit on the disk. Samples the space only where all rows would not fit."""
    free = free_disk(output)
    most = sweep.size if limit is None else min(sweep.size, limit)
    if free is None or most * row_bytes(sweep, output) <= free:
        return
    plan = planned(sweep, output, limit, threads)
    if plan.size > free:
        needed = f"about {plan.rows} rows of {plan.row_bytes} bytes need {in_bytes(plan.size)}"
        what = f"{needed}, and {in_bytes(free)} are free"
        ways = "--where, --limit, fewer --columns, gigacost top or summary; --force writes all the same"
        raise SpecError(Fault("-o", show(output), what, ways))


def _refuse(shown: str, what: str, allowed: str = "") -> None:
    raise SpecError(Fault("-o", shown, what, allowed))
