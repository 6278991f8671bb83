"""``gigacost summary``: a sweep summed up, and why combinations fail."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options
from gigacost.cli.asking import Asking, askable
from gigacost.cli.query import QueryOptions, querying, timed, warn_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table
    from rich.text import Text

    from gigacost.cli.assertions import Assertions
    from gigacost.queries.space import Space
    from gigacost.queries.summary import Group, Statistics, Summary

_COUNTS = ("count", "nulls")
_NUMBERS = (*_COUNTS, "min", "max", "sum", "mean", "std")


@options.command("summary")
@querying(
    "Quantities to sum up.",
    "combinations, feasible, status_LABEL, and COLUMN_min, _mean, _max, _sum, _std, _count, _nulls",
)
@options.once("--per", metavar="AXES", help="Axes to group by, as market,chips: the same for each of their values.")
@click.option("--no-quantiles", is_flag=True, help="Skip quantiles: one pass over the space instead of two to five.")
@askable
def command(query: QueryOptions, per: str | None, *, no_quantiles: bool, asking: Asking) -> int:
    r"""How many combinations of SPEC are feasible, their extremes, means and quantiles, and why the others are not.

    \b
    gigacost summary SPEC --where 'train_days <= 90d and cost_total_usd <= $50M'
    gigacost summary SPEC --per market --columns cost_total_usd
    """
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.terminal import payload
    from gigacost.cli.views.rows import unit_asserted
    from gigacost.queries.space import QUANTILES

    sweep = query.space()
    counts = ["combinations", "feasible", *(f"status_{label}" for label in _labels(sweep))]
    units = {
        f"{column}_{what}": "1" if what in _COUNTS else unit_asserted(sweep, column)
        for column in sweep.columns
        for what in _NUMBERS
    }
    asserted = Assertions(query.assertions, dict.fromkeys(counts, "1") | units)
    start = time.perf_counter()
    asked: dict[str, Any] = {"quantiles": () if no_quantiles else QUANTILES, "per": options.names(per)}
    with asking.asker("summary", sweep, query.threads) as asker:
        found = sweep.summary(**asked, std=_reads_std(query, asserted, asking), executor=asker)
    if asking.part:
        return asking.tell("summary", sweep, asker, asked)
    seconds = time.perf_counter() - start
    warn_of(sweep.spec, found.meta)
    if query.as_json:
        plain = found.to_dict()
        payload({**plain, "meta": timed(plain["meta"], seconds)})
    else:
        _print(sweep, found, seconds)
    asserted.check({**dict.fromkeys((f"status_{label}" for label in _labels(sweep)), 0), **_flat(found)})
    return query.ended(asserted, feasible=_feasible(sweep, found) > 0)


def _reads_std(query: QueryOptions, assertions: Assertions, asking: Asking) -> bool:
    """Whether anything reads standard deviations, which tables do not show; parts have what any answer may need."""
    read = {name for one in assertions.expressions for name in one.names}
    parts = asking.part is not None or asking.merger is not None
    return query.as_json or parts or any(name.endswith("_std") for name in read)


def _labels(sweep: Space) -> list[str]:
    """Every state that a combination may be in, ``ok`` first."""
    return ["ok", *dict.fromkeys(getattr(state.mark, "label", "") for state in sweep.model.states)]


def _flat(found: Summary) -> dict[str, float]:
    flat: dict[str, float] = {"combinations": found.combinations, "feasible": found.feasible}
    flat |= {f"status_{label}": count for label, count in found.states.items()}
    return flat | {f"{name}_{what}": getattr(one, what) for name, one in found.columns.items() for what in _NUMBERS}


def _feasible(sweep: Space, found: Summary | Group) -> int:
    """How many combinations meet the condition; without one, how many are in no state that spoils a column."""
    return found.feasible if sweep.spec.where or "ok" not in found.states else found.states["ok"]


def _print(sweep: Space, found: Summary, seconds: float) -> None:
    from gigacost.cli.terminal import literal, show, table
    from gigacost.units.numbers import duration, share

    count = _feasible(sweep, found)
    condition = f" where {sweep.spec.where.text}" if sweep.spec.where else ""
    of = share(count / found.combinations)
    said = f"{count:,} of {found.combinations:,} combinations ({of}) are feasible{condition}"
    show(literal(said, "bold"), "")
    quantiles = next((list(one.quantiles) for one in found.columns.values()), [])
    heads = ["min", *(f"p{q * 100:g}" for q in quantiles), "mean", "max", "nulls"]
    rows = [[name, *_figures(one, sweep.unit(name))] for name, one in found.columns.items()]
    made = table(["column", *heads], rows, heads)
    show(made, *_conditions(found), _states(sweep, found), *_groups(sweep, found))
    show(literal(f"in {duration(seconds)}", "dim"))


def _conditions(found: Summary) -> Iterator[Table | Text]:
    """What each part of the condition rejects, where it has several."""
    from gigacost.cli.terminal import table
    from gigacost.units.numbers import share

    if len(found.conditions) > 1:
        heads = ["rejects", "share", "alone", "with others"]
        rows = [
            [
                one.condition,
                f"{one.rejects:,}",
                share(one.rejects / found.combinations),
                f"{one.alone:,}",
                f"{one.rejects - one.alone:,}",
            ]
            for one in found.conditions
        ]
        yield table(["condition", *heads], rows, heads)


def _groups(sweep: Space, found: Summary) -> Iterator[Table | Text]:
    """The groups: how many of their combinations are feasible and in which states the others are, then each column."""
    from gigacost.cli.terminal import literal, table
    from gigacost.cli.views.rows import said

    if not found.groups:
        return
    axes = list(found.groups[0].at)
    places = [[said(sweep, name, one.at[name]) for name in axes] for one in found.groups]
    rows = []
    for place, group in zip(places, found.groups, strict=True):
        states = ", ".join(f"{label} {count:,}" for label, count in group.states.items() if count)
        rows.append([*place, f"{group.combinations:,}", f"{_feasible(sweep, group):,}", states])
    yield table([*axes, "combinations", "feasible", "status"], rows, ["combinations", "feasible"])
    quantiles = next((list(one.quantiles) for one in found.columns.values()), [])
    heads = ["min", *(f"p{q * 100:g}" for q in quantiles), "mean", "max", "nulls"]
    for name in found.columns:
        figures = (_figures(group.columns[name], sweep.unit(name)) for group in found.groups)
        yield literal(f"{name} by {', '.join(axes)}", "bold")
        yield table([*axes, *heads], [[*place, *cells] for place, cells in zip(places, figures, strict=True)], heads)


def _figures(one: Statistics, unit: str) -> list[str]:
    from gigacost.units.numbers import cell

    figures = [one.min, *one.quantiles.values(), one.mean, one.max]
    return [*(cell(None if math.isnan(value) else value, unit) for value in figures), f"{one.nulls:,}"]


def _states(sweep: Space, found: Summary) -> Table | Text:
    """Why combinations cannot be: the states with their counts and meanings."""
    from gigacost.cli.terminal import table
    from gigacost.units.numbers import share

    meanings: dict[str, str] = {}
    for state in sweep.model.states:
        said = state.doc.split("\n\n", 1)[0].replace("\n", " ").split(" [", 1)[0].removeprefix("Whether ")
        meanings.setdefault(getattr(state.mark, "label", ""), said)
    rows = []
    for label, count in found.states.items():
        if count:
            meaning = "" if label == "ok" else meanings.get(label, "")
            rows.append([label, f"{count:,}", share(count / found.combinations), meaning])
    return table(["status", "combinations", "share", "meaning"], rows, ["combinations", "share"])
