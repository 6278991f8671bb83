"""``gigacost compare``: why a cost changed, by driver and by assumption."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed
from gigacost.cli.query import QueryOptions, chosen_draws, without_prices

if TYPE_CHECKING:
    from gigacost.analysis.compare.compare import Comparison
    from gigacost.cli.assertions import Assertions
    from gigacost.graph.model import Model
    from gigacost.queries.space import Space


@options.command("compare")
@click.argument("a", metavar="[A", required=False)
@click.argument("b", metavar="B]", required=False)
@options.once(
    "--by", metavar="NAME", shell_complete=options.quantities, help="Quantity to compare [default: cost_total_usd]."
)
@click.option("--set-a", "settings_a", multiple=True, metavar="NAME=VALUE", help="--set for A alone.")
@click.option("--set-b", "settings_b", multiple=True, metavar="NAME=VALUE", help="--set for B alone.")
@designed
@options.drawing
@options.carrying
@options.no_intervals
@options.once("-o", "--output", metavar="FILE.xlsx", help="Write a workbook: the difference as sums, with sources.")
@click.option("--figures", is_flag=True, help="List the figures behind each choice, with sources.")
@options.asserting("a, b, difference (b - a) and change (difference / a)")
@options.once("--threads", type=options.Whole(1), metavar="N", help="Number of threads [default: all CPUs].")
@options.as_json
def command(
    a: str | None,
    b: str | None,
    by: str | None,
    settings_a: tuple[str, ...],
    settings_b: tuple[str, ...],
    design: Design,
    uncertain: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    carry: str | None,
    assertions: tuple[str, ...],
    threads: int | None,
    output: str | None,
    *,
    no_intervals: bool,
    figures: bool,
    as_json: bool,
) -> int:
    r"""Contribution of each driver and each assumption to the difference between two specifications.

    A specification with axes is represented by the combination with the smallest --by. An assumption's contribution is
    its Shapley value: the mean effect of changing it, over all orders in which the assumptions can change. Without
    files the flags are the design of both, and --set-a and --set-b what differs.

    \b
    gigacost compare then.toml now.toml
    gigacost compare plan.toml plan.toml --set-b hardware=b200-sxm --by total_run_usd
    gigacost compare --preset llama-3.1-405b --set-a market=own --set-b market=on_demand
    """
    from gigacost.analysis.compare.compare import BY, compared
    from gigacost.cli.assertions import Assertions
    from gigacost.cli.progress import watched
    from gigacost.cli.query import warn_of
    from gigacost.cli.terminal import payload
    from gigacost.cli.workbook_file import refuse_bad_workbook, write_workbook

    refuse_bad_workbook(output, (a, b, design.catalog))
    alone = bool(design) and bool(settings_a or settings_b)
    if b is None and (a is not None or not alone):
        missing = "'B'" if a else "'A' and 'B'"
        told = "or --set-a and --set-b, what differs; gigacost estimate takes lists, as --hardware h100-sxm,b200-sxm"
        raise click.MissingParameter(told, param_hint=missing, param_type="argument")

    def space(spec: str | None, own: tuple[str, ...]) -> Space:
        both = replace(design, settings=(*design.settings, *own))
        drawing = QueryOptions(spec, both, uncertain=uncertain, draws=draws, seed=seed)
        return drawing._replace(threads=threads, carry=carry).space()

    sweeps = space(a, settings_a), space(b, settings_b)
    drawn = None if no_intervals else chosen_draws(sweeps[0].spec, draws, seed)
    asserted = _read(assertions, by or BY, sweeps[0].model, Assertions)
    with watched("compare", sum(sweep.size for sweep in sweeps)) as progress:
        found = compared(*sweeps, by or BY, draws=drawn, threads=threads, progress=progress)
    for sweep, side in zip(sweeps, (found.a, found.b), strict=True):
        warn_of(sweep.spec, side.meta if as_json else without_prices(side.meta, side.missing_prices))
    write_workbook(found, output)
    if as_json:
        payload(found.to_dict())
    else:
        from gigacost.cli.views.compare import show_comparison

        show_comparison(found, sweeps[0].model, figures=figures)
    missing = ", ".join(price.state for side in (found.a, found.b) for price in side.missing_prices)
    asserted.check(_asserted(found), status=missing)
    return asserted.code()


def _read(texts: tuple[str, ...], by: str, model: Model, kind: type[Assertions]) -> Assertions:
    unit = model.unit(by) if by in {*model.inputs, *model.quantities} else "1"
    return kind(texts, {"a": unit, "b": unit, "difference": unit, "change": "1"})


def _asserted(found: Comparison) -> dict[str, float | None]:
    change = found.difference / found.a.value if found.a.value and found.difference is not None else None
    return {"a": found.a.value, "b": found.b.value, "difference": found.difference, "change": change}
