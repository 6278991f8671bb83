"""``gigacost explain``: how a number is made."""

from __future__ import annotations

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed


@options.command("explain")
@click.argument("quantity", shell_complete=options.quantities)
@designed
@options.once("--depth", type=options.Whole(0), metavar="N", help="Depth of the tree [default: 3].")
@click.option("--all", "everything", is_flag=True, help="List all constants and inputs, and show lines whole.")
@options.as_json
def command(
    quantity: str,
    design: Design,
    depth: int | None,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    r"""Formula, source, parts and uses of a quantity; default, limits and source of an input.

    With a run, described as for estimate, each part is shown with its value, and terms of a sum with their share.

    \b
    gigacost explain cost_experiments_usd
    gigacost explain rental_usd_per_chip_hour --hardware h100-sxm
    gigacost explain cost_total_usd --preset llama-3.1-405b      with values, shares and the source of each number
    gigacost explain cost_total_usd --hardware h100-sxm --chips 1024 --params 7B --tokens 2T --depth 5
    """
    from gigacost.analysis.explain.explain import DEPTH, explained
    from gigacost.cli.terminal import payload
    from gigacost.cli.views.explain import render

    one = explained(quantity, design.run(), DEPTH if depth is None else depth)
    if as_json:
        payload(one.to_dict())
    else:
        render(one, everything=everything)
