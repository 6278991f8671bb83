"""What a private price book may say: its tables, their fields, the range of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gigacost.catalog.dates import PARTIAL_FORM, last_day
from gigacost.errors import Fault, nearest, show
from gigacost.graph.declarations import SMALLEST

_LIMIT = 1e30
_MOST_EXACT = 2**53


@dataclass(slots=True)
class Faults:
    """Everything found wrong with a book, with the line where it stands."""

    path: str
    line_of: Callable[[str], int | None] = field(default=lambda _field: None)
    found: list[Fault] = field(default_factory=list)

    def add(self, where: str, value: str, what: str, allowed: str = "", hint: str = "") -> None:
        """Note one fault."""
        line = self.line_of(where)
        path = f"{self.path}:{line}" if self.path and line else self.path
        safe = where if where.isprintable() else show(where)[1:-1]
        self.found.append(Fault(safe, value, what, allowed, hint, path))


type_names = {bool: "boolean", int: "integer", float: "number", str: "text", list: "list", dict: "table"}


def type_name(value: object) -> str:
    """The type of a value in a book, as its author would call it."""
    return type_names.get(type(value), type(value).__name__)


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number within limits."""

    low: float = 0.0
    high: float = _LIMIT
    open_low: bool = True
    open_high: bool = False
    whole: bool = False

    @property
    def allowed(self) -> str:
        """The range as text."""
        kind = "a whole number " if self.whole else ""
        low = f"{'>' if self.open_low else '>='} {self.low:g}"
        if self.high == _LIMIT:
            return f"{kind}{low} and finite"
        return f"{kind}{low} and {'<' if self.open_high else '<='} {self.high:g}"

    def check(self, where: str, value: object, faults: Faults) -> bool:
        """Whether the value is legal; if not, the fault is noted."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            faults.add(where, show(value), f"expected a number, got {type_name(value)}", self.allowed)
            return False
        if isinstance(value, int) and abs(value) > _MOST_EXACT and self.whole:
            faults.add(where, show(value), "out of range", self.allowed)
            return False
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        above = self.low < number >= SMALLEST if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        if not (math.isfinite(number) and above and below and (not self.whole or number == math.floor(number))):
            faults.add(where, show(value), "out of range", self.allowed)
            return False
        return True


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text, of a list of choices where there is one."""

    choices: tuple[str, ...] = ()
    date: bool = False

    def check(self, where: str, value: object, faults: Faults) -> bool:
        """Whether the value is legal; if not, the fault is noted."""
        allowed = PARTIAL_FORM if self.date else ", ".join(self.choices)
        if not isinstance(value, str):
            faults.add(where, show(value), f"expected text, got {type_name(value)}", allowed)
            return False
        if self.choices and value not in self.choices:
            faults.add(where, show(value), "unknown", allowed, nearest(value, self.choices))
            return False
        if self.date:
            try:
                last_day(value)
            except ValueError as problem:
                faults.add(where, show(value), str(problem), allowed)
                return False
        if not value.strip() or not value.isprintable():
            what = "contains characters that cannot be seen" if value.strip() else "empty"
            faults.add(where, show(value), what, "text")
            return False
        return True


@dataclass(frozen=True, slots=True)
class Names:
    """A list of names."""

    def check(self, where: str, value: object, faults: Faults) -> bool:
        """Whether the value is legal; if not, the fault is noted."""
        if not isinstance(value, list):
            faults.add(where, show(value), f"expected a list of text, got {type_name(value)}")
            return False
        legal = True
        for place, item in enumerate(value):
            legal = Text().check(f"{where}[{place}]", item, faults) and legal
        return legal


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose values are all of one kind, under a fixed list of keys."""

    keys: tuple[str, ...]
    of: Number

    def check(self, where: str, value: object, faults: Faults) -> bool:
        """Whether the value is legal; if not, the faults are noted."""
        return check_table(where, value, dict.fromkeys(self.keys, self.of), faults)


Kind = Number | Text | Names | Table


def check_table(
    where: str, value: object, kinds: Mapping[str, Kind], faults: Faults, required: Iterable[str] = ()
) -> bool:
    """Check every key of a table against the kinds; unknown, wrong and missing keys are noted."""
    if not isinstance(value, dict):
        faults.add(where, show(value), f"expected a table, got {type_name(value)}")
        return False
    before = len(faults.found)
    for key, item in value.items():
        inside = f"{where}.{key}" if where else str(key)
        kind = kinds.get(key)
        if kind is None:
            faults.add(inside, "", "unknown key", ", ".join(kinds), nearest(str(key), kinds))
        else:
            kind.check(inside, item, faults)
    for key in required:
        if key not in value:
            faults.add(f"{where}.{key}" if where else key, "", "missing")
    return len(faults.found) == before


def is_plain(value: Any) -> bool:  # noqa: ANN401 - anything a caller passes
    """Whether a mapping given from Python has only text keys, to any depth that matters."""
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)
