"""What writing combinations that lie together takes, and what writing more of them will."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Self

from gigacost.queries.forecast.order import GOLDEN, spread_order
from gigacost.queries.space import Space

_TICK = 1e-6
"""No less is measured [s]."""


@dataclass(frozen=True)
class Strip:
    """What writing some combinations took."""

    length: int
    rows: int
    bytes: int
    cpu: float
    """Seconds of all threads, with all that had been searched for already."""
    searching: float = 0.0
    """What the first time took more."""
    idle: float = 1.0
    """Seconds times threads, for each second that a thread was busy."""

    @property
    def all_cpu(self) -> float:
        """Seconds of all threads, with the search."""
        return self.cpu + self.searching


class Writer:
    """Writes strips of a space to a file that is removed. Measures processor time: other programs take none of it."""

    def __init__(self, space: Space, ending: str, threads: int, *, searches: bool) -> None:
        self._space, self._threads, self._searches = space, threads, searches
        self._folder = TemporaryDirectory()
        self._path = os.path.join(self._folder.name, "rows" + ending)  # noqa: PTH118 - importing pathlib takes 5 ms

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def strip(self, first: int, length: int) -> Strip:
        """Combinations from the ``first`` on, written twice: the second time nothing has to be searched for.

        Whatever else keeps the machine busy only makes a run longer: of two the shorter one counts.
        """
        part = self._space.part(first, first + length)

        def once() -> tuple[float, float, int]:
            start, cpu = time.perf_counter(), time.process_time()
            rows = part.write(self._path, threads=self._threads)
            return time.process_time() - cpu, time.perf_counter() - start, rows

        runs = [once(), once()]
        size = os.stat(self._path).st_size  # noqa: PTH116 - importing pathlib takes 5 ms
        cpu, _, rows = min(runs)
        idle = min(max(seconds * self._threads / max(cpu, _TICK), 1.0) for cpu, seconds, _ in runs)
        return Strip(length, rows, size, cpu, max(runs[0][0] - cpu, 0.0) if self._searches else 0.0, idle)


def spread(size: int, parts: int, length: int) -> tuple[int, ...]:
    """Where strips begin, one in each part of the space, in an order that is spread over it should time run out."""
    begins = []
    for position in spread_order(parts):
        first, end = size * position // parts, size * (position + 1) // parts
        begins.append(min(first + int(max(end - first - length, 0) * (position * GOLDEN % 1.0)), size - length))
    return tuple(begins)
