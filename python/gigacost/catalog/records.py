"""What the catalogue answers with: columns, figures with their sources, presets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """A table of figures over some of the catalogue's axes."""

    name: str
    unit: str
    axes: tuple[str, ...]
    doc: str
    low: float = 0.0
    high: float = math.inf
    """The legal range, also of a value that a user gives in place of the figure."""
    low_open: bool = False
    """Whether the lower limit itself is refused (0 for a divisor)."""
    integer: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """One figure with all that is needed to check it."""

    value: float
    """In ``unit``; NaN where the catalogue has none."""
    unit: str
    source: str
    """Title and address of where it stands; empty only where the value is missing."""
    date: str
    """Of the figure or of its source: ``2025``, ``2025-03`` or ``2025-03-17``."""
    basis: str
    """``quoted``, ``derived``, ``default``, ``fitted``, ``extrapolated`` or ``missing``, followed by what was done."""

    @property
    def is_missing(self) -> bool:
        """Whether the catalogue has no such figure."""
        return math.isnan(self.value)


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider's rental price of a chip: a dated quote, which may or may not be chosen."""

    usd_per_chip_hour: float
    date: str
    provider: str
    region: str
    note: str
    source: str
    discounts: str
    """Which of a private book's discounts are off it; empty where none is."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one provider's quotes count as among those that a price is chosen of."""

    usd_per_chip_hour: float
    date: str
    provider: str
    regions: int
    """How many regions it is the lower median of."""
    source: str
    is_price: bool
    """Whether it is the price, or the price is derived from it."""
    market: str
    """The market of the quotes: another one's where the price is derived from it."""


@dataclass(frozen=True, slots=True)
class Period:
    """A price with the days from and to which it holds."""

    since: str
    until: str
    """The last day; empty where the price holds for good."""
    price: Citation


@dataclass(frozen=True, slots=True)
class Published:
    """One figure that was published about a run or a site."""

    quantity: str
    """The model's quantity to compare with, or an expression of some; empty where none is comparable."""
    value: float
    unit: str
    what: str
    source: str
    date: str
    note: str = ""
    given: Mapping[str, float | str] = field(default_factory=dict, hash=False)
    """What the figure itself says of the site or of the price."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A published training run or site."""

    name: str
    doc: str
    kind: str
    """``run`` or ``site``."""
    fixed: Mapping[str, float | str] = field(hash=False)
    """What to fix to repeat it: names of the model and of the catalogue's axes."""
    published: tuple[Published, ...]
    lab: str = ""
    """Who trained or built it."""
    note: str = ""
    assumed: tuple[str, ...] = ()
    """What of ``fixed`` was not published."""
    unpredictable: str = ""
    """Why it cannot be held against the model; empty where it can."""
    epoch_row: str = ""
    """The name of the run in Epoch AI's table of costs; empty where it is not there."""


def missing(unit: str, why: str) -> Citation:
    """The citation of a figure that the catalogue does not have."""
    return Citation(math.nan, unit, "", "", f"missing: {why}")
