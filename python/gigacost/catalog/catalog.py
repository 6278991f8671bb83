"""The catalogue: axes with labels, columns of figures, and where every figure comes from."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from gigacost._cache import LruCache
from gigacost.catalog import architectures, epoch, hardware, markets, price_evidence, regions, rental, step_time
from gigacost.catalog.chip_prices import ChipPrice
from gigacost.catalog.columns import COLUMNS, TABLES
from gigacost.catalog.dates import day, last_day
from gigacost.catalog.files import DATA, data, released
from gigacost.catalog.fingerprint import fingerprint
from gigacost.catalog.labels import AXES, Labels, canonical_day, unknown
from gigacost.catalog.presets import presets
from gigacost.catalog.price_index import PriceIndex
from gigacost.catalog.records import Citation, Column, Offer, Period, Preset, Vote
from gigacost.catalog.shown import ShownCatalog
from gigacost.errors import CatalogError, Fault, SpecError, nearest, show

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DATE = "2026-11-21"
"""The day on which the bundled figures were compiled: the default as-of date."""

_DEFAULTS = {"precision": "bf16", "market": "on_demand", "provider_class": "neocloud", "region": "usa"}
_SHELF = {column.name: shelf for shelf, columns in TABLES.items() for column in columns}
_RENT = rental.COLUMN.name
_BOOKS_KEPT = 16
_TABLES_KEPT = 512
_LARGEST_KEPT = 4096
"""How many figures a table has that is kept."""
_CITATIONS_KEPT = 4096


class Catalog(ShownCatalog):
    """Facts and prices with their sources. Immutable, picklable, safe to share between threads.

    Equal catalogues have equal content. Nothing is read before it is asked for, and nothing from the network.

    Examples
    --------
    >>> import gigacost
    >>> catalog = gigacost.Catalog.bundled()
    >>> catalog.cite("mem_gib", {"hardware": "h100-sxm"}).unit
    'GiB/chip'
    >>> usa = {"pue": 1.1, "source": "our meter", "date": "2026-01"}
    >>> mine = catalog.layered({"name": "mine", "date": "2026-01-01", "regions": {"usa": usa}})
    >>> mine.cite("pue", {"region": "usa"}).value
    1.1
    """

    __slots__ = ("_books", "_citations", "_folder", "_layers", "_memo", "_tables")
    _layers: tuple[Mapping[str, Any], ...]
    _folder: Path
    """Where the files of its public figures are."""
    _memo: dict[str, Any]
    _books: LruCache
    """The catalogues with a book over this one, by the book's content."""
    _tables: LruCache
    _citations: LruCache

    def __init__(self, layers: tuple[Mapping[str, Any], ...] = (), folder: Path = DATA) -> None:
        """Use ``bundled``, ``released`` and ``layered``; ``layers`` are price books already checked."""
        object.__setattr__(self, "_layers", layers)
        object.__setattr__(self, "_folder", folder)
        object.__setattr__(self, "_memo", {})
        object.__setattr__(self, "_books", LruCache(_BOOKS_KEPT))
        object.__setattr__(self, "_tables", LruCache(_TABLES_KEPT))
        object.__setattr__(self, "_citations", LruCache(_CITATIONS_KEPT))

    @classmethod
    def bundled(cls) -> Catalog:
        """The catalogue that ships with the package; always the same object."""
        return _BUNDLED

    @classmethod
    def released(cls, folder: str | os.PathLike[str]) -> Catalog:
        """The public figures of another release, to compare with: its installed package, or its source tree.

        Raises SpecError where the folder is neither.
        """
        return cls((), released(folder))

    def layered(self, book: str | os.PathLike[str] | Mapping[str, Any]) -> Catalog:
        """The catalogue with a private price book over it: a TOML file, a CSV price list, or a mapping.

        The form is that of ``gigacost.catalog.price_books.checks``. A book of the same content gives the same
        catalogue, while it is among the last that were laid; what is changed in a book afterwards changes no catalogue.
        Raises SpecError naming everything that is wrong with the book.
        """
        from gigacost.catalog.price_books import checks
        from gigacost.catalog.price_books.loading import found

        opened = found(book)

        def over() -> Catalog:
            tables, faults = opened.tables()
            chips, regions, models = map(self._entries, ("accelerators", "regions", "models"))
            below = checks.Below(chips, regions, models, self._data("rental")["providers"])
            return Catalog((*self._layers, checks.checked(tables, below, faults)), self._folder)

        return over() if opened.key is None else self._books.get(opened.key, over)

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes whose labels the catalogue knows."""
        return AXES

    @property
    def date(self) -> str:
        """The day of the catalogue: of its bundled figures, or of a newer book over them."""
        books = (last_day(layer["date"]).isoformat() for layer in self._layers if "date" in layer)
        return max([DATE, *books])

    @property
    def columns(self) -> Mapping[str, Column]:
        """All columns by name."""
        return COLUMNS

    @property
    def presets(self) -> Mapping[str, Preset]:
        """Published runs and sites by name."""
        found: dict[str, Preset] = self._once("presets", lambda: presets(self._data("presets")))
        return MappingProxyType(found)

    @property
    def price_index(self) -> PriceIndex:
        """What turns dollars of a date into dollars of a year."""
        found: PriceIndex = self._once("price index", lambda: PriceIndex(self._data("price_index")))
        return found

    @property
    def sha256(self) -> str:
        """The hash of the content, bundled and private, in hexadecimal."""
        digest: str = self._once("sha256", lambda: fingerprint(self._folder, self._layers))
        return digest

    def labels(self, axis: str, *, announced: bool = False) -> tuple[str, ...]:
        """The labels of an axis, in the catalogue's order; none for ``as_of``, where every date is legal.

        Announced chips, not to be had yet, are listed only when asked for.
        """
        self._check_axis(axis)
        if axis == "as_of":
            return ()
        names = self._labels(axis)
        return names.all if announced else names.offered

    def default(self, axis: str) -> str | None:
        """The default label of an axis; None where there is none."""
        self._check_axis(axis)
        return self.date if axis == "as_of" else _DEFAULTS.get(axis)

    def canonical(self, axis: str, label: str) -> str:
        """The label that a spelling or an alias means; CatalogError naming the nearest where none is meant."""
        self._check_axis(axis)
        return canonical_day(label) if axis == "as_of" else self._labels(axis).canonical(label)

    def entry(self, axis: str, label: str) -> Mapping[str, Any]:
        """All that is recorded under a label, as in the data file: name, notes, aliases, unverified fields and so on.

        Raises CatalogError for an unknown label, and for ``as_of``, which has no entries.
        """
        if axis == "as_of":
            message = "as_of: dates have no entries"
            raise CatalogError(message)
        return MappingProxyType(dict(self._of_axis(axis)[self.canonical(axis, label)]))

    def table(self, column: str, selection: Mapping[str, Sequence[str]]) -> NDArray[np.float64]:
        """A column's figures over the selected labels: one dimension per axis of the column, in its order.

        NaN where a figure is missing. An axis that is not selected stands for its default. The array cannot be written
        to: who asks again is given the same. Raises CatalogError for an unknown column or label, and for an axis with
        neither selection nor default.
        """
        axes = self._column(column).axes
        given = tuple([tuple(selection[axis]) if axis in selection else None for axis in axes])
        if math.prod([len(labels) for labels in given if labels]) > _LARGEST_KEPT:
            return self._tabulated(column, given)
        return self._tables.get((column, given), lambda: self._tabulated(column, given))

    def cite(self, column: str, choice: Mapping[str, str]) -> Citation:
        """One figure of a column with its source, date and basis; its value is NaN where it is missing.

        Raises CatalogError as ``table`` does.
        """
        axes = self._column(column).axes
        given = tuple([choice.get(axis) for axis in axes])
        return self._citations.get((column, given), lambda: self._cited(column, given))

    def offers(self, hardware: str, market: str | None = None, provider_class: str | None = None) -> tuple[Offer, ...]:
        """The dated rental quotes of a chip in a market from a class of provider, the oldest first.

        An axis that is not given stands for its default. Raises CatalogError for an unknown label.
        """
        return tuple(self._shelf("rental").offers(*self._rented(hardware, market, provider_class)))

    def votes(
        self, hardware: str, market: str | None = None, provider_class: str | None = None, as_of: str | None = None
    ) -> tuple[Vote, ...]:
        """The votes of providers that the rent of a chip at a date is chosen among, the lowest first. As ``offers``."""
        at = self._selected("as_of", None if as_of is None else (as_of,))[0]
        return tuple(self._shelf("rental").votes(*self._rented(hardware, market, provider_class), day(at)))

    def price_history(
        self, hardware: str, market: str | None = None, provider_class: str | None = None
    ) -> tuple[Period, ...]:
        """The rent of a chip at each date, by the rule that chooses among the quotes; in between it does not change.

        Arguments and errors as of ``offers``.
        """
        return tuple(self._shelf("rental").history(*self._rented(hardware, market, provider_class)))

    def chip_prices(self, hardware: str) -> tuple[ChipPrice, ...]:
        """The dated prices at which a chip is bought, the oldest first. Raises CatalogError for an unknown label."""
        found: tuple[ChipPrice, ...] = self._shelf("hardware").prices(self.canonical("hardware", hardware))
        return found

    def rent(self, hardware: str, market: str, provider_class: str, as_of: str) -> rental.Rent:
        """The rent at a date with the date and provider of its quote, of labels in their one spelling; NaN without."""
        found: rental.Rent = self._shelf("rental").rent(hardware, market, provider_class, day(as_of))
        return found

    def _rented(self, *labels: str | None) -> list[str]:
        axes = COLUMNS[_RENT].axes
        return [
            self._selected(axis, None if label is None else (label,))[0]
            for axis, label in zip(axes, labels, strict=False)
        ]

    def _cited(self, column: str, given: tuple[str | None, ...]) -> Citation:
        labels = [
            self._selected(axis, None if label is None else (label,))[0]
            for axis, label in zip(COLUMNS[column].axes, given, strict=True)
        ]
        found: Citation = self._shelf(_SHELF[column]).figure(*self._arguments(column, labels))
        return found

    def _tabulated(self, column: str, given: tuple[tuple[str, ...] | None, ...]) -> NDArray[np.float64]:
        import numpy as np

        labels = [self._selected(axis, names) for axis, names in zip(COLUMNS[column].axes, given, strict=True)]
        figures = self._rents(labels) if column == _RENT else self._figures(column, labels)
        table = np.array(figures, dtype=np.float64).reshape([len(names) for names in labels]) + 0.0
        table.setflags(write=False)
        return table

    def _figures(self, column: str, labels: Sequence[Sequence[str]]) -> list[float]:
        figure = self._shelf(_SHELF[column]).figure
        return [figure(*self._arguments(column, combination)).value for combination in itertools.product(*labels)]

    def _rents(self, labels: Sequence[Sequence[str]]) -> list[float]:
        chips, markets, classes, dates = labels
        days = [day(date) for date in dates]
        price = self._shelf("rental").price
        return [
            price(chip, market, provider_class, date)
            for chip, market, provider_class in itertools.product(chips, markets, classes)
            for date in days
        ]

    def _arguments(self, column: str, labels: Sequence[str]) -> tuple[Any, ...]:
        if column == _RENT:
            return (*labels[:-1], day(labels[-1]))
        if _SHELF[column] == "price_evidence":
            return (column, *labels[:-1], day(labels[-1]))
        return (column, *labels)

    def _selected(self, axis: str, given: Sequence[str] | None) -> list[str]:
        if given is None:
            default = self.default(axis)
            if default is None:
                message = f"{axis}: no label given, and it has no default"
                raise CatalogError(message)
            return [default]
        return [self.canonical(axis, label) for label in given]

    def _check_axis(self, axis: str) -> None:
        if axis not in AXES:
            raise CatalogError(unknown("axis", axis, AXES, nearest(axis, AXES)))

    def _column(self, name: str) -> Column:
        column = COLUMNS.get(name)
        if column is None:
            raise CatalogError(unknown("column", name, COLUMNS, nearest(name, COLUMNS)))
        return column

    def _labels(self, axis: str) -> Labels:
        found: Labels = self._once(f"labels {axis}", lambda: Labels(axis, self._of_axis(axis)))
        return found

    def _of_axis(self, axis: str) -> Mapping[str, Mapping[str, Any]]:
        if axis in {"market", "provider_class"}:
            shared: Mapping[str, Mapping[str, Any]] = self._data("markets")[
                "markets" if axis == "market" else "provider_classes"
            ]
            return shared
        if axis == "precision":
            precisions: Mapping[str, Mapping[str, Any]] = self._data("precisions")["precisions"]
            return precisions
        return self._entries({"hardware": "accelerators", "region": "regions", "model": "models"}[axis])

    def _entries(self, section: str) -> Mapping[str, Mapping[str, Any]]:
        def merged() -> Mapping[str, Mapping[str, Any]]:
            entries: Mapping[str, Mapping[str, Any]] = self._data(section)[section]
            for layer in self._layers:
                from gigacost.catalog.price_books.merge import merged as over

                entries = over(section, entries, layer)
            return entries

        found: Mapping[str, Mapping[str, Any]] = self._once(f"entries {section}", merged)
        return found

    def _shelf(self, name: str) -> Any:  # noqa: ANN401 - each has its own figure()
        return self._once(f"shelf {name}", getattr(self, f"_{name}_shelf"))

    def _hardware_shelf(self) -> hardware.Hardware:
        sources = self._data("accelerators")["sources"]
        return hardware.Hardware(
            self._entries("accelerators"), sources, self._data("markets"), self._data("chip_prices")
        )

    def _step_time_shelf(self) -> step_time.StepTime:
        return step_time.StepTime(self._entries("accelerators"), self._data("step_time"), self._shelf("hardware"))

    def _price_evidence_shelf(self) -> price_evidence.PriceEvidence:
        terms = self._data("markets")["markets"]
        return price_evidence.PriceEvidence(self._shelf("rental"), self._shelf("hardware"), terms)

    def _regions_shelf(self) -> regions.Regions:
        return regions.Regions(self._entries("regions"), self._data("regions")["sources"])

    def _architectures_shelf(self) -> architectures.Architectures:
        return architectures.Architectures(self._entries("models"))

    def _terms_shelf(self) -> markets.Terms:
        return markets.Terms(self._data("markets"), self._data("precisions"))

    def _epoch_shelf(self) -> epoch.Epoch:
        quoted = self._data("rental")
        return epoch.Epoch(self._entries("accelerators"), self._shelf("hardware"), self._shelf("rental"), quoted)

    def _rental_shelf(self) -> rental.Rental:
        quotes: dict[tuple[str, str, str], list[rental.Quote]] = {}
        discounts: dict[tuple[str, str], rental.Discount] = {}
        for layer in self._layers:
            from gigacost.catalog.price_books import rental as private_rental

            quotes |= private_rental.quotes(layer)
            discounts |= private_rental.discounts(layer)
        return rental.Rental(self._data("rental"), self._data("markets")["markets"], day(DATE), quotes, discounts)

    def _data(self, name: str) -> dict[str, Any]:
        return data(name, self._folder)

    def _once(self, key: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever make makes
        # Two threads may both make it; they make the same, and the first to be stored stays.
        return self._memo[key] if key in self._memo else self._memo.setdefault(key, make())

    def __eq__(self, other: object) -> bool:
        return self.sha256 == other.sha256 if isinstance(other, Catalog) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        books = f" with {len(self._layers)} private" if self._layers else ""
        return f"<Catalog of {self.date}{books}, sha256 {self.sha256[:12]}>"

    def __reduce__(self) -> tuple[Callable[..., Catalog], tuple[Any, ...]]:
        return _unpickled, (self._layers, self.sha256, *([] if self._folder == DATA else [self._folder]))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        message = f"a Catalog cannot be changed ({name}); layer a book over it"
        raise AttributeError(message)


_BUNDLED = Catalog()


def _unpickled(layers: tuple[Mapping[str, Any], ...], sha256: str, folder: Path = DATA) -> Catalog:
    catalog = Catalog(layers, folder) if layers or folder != DATA else _BUNDLED
    if catalog.sha256 != sha256:
        what = "pickled with other bundled figures than this installation has"
        raise SpecError(Fault("catalog", show(sha256[:12]), what, f"the same version, {catalog.sha256[:12]}"))
    return catalog
