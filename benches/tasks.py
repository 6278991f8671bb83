"""The tasks, what their answers are held against, and how a task is run once and measured."""

from __future__ import annotations

import bisect
import gc
import re
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workload import BY, COLUMNS, EIGHT_PRICES, OBJECTIVES, ONE_PRICE, Floats, Indices, Workload, workload

TASKS = ("materialise", "stream", "best", "top", "pareto", "parquet", "csv")
TOLERANCE = 1e-12
"""Hoisting by hand rounds in another order: how far apart two right answers may be, relatively."""
K = 1000
_SHORTEST = 0.2
"""A task that takes less is repeated for as many seconds, in the same process."""
_MOST_REPEATS = 99


def workload_of(task: str, *, irregular: bool) -> Workload:
    """What a task is done on."""
    w = workload(irregular=irregular, prices=EIGHT_PRICES if task in {"best", "top", "pareto"} else ONE_PRICE)
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


def expected(task: str, w: Workload) -> Floats | Indices:
    """What the model's own functions say, for ``fault`` to hold answers against."""
    match task:
        case "best":
            return _smallest(w)
        case "top":
            return _cheapest(w)
        case "pareto":
            return _front(w)
        case _:
            return _statistics(w)


def fault(task: str, w: Workload, answer: Any, path: Path, right: Any, *, ordered: bool = True) -> str:  # noqa: ANN401 - what the task gives
    """What is wrong with an answer; empty when it is right. ``ordered``: rows come in the order of the axes."""
    match task:
        case "materialise":
            return _columns_fault(w, answer) if ordered else _unordered_fault(w, answer, right)
        case "stream":
            return _statistics_fault(np.array([answer[name] for name in COLUMNS]), right)
        case "best":
            return _best_fault(w, answer, right)
        case "top":
            return _top_fault(w, answer, right)
        case "pareto":
            return _front_fault(answer, right)
        case _:
            return _file_fault(w, path, right)


def _statistics(w: Workload) -> Floats:
    """Minimum, maximum, sum of each column, and the sum of its products with the days: it holds the rows together."""
    parts = []
    for block in w.blocks():
        rows = w.reference(block, COLUMNS)
        days = rows["train_days"]
        parts.append([(v.min(), v.max(), v.sum(), (v * days).sum()) for v in (rows[name] for name in COLUMNS)])
    low, high, total, products = np.moveaxis(np.array(parts), 2, 0)
    return np.column_stack([low.min(axis=0), high.max(axis=0), total.sum(axis=0), products.sum(axis=0)])


def _smallest(w: Workload) -> Floats:
    """The least cost of each run, among the designs that fit."""
    runs = len(w.params) * len(w.tokens)
    smallest = np.full(runs, np.inf)
    for block in w.blocks():
        rows = w.reference(block, (BY, "fits"))
        smallest = np.minimum(smallest, np.where(rows["fits"], rows[BY], np.inf).reshape(-1, runs).min(axis=0))
    return smallest


def _cheapest(w: Workload) -> Floats:
    """The least costs of all, among the combinations that fit."""
    best = np.empty(0)
    for block in w.blocks():
        rows = w.reference(block, (BY, "fits"))
        best = np.sort(np.concatenate([best, rows[BY][rows["fits"]]]))[:K]
    return best


def _front(w: Workload) -> Indices:
    """The combinations that no other beats: first among those of a run, whose loss is one, then among all."""
    tokens = len(w.tokens)
    runs = len(w.params) * tokens
    designs = np.arange(0, w.size, runs)
    found = []
    for first in range(0, runs, tokens):
        index = designs + np.arange(first, first + tokens)[:, None]
        rows = w.reference(index.ravel(), (*OBJECTIVES, "fits"))
        cost, days, fits = (rows[name].reshape(index.shape) for name in (BY, "train_days", "fits"))
        order = np.lexsort((days, np.where(fits, cost, np.inf)))
        least = np.take_along_axis(np.where(fits, days, np.inf), order, axis=1)
        before = np.minimum.accumulate(least, axis=1)[:, :-1]
        better = least < np.column_stack([np.full(tokens, np.inf), before])
        found.append(np.take_along_axis(index, order, axis=1)[better])
    return _unbeaten(w, np.sort(np.concatenate(found)))


def _unbeaten(w: Workload, index: Indices) -> Indices:
    """In the order of loss, then cost, then days: what none before it beats or equals."""
    rows = w.reference(index, OBJECTIVES)
    cost, days = rows[BY].tolist(), rows["train_days"].tolist()
    stairs: list[tuple[float, float]] = []  # of those so far: ever more cost, ever fewer days
    found = []
    for place in np.lexsort((rows["train_days"], rows[BY], rows["loss"])).tolist():
        step = cost[place], days[place]
        at = bisect.bisect_right(stairs, step)
        if at and stairs[at - 1][1] <= step[1]:
            continue
        end = at
        while end < len(stairs) and stairs[end][1] >= step[1]:
            end += 1
        stairs[at:end] = [step]
        found.append(place)
    return index[found]


def _columns_fault(w: Workload, columns: Mapping[str, Any]) -> str:
    found = {name: np.asarray(columns[name]) for name in COLUMNS}
    for name, values in found.items():
        if len(values) != w.size:
            return f"{name}: {len(values)} values"
    for block in w.blocks():
        for name, right in w.reference(block, COLUMNS).items():
            error = np.abs(found[name][block[0] : block[-1] + 1] - right) / np.abs(right)
            if not error.max() <= TOLERANCE:
                return f"{name}: off by {error.max():.1e}"
    return ""


def _unordered_fault(w: Workload, columns: Mapping[str, Any], right: Floats) -> str:
    found = [np.asarray(columns[name]) for name in COLUMNS]
    if {len(values) for values in found} != {w.size}:
        return f"{len(found[0])} values"
    days = found[COLUMNS.index("train_days")]
    return _statistics_fault(np.array([(v.min(), v.max(), v.sum(), (v * days).sum()) for v in found]), right)


def _statistics_fault(found: Floats, right: Floats) -> str:
    """Sums are of many terms, added in any order."""
    words = ("minimum", "maximum", "sum", "sum of products")
    for name, ones, others in zip(COLUMNS, found, right, strict=True):
        for word, one, other in zip(words, ones, others, strict=False):
            if not abs(one - other) <= abs(other) * (100 * TOLERANCE if "sum" in word else TOLERANCE):
                return f"{name}: {word} {one!r}, not {other!r}"
    return ""


def _best_fault(w: Workload, index: Indices, right: Floats) -> str:
    if index.shape != right.shape or (index % len(right) != np.arange(len(right))).any():
        return "not one combination of each group"
    won = w.reference(index, (BY, "fits"))
    error = np.abs(won[BY] - right) / right
    return "" if won["fits"].all() and error.max() <= TOLERANCE else f"winners that are not the best: {error.max():.1e}"


def _top_fault(w: Workload, index: Indices, right: Floats) -> str:
    found = w.reference(index, (BY, "fits"))
    if len(np.unique(index)) != len(right) or not found["fits"].all():
        return f"{len(np.unique(index))} combinations that fit, not {len(right)}"
    error = np.abs(np.sort(found[BY]) - right) / right
    return "" if error.max() <= TOLERANCE else f"other combinations: {error.max():.1e}"


def _front_fault(index: Indices, right: Indices) -> str:
    if len(np.unique(index)) != len(index):
        return "a combination twice"
    others = len(np.setxor1d(index, right))
    return f"{others} combinations too many or too few" if others else ""


def _file_fault(w: Workload, path: Path, right: Floats) -> str:
    """What is read back."""
    import duckdb  # noqa: PLC0415 - not installed everywhere

    files = f"{path}/*" if path.is_dir() else str(path)
    source = f"read_parquet('{files}')" if path.suffix == ".parquet" else f"read_csv('{files}', header = true)"
    wanted = ", ".join(f"min({name}), max({name}), fsum({name}), fsum({name} * train_days)" for name in COLUMNS)
    query = f"SELECT count(*), count(DISTINCT hardware), min(chips), max(tokens), {wanted} FROM {source}"  # noqa: S608 - our own text
    with duckdb.connect() as connection:
        found = connection.execute(query).fetchone() or ()
    if found[:4] != (w.size, len(w.hardware), min(w.chips), max(w.tokens)):
        return f"rows, chips, least chips, most tokens: {found[:4]}"
    return _statistics_fault(np.array(found[4:]).reshape(-1, 4), right)
