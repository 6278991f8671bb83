"""What a service counts, in the text form that Prometheus reads (version 0.0.4).

Each worker counts for itself, under its label ``worker``; whichever of them is asked tells the counts of all.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

KIND = b"text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Upper bounds of the classes of seconds."""
FAMILIES: Mapping[str, tuple[str, str]] = {
    "gigacost_info": ("gauge", "1, with the versions of gigacost and Python as labels."),
    "gigacost_requests_total": ("counter", "Requests that were answered, by operation and status."),
    "gigacost_request_seconds": ("histogram", "Seconds from a request's headers to the end of its answer."),
    "gigacost_requests_in_flight": ("gauge", "Requests that are being answered."),
    "gigacost_refused_total": ("counter", "Requests that were refused, by the limit or the field that refused them."),
    "gigacost_combinations_total": ("counter", "Combinations that were evaluated."),
    "gigacost_cache_hits_total": ("counter", "Answers that were not computed again, as the client had them (304)."),
    "gigacost_jobs": ("gauge", "Jobs that are kept, by state."),
    "gigacost_jobs_total": ("counter", "Jobs that have ended, by state."),
    "process_resident_memory_bytes": ("gauge", "Memory of the process."),
    "process_start_time_seconds": ("gauge", "When the process started, in seconds since 1970."),
}
"""Type and help of each family."""

Sample = tuple[str, str, dict[str, str], float]
"""Family, what stands behind its name, labels, value."""


class Metrics:
    """The counts of one worker. Requests are counted by the event loop's thread, combinations by any."""

    def __init__(self, worker: int = 0) -> None:
        self.worker = str(worker)
        self.in_flight = 0
        self.cache_hits = 0
        self.jobs: Mapping[str, int] = Counter()
        """Jobs that are kept, by state."""
        self.jobs_ended: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: dict[str, list[float]] = {}
        self._combinations = 0
        self._lock = threading.Lock()
        self._started = time.time()

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests[operation, status] += 1
        self.cache_hits += status == 304  # noqa: PLR2004 - the status of what has not changed
        classes = self._seconds.get(operation)
        if classes is None:
            classes = self._seconds[operation] = [0.0] * (len(BOUNDS) + 2)
        place = next((i for i, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        classes[place] += 1
        classes[-1] += seconds

    def evaluated(self, combinations: int) -> None:
        """Count combinations."""
        with self._lock:
            self._combinations += combinations

    def samples(self) -> list[Sample]:
        """Everything that was counted."""
        from platform import python_version

        from gigacost._engine import __version__

        found: list[Sample] = []

        def add(family: str, value: float, suffix: str = "", **labels: str) -> None:
            found.append((family, suffix, {"worker": self.worker, **labels}, value))

        add("gigacost_info", 1, version=__version__, python=python_version())
        for (operation, status), requests in self._requests.items():
            add("gigacost_requests_total", requests, operation=operation, status=str(status))
        for operation, classes in self._seconds.items():
            total = 0.0
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), classes, strict=False):
                total += count
                add("gigacost_request_seconds", total, "_bucket", operation=operation, le=bound)
            add("gigacost_request_seconds", total, "_count", operation=operation)
            add("gigacost_request_seconds", classes[-1], "_sum", operation=operation)
        add("gigacost_requests_in_flight", self.in_flight)
        for reason, count in self.refused.items():
            add("gigacost_refused_total", count, reason=reason)
        add("gigacost_combinations_total", self._combinations)
        add("gigacost_cache_hits_total", self.cache_hits)
        for state, count in self.jobs.items():
            add("gigacost_jobs", count, state=state)
        for state, count in self.jobs_ended.items():
            add("gigacost_jobs_total", count, state=state)
        add("process_start_time_seconds", self._started)
        if (memory := resident_bytes()) is not None:
            add("process_resident_memory_bytes", memory)
        return found


def text(samples: Iterable[Sample]) -> bytes:
    """Samples of one worker or of several, as Prometheus reads them."""
    by_family: dict[str, list[Sample]] = {}
    for sample in samples:
        by_family.setdefault(sample[0], []).append(sample)
    lines = []
    for family, (kind, what) in FAMILIES.items():
        if family not in by_family:
            continue
        lines += [f"# HELP {family} {what}", f"# TYPE {family} {kind}"]
        for name, suffix, labels, value in by_family[family]:
            said = ",".join(f'{key}="{_escaped(label)}"' for key, label in labels.items())
            lines.append(f"{name}{suffix}{{{said}}} {_number(value)}")
    return ("\n".join(lines) + "\n").encode()


def resident_bytes() -> int | None:
    """The memory of this process; None where the system does not say."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123 - a tenth of the time, at every question
            pages = file.read().split()[1]
    except OSError:
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: Any) -> str:  # noqa: ANN401 - as JSON gave it
    return str(int(value)) if float(value).is_integer() else repr(float(value))
