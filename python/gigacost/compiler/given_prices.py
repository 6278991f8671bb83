"""Prices of chips that are given: of them the catalogue does not know how well they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gigacost.catalog import chip_prices
from gigacost.catalog.price_evidence import COLUMNS
from gigacost.catalog.rental import RENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from gigacost.catalog import Catalog
    from gigacost.spec.spec import Spec

_EVIDENCE = {column.name: column.axes.index("market") for column in COLUMNS}
"""Where the market stands among the axes of each column that says how well a price is known."""


class _Bound(Protocol):
    """What is needed of a bound specification."""

    catalog: Catalog
    spec: Spec

    @property
    def labels(self) -> Mapping[str, tuple[int | None, tuple[str, ...]]]: ...

    def origin(self, name: str) -> str: ...


def without_given(
    bound: _Bound, column: str, axes_labels: list[tuple[str, ...]], figures: NDArray[np.float64]
) -> NDArray[np.float64]:
    """A column's figures over labels, without those about a price that the specification or the model gives."""
    place = _EVIDENCE.get(column)
    given = [name for name in (RENT, chip_prices.COLUMN) if place is not None and _is_given(bound, name)]
    if place is None or not given:
        return figures
    import numpy as np

    rented = bound.catalog.table("is_rented", {"market": axes_labels[place]})
    hidden = np.where(rented == 1.0, RENT in given, chip_prices.COLUMN in given)
    return np.where(hidden.reshape([-1 if axis == place else 1 for axis in range(figures.ndim)]), np.nan, figures)


def is_about_given(bound: _Bound, column: str) -> bool:
    """Whether a figure of the catalogue is about a price that is given, in a specification without axes."""
    if column not in _EVIDENCE or bound.origin(column) != "catalogue":
        return False
    market = bound.labels["market"][1][0]
    return _is_given(
        bound, RENT if bound.catalog.cite("is_rented", {"market": market}).value == 1.0 else chip_prices.COLUMN
    )


def _is_given(bound: _Bound, name: str) -> bool:
    """Whether a figure is not the catalogue's: a value, an override of the model, or a distribution of its own."""
    distribution = bound.spec.uncertain.get(name)
    return bound.origin(name) in {"spec", "model"} or (distribution is not None and not distribution.relative)
