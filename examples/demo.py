"""The demo: a gigafactory of compute, every design of it.

Sweeps 16,777,216 designs to a Parquet file, each with its state, then asks two questions: what is the cheapest design
in time for each model size and token count, and what is the best model that a deadline, a site's power and a budget
allow?

    python examples/demo.py [FILE.parquet]
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

GIGACOST = Path(sys.executable).with_name("gigacost")
SPEC = Path(__file__).with_name("gigafactory.toml")
DAYS = 120
"""How long a run may take, in the first question."""
KNOWN = "is_extrapolated == 0"
"""Chips of which no published run was fitted are left out: what they reach is a guess."""
LIMITS = f"train_days <= 90 and facility_mw <= 30 and cost_total_usd <= 400e6 and {KNOWN}"
SHOWN = 5
"""How many model sizes and token counts of the many are printed."""


def main() -> None:
    """Run the three parts."""
    output = sys.argv[1] if len(sys.argv) > 1 else "gigafactory.parquet"
    command("sweep", str(SPEC), "-o", output)
    print_cheapest()
    print(f"\nThe lowest loss with {LIMITS}:\n", flush=True)
    columns = "cost_total_usd,train_days,facility_mw,loss"
    command("top", str(SPEC), "--by", "loss", "-k", "5", "--distinct", "loss", "--where", LIMITS, "--columns", columns)
    best = lowest_loss()
    print("The first of them, in full:\n", flush=True)
    names = ("hardware", "chips", "params", "tokens", "market", "precision", "region", "provider_class")
    given = [word for name in names for word in (f"--{name.replace('_', '-')}", str(best[name]))]
    command("estimate", *given, "--set", "runs_per_year=2")


def command(*arguments: str) -> None:
    """Show and run a command line."""
    print("$", shlex.join(["gigacost", *arguments]), flush=True)
    subprocess.run([GIGACOST, *arguments], check=True)


def print_cheapest() -> None:
    """The cheapest design for some of the model sizes and token counts."""
    best = rows("--by", "cost_total_usd", "--per", "params,tokens", "--where", f"train_days <= {DAYS} and {KNOWN}")
    cells = {(row["params"], row["tokens"]): row for row in best}
    sizes, counts = (spread(sorted({key[i] for key in cells})) for i in (0, 1))
    print(f"\nThe cheapest design within {DAYS} days, by model size (down) and tokens (across):\n")
    print(f"{'':>8}" + "".join(f"{tokens / 1e12:>25.1f}T" for tokens in counts))
    for params in sizes:
        lines = [design(cells.get((params, tokens))) for tokens in counts]
        print(f"{params / 1e9:>7.0f}B" + "".join(f"{line[0]:>26}" for line in lines))
        print(f"{'':>8}" + "".join(f"{line[1]:>26}" for line in lines))
    print(flush=True)


def design(row: Mapping[str, Any] | None) -> tuple[str, str]:
    """A design in two lines: cost and time; chips and market."""
    if row is None:
        return f"not in {DAYS} days", ""
    cost = f"${row['cost_total_usd'] / 1e6:,.2f}M in {row['train_days']:.1f} d"
    return cost, f"{row['chips']:,} {row['hardware']} {row['market'].removeprefix('reserved_')}"


def spread(values: list[float]) -> list[float]:
    """A few of the values, the ends among them."""
    return [values[round(i * (len(values) - 1) / (SHOWN - 1))] for i in range(SHOWN)]


def lowest_loss() -> dict[str, Any]:
    """The design with the lowest loss within the limits; the first of equals."""
    return rows("--by", "loss", "-k", "1", "--where", LIMITS)[0]


def rows(*asked: str) -> list[dict[str, Any]]:
    """The rows that ``gigacost top`` answers."""
    answer = subprocess.run([GIGACOST, "top", str(SPEC), *asked, "--json"], check=True, stdout=subprocess.PIPE)
    return list(json.loads(answer.stdout)["rows"])


if __name__ == "__main__":
    main()
