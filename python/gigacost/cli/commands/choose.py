"""``gigacost choose``: the cheapest design of each market, for who names no hardware."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed

if TYPE_CHECKING:
    from gigacost.analysis.choose.records import Choice
    from gigacost.queries.request import Request


@options.command("choose")
@designed
@click.argument("spec", metavar="[SPEC]", required=False)
@options.limiting
@options.once("--threads", type=options.Whole(1), metavar="N", help="Number of threads [default: all CPUs].")
@options.once("-o", "--output", metavar="FILE.xlsx", help="Write a workbook: costs as sums, runners-up, sources.")
@click.option("--require-feasible", is_flag=True, help="Exit with code 3 if no design is within the limits.")
@click.option("--all", "everything", is_flag=True, help="List every chip that was left out, with the reason.")
@options.as_json
def command(
    design: Design,
    spec: str | None,
    within: str | None,
    budget: str | None,
    mw: str | None,
    sure: str | None,
    threads: int | None,
    output: str | None,
    *,
    require_feasible: bool,
    everything: bool,
    as_json: bool,
) -> int:
    r"""The cheapest design of each market, with runners-up and what it costs to be done sooner or later.

    Chips whose speed is extrapolated are left out unless they are named; '*' names all chips, or all markets.

    \b
    gigacost choose --params 70B --tokens 15T
    gigacost choose --params 70B --tokens 15T --within 60d --budget 50M --mw 30 --sure 0.9
    gigacost choose --params 1B --tokens 100B --hardware rtx4090
    """
    from gigacost.analysis.choose.choose import chosen
    from gigacost.analysis.choose.limits import read_limits
    from gigacost.cli.workbook_file import refuse_bad_workbook

    limits = read_limits(within, budget, mw, sure)
    refuse_bad_workbook(output, (spec, design.catalog))
    request = design.request(spec)
    found = chosen(request, limits, is_assumed=within is None, threads=threads)
    return tell(request, found, output, everything=everything, as_json=as_json, require_feasible=require_feasible)


def chosen_for(request: Request, of_one: Sequence[str]) -> Choice | None:
    """The choice for a design that lacks nothing but its chips; None for any other.

    ``of_one`` are options that were given and that only a single design has. Raises SpecError.
    """
    from gigacost.analysis.choose.designs import leaves_chips_open

    if not leaves_chips_open(request):
        return None
    if of_one:
        options_ = ", ".join(of_one)
        raise click.UsageError(f"{options_}: of a single design: give --hardware and --chips, or leave that out")
    from gigacost.analysis.choose.choose import chosen
    from gigacost.analysis.choose.limits import read_limits

    return chosen(request, read_limits(None, None, None, None), is_assumed=True)


def tell(
    request: Request,
    found: Choice,
    output: str | None = None,
    *,
    everything: bool,
    as_json: bool,
    require_feasible: bool = False,
) -> int:
    """Print a choice, and write it to a workbook if asked for; the exit code."""
    from gigacost.cli import process
    from gigacost.cli.query import warn_of
    from gigacost.cli.terminal import payload
    from gigacost.cli.views.choose import show_choice
    from gigacost.cli.workbook_file import write_workbook

    warn_of(request.spec, found.meta)
    write_workbook(found, output)
    if as_json:
        payload(found.to_dict())
    else:
        show_choice(found, everything=everything)
    if found.answers:
        return process.DONE
    within = "no design is within the limits" if found.needed else "no design is possible (--all says why)"
    process.warn("warning", within)
    return process.INFEASIBLE if require_feasible else process.DONE
