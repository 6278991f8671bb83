"""What differs between two catalogues: every figure that one has and the other lacks, or has otherwise."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from gigacost.catalog import price_evidence
from gigacost.catalog.catalog import Catalog
from gigacost.catalog.records import Citation, Column
from gigacost.errors import CatalogError

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not the same in two catalogues."""

    column: str
    of: tuple[str, ...]
    """The labels that it depends on, without the date."""
    old: Citation | None
    """None where the catalogue has no such figure."""
    new: Citation | None

    @property
    def kind(self) -> Kind:
        """``added``, ``removed`` or ``changed``."""
        return "added" if self.old is None else "removed" if self.new is None else "changed"

    @property
    def change(self) -> float | None:
        """The new value over the old one, less 1; None where there is no such ratio."""
        if self.old is None or self.new is None or not self.old.value:
            return None
        return self.new.value / self.old.value - 1.0

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        unit = next(one.unit for one in (self.new, self.old) if one)
        sides = {"old": _plain(self.old), "new": _plain(self.new)}
        return {"column": self.column, "of": list(self.of), "unit": unit, **sides, "change": self.change}


def _plain(cited: Citation | None) -> dict[str, Any] | None:
    if cited is None:
        return None
    return {"value": cited.value, "source": cited.source, "date": cited.date, "basis": cited.basis}


def differences(old: Catalog, new: Catalog, as_of: str) -> list[Difference]:
    """All figures that differ at a date, in the order of the columns and labels.

    How well a price is known is told with the price, and is no figure of its own here.
    """
    columns = [column for column in new.columns.values() if column.name not in price_evidence.NAMES]
    return [one for column in columns for one in _of_column(column, old, new, as_of)]


def _of_column(column: Column, old: Catalog, new: Catalog, as_of: str) -> Iterator[Difference]:
    known = [_figures(column, catalog, as_of) for catalog in (old, new)]
    for of in dict.fromkeys(itertools.chain(*known)):
        before, after = (figures.get(of, math.nan) for figures in known)
        if before != after and not (math.isnan(before) and math.isnan(after)):
            yield Difference(column.name, of, *(_cited(column, one, of, as_of) for one in (old, new)))


def _figures(column: Column, catalog: Catalog, as_of: str) -> dict[tuple[str, ...], float]:
    """The figures of a column by their labels, those of announced chips among them."""
    axes = [axis for axis in column.axes if axis != "as_of"]
    labels = {axis: catalog.labels(axis, announced=True) for axis in axes}
    table = catalog.table(column.name, {**labels, "as_of": [as_of]})
    return dict(zip(itertools.product(*labels.values()), table.ravel().tolist(), strict=True))


def _cited(column: Column, catalog: Catalog, of: tuple[str, ...], as_of: str) -> Citation | None:
    axes = [axis for axis in column.axes if axis != "as_of"]
    try:
        cited = catalog.cite(column.name, {**dict(zip(axes, of, strict=True)), "as_of": as_of})
    except CatalogError:  # a label that only the other has
        return None
    return None if cited.is_missing else cited
