"""Every column of the catalogue, each declared once: its unit, its axes, its legal range."""

from __future__ import annotations

from types import MappingProxyType

from gigacost.catalog import architectures, epoch, hardware, markets, price_evidence, regions, rental, step_time
from gigacost.graph.declarations import Input

TABLES = {
    "hardware": hardware.COLUMNS,
    "step_time": step_time.COLUMNS,
    "rental": rental.COLUMNS,
    "price_evidence": price_evidence.COLUMNS,
    "regions": regions.COLUMNS,
    "architectures": architectures.COLUMNS,
    "terms": markets.COLUMNS,
    "epoch": epoch.COLUMNS,
}
"""The columns of each part of the catalogue."""
COLUMNS = MappingProxyType({column.name: column for columns in TABLES.values() for column in columns})


def catalogued(
    name: str,
    doc: str,
    *,
    default: float | None = None,
    source: str = "",
    date: str = "",
    plausible: tuple[float, float] | None = None,
) -> Input:
    """The input of a model that a column of the catalogue gives a value: its unit and its range are the column's."""
    column = COLUMNS[name]
    return Input(
        name,
        column.unit,
        doc,
        default,
        source,
        date,
        low=column.low,
        high=column.high,
        low_open=column.low_open,
        integer=column.integer,
        plausible=plausible,
    )
