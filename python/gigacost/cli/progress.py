"""Progress on stderr, where somebody is watching: share done, rate, time left."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gigacost.cli import process
from gigacost.cli.views.numbers import duration, scaled

_EVERY = 0.1
"""Seconds between two updates."""
_AFTER = 0.3
"""Seconds before the first: what is quick shows nothing."""
_WIDTH = 24
_USUAL_COLUMNS = 80


@contextmanager
def watched(what: str, combinations: int) -> Iterator[Callable[[int], None] | None]:
    """What to hand to a query as ``progress``; None where nobody watches a terminal that can redraw a line.

    ``combinations`` is 0 where nobody can tell how many there will be.
    """
    process.evaluating = True
    if not sys.stderr.isatty() or os.environ.get("TERM") in {None, "", "dumb"}:
        yield None
        return
    line = _Line(what, combinations)
    try:
        yield line.update
    finally:
        line.clear()


class _Line:
    """One line that is written over."""

    def __init__(self, what: str, combinations: int) -> None:
        self.what = what
        self.combinations = combinations
        self.start = self.last = time.monotonic()
        self.shown = False

    def update(self, done: int) -> None:
        """Redraw, unless that was just done."""
        now = time.monotonic()
        if now - self.start < _AFTER or now - self.last < _EVERY:
            return
        self.last = now
        # A query may pass over the space several times (quantiles do): then only the rate can be told.
        share = done / self.combinations if self.combinations and done <= self.combinations else None
        rate = done / (now - self.start)
        of = f" of {scaled(self.combinations)}" if self.combinations else ""
        parts = [f"{self.what}  {scaled(done)}{of}", f"{scaled(rate)}/s"]
        if share is not None:
            full = round(share * _WIDTH)
            parts.insert(1, f"[{'#' * full}{'.' * (_WIDTH - full)}] {share:4.0%}")
            parts += [f"{duration((now - self.start) * (1 - share) / share)} left"] if share else []
        text = "  ".join(parts)[: max(_columns() - 1, 1)]
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()
        self.shown = True

    def clear(self) -> None:
        """Leave the line empty."""
        if self.shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def _columns() -> int:
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns or _USUAL_COLUMNS  # some terminals do not say how wide they are
