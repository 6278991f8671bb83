"""Kills runs that write datasets, fills their disks, lets their stores fail; prints how often, and what was kept.

``make chaos SEED=1 COUNT=300``; an answer that is not the same bytes ends it with the seed and the number.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import dataset_chaos

KINDS = {
    "kills": (dataset_chaos.killed, "runs killed with -9 at random moments and resumed"),
    "full-disks": (dataset_chaos.full_disks, "runs on disks that fill up, resumed on larger ones"),
    "faulty-stores": (dataset_chaos.faulty_stores, "runs into a bucket whose store fails at a quarter of requests"),
}


def main() -> None:
    """Do each as often as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    for name, (_, what) in KINDS.items():
        parser.add_argument(f"--{name}", type=int, default=0, metavar="COUNT", help=what)
    parser.add_argument("--json", action="store_true")
    asked = vars(parser.parse_args())
    found = {}
    for name, (run, what) in KINDS.items():
        count = asked[name.replace("-", "_")]
        if not count:
            continue
        start = time.monotonic()
        did = run(asked["seed"], count)
        found[name] = {"count": count, "seconds": round(time.monotonic() - start, 1), **dict(sorted(did.items()))}
        if not asked["json"]:
            told = ", ".join(f"{number:,} {kind}" for kind, number in sorted(did.items()))
            print(f"{count:,} {what}: every byte equal; {told} ({found[name]['seconds']} s)", flush=True)
    if asked["json"]:
        print(json.dumps({"seed": asked["seed"], **found}, indent=2))


if __name__ == "__main__":
    main()
