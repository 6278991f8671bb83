"""gigacost beside what people would use instead, in one run: ``python benches/peers.py [TASK ...] [--rounds N]``.

Every contender does every task in fresh processes of its own, round after round in turn; the median of the rounds
counts. Answers are checked in the first round, against the model's own functions called with arrays.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import results
import tasks
from alone import run_alone, warm_memory
from contenders import CONTENDERS
from results import say
from tasks import TASKS

CONTEND = str(Path(__file__).with_name("contend.py"))
IRREGULAR = ("materialise", "best", "parquet")
"""The tasks that are done with irregular axes too: compression and caches may profit from regular ones."""
ROUNDS = {False: 3, True: 2}
"""With regular axes, and with irregular ones."""
_MOST_SECONDS = 600.0


def main() -> None:
    """Run the tasks that are asked for, and put what was found into the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", default=TASKS, metavar="TASK", help=", ".join(TASKS))
    parser.add_argument("--rounds", type=int, help="instead of three (two with irregular axes)")
    parser.add_argument("--only", nargs="*", default=list(CONTENDERS), choices=list(CONTENDERS), help="contenders")
    parser.add_argument("--folder", help="where files are written; a fast disk with 2 GB free")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = list(results.load().get("peers", {}).get("rows", []))
    for task in asked.tasks:
        for irregular in (False, True) if task in IRREGULAR else (False,):
            rounds = asked.rounds or ROUNDS[irregular]
            with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
                found = compare(task, asked.only, rounds, Path(folder), irregular=irregular)
            new = {(row["task"], row["irregular"], row["contender"]) for row in found}
            rows = [row for row in rows if (row["task"], row["irregular"], row["contender"]) not in new] + found
            packages = dict.fromkeys(contender.package for contender in CONTENDERS.values() if contender.package)
            results.merge("peers", {"rows": sorted(rows, key=_place)}, packages)
    if any(row["fault"] for row in rows):
        sys.exit("an answer is wrong: see the faults in results.json")


def compare(task: str, names: Sequence[str], rounds: int, folder: Path, *, irregular: bool) -> list[dict[str, Any]]:
    """One task, done by all who do it, in turn."""
    able = [name for name in names if task in CONTENDERS[name].tasks]
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in able}
    failed: dict[str, str] = {}
    right = folder / "expected.npy"
    np.save(right, tasks.expected(task, tasks.workload_of(task, irregular=irregular)))
    for number in range(rounds):
        if task == "materialise":
            warm_memory()
        for name in (name for name in able if name not in failed):
            arguments = [name, task, "--folder", str(folder), *(["--irregular"] if irregular else [])]
            check = ["--check", str(right)] if number == 0 else []
            found = run_alone([CONTEND, *arguments, *check], _MOST_SECONDS)
            if "failed" in found:
                failed[name] = found["failed"]
            else:
                runs[name].append(found)
            shown = found.get("failed") or found["fault"] or f"{found['seconds']:.4f} s"
            say(f"{task}{', irregular' if irregular else ''}, {number + 1}/{rounds}: {name}: {shown}")
    return [
        {"task": task, "irregular": irregular, "contender": name, **_median(runs[name], failed.get(name, ""))}
        for name in able
    ]


def _median(runs: list[dict[str, Any]], failed: str) -> dict[str, Any]:
    if not runs or failed:
        return {"failed": failed, "fault": ""}
    seconds = [run["seconds"] for run in runs]
    return {
        "seconds": statistics.median(seconds),
        "fastest": min(seconds),
        "slowest": max(seconds),
        "rounds": len(runs),
        "rows": runs[0]["rows"],
        "peak_bytes": max(run["peak_bytes"] for run in runs),
        "file_bytes": runs[0]["file_bytes"],
        "sampled": runs[0]["sampled"],
        "checked": runs[0]["fault"] is not None,
        "fault": runs[0]["fault"] or "",
    }


def _place(row: dict[str, Any]) -> tuple[bool, int, int]:
    return row["irregular"], TASKS.index(row["task"]), list(CONTENDERS).index(row["contender"])


if __name__ == "__main__":
    main()
