"""What much takes of memory: the operating system's peak of the whole process. ``python benches/memory.py``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import results
from alone import Measured, answer_if_asked, ask, measured
from results import say
from workload import BY, Workload, workload


def _prices(count: int) -> Workload:
    return workload(prices=tuple(0.03 + 0.09 * i / count for i in range(count)))


def best() -> Measured:
    """The best thousand of 1,073,741,824 combinations."""
    w = _prices(64)
    return {**measured(lambda: len(w.sweep(where="fits").find(1000, BY))), "rows": w.size}


def summed_up() -> Measured:
    """Statistics of 1,073,741,824 combinations."""
    w = _prices(64)
    return {**measured(lambda: w.sweep().summary([BY], quantiles=()).feasible), "rows": w.size}


def written() -> Measured:
    """A Parquet file of 100,663,296 rows."""
    w = _prices(6)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        found = measured(lambda: w.sweep().write(path))
        return {**found, "rows": w.size, "file_bytes": path.stat().st_size}


MEASURES: dict[str, Callable[[], Measured]] = {"top": best, "summary": summed_up, "parquet": written}


def main() -> None:
    """Measure all of them, each in a process of its own."""
    rows = []
    for name in MEASURES:
        rows.append({"task": name, **ask(__file__, name)})
        say(f"memory: {rows[-1]}")
    results.merge("memory", {"rows": rows})


if __name__ == "__main__":
    answer_if_asked(MEASURES)
    main()
