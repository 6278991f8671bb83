"""A command that runs within a service: what it is asked, what it answers, what it may take.

Commands are the one text of what can be asked. Within ``running`` a command reads the documents of a request in place
of files, hands over what it would print, and says its notes and its progress to whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.queries.export import Tabular
    from gigacost.service.operation import Watch
    from gigacost.spec.files import Document
    from gigacost.spec.spec import Spec

_CURRENT: ContextVar[Hosted | None] = ContextVar("hosted", default=None)
_MAIN = "spec"
"""The document of a request that has one."""


@dataclass
class Hosted:
    """A run of a command for somebody else."""

    trees: Mapping[str, Mapping[str, Any]]
    """What is asked to be costed, by name."""
    catalog: Catalog
    watch: Watch
    rows_to: Callable[[Tabular], object] | None = None
    """Takes the rows, where these are wanted as a table in place of JSON."""
    answers: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    derived: dict[str, str] = field(default_factory=dict)
    """The client's own expressions by name."""

    def take(self, rows: Tabular, count: int | None = None) -> bool:
        """Whether rows are wanted as a table, and are taken as such. Raises LimitError for too many as JSON."""
        if self.rows_to is not None:
            self.rows_to(rows)
        elif count is not None:
            self.watch.limits.refuse("rows", count)
        return self.rows_to is not None

    def document(self, name: str | None) -> Document:
        """The document that stands for a specification's file."""
        from gigacost.spec.files import Document
        from gigacost.spec.spec import VERSION

        return Document({"version": VERSION, **self.trees.get(name or _MAIN, {})}, is_foreign=True)

    def admit(self, spec: Spec) -> None:
        """Raise LimitError for a specification that asks for more than is granted."""
        self.watch.check()
        asked = {
            "combinations": spec.size,
            "draws": spec.draws.count,
            "columns": len(spec.columns),
            "rows": spec.k or 0,
        }
        for name, value in asked.items():
            self.watch.limits.refuse(name, value)
        self.watch.combinations += spec.size


def current() -> Hosted | None:
    """The run within a service; None where the command line itself runs."""
    return _CURRENT.get()


def granted(rows: int) -> int:
    """How many rows an answer may have that has at most so many here."""
    run = current()
    return rows if run is None else min(rows, run.watch.limits.rows)


def granted_boxes(boxes: int | None) -> int | None:
    """How many boxes a search may bound that is asked to bound so many; None where there is no limit."""
    run = current()
    return run.watch.limits.boxes if run is not None and boxes is None else boxes


@contextmanager
def running(run: Hosted) -> Iterator[None]:
    """Within this, in this thread, commands are asked by somebody else."""
    token = _CURRENT.set(run)
    try:
        yield
    finally:
        _CURRENT.reset(token)
