"""``gigacost explain``: how a number is made."""

from __future__ import annotations

import click

from gigacost.cli import options


@click.command("explain", context_settings=options.NAMES)
@click.argument("quantity", shell_complete=options.quantities)
@options.setting
@options.once("--preset", metavar="NAME", help="Take the inputs of a published run.")
@options.once("--depth", type=options.Whole(0), metavar="N", help="Levels of the tree; 3 by default.")
@options.as_json
def command(
    quantity: str,
    settings: tuple[str, ...],
    preset: str | None,
    catalog: str | None,
    as_of: str | None,
    depth: int | None,
    *,
    strict: bool,
    as_json: bool,
) -> None:
    r"""Formula, source, parts and uses of a quantity; default, limits and source of an input.

    \b
    gigacost explain cost_experiments_usd
    gigacost explain rental_usd_per_chip_hour --set hardware=h100-sxm
    gigacost explain cost_total_usd --preset llama-3.1-405b      with values and shares
    """
    from gigacost.bind import words  # noqa: PLC0415
    from gigacost.cli.terminal import payload, plain  # noqa: PLC0415
    from gigacost.errors import Fault, SpecError  # noqa: PLC0415
    from gigacost.explanations import DEPTH, explained  # noqa: PLC0415
    from gigacost.model import default  # noqa: PLC0415

    model, book = default(), options.opened_catalog(catalog)
    given = options.pairs(settings) + ([("as_of", as_of)] if as_of else [])
    spec = options.single([], given, preset, words(model, book), strict=strict)
    if spec.axes:
        raise SpecError(Fault("--set", spec.axes[0].name, "a list, where one value is explained", "one value"))
    one = explained(quantity, spec, model, book, DEPTH if depth is None else depth)
    if as_json:
        payload(one.to_dict())
    else:
        plain(one.text)
