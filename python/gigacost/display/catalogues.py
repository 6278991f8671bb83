"""Views of what answers are made with: models, catalogues; and of other small answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.display.html import Table, page
from gigacost.display.shown import ROWS
from gigacost.display.texts import value


def model(document: Mapping[str, Any]) -> str:
    """What a model adds up, and how much there is of it."""
    lines = [[name, ", ".join(terms)] for name, terms in document["subtotals"].items()]
    counts = ", ".join(f"{count:,} {what}" for what, count in document["counts"].items())
    return page(
        f"Model: {counts}",
        Table(("subtotal", "is the sum of"), lines[: 2 * ROWS], left=frozenset((0, 1))),
        "gigacost.explain(NAME) says how a quantity is computed, model.unit(NAME) its unit",
    )


def catalogue(document: Mapping[str, Any]) -> str:
    """What a catalogue holds."""
    axes = [
        [name, f"{len(labels):,}", ", ".join(labels[:ROWS]) + (", …" if len(labels) > ROWS else "")]
        for name, labels in document["axes"].items()
        if labels
    ]
    return page(
        f"Catalogue of {document['date']}",
        Table(("axis", "labels", ""), axes, left=frozenset((0, 2))),
        f"{document['columns']:,} columns, {document['presets']:,} presets, sha256 {document['sha256'][:12]}…",
        "catalog.cite(COLUMN, {axis: label}) is a figure with its source and date",
    )


def record(document: Mapping[str, Any]) -> str:
    """Any other answer: what of it is no list of its own."""
    lines = [[name, value(one)] for name, one in document.items() if not isinstance(one, dict | list)]
    longer = [f"{name}: {len(one):,}" for name, one in document.items() if isinstance(one, dict | list) and one]
    return page("", Table(("", ""), lines[: 2 * ROWS], left=frozenset((0, 1))), ", ".join(longer))
