"""Sends the service what its schema allows, and what it does not: COUNT random requests of each operation.

``make fuzz-service SEED=1 COUNT=300``; a failure is told with the request, and ends it with 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

from service_fuzz import MIB, fuzz

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    given = parser.parse_args()
    run = fuzz(given.seed, given.count)
    print(run.told)
    print(f"{run.requests:,} requests; memory {run.rss_before / MIB:.0f} MiB before, {run.rss_after / MIB:.0f} after")
    sys.exit(run.code)
