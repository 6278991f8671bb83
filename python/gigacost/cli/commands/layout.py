"""``gigacost layout``: the best parallel layouts of one design, and why the others are not."""

from __future__ import annotations

import click

from gigacost.cli import options

_TOP = 10


@click.command("layout", context_settings=options.NAMES)
@options.once("--model", metavar="NAME", shell_complete=options.labels("model"), help="A published architecture.")
@options.once("--hardware", metavar="CHIP", shell_complete=options.labels("hardware"), help="As h100-sxm.")
@options.once("--chips", metavar="N", help="Accelerators that train together.")
@options.once("--params", metavar="N", help="Parameters, as 405B; a --model brings its own.")
@options.once("--tokens", metavar="N", help="Tokens of pre-training, from which the batch follows; a --model's own.")
@options.once("--precision", metavar="FORMAT", shell_complete=options.labels("precision"), help="bf16 by default.")
@options.once("--top", type=options.Whole(1), metavar="N", help=f"How many layouts; {_TOP}.")
@options.setting
@options.as_json
def command(
    settings: tuple[str, ...],
    catalog: str | None,
    as_of: str | None,
    top: int | None,
    *,
    strict: bool,
    as_json: bool,
    **given: str | None,
) -> None:
    r"""The layouts with the shortest step: tensor, pipeline, context, expert parallelism, sharding, recomputation.

    \b
    gigacost layout --model llama-3.1-405b --hardware h100-sxm --chips 16384
    gigacost layout ... --set tp=8                      an axis that is given is not searched
    gigacost layout ... --set tp=4,8 --set pp=8,16      only these
    """
    from gigacost.analysis.layouts.layouts import laid_out  # noqa: PLC0415
    from gigacost.cli.terminal import payload  # noqa: PLC0415
    from gigacost.compiler.checks import namespace  # noqa: PLC0415 - after --help
    from gigacost.model import default  # noqa: PLC0415

    model, book = default(), options.opened_catalog(catalog)
    spec = options.single(
        options.flags(given, as_of), options.pairs(settings), None, namespace(model, book), strict=strict
    )
    found = laid_out(spec, model, book, top=top or _TOP)
    if as_json:
        payload(found.to_dict())
        return
    from gigacost.cli.views.layout import show_layouts  # noqa: PLC0415 - only one view is shown

    show_layouts(found)
