"""Views of what follows an input, the years, or draws: solutions, break-evens, years, uncertainty, elasticities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.charts.units import words
from gigacost.display.html import COLUMNS, Table, page
from gigacost.display.shown import ROWS
from gigacost.display.texts import pairs, percent, span, value, warnings
from gigacost.units.numbers import amount, share


def solution(document: Mapping[str, Any]) -> str:
    """The value of the unknown, the design, what keeps it from the next."""
    unknown, unit = document["unknown"], document["unit"]
    found = document["value"]
    design = [
        [words(name), value(one, name)] for name, one in document["design"].items() if name not in {"index", unknown}
    ]
    held = [
        [one["constraint"], value(one["value"], one["quantity"]), value(one["binds"])]
        for one in document["constraints"]
    ]
    title = f"{unknown} = {value(found, unknown, unit)}" if found is not None else f"no {unknown} is feasible"
    return page(
        title,
        f"ended by {document['ended_by']}",
        Table(("design", ""), design[: 2 * ROWS]),
        Table(("constraint", "value", "binds"), held[:ROWS]),
        notes=[*(pairs(one) for one in document["relaxations"][:ROWS]), *warnings(document)],
    )


def break_even(document: Mapping[str, Any]) -> str:
    """The best option along the unknown."""
    unknown, unit = document["unknown"], document["unit"]
    lines = [
        [value(one["low"], unknown, unit), value(one["high"], unknown, unit), value(one["option"])]
        for one in document["intervals"]
    ]
    crossings = [f"at {value(one['value'], unknown, unit)}" for one in document["crossings"]]
    options = ", ".join(map(str, document["options"]))
    return page(
        f"{document['axis']} along {unknown}: {', '.join(crossings) if crossings else 'nothing crosses'}",
        f"options: {options}, by {document['meta']['by']}",
        Table(("from", "to", "best"), lines[:ROWS], left=frozenset((2,)), more=max(len(lines) - ROWS, 0)),
        notes=[*(pairs(one) for one in document["relaxations"][:ROWS]), *warnings(document)],
    )


def tracking(document: Mapping[str, Any]) -> str:
    """Date and cost at completion, what is now known, what was wrong."""
    day, planned = len("2026-11-21"), document["planned"]
    lines = [["date", *(one[:day] for one in (planned["done"], *document["done"].values()))]]
    lines += [
        [name, *(amount(one, "$") for one in (planned[name], *document[name].values()))]
        for name in ("total_run_usd", "cost_total_usd")
    ]
    lines += [[name, *(f"{one:.3g}" for one in known.values())] for name, known in document["posterior"].items()]
    wrong = [
        [
            one["name"],
            f"{one['planned']:.3g}",
            f"{one['now']:.3g}",
            f"{one['effect_days']:.1f}",
            amount(one["effect_usd"], "$"),
        ]
        for one in document["wrong"]
    ]
    return page(
        f"{share(document['at_share'])} of the tokens after {document['elapsed_hours'] / 24:.3g} days",
        Table(("at completion", "planned", "P5", "P50", "P95"), lines),
        Table(("wrong", "planned", "now", "days", "cost"), wrong),
        notes=document["meta"]["notes"],
    )


def over_time(document: Mapping[str, Any]) -> str:
    """The cheapest design of each year."""
    lines = [
        [
            " ".join(map(str, (one["year"], *one["of"].values()))),
            one["as_of"],
            pairs(one["design"]) if one["cost"] else one["state"],
            value(one["train_days"], "train_days"),
            amount(one["cost"]["central"], "$") if one["cost"] else "—",
            span(one["cost"], document["by"]) if one["cost"] else "",
        ]
        for one in document["years"]
    ]
    trends = [f"{name}: {one['distribution']} ({one['date']})" for name, one in document["trends"].items()]
    heads = ("year", "prices of", "design", "days", "cost", "P10 to P90")
    return page(
        f"{words(document['by'])} of the same {document['same']}",
        Table(heads, lines[: 2 * ROWS], left=frozenset((0, 1, 2)), more=max(len(lines) - 2 * ROWS, 0)),
        notes=[*trends, *(f"warning: {text}" for text in document["warnings"])],
    )


def uncertainty(document: Mapping[str, Any]) -> str:
    """The spread of each option, and what it is due to."""
    of, unit = document["of"], document["unit"]
    options = [
        [
            pairs(one["inputs"]) or "design",
            *(amount(one[name], unit) for name in ("central", "p10", "p50", "p90")),
            share(one["best"]),
        ]
        for one in document["options"]
    ]
    causes = [
        [
            one["name"],
            one["distribution"],
            amount(one["swing"], unit),
            _index(one.get("first")),
            _index(one.get("total")),
        ]
        for one in document["influences"]
    ]
    worth = document["worth_of_all"]
    return page(
        f"Uncertainty of {words(of)}",
        pairs(document["inputs"]),
        Table(("option", "central", "P10", "P50", "P90", "best in"), options[:ROWS], more=max(len(options) - ROWS, 0)),
        Table(
            ("due to", "distribution", "swing", "Sobol' first", "total"),
            causes[:ROWS],
            left=frozenset((0, 1)),
            more=max(len(causes) - ROWS, 0),
        ),
        f"knowing all before choosing is worth {amount(worth, unit)}" if worth is not None else "",
        f"{document['draws']['count']:,} draws",
    )


def elasticities(document: Mapping[str, Any]) -> str:
    """The inputs that matter most."""
    known = [one for one in document["inputs"] if one["elasticity"]]
    lines = [
        [one["name"], f"{one['elasticity']:+.3f}", value(one["value"], one["name"], one["unit"]), one["source"]]
        for one in known[:ROWS]
    ]
    told = amount(document["value"], document["unit"])
    return page(
        f"Elasticities of {words(document['quantity'])}, {told}: per cent for one per cent of an input",
        Table(("input", "elasticity", "value", "source"), lines, left=frozenset((0, 3)), more=len(known) - len(lines)),
        f"{len(document['inputs']) - len(known)} inputs change nothing, or have no derivative",
    )


def validation(document: Mapping[str, Any]) -> str:
    """How far off the model is, over all figures and by kind."""
    groups = document.get("by_kind") or document.get("by_column") or {}
    names = [name for name, one in next(iter(groups.values()), {}).items() if not isinstance(one, dict)][: COLUMNS - 1]
    lines = [[kind, *(_figure(one[name], name) for name in names)] for kind, one in groups.items()]
    rows = document.get("per_row") or []
    developments = [
        [
            one["model"],
            amount(one["predicted_median_usd"], "$"),
            amount(one["published_median_usd"], "$"),
            percent(one["error"]),
        ]
        for one in rows
        if "published_median_usd" in one
    ]
    return page(
        f"Validation: {document['rows']:,} published figures, median error {share(document['median_abs_error'])}",
        Table(("", *(name.replace("_", " ") for name in names)), lines[:ROWS], more=max(len(lines) - ROWS, 0)),
        Table(("run", "predicted", "published", "error"), developments[:ROWS]),
        f"predictions are {percent(document['median_signed_error'])} off in the median, with their sign",
    )


def _index(told: float | None) -> str:
    return "—" if told is None else f"{told:.2f}"


def _figure(told: Any, name: str) -> str:  # noqa: ANN401 - a figure of any agreement
    if told is None:
        return "—"
    return percent(told) if "signed" in name else share(told) if "error" in name or "share" in name else value(told)
