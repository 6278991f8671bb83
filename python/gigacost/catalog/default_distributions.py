"""How uncertain the default model's inputs and quantities are: the distributions that ship, each with its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from gigacost.catalog.files import data

ASSUMPTION = "assumption"
"""The title of the source of those that nothing published gives."""


@dataclass(frozen=True, slots=True)
class Default:
    """The distribution of one name where nobody gives another."""

    distribution: str
    """As in the table ``uncertain`` of a specification."""
    source: str
    date: str
    note: str = ""

    @property
    def is_assumption(self) -> bool:
        """Whether nothing published stands behind it."""
        return self.source == ASSUMPTION


@cache
def defaults() -> Mapping[str, Default]:
    """The distributions by name of input or quantity of the default model."""
    return _read("uncertain")


@cache
def later() -> Mapping[str, Default]:
    """Those of the names that the model has for later years only."""
    return _read("later")


def left_open(names: Collection[str], given: Collection[str]) -> dict[str, Default]:
    """Those about what a model of these names leaves open when some are given."""
    known = {**defaults(), **later()}
    return {name: one for name, one in known.items() if name in names and name not in given}


def _read(table: str) -> Mapping[str, Default]:
    tables = data("uncertainty")
    found = {}
    for name, one in tables[table].items():
        source = tables["sources"][one["source"]]
        found[name] = Default(
            distribution=one["distribution"],
            source=source["title"],
            date=source["date"],
            note=one.get("note", ""),
        )
    return MappingProxyType(found)
