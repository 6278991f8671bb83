"""Counts instructions of the engine's kernels, queries and writers: ``python benches/instructions.py [--accept]``.

Time is noisy, counts are not: one that grew by more than a few per cent over ``instructions.json`` is an error.
``--accept`` makes today's counts those to compare with. Needs valgrind, which knows no AVX-512: that level is left out.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import results
from results import say

FILE = Path(__file__).with_name("instructions.json")
ALLOWED = 1.03
"""How many times as many instructions as before are let pass: compilers differ a little."""
_COLLECTED = re.compile(r"Collected : (\d+)")


def main() -> None:
    """Count, compare, note."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="compare with today's counts from now on")
    accept = parser.parse_args().accept
    if shutil.which("valgrind") is None:
        say("instructions: no valgrind here; on Debian and Ubuntu: apt install valgrind")
        return
    counts = counted(binary())
    results.merge("instructions", {"counts": counts})
    if accept or not FILE.exists():
        FILE.write_text(json.dumps(counts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    grown = grew(json.loads(FILE.read_text(encoding="utf-8")), counts)
    for line in grown:
        say(f"instructions: {line}")
    sys.exit(1 if grown else 0)


def grew(before: Mapping[str, float], now: Mapping[str, float]) -> list[str]:
    """What takes more than it may, and what is no longer there."""
    more = [
        f"{name}: {now[name]:.3f} for each value, before {count:.3f}"
        for name, count in before.items()
        if name in now and now[name] > count * ALLOWED
    ]
    return more + [f"{name}: no longer counted" for name in before if name not in now]


def by_kernel(counts: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The counts of each kernel by level; what has no levels has one without a name."""
    kernels: dict[str, dict[str, float]] = {}
    for name, count in counts.items():
        kernel, _, level = name.partition("/")
        kernels.setdefault(kernel, {})[level or "baseline"] = count
    return kernels


def binary() -> str:
    """The compiled ``rust/engine/benches/instructions.rs``."""
    # The whole workspace, so that dependencies have the features that they are built with anyway.
    command = ["cargo", "bench", "--workspace", "--locked", "--bench", "instructions", "--no-run"]
    done = subprocess.run([*command, "--message-format=json"], stdout=subprocess.PIPE, check=True, encoding="utf-8")
    made = [json.loads(line) for line in done.stdout.splitlines()]
    return next(
        str(one["executable"])
        for one in made
        if one.get("executable") and one.get("target", {}).get("name") == "instructions"
    )


def counted(program: str) -> dict[str, float]:
    """The instructions for each value, of everything that the program lists under valgrind."""
    # Listed under valgrind too, which hides the levels of SIMD that it does not know.
    with tempfile.NamedTemporaryFile() as file:
        quiet = ["valgrind", "--tool=none", f"--log-file={file.name}", program]
        listed = subprocess.run(quiet, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout
    counts = {}
    for line in listed.splitlines():
        values, name = line.split(" ", 1)
        callgrind = ["valgrind", "--tool=callgrind", "--toggle-collect=*::measured", "--callgrind-out-file=/dev/null"]
        done = subprocess.run([*callgrind, program, name], capture_output=True, check=True, encoding="utf-8")
        found = _COLLECTED.search(done.stderr)
        counts[name] = round(int(found[1]) / int(values), 4) if found else 0.0
        say(f"instructions: {name}: {counts[name]}")
    return counts


if __name__ == "__main__":
    main()
