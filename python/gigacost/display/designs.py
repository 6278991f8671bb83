"""Views of single designs: estimates, choices, comparisons, layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gigacost.charts.units import words
from gigacost.display.html import Table, page
from gigacost.display.shown import ROWS
from gigacost.display.texts import facts, pairs, percent, span, table, value, warnings
from gigacost.units.numbers import amount, share

RUN = ("train_days", "chip_hours", "facility_mw", "energy_mwh", "carbon_t", "mfu", "goodput")
TOTAL = "cost_total_usd"


def estimate(document: Mapping[str, Any]) -> str:
    """Where the money goes, the largest first, with subtotals; the run."""
    costs = {**document["breakdown"], **document["subtotals"]}
    total = [*document["subtotals"].values()][-1] if document["subtotals"] else None
    known = sorted(((name, cost) for name, cost in document["breakdown"].items() if cost), key=lambda one: -abs(one[1]))
    sums = [(name, cost) for name, cost in document["subtotals"].items() if cost is not None]
    lines = [*known, *sums]
    intervals = document["intervals"]
    heads = ("cost", "dollars", "share", *(("P10 to P90",) if intervals else ()))
    rows = [
        (
            words(name),
            value(cost, name),
            share(cost / total) if total else "—",
            *((span(intervals.get(name, {}), name),) if intervals else ()),
        )
        for name, cost in lines
    ]
    bold = frozenset(range(len(known), len(lines)))
    bars = [abs(cost) if place < len(known) else 0.0 for place, (_, cost) in enumerate(lines)]
    run = [
        (words(name), value(document["quantities"].get(name), name), span(intervals.get(name, {}), name))
        for name in RUN
        if document["quantities"].get(name) is not None
    ]
    zero = [words(name) for name, cost in document["breakdown"].items() if cost == 0.0]
    unknown = [words(name) for name, cost in costs.items() if cost is None]
    return page(
        f"Estimate: {value(total, TOTAL)}",
        pairs(document["inputs"]),
        Table(heads, rows, bold=bold, bars=bars),
        Table(("the run", "", "P10 to P90" if intervals else ""), run),
        f"$0: {', '.join(zero)}" if zero else "",
        f"not known: {', '.join(unknown)}" if unknown else "",
        notes=_notes(document),
    )


def choice(document: Mapping[str, Any]) -> str:
    """The cheapest design of each market, and the others near it."""
    rows, near = [], []
    for one in document["answers"]:
        made = one["estimate"]
        known = made["quantities"]
        rows.append(
            {
                "market": one["market"],
                "design": f"{value(made['inputs']['chips'], 'index')} × {made['inputs']['hardware']}",
                TOTAL: known[TOTAL],
                "P10 to P90": span(made["intervals"].get(TOTAL, {}), TOTAL),
                "train_days": known.get("train_days"),
                "facility_mw": known.get("facility_mw"),
                "due_at_once_usd": one["due_at_once_usd"],
            }
        )
        near += [{"market": one["market"], **other} for other in one["runners_up"]]
    names = list(rows[0]) if rows else []
    columns = ("market", "hardware", "chips", TOTAL, "p10", "p90", "train_days")
    others = [[value(one[name], TOTAL if name in {"p10", "p90"} else name) for name in columns] for one in near[:ROWS]]
    asked = {name: one for name, one in document["asked"].items() if one is not None}
    return page(
        "The cheapest design of each market" if rows else "No design is within the limits",
        pairs({**asked, **document["labels"]}),
        table(rows, names)._replace(heads=[_head(name) for name in names]),
        Table([_head(name) for name in columns], others, "near it", frozenset((0, 1)), more=max(len(near) - ROWS, 0)),
        f"left out: {len({one['hardware'] for one in document['left_out']})} chips in some market (.left_out says why)"
        if document["left_out"]
        else "",
        notes=warnings(document),
    )


def comparison(document: Mapping[str, Any]) -> str:
    """What contributes to the difference, by driver and by assumption."""
    by, unit = document["by"], document["unit"]
    leaves = sorted(_leaves(document["drivers"]), key=lambda one: -abs(one["difference"] or 0.0))
    moved = [one for one in leaves if one["difference"]]
    drivers = [[words(one["name"]), *(amount(one[side], unit) for side in ("a", "b", "difference"))] for one in moved]
    changes = document["assumptions"]
    rows = [
        [one["name"], *(_said(one, side) for side in "ab"), amount(one["contribution"], unit), percent(one["share"])]
        for one in changes[:ROWS]
    ]
    a, b = (amount(document[side]["value"], unit) for side in "ab")
    interval = span(document["intervals"].get("difference", {}), by, unit)
    return page(
        f"{words(by)}: {a} → {b}, a difference of {amount(document['difference'], unit)}",
        f"P10 to P90 of the difference: {interval}" if interval else "",
        Table(("assumption", "a", "b", "contribution", "share"), rows, more=max(len(changes) - ROWS, 0)),
        Table(("driver", "a", "b", "difference"), drivers[:ROWS], more=max(len(drivers) - ROWS, 0)),
        notes=[*_missing(document["a"]), *_missing(document["b"])],
    )


def difference(document: Mapping[str, Any]) -> str:
    """What each line of a changed specification costs."""
    lines, whole = document["lines"], document["difference_usd"]
    rows = [
        [
            one["key"],
            *(_changed(one, side) for side in "ab"),
            amount(one["usd"], "$"),
            percent(_share(one["usd"], whole)),
        ]
        for one in lines[:ROWS]
    ]
    a, b = (amount(document[name], "$") for name in ("before_usd", "after_usd"))
    others = [f"also {one['key']}: {one['a'] or '—'} → {one['b'] or '—'}" for one in document["other"][:ROWS]]
    return page(
        f"{words(document['by'])}: {a} → {b}, a difference of {amount(whole, '$')}",
        Table(("line", "a", "b", "costs", "share"), rows, more=max(len(lines) - ROWS, 0)),
        notes=others,
    )


def _changed(line: Mapping[str, Any], side: str) -> str:
    told = line[side]
    return pairs(told) if isinstance(told, Mapping) else value(told, line["key"], line["unit"] or None)


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def layouts(document: Mapping[str, Any]) -> str:
    """The best layouts of a design."""
    rows = [
        {
            **one["axes"],
            "dp": one["dp"],
            "step_seconds": one["step_seconds"],
            "mfu": one["mfu"],
            "memory_per_chip_gib": one["memory_per_chip_gib"],
        }
        for one in document["best"]
    ]
    names = [name for name in ("tp", "pp", "dp", "cp", "ep", "vp", "microbatch", "step_seconds", "mfu") if rows]
    return page(
        f"Layouts: the {len(rows)} best of {document['fitting']:,} that fit, of {document['legal']:,} legal ones",
        pairs(document["inputs"]),
        table(rows, names),
        facts(document, ("mem_gib", "global_batch_sequences", "sequence_tokens")),
        notes=[f"lost: {len(document['losing'])} kinds; failed: {len(document['failing'])}", *document["notes"][:ROWS]],
    )


def explanation(document: Mapping[str, Any]) -> str:
    """How a quantity is computed."""
    unit = document["unit"]
    parts = [
        [
            one["name"],
            one["expression"] or one["origin"],
            "" if one["value"] is None else value(one["value"], "", one["unit"] or None),
        ]
        for one in document["made_of"]
    ]
    shown = "" if document["value"] is None else f" = {value(document['value'], document['name'], unit)}"
    return page(
        f"{document['name']}{shown}",
        f"{document['doc']} [{unit}]" if unit else document["doc"],
        document["formula"],
        Table(
            ("made of", "computed as", "value"), parts[:ROWS], left=frozenset((0, 1)), more=max(len(parts) - ROWS, 0)
        ),
        f"Source: {document['source']}" if document["source"] else "",
        f"counted in {document['counted_in']}" if document["counted_in"] else "",
        f"used by {', '.join(document['used_by'][:ROWS])}" if document["used_by"] else "",
        f"depends on {len(document['inputs'])} inputs",
    )


def _notes(document: Mapping[str, Any]) -> list[str]:
    state = [] if document["status"] == "ok" else [f"status: {document['status']}"]
    odd = {name: one for name, one in document["probabilities"].items() if one}
    likely = [f"probability of {words(name)}: {share(one)}" for name, one in odd.items()]
    return [*state, *likely, *_missing(document), *warnings(document)]


def _missing(document: Mapping[str, Any]) -> list[str]:
    return [one["message"] for one in document["missing_prices"]]


def _head(name: str) -> str:
    return name.upper() if name in {"p10", "p90"} else "paid at once" if name == "due_at_once_usd" else words(name)


def _leaves(drivers: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in drivers:
        yield from _leaves(one["parts"]) if one["parts"] else [one]


def _said(change: Mapping[str, Any], side: str) -> str:
    told = change[side]
    return "—" if told is None else value(told["value"], change["name"], told["unit"] or None)
