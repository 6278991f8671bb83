"""``gigacost layout``: the best parallel layouts of one design, and why the others are not."""

from __future__ import annotations

from gigacost.cli import options
from gigacost.cli.design import Design, designed

_TOP = 10


@options.command("layout")
@options.once("--top", type=options.Whole(1), metavar="N", help=f"Number of layouts to show [default: {_TOP}].")
@designed
@options.as_json
def command(
    design: Design,
    top: int | None,
    *,
    as_json: bool,
) -> None:
    r"""The parallel layouts with the shortest step: tp, pp, cp, ep, ZeRO stage, recomputation.

    \b
    gigacost layout --model llama-3.1-405b --hardware h100-sxm --chips 16384
    gigacost layout ... --set tp=8                      fix an axis
    gigacost layout ... --set tp=4,8 --set pp=8,16      search these values only
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
