"""How soon an answer is there, for those who call it from a service: ``python benches/latency.py``."""

from __future__ import annotations

import itertools
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gigacost
import results
from alone import Measured, answer_if_asked, ask, run_alone
from gigacost.model import default
from results import say

FIRST = str(Path(__file__).with_name("first_call.py"))
CANDIDATES = 5000
TOP = 20
THREADS = (1, 2, 4, 8)
FRESH = 10
"""How many fresh processes the first call is measured in."""
CALLS = {"estimate": 300, "candidates": 40}
HARDWARE = ("a100-sxm-80", "h100-sxm", "h200-sxm", "b200-sxm")
MARKETS = ("own", "on_demand", "reserved_1y")
BOOK = {
    "name": "ours",
    "date": "2026-10",
    "discounts": {"on_demand": 0.15, "reserved_1y": 0.25},
    "rental": [
        {"hardware": hardware, "market": "on_demand", "usd_per_chip_hour": price, "date": "2026-10-01"}
        for hardware, price in (("h100-sxm", 1.95), ("h200-sxm", 2.4), ("b200-sxm", 3.6))
    ],
}
"""A private price book."""
BREAKDOWN = [quantity.name for quantity in (*default().contributions, *default().subtotals)]
_counter = itertools.count(1)


def one_estimate() -> gigacost.Estimate:
    """An estimate of a run that nobody has asked for before."""
    chips = 1024 + 8 * next(_counter)
    return gigacost.estimate(hardware="h100-sxm", chips=chips, params="70B", tokens="15T")


def candidates(shift: int) -> dict[str, list[Any]]:
    """A table of designs; another one for each shift."""
    rows = range(CANDIDATES)
    return {
        "hardware": [HARDWARE[i % len(HARDWARE)] for i in rows],
        "market": [MARKETS[i // 7 % len(MARKETS)] for i in rows],
        "chips": [256 + 8 * ((i * 37 + shift) % 2048) for i in rows],
        "params": [1e9 * (7 + i % 397) for i in rows],
        "tokens": [1e12 * (1 + (i * 13 + shift) % 29) + i for i in rows],
    }


def best_candidates(threads: int | None = None) -> int:
    """The 20 cheapest of 5,000 designs under our own prices, with the breakdown of their costs."""
    table = gigacost.zipped(candidates(next(_counter)))
    sweep = gigacost.Sweep({"candidate": table}, columns=BREAKDOWN, fixed={"runs_per_year": 2}, catalog=BOOK)
    return len(sweep.top(TOP, threads=threads).rows)


def warm(call: Callable[[], object], name: str) -> Measured:
    """The median and the 95th percentile of many calls."""
    for _ in range(3):
        call()
    seconds = []
    for _ in range(CALLS[name]):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    seconds.sort()
    return {
        "median": statistics.median(seconds),
        "p95": seconds[math.ceil(0.95 * len(seconds)) - 1],
        "calls": len(seconds),
    }


def in_threads(call: Callable[[], object], count: int) -> Measured:
    """Calls a second, for each number of threads that call at once."""
    call()
    rates = {}
    for threads in THREADS:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda _: call(), range(threads)))
            start = time.perf_counter()
            list(pool.map(lambda _: call(), range(count)))
            rates[str(threads)] = count / (time.perf_counter() - start)
    return {"calls_per_second": rates}


MEASURES: dict[str, Callable[[], Measured]] = {
    "estimate": lambda: warm(one_estimate, "estimate"),
    "candidates": lambda: warm(best_candidates, "candidates"),
    "estimate-threads": lambda: in_threads(one_estimate, 400),
    "candidates-threads": lambda: in_threads(lambda: best_candidates(threads=1), 48),
}


def first_calls() -> list[Measured]:
    """The first calls of fresh processes which find compiled modules, as those of an installed package are."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        runs = [run_alone([FIRST], 60.0, environment) for _ in range(1 + FRESH)]
    return [run for run in runs[1:] if "failed" not in run]


def main() -> None:
    """Measure all of them, each in a process of its own."""
    first = first_calls()
    found: dict[str, Any] = {
        "first": {name: statistics.median(run[name] for run in first) for name in ("import", "estimate")},
        "fresh_processes": len(first),
    }
    say(f"latency: {found['first']}")
    for name in MEASURES:
        found[name] = ask(__file__, name)
        say(f"latency: {name}: {found[name]}")
    results.merge("latency", found)


if __name__ == "__main__":
    answer_if_asked(MEASURES)
    main()
