"""Values, nulls and states are what the rules say, though engine and reference should make the same mistake.

The rules are those of `tests/helpers/semantics.py`, which shares no plan and no wiring with either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from parity import engine_rows, outcome, thorough, threads
from semantics import Design, NotFiniteError
from strategies import Problem, problems
from uncertain import uncertain_problems

from gigacost import Sweep
from gigacost.catalog import Catalog
from gigacost.catalog.dates import day
from gigacost.sampling.draws import sample
from gigacost.spec.axes import Zipped


def chosen(sweep: Sweep, index: int) -> dict[str, Any]:
    """The values of the axes of a combination."""
    values: dict[str, Any] = {}
    for axis in reversed(sweep.spec.axes):
        index, digit = divmod(index, len(axis))
        for part in reversed(axis.axes if isinstance(axis, Zipped) else (axis,)):
            values[part.name] = part.values[digit]
    return dict(reversed(values.items()))


def tabled(sweep: Sweep, index: int) -> dict[str, float]:
    """The figures of the tables that stand in place of inputs."""
    digits = []
    for axis in reversed(sweep.spec.axes):
        index, digit = divmod(index, len(axis))
        digits.insert(0, digit)
    found = {}
    for name, table in sweep.bound._tables.items():
        if name.startswith("leaf"):
            sizes = [len(sweep.spec.axes[group]) for group in table.groups]
            figures = np.asarray(table.values).reshape(sizes)
            found[name] = float(figures[tuple(digits[group] for group in table.groups)])
    return found


def catalogued(catalog: Catalog, labels: Mapping[str, str]) -> dict[str, float]:
    """The figures of the catalogue for some labels."""
    return {
        column.name: float(catalog.table(column.name, {axis: (labels[axis],) for axis in column.axes}).flat[0])
        for column in catalog.columns.values()
        if all(axis in labels for axis in column.axes)
    }


def expected(sweep: Sweep) -> Any:
    spec, found = sweep.spec, []
    draws = sample(spec.uncertain, spec.draws)
    worlds = [dict(zip(draws, map(float, values), strict=True)) for values in zip(*draws.values(), strict=True)]
    expressions = {
        **spec.derive,
        **{name: aggregate for name in sweep.columns if (aggregate := sweep.bound.aggregate(name))},
    }
    for index in range(sweep.size):
        axes = chosen(sweep, index)
        settings = {**spec.fixed, **({"as_of": spec.as_of} if spec.as_of else {}), **axes}
        defaults = {axis: label for axis in sweep.bound.catalog.axes if (label := sweep.bound.catalog.default(axis))}
        labels = defaults | {name: value for name, value in settings.items() if isinstance(value, str)}
        given = catalogued(sweep.bound.catalog, labels) | dict(sweep.model.values)
        given |= {name: value for name, value in settings.items() if not isinstance(value, str)}
        dollars = None
        if spec.base_year is not None:
            dollars = sweep.bound.catalog.price_index.ratio(spec.base_year, day(labels["as_of"])).value
        figures = given | tabled(sweep, index)
        design = Design(sweep.model, figures, labels, expressions, spec.uncertain, worlds, dollars, sweep.columns)
        try:
            row = design.row(sweep.columns, spec.where)
        except NotFiniteError:
            return "not finite", index
        found += [axes | row] if row is not None else []
    return found


def found(sweep: Sweep, workers: int = 1) -> Any:
    return outcome(lambda: engine_rows(Problem(sweep, [], []), 0, sweep.size, workers))


@thorough
@given(problems(100), threads)
def test_nulls_and_states_are_what_the_rules_say(problem: Problem, workers: int) -> None:
    assert found(problem.sweep, workers) == expected(problem.sweep)


@thorough
@given(uncertain_problems, threads)
def test_nulls_and_states_in_draws_are_what_the_rules_say(asked: tuple[Problem, list[str]], workers: int) -> None:
    problem, _ = asked
    assert found(problem.sweep, workers) == expected(problem.sweep)


RUN = {"chips": 1024, "params": "70B", "tokens": "2T", "mfu": 0.4}
MARKETS = {"hardware": ["h100-sxm", "mi300x", "tpu-v5e"], "market": ["own", "spot", "reserved_3y"]}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"base_year": 2020, "as_of": "2025-06-01"},
        {"where": "cost_total_usd < 2e7 or train_days > 100"},
        {"where": "missing(cost_total_usd)"},
        {"where": "missing(cost_total_usd) or not cost_total_usd < $20M"},
        {"where": "status in ('no_price', 'ok') and not status == 'ok'"},
        {
            "derive": {"known": "where(missing(cost_total_usd) or status != 'ok', 0, 1)", "twice": "known * 2"},
            "columns": ["known", "twice", "train_days"],
            "where": "known >= 0 and (status == 'not_sold' or train_days < 90d)",
        },
        {"fixed": {**RUN, "cost_energy_usd": 1e6}},
        {
            "uncertain": {
                "mfu": "x uniform 0.5..1.5",
                "electricity_usd_per_kwh": "lognormal 90% 0.05 $/kWh..0.12 $/kWh",
            },
            "draws": {"count": 8},
            "columns": ["cost_total_usd", "p90(cost_total_usd)", "mean(cost_energy_usd)", "P(train_days < 30)"],
        },
        {
            "uncertain": {"rental_usd_per_chip_hour": "x uniform 0.5..1.5"},
            "draws": {"count": 8},
            "columns": ["train_days", "p90(cost_total_usd)"],
            "where": "P(cost_total_usd < 1e7) > 0.4",
            "base_year": 2020,
        },
        {
            "uncertain": {"mfu": "x uniform 0.5..1.5"},
            "draws": {"count": 8},
            "columns": ["cost_total_usd", "p90(cost_total_usd)", "P(missing(cost_total_usd) or train_days < 30)"],
            "where": "missing(p90(cost_total_usd)) or P(status == 'no_price') < 0.5",
        },
    ],
)
def test_rows_of_the_default_model_are_what_the_rules_say(more: dict[str, Any]) -> None:
    sweep = Sweep(MARKETS, **{"fixed": RUN, **more})
    assert found(sweep) == expected(sweep)
