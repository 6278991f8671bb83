"""The tasks, what their answers are held against, and how a task is run once and measured."""

from __future__ import annotations

import gc
import math
import re
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workload import BY, COLUMNS, EIGHT_PRICES, ONE_PRICE, Indices, Workload, workload

TASKS = ("materialise", "stream", "best", "top", "parquet", "csv")
TOLERANCE = 1e-12
"""Hoisting by hand rounds in another order: how far apart two right answers may be, relatively."""
K = 1000
_SHORTEST = 0.2
"""A task that takes less is repeated for as many seconds, in the same process."""
_MOST_REPEATS = 9


def workload_of(task: str, *, irregular: bool) -> Workload:
    """What a task is done on."""
    w = workload(irregular=irregular, prices=EIGHT_PRICES if task in {"best", "top"} else ONE_PRICE)
    # Text is slow, and large: two chips of sixteen.
    return w.cut(hardware=2) if task == "csv" else w


def run(contender: Any, task: str, w: Workload, path: Path) -> Any:  # noqa: ANN401 - a class of ``contenders``
    """A task done once."""
    if task in {"parquet", "csv"}:
        return getattr(contender, task)(w, path)
    return getattr(contender, task)(w, K) if task == "top" else getattr(contender, task)(w)


def measured(contender: Any, task: str, w: Workload, path: Path) -> tuple[float, Any]:  # noqa: ANN401 - as ``run``
    """The median of the seconds a task takes, and its answer. Quick tasks are done several times."""
    seconds: list[float] = []
    answer = None
    once = task in {"materialise", "parquet", "csv"}
    while not seconds or (not once and sum(seconds) < _SHORTEST and len(seconds) < _MOST_REPEATS):
        answer = None
        gc.collect()
        start = time.perf_counter()
        answer = run(contender, task, w, path)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


def peak_bytes() -> int:
    """The most memory that this process ever had, as the operating system counts it."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found[1]) * 1024
    import resource  # noqa: PLC0415 - not everywhere
    import sys  # noqa: PLC0415 - only here

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def file_bytes(path: Path) -> int:
    """The size of a file, or of the files in a folder."""
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.glob("*")))


def fault(task: str, w: Workload, answer: Any, path: Path) -> str:  # noqa: ANN401 - what the task gives
    """What is wrong with an answer; empty when it is right."""
    checks: dict[str, Callable[[Workload, Any], str]] = {
        "materialise": _columns_fault,
        "stream": _statistics_fault,
        "best": _best_fault,
        "top": _top_fault,
    }
    return checks[task](w, answer) if task in checks else _file_fault(w, path)


def _columns_fault(w: Workload, columns: Mapping[str, Any]) -> str:
    for block in w.blocks():
        right = w.reference(block, COLUMNS)
        for name in COLUMNS:
            values = np.asarray(columns[name])
            if len(values) != w.size:
                return f"{name}: {len(values)} values"
            error = np.abs(values[block] - right[name]) / np.abs(right[name])
            if not error.max() <= TOLERANCE:
                return f"{name}: off by {error.max():.1e}"
    return ""


def unordered_fault(w: Workload, columns: Mapping[str, Any]) -> str:
    """What is wrong with columns whose rows come in another order: extremes, sums, and sums of products."""
    found = {name: np.asarray(columns[name]) for name in COLUMNS}
    wrong = [name for name, values in found.items() if len(values) != w.size]
    if wrong:
        return f"{wrong[0]}: {len(found[wrong[0]])} values"
    # A product with another column tells rows whose values belong to others.
    right = dict.fromkeys(COLUMNS, 0.0)
    for block in w.blocks():
        rows = w.reference(block, COLUMNS)
        for name in COLUMNS:
            right[name] += float((rows[name] * rows["train_days"]).sum())
    for name, values in found.items():
        product = float((values * found["train_days"]).sum())
        if abs(product - right[name]) > 100 * TOLERANCE * right[name]:
            return f"{name}: rows whose values belong to others"
    return _statistics_fault(w, {name: (float(v.min()), float(v.max()), float(v.sum())) for name, v in found.items()})


def expected_statistics(w: Workload) -> dict[str, tuple[float, float, float]]:
    """The minimum, the maximum and the sum of each column, as the model's functions make them."""
    parts: dict[str, list[tuple[float, float, float]]] = {name: [] for name in COLUMNS}
    for block in w.blocks():
        for name, values in w.reference(block, COLUMNS).items():
            parts[name].append((float(values.min()), float(values.max()), float(values.sum())))
    return {
        name: (min(part[0] for part in found), max(part[1] for part in found), math.fsum(part[2] for part in found))
        for name, found in parts.items()
    }


def _statistics_fault(w: Workload, found: Mapping[str, tuple[float, float, float]]) -> str:
    for name, right in expected_statistics(w).items():
        for word, one, other in zip(("minimum", "maximum", "sum"), found[name], right, strict=True):
            # Sums of so many terms, added in any order.
            if abs(one - other) > abs(other) * (100 * TOLERANCE if word == "sum" else TOLERANCE):
                return f"{name}: {word} {one!r}, not {other!r}"
    return ""


def _best_fault(w: Workload, index: Indices) -> str:
    runs = len(w.params) * len(w.tokens)
    smallest = np.full(runs, np.inf)
    for block in w.blocks():
        right = w.reference(block, (BY, "fits"))
        cost = np.where(right["fits"], right[BY], np.inf).reshape(-1, runs)
        smallest = np.minimum(smallest, cost.min(axis=0))
    if index.shape != (runs,) or (index % runs != np.arange(runs)).any():
        return "not one combination of each group"
    won = w.reference(index, (BY, "fits"))
    error = (won[BY] - smallest) / smallest
    if not won["fits"].all() or not error.max() <= TOLERANCE:
        return f"a winner that is not the best: {error.max():.1e}"
    return ""


def _top_fault(w: Workload, index: Indices) -> str:
    best = np.empty(0)
    for block in w.blocks():
        right = w.reference(block, (BY, "fits"))
        best = np.sort(np.concatenate([best, right[BY][right["fits"]]]))[:K]
    found = w.reference(index, (BY, "fits"))
    if len(np.unique(index)) != len(best) or not found["fits"].all():
        return f"{len(np.unique(index))} combinations that fit, not {len(best)}"
    error = np.abs(np.sort(found[BY]) - best) / best
    return "" if error.max() <= TOLERANCE else f"other combinations: {error.max():.1e}"


def _file_fault(w: Workload, path: Path) -> str:
    """The number of rows, extremes and sums of what is read back; one sum of products holds the rows together."""
    import duckdb  # noqa: PLC0415 - not installed everywhere

    files = f"{path}/*" if path.is_dir() else str(path)
    source = f"read_parquet('{files}')" if path.suffix == ".parquet" else f"read_csv('{files}', header = true)"
    wanted = ", ".join(f"min({name}), max({name}), fsum({name})" for name in COLUMNS)
    query = f"SELECT count(*), fsum(chips * loss), count(DISTINCT hardware), {wanted} FROM {source}"  # noqa: S608
    with duckdb.connect() as connection:
        found = connection.execute(query).fetchone() or ()
    if found[0] != w.size or found[2] != len(w.hardware):
        return f"{found[0]} rows of {found[2]} chips"
    values = {name: (found[3 + 3 * i], found[4 + 3 * i], found[5 + 3 * i]) for i, name in enumerate(COLUMNS)}
    chips, loss = sum(w.chips), expected_statistics(w)["loss"][2]
    product = chips * loss / len(w.chips)
    if abs(found[1] - product) > 100 * TOLERANCE * product:
        return "rows whose values belong to others"
    return _statistics_fault(w, values)
