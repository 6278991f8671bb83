"""Plain data: what ``to_dict`` of every result does, and what callers' values are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar


class Record:
    """A dataclass that can be had as plain data: its fields by name, and those of what lies within."""

    __slots__ = ()
    _also: ClassVar[tuple[str, ...]] = ()
    """Properties that are part of the plain data too."""
    _if_any: ClassVar[tuple[str, ...]] = ()
    """Fields that are no part of it where they are empty."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as ``--json`` prints it; NaN as None."""
        names = [field.name for field in fields(self)]  # type: ignore[arg-type] # a dataclass
        return self.plainly(*(name for name in names if name not in self._if_any or getattr(self, name)), *self._also)

    def plainly(self, *names: str) -> dict[str, Any]:
        """Some of the fields and properties as plain data."""
        return {name: plain(getattr(self, name)) for name in names}


def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a result
    """A value as plain data: records and mappings as dictionaries, tuples as lists, NaN (a null) as None."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if value is None or isinstance(value, str | int):  # most of all values, and whether it is a mapping is not cheap
        return value
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def unboxed(value: object) -> object:
    """A numpy scalar as the Python number it equals; anything else as it is."""
    if type(value).__module__ == "numpy" and type(value).__name__ != "ndarray" and hasattr(value, "item"):
        return value.item()
    return value


_PLAIN = frozenset({str, int, float})


def without_days(value: Any) -> Any:  # noqa: ANN401 - any value
    """A day of Python's ``datetime`` as its text, and so those of a list or a tuple; anything else as it is."""
    if isinstance(value, list | tuple) and not _PLAIN.issuperset(map(type, value)):
        return [without_days(item) for item in value]
    if isinstance(value, str | int | float):
        return value
    from datetime import date, datetime

    if isinstance(value, datetime):  # pandas' NaT too, which has no date
        day, _, time = value.isoformat().partition("T")
        return day if time.startswith("00:00:00") and "." not in time else value
    return value.isoformat() if isinstance(value, date) else value
