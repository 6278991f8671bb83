"""The catalogue's axes: which labels they have, and which of them a spelling means."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from gigacost.catalog.dates import DAY_FORM, day
from gigacost.errors import CatalogError, Fault, nearest, show

AXES = ("hardware", "precision", "market", "provider_class", "region", "model", "as_of")
PROVIDERS = {"aws": "aws-", "google": "gcp-", "azure": "azure-"}
_SHOWN = 12
_ALL, _EVERY = ("all", "any", "every"), '"*"'
"""What people write for all labels of an axis, and what does mean them."""
_EXAMPLES = 3


def fold(label: str) -> str:
    """The form in which labels are compared: NFC, without case, spaces and underscores as hyphens."""
    return unicodedata.normalize("NFC", label).casefold().strip().replace(" ", "-").replace("_", "-")


class Labels:
    """The labels of one axis with everything that may be said for them."""

    def __init__(self, axis: str, entries: Mapping[str, Mapping[str, Any]]) -> None:
        self._axis = axis
        self.all = tuple(entries)
        self.offered = tuple(name for name, entry in entries.items() if entry.get("status") != "announced")
        self._meant: dict[str, str] = {}
        for name in entries:
            self._meant[fold(name)] = name
        for name, entry in entries.items():
            for alias in _aliases(axis, name, entry):
                self._meant.setdefault(fold(alias), name)

    def nearest(self, label: str) -> str:
        """The label that a mistyped one means, quoted; empty where none is near."""
        spelled = nearest(fold(label), self._meant).strip('"')
        return f'"{self._meant[spelled]}"' if spelled else ""

    def canonical(self, label: str) -> str:
        """The label that is meant; CatalogError with the nearest one where none is."""
        if not isinstance(label, str):
            message = f"{self._axis} = {show(label)}: expected text, got {type(label).__name__}"
            raise CatalogError(message)
        known = self._meant.get(fold(label))
        if known is None:
            hint = _EVERY if fold(label) in _ALL else self.nearest(label)
            raise CatalogError(unknown(self._axis, label, self.offered, hint))
        return known


def canonical_day(label: str) -> str:
    """The date itself, if it is one; CatalogError else."""
    if not isinstance(label, str):
        message = f"as_of = {show(label)}: expected text, got {type(label).__name__}; allowed: {DAY_FORM}"
        raise CatalogError(message)
    try:
        return day(label).isoformat()
    except ValueError as problem:
        message = f"as_of = {show(label)}: {problem}; allowed: {DAY_FORM}"
        raise CatalogError(message) from None


def unknown(kind: str, label: str, allowed: Iterable[str], hint: str) -> Fault:
    """The fault of a name that nothing has: the list where it is short, else some, of its family if there are any."""
    names = list(allowed)
    some = _of_family(fold(label), names) or names[:_EXAMPLES]
    listed = ", ".join(names) if len(names) <= _SHOWN else f"one of {len(names)}, as {', '.join(some)}"
    return Fault(kind, show(label), "not in the catalogue", listed, hint)


def _of_family(label: str, names: Iterable[str]) -> list[str]:
    """The names that begin most alike, of those of one family: with the same word, or with the same chip."""
    word = re.match(r"[a-z]{3,}|[^-]+", label)
    if word is None:
        return []
    begins = re.compile(re.escape(word[0]) + r"(?![a-z])")
    family = [name for name in names if begins.match(fold(name))]
    return sorted(family, key=lambda name: -_alike(label, fold(name)))[:_EXAMPLES]


def _alike(label: str, name: str) -> int:
    """How many characters they begin with alike."""
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(label, name, strict=False)))


def _aliases(axis: str, name: str, entry: Mapping[str, Any]) -> Iterable[str]:
    own = [*entry.get("aliases", ()), *([entry["name"]] if axis in {"hardware", "model"} and "name" in entry else [])]
    yield from own
    if axis == "hardware" and "vendor" in entry:
        yield from (f"{entry['vendor']} {one}" for one in (name, *own))
    if axis == "region":
        if entry.get("level") in {"country", "us_state"}:
            yield entry["name"]
        prefix = PROVIDERS.get(entry.get("provider", ""))
        if prefix and name.startswith(prefix):
            yield name.removeprefix(prefix)
