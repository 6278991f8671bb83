"""What `sweep --dry-run` foretells, beside what the sweep then is: ``make slow SEED=1``.

Random specifications of 10,000 to 100,000,000 combinations, each asked and then written in a fresh process: rows have
to be those foretold (in the interval, where there is a condition), bytes within 10 %, core-seconds within 25 %. Exit
code 1 if one is not. Times are true on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HARDWARE = ["a100-sxm-80", "h100-sxm", "h200-sxm", "b200-sxm", "gb200-nvl72", "mi300x"]
REGIONS = ["us-tx", "us-va", "us-or", "us-wa", "us-ca", "us-ny", "us-oh", "us-ga", "us-az", "us-nv"]
MARKETS = ["own", "colo", "on_demand", "reserved_1y", "reserved_3y"]
LABELS = {"hardware": HARDWARE, "market": MARKETS, "region": REGIONS, "precision": ["bf16", "fp8"]}
LOG = {"chips": (256, 32768), "params": (2e9, 1e12), "tokens": (2e11, 3e13)}
LINEAR = {
    "electricity_usd_per_kwh": (0.03, 0.14),
    "staff_fte": (20, 400),
    "cost_of_capital": (0.04, 0.15),
    "experiments_factor": (1, 4),
    "runs_per_year": (1, 12),
}
COLUMNS = (
    ["cost_total_usd"],
    ["cost_total_usd", "train_days"],
    ["cost_total_usd", "total_project_usd", "train_days", "facility_mw", "mfu", "loss"],
    ["train_days", "chip_hours", "energy_mwh", "cost_energy_usd", "cost_total_usd", "cost_staff_usd", "loss"],
)
CONDITIONS = ("train_days <= 90", "train_days <= 200 and cost_total_usd <= 400e6", 'market != "own"', "chips >= 2048")
ENDINGS = (".parquet", ".parquet", ".csv", ".csv.gz")
LEAST = 1e4
"""Combinations of the smallest."""
BYTES, CORE_SECONDS = 0.10, 0.25
"""How far an estimate may be off."""


class Case(NamedTuple):
    """A specification, and the file it is written to."""

    spec: dict[str, Any]
    ending: str
    about: str


def case(rng: random.Random, combinations: int) -> Case:
    """A random specification of about so many combinations."""
    names = ["hardware", "chips", "params", "tokens"]
    names += rng.sample([*LABELS, *LINEAR][1:], rng.randint(1, 3))
    names.sort(key=lambda _: rng.random())
    counts = {name: rng.randint(2, len(LABELS[name])) if name in LABELS else 2 for name in names}
    many = [name for name in names if name not in LABELS]
    while math.prod(counts.values()) < combinations:
        counts[rng.choice(many)] *= 1.3
    counts = {name: int(count) for name, count in counts.items()}
    axes: dict[str, Any] = {}
    for name in names:
        if name in LABELS:
            axes[name] = LABELS[name][: counts[name]]
        else:
            least, most = LOG.get(name) or LINEAR[name]
            axes[name] = {"from": least, "to": most, "steps": counts[name], "scale": "log" if name in LOG else "linear"}
    axes["chips"]["multiple_of"] = 8
    searched = rng.random() < 0.6
    columns = list(rng.choice(COLUMNS))
    spec: dict[str, Any] = {"version": 1, "axes": axes, "fixed": {} if searched else {"mfu": 0.38}}
    if "market" not in axes:
        spec["fixed"]["market"] = "own"
    about = ["layouts" if searched else "mfu given"]
    if rng.random() < 0.2 and combinations <= 1e6:
        columns = ["mean(cost_total_usd)", "p90(cost_total_usd)"]
        spec |= {"uncertain": {"pue": "uniform 1.1..1.5"}, "draws": {"count": 32, "seed": 1}}
        about.append("draws")
    spec["query"] = {"columns": columns}
    if rng.random() < 0.5:
        known = [text for text in CONDITIONS if "market" in axes or "market" not in text]
        spec["query"]["where"] = rng.choice(known)
        about.append("where")
    return Case(spec, rng.choice(ENDINGS), ", ".join(about))


def answer(*arguments: str) -> dict[str, Any]:
    """What a command prints with --json."""
    command = [sys.executable, "-m", "gigacost", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class Outcome(NamedTuple):
    """What was foretold of a sweep, and what it was."""

    told: dict[str, Any]
    rows: int
    size: int
    core_seconds: float
    cpu_seconds: float

    @property
    def bytes_off(self) -> float:
        """By which share too many bytes were foretold."""
        return float(self.told["bytes"]) / self.size - 1

    @property
    def core_seconds_off(self) -> float:
        """By which share too many core-seconds were foretold."""
        return float(self.told["core_seconds"]) / self.core_seconds - 1

    @property
    def cpu_seconds_off(self) -> float:
        """The same of the time that threads were busy, of which other programs take none."""
        return float(self.told["cpu_seconds"]) / self.cpu_seconds - 1

    def faults(self, *, timed: bool = True) -> list[str]:
        """What was foretold badly."""
        low, high = self.told["rows"]["low"], self.told["rows"]["high"]
        found = [] if low <= self.rows <= high else ["rows"]
        found += ["bytes"] if abs(self.bytes_off) > BYTES else []
        return found + (["core-seconds"] if timed and abs(self.core_seconds_off) > CORE_SECONDS else [])


def outcome(made: Case, folder: Path, runs: int = 1) -> Outcome:
    """A case, foretold, and written so many times: the shortest counts."""
    path, output = folder / "spec.json", folder / f"rows{made.ending}"
    path.write_text(json.dumps(made.spec))
    told = answer("sweep", str(path), "-o", str(output), "--dry-run")
    done = [answer("sweep", str(path), "-o", str(output)) for _ in range(runs)]
    size = output.stat().st_size
    output.unlink()
    seconds, busy = (min(one["meta"]["effort"][name] for one in done) for name in ("seconds", "cpu_seconds"))
    return Outcome(told, done[0]["rows"], size, seconds * told["threads"], busy)


def cases(seed: int, count: int, most: float) -> Iterator[Case]:
    """Random specifications from small to large."""
    for number in range(count):
        share = (number + 0.5) / count
        yield case(random.Random(f"{seed} {number}"), round(LEAST * (most / LEAST) ** share))  # noqa: S311 - no secret


def line(made: Case, found: Outcome) -> str:
    """A row of the table."""
    rows, told = found.told["rows"], found.told
    between = "exact" if rows["low"] == rows["high"] == found.rows else f"{rows['low']:,} to {rows['high']:,}"
    return (
        f"{told['combinations']:>12,} {found.rows:>12,} {between:<26} {found.size:>13,} {found.bytes_off:+7.1%}"
        f" {found.core_seconds:9.3f} {found.core_seconds_off:+5.0%}"
        f" {found.cpu_seconds:9.3f} {found.cpu_seconds_off:+5.0%}"
        f"  {made.ending:<8} {made.about:<25} {', '.join(found.faults())}"
    )


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Print a line for each specification; 1 if one was foretold badly."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--most", type=float, default=1e8, help="combinations of the largest")
    parser.add_argument("--runs", type=int, default=2, help="of each, of which the shortest counts")
    given = parser.parse_args()
    say(
        f"{'combinations':>12} {'rows':>12} {'foretold':<26} {'bytes':>13} {'off':>7} {'core-s':>9} {'off':>5}"
        f" {'cpu-s':>9} {'off':>5}  {'file':<8} {'of':<25} badly foretold"
    )
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for made in cases(given.seed, given.count, given.most):
            found = outcome(made, Path(folder), given.runs)
            bad += bool(found.faults())
            say(line(made, found))
    say(f"{bad} of {given.count} foretold badly; load of the machine {os.getloadavg()[0]:.1f}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
