"""Measuring in a process of its own: a script starts itself again with ``--alone WHAT`` and reads what that prints."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import tasks

Measured = dict[str, Any]


def measured(work: Callable[[], Any]) -> Measured:
    """The seconds that something took, and the most memory that the process ever had."""
    start = time.perf_counter()
    answer = work()
    return {"seconds": time.perf_counter() - start, "peak_bytes": tasks.peak_bytes(), "answer": answer}


def answer_if_asked(measures: Mapping[str, Callable[[], Measured]]) -> None:
    """In a process that was started by ``ask``: measure, print, end. In others: nothing."""
    if sys.argv[1:2] == ["--alone"]:
        print(json.dumps(measures[sys.argv[2]]()))
        sys.exit()


def ask(script: str, what: str, *, seconds: float = 900.0) -> Measured:
    """What a script measures of something; ``failed`` says why when it could not."""
    return run_alone([script, "--alone", what], seconds)


def run_alone(script: Sequence[str], seconds: float, environment: Mapping[str, str] = MappingProxyType({})) -> Measured:
    """The JSON that a Python script with its arguments prints last, or ``failed``; it sees ``environment`` too."""
    try:
        done = subprocess.run(
            [sys.executable, *script],
            env={**os.environ, **environment},
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"took more than {seconds:.0f} s"}
    if done.returncode:
        # A process that was killed says nothing: out of memory, as a rule.
        last = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return {"failed": last[-1][:200]}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def middle(runs: Sequence[Measured]) -> Measured:
    """One of several runs, with the median of their seconds and the most of their memory; a failed one if any did."""
    broken = [run for run in runs if "failed" in run]
    if broken:
        return broken[0]
    seconds = statistics.median(run["seconds"] for run in runs)
    return {**runs[0], "seconds": seconds, "peak_bytes": max(run["peak_bytes"] for run in runs)}


def warm_memory() -> None:
    """Touch memory and give it back: the first time ever, a virtual machine's host has to find it."""
    size = min(6 << 30, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
    run_alone(["-c", f"import numpy; numpy.ones({size // 8}); print('{{}}')"], seconds=120.0)
