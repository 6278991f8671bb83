"""``gigacost estimate``: one run on one screen; comma lists stand side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gigacost.cli import hosted, options
from gigacost.cli.design import Design, designed
from gigacost.cli.query import chosen_draws, without_prices

if TYPE_CHECKING:
    from gigacost.compiler.bound import Bound
    from gigacost.queries.estimates import Estimate

_MOST = 12
"""Columns that can stand side by side; of more than that, intervals are drawn only if asked for."""


@options.command("estimate")
@designed
@options.asserting("all quantities and inputs")
@options.drawing
@options.no_intervals
@options.once("-o", "--output", metavar="FILE.xlsx", help="Write a workbook: costs as sums, quantities, sources.")
@options.once(
    "--format",
    "form",
    type=click.Choice(["focus", "focus-term"]),
    help="Print billing data (FOCUS) as CSV: of the run, or of all runs of its commitment.",
)
@click.option("--all", "everything", is_flag=True, help="Show everything, not only the first screen.")
@click.option("--sources", is_flag=True, help="List every figure used, with source and date.")
@options.as_json
def command(
    design: Design,
    assertions: tuple[str, ...],
    uncertain: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    output: str | None,
    form: str | None,
    *,
    no_intervals: bool,
    everything: bool,
    sources: bool,
    as_json: bool,
) -> int:
    r"""What one training run costs, from the rent of the chips to the people, with P10, P50 and P90.

    \b
    gigacost estimate --hardware h100-sxm --chips 16384 --params 405B --tokens 15.6T
    gigacost estimate --params 70B --tokens 15T                  chips are chosen, as by gigacost choose
    gigacost estimate ... --market on_demand,reserved_1y,own     side by side
    gigacost estimate ... --set electricity_usd_per_kwh=0.05     any other input
    gigacost estimate ... -o run.xlsx                            a workbook of live sums
    """
    from gigacost.analysis.estimate import MOST, combinations
    from gigacost.analysis.estimate import estimates as estimates_of
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.commands import choose
    from gigacost.cli.query import warn_of
    from gigacost.cli.terminal import payload
    from gigacost.cli.workbook_file import refuse_bad_workbook, write_workbook
    from gigacost.compiler.conditions import OK
    from gigacost.compiler.off_axis import values_of
    from gigacost.errors import SpecError
    from gigacost.expressions.ast import STATUS
    from gigacost.graph.declarations import Status

    drawn = bool(uncertain or draws or seed is not None)
    _refuse_together(form and (as_json or sources), no_intervals and drawn)
    refuse_bad_workbook(output, (design.catalog,))
    request = design.request(more=options.distributions(uncertain))
    single = {
        "--assert": assertions, "--draws": draws, "--seed": seed is not None, "--format": form, "--sources": sources,
        "--no-intervals": no_intervals,
    }  # fmt: skip
    if chosen := choose.chosen_for(request, [name for name, given in single.items() if given]):
        return choose.tell(request, chosen, output, everything=everything, as_json=as_json)
    spec, model = request.spec, request.bound.model
    points = combinations(request, hosted.granted(MOST) if as_json else _MOST)
    units = {name: model.unit(name) for name in model.names}
    values = values_of(spec, request.catalog) if assertions else {}
    states = [OK, *(one.mark.label for one in model.states if isinstance(one.mark, Status))]
    asserted = Assertions(assertions, units, request.catalog.axes, states=states, known=values, strict=spec.strict)
    estimates = estimates_of(points)
    if form and all(one.missing_prices for one in estimates):  # of none of them is there a bill
        raise SpecError(*dict.fromkeys(price.fault for one in estimates for price in one.missing_prices))
    on_screen = not (as_json or sources or form)
    warn_of(spec, *(without_prices(one.meta, one.missing_prices) if on_screen else one.meta for one in estimates))
    wanted = bool(uncertain or draws) or len(points) <= _MOST
    if wanted and not (no_intervals or form or sources):
        from gigacost.analysis.sensitivity.intervals import with_intervals

        sampled = chosen_draws(spec, draws, seed)
        estimates = [with_intervals(one, point, sampled) for one, point in zip(estimates, points, strict=True)]
    varied = [name for axis in spec.axes for name in axis.names]
    write_workbook(estimates if varied else estimates[0], output)
    if form:
        from gigacost.cli import focus_file

        focus_file.write(request.space(), "-", form, limit=None, threads=None, csv_safe=True)
    elif as_json:
        payload([one.to_dict() for one in estimates] if varied else estimates[0].to_dict())
    elif sources:
        from gigacost.cli.views.estimate_sources import show_sources

        show_sources(estimates, model)
    else:
        _show(points, estimates, varied, everything=everything)
    for one in estimates:
        known = {item.name: item.value for item in one.assumptions}
        place = ", ".join(f"{name} = {one.inputs[name]}" for name in varied)
        asserted.check({**known, **one.inputs, **one.quantities, STATUS: one.status}, place, one.status)
    return asserted.code()


def _refuse_together(two_forms: object, draws_without_intervals: object) -> None:
    if two_forms:
        raise click.UsageError("--format focus is a form of its own, without --json and --sources")
    if draws_without_intervals:
        raise click.UsageError("--no-intervals draws nothing: give it without --uncertain, --draws and --seed")


def _show(points: Sequence[Bound], estimates: Sequence[Estimate], varied: Sequence[str], *, everything: bool) -> None:
    """Print one estimate, or several side by side."""
    from gigacost.cli.views.estimate import show_many, show_one
    from gigacost.model.pace import PACE

    first, model = points[0], points[0].model
    other = None if PACE.name in varied else _at_other_pace(first, estimates[0])
    if varied:
        show_many(estimates, varied, model, other, everything=everything)
    else:
        from gigacost.cli.views.published_shape import with_published_shape

        show_one(estimates[0], model, other, with_published_shape(first), everything=everything)


def _at_other_pace(point: Bound, one: Estimate) -> Estimate | None:
    """The estimate at the pace that is not assumed; None where it makes no difference."""
    from dataclasses import replace

    from gigacost.cli.views.pace import pace_of
    from gigacost.compiler.bound import Bound
    from gigacost.model.pace import PACE, REACHABLE
    from gigacost.queries.estimates import estimated

    pace = pace_of(one)
    if pace is None:
        return None
    fixed = {**point.spec.fixed, PACE.name: REACHABLE - pace}
    other = estimated(Bound(replace(point.spec, fixed=fixed), point.model, point.catalog))
    alike = other.subtotals == one.subtotals and other.get("train_days") == one.get("train_days")
    return None if alike else other
