"""``--format focus`` and ``focus-term``: costs as billing data, to a file or to standard output."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from gigacost._staged import staged
from gigacost.errors import Fault, SpecError, escape, show
from gigacost.queries import focus

if TYPE_CHECKING:
    from gigacost.queries.space import Space

_TERM = "focus-term"
"""The form that has all runs that share a commitment."""

_PARQUET = ".parquet"
_ENDINGS = (".csv", ".csv.gz", _PARQUET)


def refuse_bad_call(output: str, columns: str | None) -> None:
    """Raise SpecError for what billing data cannot be written as."""
    if columns is not None:
        raise SpecError(Fault("--columns", show(columns), "the columns of FOCUS are what they are", "no --columns"))
    if output != "-" and not output.lower().endswith(_ENDINGS):
        allowed = f"a name that ends in {', '.join(_ENDINGS)}; -"
        raise SpecError(Fault("-o", show(output), "FOCUS is written as CSV or Parquet", allowed))


def write(
    sweep: Space, output: str, form: str, *, limit: int | None, threads: int | None, csv_safe: bool
) -> focus.Written:
    """Write the costs of a sweep, whole or not at all, and say on standard error how much there was."""
    focus.refuse(sweep)
    asked: dict[str, Any] = {"limit": limit, "threads": threads, "term": form == _TERM}
    if output.lower().endswith(_PARQUET):
        with staged(output) as file:
            done = focus.write_parquet(sweep, file, **asked)
    else:
        with _opened(output) as sink:
            done = focus.write(sweep, sink, csv_safe=csv_safe, **asked)
    where = "" if output == "-" else f" to {escape(output)}"
    left = f"; {done.left_out:,} designs without a cost are left out" if done.left_out else ""
    line = f"{done.rows:,} rows for {done.designs:,} designs{where}, FOCUS {focus.VERSION}{left}"
    print(line, file=sys.stderr)  # noqa: T201 - a message
    return done


@contextmanager
def _opened(output: str) -> Iterator[TextIO]:
    """What to write to: a file that takes its place when it is complete, or standard output."""
    if output == "-":
        sys.stdout.flush()
        text = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        try:
            yield text
        finally:
            text.detach()
        return
    with staged(output) as file:
        if output.lower().endswith(".gz"):
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                yield from _as_text(packed)
        else:
            yield from _as_text(file)


def _as_text(file: BinaryIO | gzip.GzipFile) -> Iterator[TextIO]:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    yield text
    text.flush()
    text.detach()
