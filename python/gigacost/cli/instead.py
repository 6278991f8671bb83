"""The question that answers more cheaply than writing every row, as a command line."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gigacost.queries.forecast.forecast import Forecast
    from gigacost.queries.space import Space

SMALL_CORE_SECONDS, SMALL_BYTES = 60.0, 1e9
"""A sweep of less than both is no burden."""
_OBJECTIVES = ("cost_total_usd", "train_days")
"""What a front is of, where nothing else is said."""
_K = "20"
_LEFT_OUT = ("--output", "-o", "--json", "--limit", "--assert", "--require-feasible", "--help")


def instead(space: Space, found: Forecast) -> str | None:
    """The best rows, the front, or statistics of what is swept over; None where the sweep is small."""
    if found.core_seconds < SMALL_CORE_SECONDS and found.size < SMALL_BYTES:
        return None
    spec, dollars = space.spec, [column for column in space.columns if space.unit(column) == "$"]
    if not (spec.k or spec.by or spec.per) and all(name in space.columns for name in _OBJECTIVES):
        return _line("pareto")
    if spec.by or dollars:
        by = [] if spec.by or _OBJECTIVES[0] in dollars else ["--by", dollars[0]]
        return _line("top", *by, *([] if spec.k else ["-k", _K]))
    return _line("summary", "--no-quantiles")


def _line(name: str, *more: str) -> str:
    """A command with those options of the running one that it takes too."""
    context = click.get_current_context()
    known: click.Command = import_module(f"gigacost.cli.commands.{name}").command
    options = {option for parameter in known.params for option in parameter.opts}.difference(_LEFT_OUT)
    words = ["gigacost", name]
    for parameter in context.command.params:
        if isinstance(parameter, click.Argument):
            value = context.params[str(parameter.name)]
            words += [] if value is None else [value]
        elif options.intersection(parameter.opts):
            words += _given(parameter, context.params[str(parameter.name)])
    return shlex.join([*words, *more])


def _given(parameter: click.Parameter, value: Any) -> Iterator[str]:  # noqa: ANN401 - as click has it
    """An option as it was given; nothing of one that was not."""
    values = value if isinstance(value, tuple | list) else () if value in {None, False} else (value,)
    for one in values:
        yield parameter.opts[0]
        if one is not True:
            yield str(one)
