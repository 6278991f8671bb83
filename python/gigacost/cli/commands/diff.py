"""``gigacost diff``: what a change of a specification costs, and which line costs what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed
from gigacost.cli.query import QueryOptions, chosen_draws

if TYPE_CHECKING:
    from gigacost.errors import Fault
    from gigacost.queries.space import Space
    from gigacost.spec.files import Document


@options.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@options.once("--by", metavar="NAME", shell_complete=options.quantities, help="The cost [default: cost_total_usd].")
@designed
@options.drawing
@options.no_intervals
@options.once("--threads", type=options.Whole(1), metavar="N", help="Number of threads [default: all CPUs].")
@options.as_json
def command(
    a: str,
    b: str,
    by: str | None,
    design: Design,
    uncertain: tuple[str, ...],
    draws: int | None,
    seed: int | None,
    threads: int | None,
    *,
    no_intervals: bool,
    as_json: bool,
) -> int:
    r"""What the change from specification A to B costs, and which line costs what.

    A line is a key whose value differs in meaning: units, order, comments and values that are the default anyway do not
    count. What it costs is its Shapley value, the mean effect of changing it over all orders in which the lines can
    change; together they are the difference exactly. A specification with axes is represented by its cheapest
    combination. Options hold for both.

    \b
    gigacost diff plan.toml new.toml
    gigacost diff plan.toml new.toml --set region=fra --json
    """
    from gigacost.analysis.compare.compare import BY
    from gigacost.analysis.compare.diff import diffed
    from gigacost.cli import process
    from gigacost.cli.progress import watched
    from gigacost.cli.query import warn_of, without_prices
    from gigacost.cli.terminal import payload
    from gigacost.cli.views.diff import show_diff
    from gigacost.errors import SpecError

    if no_intervals and (uncertain or draws or seed is not None):
        raise click.UsageError("--no-intervals draws nothing: give it without --uncertain, --draws and --seed")
    sides: list[tuple[Space, Document]] = []
    faults: list[Fault] = []
    for spec in (a, b):
        try:
            asked = QueryOptions(spec, design, threads=threads, uncertain=uncertain, draws=draws, seed=seed)
            made = asked.request()
            sides.append((made.space(), made.document))
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(*dict.fromkeys(faults))
    spaces = [space for space, _ in sides]
    drawn = None if no_intervals else chosen_draws(spaces[0].spec, draws, seed)
    with watched("diff", sum(space.size for space in spaces)) as progress:
        found = diffed(sides[0], sides[1], by or BY, draws=drawn, threads=threads, progress=progress)
    for side, space in zip("ab", spaces, strict=True):
        meta = found.meta[side]
        warn_of(space.spec, meta if as_json else without_prices(meta, found.missing_prices[side]))
    if as_json:
        payload(found.to_dict())
    else:
        show_diff(found, (a, b), spaces[0].model)
    return process.DONE
