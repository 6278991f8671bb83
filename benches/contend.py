"""One contender does one task in this process, and says in JSON what it took. ``peers.py`` starts it.

``python benches/contend.py NAME TASK [--irregular] [--check FILE]``
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

import tasks
from contenders import CONTENDERS, Contender
from workload import Workload


def _fault(contender: Contender, task: str, w: Workload, answer: Any, path: Path, right: Path) -> str:  # noqa: ANN401 - a task's own
    if not contender.answers:
        return ""
    known = tasks.expected(task, w) if contender.sampled else np.load(right)
    return tasks.fault(task, w, answer, path, known, ordered=contender.ordered)


def main() -> None:
    """Prepare, warm up on a few combinations, measure, check."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=CONTENDERS)
    parser.add_argument("task", choices=tasks.TASKS)
    parser.add_argument("--irregular", action="store_true")
    parser.add_argument("--check", type=Path, metavar="FILE", help="of what ``tasks.expected`` says")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    asked = parser.parse_args()
    contender = CONTENDERS[asked.name]
    whole = tasks.workload_of(asked.task, irregular=asked.irregular)
    w = whole.sample if contender.sampled else whole
    worker = contender.make()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        # Compilers compile, libraries load, pools of threads start.
        tiny = w.cut(hardware=2, chips=2, others=3)
        tasks.run(worker, asked.task, tiny, Path(folder) / f"tiny.{asked.task}")
        assert w.values  # noqa: S101 - what goes in is at hand before the clock starts
        sweep = w.sweep()
        assert sweep.size == w.size  # noqa: S101 - as above
        if contender.given:
            worker.prepare(w)
        path = Path(folder) / f"rows.{asked.task}"
        seconds, answer = tasks.measured(worker, asked.task, w, path)
        found = {
            "seconds": seconds * whole.size / w.size,
            "rows": whole.size,
            "peak_bytes": tasks.peak_bytes(),
            "file_bytes": tasks.file_bytes(path) if path.exists() else None,
            "sampled": contender.sampled,
            "fault": _fault(contender, asked.task, w, answer, path, asked.check) if asked.check else None,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
