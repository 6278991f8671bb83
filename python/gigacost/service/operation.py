"""A question as a service offers it: what may be said of it, and how it is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from gigacost.service.limits import Cancelled, LimitError, Limits

if TYPE_CHECKING:
    from gigacost.queries.export import Tabular

Report = Callable[[int, int], None]
"""Told how far an answer is: ``(done, of)``, from any thread; ``of`` is 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks."""

    documents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Specifications by name, as ``spec``: what a file would hold."""
    options: Mapping[str, Any] = field(default_factory=dict)
    catalog: str | Mapping[str, Any] | None = None
    """A private price book: its content, or the name under which it is mounted."""
    rows_to: Callable[[Tabular], object] | None = None
    """Takes the rows, where these are wanted as a table in place of JSON."""


@dataclass(slots=True)
class Answer:
    """What is answered."""

    document: Any
    """What ``--json`` prints."""
    notes: list[str] = field(default_factory=list)
    """What the command line says on stderr: ``warning: ...``, ``note: ...``."""


class Watch:
    """How an answer is watched from another thread: how far it is, and whether it is still wanted."""

    def __init__(self, limits: Limits, report: Report | None = None) -> None:
        self.limits = limits
        self._report = report
        self._end = time.monotonic() + limits.seconds
        self._cancelled = threading.Event()
        self.combinations = 0
        """How many were asked for."""

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return max(self._end - time.monotonic(), 0.0)

    def cancel(self) -> None:
        """Say that nobody waits for it any more."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise Cancelled where nobody waits, LimitError where the time is over."""
        if self._cancelled.is_set():
            raise Cancelled
        if time.monotonic() > self._end:
            seconds = self.limits.seconds
            raise LimitError.of("seconds", seconds, seconds, "the answer takes longer than is granted here")

    def progress(self, of: int) -> Callable[[int], None]:
        """What a query is handed as ``progress``, where there are ``of`` combinations (0: nobody knows)."""

        def done(count: int) -> None:
            self.check()
            if self._report is not None:
                self._report(count, of)

        return done


class Operation(Protocol):
    """A question that a service offers."""

    @property
    def name(self) -> str:
        """As it is asked: ``top``, ``break-even``."""

    @property
    def summary(self) -> str:
        """A line on it."""

    @property
    def description(self) -> str:
        """What it answers, in some lines."""

    @property
    def documents(self) -> tuple[str, ...]:
        """The specifications that it takes: ``spec``, or ``a`` and ``b`` too."""

    @property
    def has_rows(self) -> bool:
        """Whether it answers rows, which may be taken as a table."""

    @property
    def options(self) -> Mapping[str, Any]:
        """The JSON Schema of its options: an object."""

    def answer(self, asked: Asked, watch: Watch) -> Answer:
        """The answer. Raises SpecError, LimitError, Cancelled."""
