"""Views of spaces and what is asked about all of one: rows, summaries, counts, bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.charts.rows import axes_of
from gigacost.charts.units import words
from gigacost.display.html import COLUMNS, Table, page
from gigacost.display.shown import ROWS
from gigacost.display.texts import pairs, table, value, warnings
from gigacost.units.numbers import share

_NUMBERS = ("min", "mean", "max")


def rows(document: Mapping[str, Any]) -> str:
    """The first rows, and how many there are: those of a front, of the best, or of a part of either."""
    shown, count, meta = document["rows"], document["count"], document["meta"]
    of = f" of {document['combinations']:,} combinations"
    by = f" by {meta['by']}" if "by" in meta else ""
    told = "" if meta.get("exact", True) else "not proven optimal"
    names = [name for name in (shown[0] if shown else ()) if name != "status"]
    left = f"columns not shown: {', '.join(names[COLUMNS:])}" if len(names) > COLUMNS else ""
    return page(
        f"{document['what']}: {count:,}{of}{by}", table(shown, names, total=count), left, told, notes=warnings(document)
    )


def sweep(document: Mapping[str, Any]) -> str:
    """The axes of a space, and how large it is; nothing of it is computed."""
    axes = [
        [one["name"], f"{one['count']:,}", ", ".join(value(item, one["name"]) for item in one["values"])]
        for one in document["axes"]
    ]
    axes = [
        [name, count, f"{some}{', …' if one['count'] > len(one['values']) else ''}"]
        for (name, count, some), one in zip(axes, document["axes"], strict=True)
    ]
    return page(
        f"{document['what']}: {document['combinations']:,} combinations",
        Table(("axis", "values", ""), axes[: 2 * ROWS], left=frozenset((0, 2)), more=max(len(axes) - 2 * ROWS, 0)),
        f"fixed: {pairs(document['fixed'])}" if document["fixed"] else "",
        f"where {document['where']}" if document["where"] else "",
        f"columns: {', '.join(document['columns'])}" if document["columns"] else "",
        notes=warnings(document),
    )


def summary(document: Mapping[str, Any]) -> str:
    """Counts, and the statistics of each column."""
    columns = document["columns"]
    quantiles = [*next(iter(columns.values()))["quantiles"]] if columns else []
    lines = [
        [
            words(name),
            *(value(one[figure], name) for figure in _NUMBERS),
            *(value(one["quantiles"][q], name) for q in quantiles),
        ]
        for name, one in columns.items()
    ]
    groups = [
        [
            pairs(one["at"]),
            f"{one['feasible']:,}",
            *(value(found["mean"], name) for name, found in one["columns"].items()),
        ]
        for one in document["groups"]
    ]
    states = {name: count for name, count in document["status"].items() if count}
    left = [f"{one['condition']} rejects {one['rejects']:,}, {one['alone']:,} alone" for one in document["conditions"]]
    heads = ("", *_NUMBERS, *(f"P{float(q) * 100:g}" for q in quantiles))
    return page(
        f"Summary: {document['feasible']:,} of {document['combinations']:,} combinations are feasible",
        Table(heads[:COLUMNS], [line[:COLUMNS] for line in lines[:ROWS]], more=max(len(lines) - ROWS, 0)),
        Table(
            ("group", "feasible", *(f"mean {words(name)}" for name in columns))[:COLUMNS],
            [group[:COLUMNS] for group in groups[:ROWS]],
            more=max(len(groups) - ROWS, 0),
        ),
        f"states: {', '.join(f'{name} {count:,}' for name, count in states.items())}",
        notes=[*left[:ROWS], *warnings(document)],
    )


def counted(document: Mapping[str, Any]) -> str:
    """How many combinations meet a condition."""
    found = f"{document['count']:,} of {document['combinations']:,} combinations"
    return page(f"{found} ({share(document['share'])})", notes=warnings(document))


def bounds(document: Mapping[str, Any]) -> str:
    """The smallest and the largest value of a quantity, each with the combination that has it."""
    of = document["of"]
    lines = [
        [what, value(document[figure], of), pairs({name: row[name] for name in axes_of(row)})]
        for what, figure, row in (("smallest", "min", document["least"]), ("largest", "max", document["greatest"]))
        if row
    ]
    found = Table(("", words(of), "of"), lines, left=frozenset((0, 2)))
    return page(f"Bounds of {words(of)}", found, notes=warnings(document))
