"""Kills workers while they answer questions and write datasets; prints how often, and how many answers were wrong.

``make chaos SEED=1 COUNT=300``; a wrong answer is told with the seed and the number of the run, and ends it with 1.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import multiprocessing
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

_LONGEST = 300.0
"""Seconds after which a run hangs."""
_ENDED_WITHIN = 20.0
"""Seconds until no worker is left."""


def main() -> None:
    """Do it as often as the command line says."""
    import worker_chaos  # noqa: PLC0415 - workers import this script, and have no need of it

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int, default=200, metavar="COUNT", help="questions asked, and datasets written")
    asked = parser.parse_args()
    start = time.monotonic()
    watch = partial(faulthandler.dump_traceback_later, _LONGEST, exit=True)
    found = worker_chaos.killed(asked.seed, asked.runs, watch)
    faulthandler.cancel_dump_traceback_later()
    seconds = round(time.monotonic() - start, 1)
    left = _left()
    print(json.dumps({"seed": asked.seed, **found, "processes left": left, "seconds": seconds}, indent=2))
    sys.exit(1 if found["wrong"] or left else 0)


def _left() -> int:
    """How many processes do not end."""
    deadline = time.monotonic() + _ENDED_WITHIN
    while (left := len(multiprocessing.active_children())) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


if __name__ == "__main__":
    main()
