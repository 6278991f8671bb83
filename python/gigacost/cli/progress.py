"""Progress on stderr, where somebody is watching: share done, rate, time left; or a log of parts."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gigacost.cli import hosted, process
from gigacost.units.numbers import duration, scaled

if TYPE_CHECKING:
    from gigacost.distribute.driver import Event

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
    if run := hosted.current():
        yield run.watch.progress(combinations)
        return
    process.evaluating = True
    if not _is_watched():
        yield None
        return
    line = _Line(what, combinations)
    try:
        yield line.update
    finally:
        line.clear()


@contextmanager
def parts_watched(
    what: str,
    parts: int,
    combinations: int,
    *,
    log: str | None = None,
    rows: Callable[[Any], int] | None = None,
    **plan: Any,  # noqa: ANN401 - plain data
) -> Iterator[Callable[[Event], None] | None]:
    """What to hand to ``drive`` as ``report``: one line for all parts, or their log; None where nobody wants either.

    ``parts`` is 0 where nobody knows how many there will be; ``combinations`` are those of all.
    ``rows`` says of a part's result how many rows it has; ``plan`` is what the log says
    at its beginning beside the number of parts.
    """
    process.evaluating = True
    if log:
        with _logged(what, parts, combinations, rows, plan) as report:
            yield report
        return
    if not _is_watched():
        yield None
        return
    line = _PartsLine(what, parts, combinations)
    try:
        yield line.report
    finally:
        line.clear()


@contextmanager
def _logged(
    what: str, parts: int, combinations: int, rows: Callable[[Any], int] | None, plan: dict[str, Any]
) -> Iterator[Callable[[Event], None]]:
    """A JSON object a line: ``plan``, for each part ``part``, ``lost`` and ``retry`` as they happen, and ``end``."""
    import json

    start = time.monotonic()
    done = 0

    def say(event: str, **fields: Any) -> None:  # noqa: ANN401 - plain data
        kept = {key: value for key, value in fields.items() if value is not None}
        text = json.dumps({"event": event, "elapsed": round(time.monotonic() - start, 3), **kept})
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def report(event: Event) -> None:
        nonlocal done
        task = {"part": event.task.name, "range": event.task.range}
        if event.kind == "part":
            done += 1
            count = None if rows is None else rows(event.result)
            seconds = round(event.seconds, 6)
            say("part", **task, rows=count, seconds=seconds, worker=event.place, tries=event.tries, done=done)
        elif event.kind == "lost":
            say("lost", **task, tries=event.tries, why=event.why)
        elif event.kind == "retry":
            say("retry", **task, tries=event.tries)

    say("plan", question=what, parts=parts or None, combinations=combinations, **plan)
    failed = True
    try:
        yield report
        failed = False
    finally:
        say("end", parts=parts or None, done=done, complete=not failed)


def _is_watched() -> bool:
    """Whether somebody looks at a terminal that can redraw a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in {None, "", "dumb"}


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
        parts = [f"{self.what}  {self.counted(done)}", f"{scaled(rate)}/s"]
        if share is not None:
            full = round(share * _WIDTH)
            parts.insert(1, f"[{'#' * full}{'.' * (_WIDTH - full)}] {share:4.0%}")
            parts += [f"{duration((now - self.start) * (1 - share) / share)} left"] if share else []
        text = "  ".join(parts)[: max(_columns() - 1, 1)]
        sys.stderr.write(f"\r\x1b[2K{text}")
        sys.stderr.flush()
        self.shown = True

    def counted(self, done: int) -> str:
        """How much is done of what."""
        return scaled(done) + (f" of {scaled(self.combinations)}" if self.combinations else "")

    def clear(self) -> None:
        """Leave the line empty."""
        if self.shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


class _PartsLine(_Line):
    """One line for all parts."""

    def __init__(self, what: str, parts: int, combinations: int) -> None:
        super().__init__(what, combinations)
        self.parts = parts
        self.parts_done = self.done = self.lost = 0

    def report(self, event: Event) -> None:
        """Count a part that is done, or whose worker was lost."""
        if event.kind == "part":
            self.parts_done += 1
            first, stop = event.task.range or (0, 0)
            self.done += stop - first
        self.lost += event.kind == "lost"
        self.update(self.done)

    def counted(self, done: int) -> str:
        """Parts, of which there are more than one can think of as combinations."""
        del done
        lost = f", {self.lost:,} lost" if self.lost else ""
        of = f" of {self.parts:,}" if self.parts else ""
        return f"{self.parts_done:,}{of} parts{lost}"


def _columns() -> int:
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        columns = 0
    return columns or _USUAL_COLUMNS  # some terminals do not say how wide they are
