"""``gigacost layout``: the best parallel layouts of one design, and why the others are not."""

from __future__ import annotations

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed

_TOP = 10


@click.command("layout", context_settings=options.NAMES)
@options.once("--top", type=options.Whole(1), metavar="N", help=f"How many layouts; {_TOP}.")
@designed
@options.as_json
def command(
    design: Design,
    top: int | None,
    *,
    as_json: bool,
) -> None:
    r"""The layouts with the shortest step: tensor, pipeline, context, expert parallelism, sharding, recomputation.

    \b
    gigacost layout --model llama-3.1-405b --hardware h100-sxm --chips 16384
    gigacost layout ... --set tp=8                      an axis that is given is not searched
    gigacost layout ... --set tp=4,8 --set pp=8,16      only these
    """
    from gigacost.analysis.layouts.layouts import laid_out
    from gigacost.cli.terminal import payload

    request = design.request()
    found = laid_out(request.spec, request.model, request.catalog, top=top or _TOP)
    if as_json:
        payload(found.to_dict())
        return
    from gigacost.cli.views.layout import show_layouts

    show_layouts(found)
