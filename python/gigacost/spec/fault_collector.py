"""What is wrong with a specification, collected while it is read, each fault with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from gigacost.errors import Fault, SpecError, nearest, show, type_name
from gigacost.spec.files import Document
from gigacost.spec.spec import DEFAULT

_OPTIONS = {
    "uncertain": "--uncertain",
    "draws": "--draws",
    "preset": "--preset",
    "carry": "--carry",
    "base_year": "--base-year",
    "query.where": "--where",
    "query.columns": "--columns",
}
"""What sets a key, or those of a table, on the command line."""


class FaultCollector:
    """The faults of one document, in the order in which they were found."""

    def __init__(self, document: Document, typed: Collection[str]) -> None:
        """``typed``: the names and keys that the command line gave."""
        self.document = document
        self.typed = typed
        self.faults: list[Fault] = []

    def raise_faults(self) -> None:
        """Raise SpecError with the faults, if there are any."""
        if self.faults:
            raise SpecError(*self.faults)

    @contextmanager
    def _collecting(self) -> Iterator[None]:
        try:
            yield
        except SpecError as error:
            self.faults += [self._placed(fault) for fault in error.faults]

    def _placed(self, fault: Fault) -> Fault:
        parts = re.split(r"[.\[ ]", fault.field)
        typed = len(parts) > 1 and parts[0] in {"axes", "fixed"} and parts[1] in self.typed
        key = ".".join(parts[:2])
        option = "--set" if typed else ""
        if key in self.typed:
            option = _OPTIONS.get(key) or _OPTIONS.get(parts[0], "")
        return replace(fault, path=fault.path or option or self.document.position(fault.field))

    def _refuse(self, at: str, value: object, what: str, allowed: str = "", hint: str = "") -> None:
        shown = "" if value is None else show(value)
        self.faults.append(self._placed(Fault(at, shown, what, allowed, hint)))

    def _unexpected(self, at: str, value: object, expected: str) -> None:
        self._refuse(at, value, "missing value" if value is None else f"expected {expected}, got {type_name(value)}")

    def _only(self, at: str, table: Mapping[str, Any], keys: Collection[str]) -> None:
        for key, value in table.items():
            if key not in keys:
                place = f"{at}.{key}" if at else key
                self._refuse(place, value, "unknown key", ", ".join(keys), nearest(key, keys))

    def _table(self, tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        table = tree.get(key, {})
        if isinstance(table, Mapping):
            return table
        self._unexpected(key, table, f'table or "{DEFAULT}"' if key == "uncertain" else "table")
        return {}
