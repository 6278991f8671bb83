"""What one answer may take, whoever asks for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gigacost.errors import Error, Fault

MIB = 2**20
OF_OPTIONS = dict.fromkeys(("k", "limit", "top"), "rows") | {name: name for name in ("draws", "boxes", "seconds")}
"""The limit of an option that is a number."""


def limit(default: float, what: str, low: float = 1) -> Any:  # noqa: ANN401 - as dataclasses have it
    """A number that an operator may set, with the text of its option."""
    return field(default=default, metadata={"help": what, "low": low})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a question may ask for, and what its answer may take."""

    combinations: int = limit(100_000_000, "Combinations of a specification")
    draws: int = limit(65_536, "Draws of a specification", 2)
    columns: int = limit(200, "Columns of a row")
    rows: int = limit(10_000, "Rows of an answer as JSON")
    table_bytes: int = limit(512 * MIB, "Bytes of an answer as an Arrow stream")
    boxes: int = limit(10_000_000, "Boxes that a search may bound")
    seconds: float = limit(30.0, "Seconds that an answer may take")
    threads: int = limit(2, "Threads that compute an answer")

    def refuse(self, name: str, value: float) -> None:
        """Raise LimitError where a value is more than is granted."""
        if value > getattr(self, name):
            raise LimitError.of(name, value, getattr(self, name))


class LimitError(Error):
    """More was asked for than is granted; ``fault`` says of what, and how much is."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault

    def __str__(self) -> str:
        return str(self.fault)

    @classmethod
    def of(cls, field: str, value: float, most: float, what: str = "") -> LimitError:
        """The error of a number beyond its limit."""
        return cls(Fault(field, f"{value:,.12g}", what or "more than is granted here", f"<= {most:,.12g}"))


class Cancelled(Error):  # noqa: N818 - nothing is wrong
    """Nobody waits for the answer any more."""
