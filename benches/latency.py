"""How long a back end waits: ``python benches/latency.py [--json]``.

A table of 5,000 candidates that is new with every call, under a private price book, its twenty cheapest with their cost
by driver; a single estimate; the first estimate of a fresh process; many threads that ask at once. Medians, after a few
calls that compile and read what is then kept.
"""

from __future__ import annotations

import argparse
import compileall
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gigacost
from gigacost import Sweep, estimate, zipped
from gigacost.model import default

CANDIDATES = 5_000
WINNERS = 20
WARMING = 3
CALLS = 15
ESTIMATES = 300
PROCESSES = 7
THREADS = (1, 2, 4, 8)
CHIPS = ("a100-sxm-80", "h100-sxm", "h200-sxm", "b200-sxm", "mi300x")
MARKETS = ("own", "colo", "on_demand", "reserved_1y", "reserved_3y", "spot")
COLUMNS = ("cost_total_usd", "train_days", *(quantity.name for quantity in default().contributions))
QUOTES = {"a100-sxm-80": 1.2, "h100-sxm": 2.1, "h200-sxm": 2.6, "b200-sxm": 3.9, "mi300x": 1.9}
BOOK: dict[str, Any] = {
    "name": "ours",
    "date": "2026-10-01",
    "rental": [{"hardware": chip, "market": "on_demand", "usd_per_chip_hour": usd} for chip, usd in QUOTES.items()],
    "discounts": {"reserved_1y": 0.15, "reserved_3y": 0.25},
    "accelerators": {"h100-sxm": {"price_usd": 24_000, "price_scope": "board"}},
}
FIRST = """
import time
start = time.perf_counter()
import gigacost
gigacost.estimate(hardware="h100-sxm", chips=16384, params="405B", tokens="15.6T")
print(time.perf_counter() - start)
"""


def candidates(seed: int) -> dict[str, list[Any]]:
    """A table as a back end draws it up."""
    drawn = random.Random(seed)  # noqa: S311 - no secret
    rows = range(CANDIDATES)
    return {
        "hardware": [drawn.choice(CHIPS) for _ in rows],
        "chips": [drawn.randrange(8, 32_768) for _ in rows],
        "params": [drawn.uniform(1e9, 5e11) for _ in rows],
        "tokens": [drawn.uniform(1e11, 3e13) for _ in rows],
        "market": [drawn.choice(MARKETS) for _ in rows],
        "electricity_usd_per_kwh": [drawn.uniform(0.03, 0.15) for _ in rows],
    }


def cheapest(table: dict[str, list[Any]], book: object = BOOK) -> object:
    """The call of a back end."""
    return Sweep({"candidates": zipped(table)}, columns=COLUMNS, catalog=book).top(WINNERS)  # type: ignore[arg-type]


def one(i: int) -> object:
    """An estimate that was not asked for before."""
    return estimate(hardware=CHIPS[i % 5], chips=1_024 + i, params=1e9 * (i + 1), tokens=1e12)


def median_ms(call: Callable[[Any], object], arguments: Iterable[Any]) -> float:
    """Milliseconds that a call takes once it is warm."""
    taken = []
    for argument in arguments:
        start = time.perf_counter()
        call(argument)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[WARMING:]) * 1e3


def first_ms() -> float:
    """Milliseconds of import and first estimate in a fresh process, with bytecode at hand as after an installation."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PYTHONPYCACHEPREFIX": folder, "PATH": ""}
        package = str(Path(gigacost.__file__).parent)
        before, sys.pycache_prefix = sys.pycache_prefix, folder
        compileall.compile_dir(package, quiet=2)
        sys.pycache_prefix = before
        command = [sys.executable, "-c", FIRST]
        seconds = [
            float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
            for _ in range(PROCESSES + WARMING)
        ]
    return statistics.median(seconds[WARMING:]) * 1e3


def per_second(threads: int, call: Callable[[Any], object], arguments: list[Any]) -> float:
    """Calls a second that so many threads get answered together."""
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        list(pool.map(call, arguments))
        return len(arguments) / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    tables = [candidates(seed) for seed in range(WARMING + CALLS)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.csv"
        rows = "".join(f"{chip},on_demand,{usd},2026-10-01\n" for chip, usd in QUOTES.items())
        path.write_text("hardware,market,usd_per_chip_hour,date\n" + rows)
        found = {
            "top 20 of 5,000, book as a mapping [ms]": median_ms(cheapest, tables),
            "top 20 of 5,000, book as a file [ms]": median_ms(lambda table: cheapest(table, path), tables),
            "estimate [ms]": median_ms(one, range(ESTIMATES)),
            "estimate under a book [ms]": median_ms(
                lambda i: estimate(hardware="h100-sxm", chips=8 + i, params=1e9, tokens=1e12, catalog=BOOK),
                range(ESTIMATES),
            ),
            "import and first estimate [ms]": first_ms(),
        }
    for threads in THREADS:
        found[f"top 20 of 5,000, {threads} threads [1/s]"] = per_second(threads, cheapest, tables * 2)
        found[f"estimates, {threads} threads [1/s]"] = per_second(threads, one, list(range(ESTIMATES)))
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{value:10.2f}  {name}")


if __name__ == "__main__":
    main()
