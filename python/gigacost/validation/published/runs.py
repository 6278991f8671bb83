"""Published training runs: those of the catalogue's presets, or those of a table in CSV.

A run is what was known before it started, and figures that were published about it. A table has a row for each run;
of its columns, ``REQUIRED`` must be there and filled, and at least one of ``MEASURED``.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from gigacost.catalog.csv_table import Row, cells_under, read_table
from gigacost.catalog.dates import PARTIAL_FORM, last_day
from gigacost.catalog.price_books.schema import Faults
from gigacost.catalog.records import Preset, Published
from gigacost.errors import CatalogError, SpecError, show
from gigacost.queries.batch import Design
from gigacost.units.quantities import parse_quantity

if TYPE_CHECKING:
    from gigacost.catalog import Catalog
    from gigacost.graph.declarations import Input

KNOWN = frozenset(
    (
        *("model", "tokens", "post_training_share", "hardware", "chips", "precision"),
        *("as_of", "region", "provider_class", "pue", "rental_usd_per_chip_hour"),
    )
)
"""What may be used of a preset: what is known before its run starts."""
SOFTWARE = (
    ("flash_attention", "2022-05-27", "FlashAttention, arXiv 2205.14135"),
    ("sequence_parallel", "2022-05-10", "Korthikanti et al., arXiv 2205.05198"),
)
"""What runs that start before a day cannot have, and what that is the day of."""
KIND_OF_UNIT = {"chip·h": "hours", "d": "days", "kWh": "energy", "MWh": "energy", "t": "carbon", "$": "dollars"}

REQUIRED = ("run", "tokens", "hardware", "chips")
SHAPE = (
    *("params", "params_active", "layers", "hidden", "heads", "kv_heads", "head_dim", "ffn", "glu", "vocab"),
    *("experts", "experts_per_token", "shared_experts", "context_tokens"),
)
"""Where the catalogue does not have the ``model``: its parameters, and as much of its shape as is known."""
LABELS = ("model", "hardware", "precision", "region")
MEASURED = {"chip_hours": "chip·h", "train_days": "d", "energy_mwh": "MWh", "carbon_t": "t"}
"""What is compared, with its unit: of the whole run, at the chips for hours, of the site for energy and carbon."""
OPTIONAL = ("lab", "precision", "as_of", "region", "post_training_share", "pue", "assumed", "source")
"""``post_training_share`` is 0 where it is blank. ``assumed`` names what of the row was not published, as chips."""
COLUMNS = (*REQUIRED, "model", *SHAPE, *OPTIONAL, *MEASURED)


Texts: TypeAlias = tuple[tuple[str, str], ...]
"""Texts with their names."""


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """What was known of a run before it started, and what was published about it."""

    name: str
    lab: str
    """Who trained it; runs of one are left out of a fit together."""
    given: Design
    """What it is predicted from."""
    figures: tuple[Published, ...]
    """What is compared."""
    assumed: tuple[str, ...] = ()
    """What of ``given`` was not published."""
    unpredictable: str = ""
    """Why it cannot be held against the model; empty where it can."""
    uncertain: Texts = ()
    """Distributions in place of those that ship, with their names."""
    row: int = 0
    """Where it stands in a table; the header is row 1. 0 of a preset."""

    @property
    def is_sized(self) -> bool:
        """Whether its number of chips was published."""
        return "chips" not in self.assumed


def of_presets(catalog: Catalog) -> tuple[PublishedRun, ...]:
    """The runs among the catalogue's presets."""
    return tuple(
        PublishedRun(
            one.name,
            one.lab,
            known_before(one),
            tuple(row for row in one.published if row.quantity and row.unit in KIND_OF_UNIT),
            one.assumed,
            one.unpredictable,
        )
        for one in catalog.presets.values()
        if one.kind == "run"
    )


def known_before(run: Preset) -> Design:
    """What a preset's run is predicted from."""
    return on_the_day({name: value for name, value in run.fixed.items() if name in KNOWN})


def read_published_runs(
    path: str | os.PathLike[str], inputs: Mapping[str, Input], catalog: Catalog
) -> tuple[PublishedRun, ...]:
    """The runs of a table in CSV, their figures inputs of the model and their labels the catalogue's.

    Raises SpecError with every fault, by row (the header is row 1), column and line.
    """

    def read(row: Row, names: Sequence[str], faults: Faults) -> PublishedRun:
        return _run(row, names, faults, inputs, catalog)

    return read_table(path, "runs", "runs", known=COLUMNS, required=REQUIRED, read=read, check=_check_once)


def on_the_day(known: Design) -> Design:
    """A run with the software that there was when it started; rented where nothing else is said."""
    missing = {name: 0.0 for name, since, _ in SOFTWARE if str(known.get("as_of", since)) < since}
    return {"market": "on_demand", **known, **missing}


def _run(row: Row, names: Sequence[str], faults: Faults, inputs: Mapping[str, Input], catalog: Catalog) -> PublishedRun:
    cells = {column: cell for column, cell in cells_under(names, row, faults).items() if cell}
    place = f"row {row.number}"
    for column in (*REQUIRED, *(() if {"model", "params"} & cells.keys() else ("model",))):
        if column not in cells:
            faults.add(f"{place}, column {column}", "", "missing")
    if not cells.keys() & MEASURED:
        faults.add(place, "", "nothing to compare", f"one of {', '.join(MEASURED)}")
    assumed = tuple(cells.get("assumed", "").replace(",", " ").split())
    for name in assumed:
        if name not in names:
            faults.add(f"{place}, column assumed", show(name), "not a column of the table", ", ".join(names))
    given: dict[str, float | str] = {"post_training_share": 0.0}
    figures = []
    for column, cell in cells.items():
        value = _value(column, cell, f"{place}, column {column}", inputs, catalog, faults)
        if value is not None and column in MEASURED:
            unit, source = MEASURED[column], cells.get("source", "")
            figures.append(Published(column, float(value), unit, column, source, ""))
        elif value is not None:
            given[column] = value
    name, lab = cells.get("run", ""), cells.get("lab", "")
    return PublishedRun(name, lab, on_the_day(given), tuple(figures), assumed, row=row.number)


def _value(
    column: str, cell: str, where: str, inputs: Mapping[str, Input], catalog: Catalog, faults: Faults
) -> float | str | None:
    """What a cell gives; None where it is a text about the run, and where it is refused."""
    if column in LABELS:
        return _label(column, cell, where, catalog, faults)
    if column == "as_of":
        return _day(cell, where, faults)
    if column not in MEASURED and column not in inputs:
        return None
    value = _number(cell, MEASURED.get(column) or inputs[column].unit, where, faults)
    if value is None:
        return None
    if value <= 0.0 if column in MEASURED else not inputs[column].accepts(value):
        faults.add(where, show(cell), "out of range", "> 0" if column in MEASURED else inputs[column].allowed)
        return None
    return value


def _label(axis: str, cell: str, where: str, catalog: Catalog, faults: Faults) -> str | None:
    try:
        return catalog.canonical(axis, cell)
    except CatalogError as problem:
        (fault,) = problem.args  # the catalogue's refusal of a label is a fault
        faults.add(where, show(cell), fault.what, fault.allowed, fault.hint)
        return None


def _day(cell: str, where: str, faults: Faults) -> str | None:
    try:
        return last_day(cell).isoformat()
    except ValueError as problem:
        faults.add(where, show(cell), str(problem), PARTIAL_FORM)
        return None


def _number(cell: str, unit: str, where: str, faults: Faults) -> float | None:
    """A number, or a quantity with a unit."""
    try:
        return parse_quantity(cell, unit)
    except SpecError as problem:
        (fault,) = problem.faults
        faults.add(where, show(cell), fault.what, fault.allowed, fault.hint)
        return None


def _check_once(runs: Collection[PublishedRun], faults: Faults) -> None:
    seen: set[str] = set()
    for number, run in enumerate(runs, start=2):
        if run.name in seen:
            faults.add(f"row {number}, column run", show(run.name), "named twice", "each run once")
        seen.add(run.name)
