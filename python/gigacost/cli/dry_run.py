"""Where an output goes and how big it will be: bad plans are refused before anything is computed or touched."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from gigacost._system import free_disk, in_bytes
from gigacost.errors import Fault, SpecError, escape, show

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gigacost.queries.space import Space

ENDINGS = (".parquet", ".csv.gz", ".csv", ".arrow", ".ipc", ".feather")
"""Kinds of files that rows can be written to, by the ending of the name."""
_LONGEST_NAME = 255
_CSV_BYTES = 25
"""The longest number as text, with its comma: sign, 17 digits, point, an exponent of five characters."""
_STATE_BYTES = 40
"""A state as text, with its comma, is shorter."""


def refuse_bad_output(output: str, inputs: Iterable[str | None], more: tuple[str, ...] = ()) -> None:
    """Raise SpecError unless a file can be put at ``output``, which must not be one of ``inputs``.

    ``more`` are further kinds of files, which others look after.
    """
    kinds = ", ".join([*ENDINGS, *more])
    shown = show(output)
    name = os.path.basename(output)  # noqa: PTH119 - importing pathlib takes 5 ms
    folder = os.path.dirname(output) or "."  # noqa: PTH120 - as above
    if not name or os.path.isdir(output):  # noqa: PTH112 - as above
        allowed = f"a name that ends in {kinds}; - for CSV on stdout; DIR/ for parts"
        _refuse(shown, "is a folder, not a file", allowed)
    if not name.lower().endswith(ENDINGS):
        _refuse(shown, "unknown kind of file", f"a name that ends in {kinds}; - for CSV on stdout")
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


def ending_of(output: str | None) -> str:
    """The ending that says how rows are written: that of the name, Parquet without one, CSV for standard output."""
    if output is None:
        return ENDINGS[0]
    return next((ending for ending in ENDINGS if output.lower().endswith(ending)), ".csv")


def most_row_bytes(sweep: Space, output: str) -> int:
    """Bytes that a row takes in the file at most, but for what compression cannot make smaller."""
    if ".csv" in output.lower() or output == "-":
        labels = [max(len(str(value)) for value in digit.values) + 1 for digit in sweep.bound.digits.values()]
        return sum(labels) + _STATE_BYTES + _CSV_BYTES * len(sweep.columns)
    return 8 * len(sweep.columns) + 2 * (len(sweep.bound.digits) + 1)  # axes and status are codes of a dictionary


def refuse_full_disk(sweep: Space, output: str, limit: int | None, threads: int | None) -> None:
    """Raise SpecError when the rows will not fit on the disk. Writes parts of them only where that is not plain."""
    from gigacost.queries.forecast.forecast import forecast

    free = free_disk(output)
    most = sweep.size if limit is None else min(sweep.size, limit)
    if free is None or most * most_row_bytes(sweep, output) <= free:
        return
    try:
        found = forecast(sweep, ending_of(output), limit=limit, threads=threads)
        rows, size = found.rows, found.size
    except OSError:  # no place for a sample either
        rows, size = most, most * most_row_bytes(sweep, output)
    if size > free:
        needed = f"about {rows} rows of {size / max(rows, 1):.3g} bytes need {in_bytes(size)}"
        what = f"{needed}, and {in_bytes(free)} are free"
        ways = "--where, --limit, fewer --columns, gigacost top or summary; --force writes all the same"
        raise SpecError(Fault("-o", show(output), what, ways))


def _refuse(shown: str, what: str, allowed: str = "") -> None:
    raise SpecError(Fault("-o", shown, what, allowed))
