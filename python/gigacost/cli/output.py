"""What is said of rows that were written."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gigacost.cli.terminal import payload
from gigacost.errors import escape
from gigacost.units.numbers import duration, scaled

if TYPE_CHECKING:
    from gigacost.queries.export import Tabular


def write(rows: Tabular, output: str, **options: Any) -> int:  # noqa: ANN401 - those of Tabular.write
    """Write rows to a file, or as CSV to standard output (``-``), and say how many there were."""
    if output != "-":
        return rows.write(output, **options)
    sys.stdout.flush()
    written = rows.write_csv(sys.stdout.buffer, **options)
    sys.stdout.buffer.flush()
    return written


def report(rows: int, output: str, meta: Mapping[str, Any], *, as_json: bool) -> None:
    """What was written: JSON on stdout when asked for, else a line on stderr."""
    if as_json and output != "-":
        payload({"output": output, "rows": rows, "meta": dict(meta)})
        return
    size, seconds = meta["combinations"], meta["effort"]["seconds"]
    rate = scaled(size / seconds) if seconds > 0 else "?"
    where = "" if output == "-" else f" to {escape(output)}"
    line = f"{rows:,} rows of {size:,} combinations{where} in {duration(seconds)} ({rate}/s)"
    print(line, file=sys.stderr)  # noqa: T201 - a message
