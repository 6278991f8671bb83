"""``gigacost elasticities``: how much a quantity depends on each figure that goes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gigacost.cli import options
from gigacost.cli.design import Design, designed

if TYPE_CHECKING:
    from gigacost.analysis.sensitivity.elasticities import Elasticities

_NEGLIGIBLE = 0.0005
"""What would be shown as 0.000 is not listed."""


@options.command("elasticities")
@click.argument("quantity", default="cost_total_usd", shell_complete=options.quantities)
@options.quantity_names("--inputs", help="Inputs [default: all that the quantity depends on].")
@designed
@options.as_json
def command(
    quantity: str,
    design: Design,
    inputs: str | None,
    *,
    as_json: bool,
) -> None:
    r"""Elasticities of QUANTITY: its per cent change for one per cent of each input of a run.

    The run is described as for estimate. Derivatives are exact (reverse mode); the parallel layout and all rounding are
    held fixed; labels and switches have none. A quantity that is set (--mfu 0.4) counts as an input.

    \b
    gigacost elasticities --hardware h100-sxm --chips 16384 --params 405B --tokens 15.6T
    gigacost elasticities train_days --preset olmo-2-7b --inputs chips,mfu --mfu 0.4
    """
    from gigacost.analysis.sensitivity.elasticities import elasticities_of_run
    from gigacost.cli.terminal import payload

    found = elasticities_of_run(quantity, design.run(), options.names(inputs))
    if as_json:
        payload(found.to_dict())
    else:
        _print(found)


def _print(found: Elasticities) -> None:
    from gigacost.cli.terminal import literal, show, table
    from gigacost.units.numbers import amount

    rows = []
    shown = [one for one in found if one.elasticity is not None and abs(one.elasticity) >= _NEGLIGIBLE]
    for one in shown:
        mark = " *" if one.stepped or one.whole else ""
        source = " ".join(text for text in (one.origin, one.date) if text)
        rows.append(
            [
                one.name + mark,
                amount(one.value, one.unit),
                f"{one.elasticity:+.3f}",
                f"{one.derivative:.3g} {one.derivative_unit}",
                source,
            ]
        )
    title = f"{found.quantity} = {amount(found.value, found.unit)}: per cent for one per cent of"
    show(table(["input", "value", "elasticity", "derivative", "from"], rows, ["value", "elasticity"], title))
    if any(one.stepped or one.whole for one in shown):
        show(
            literal(
                "* works by steps too, which are left out: whole numbers, a shape or a batch that is rounded", "dim"
            )
        )
    if more := len(found) - len(shown):
        show(literal(f"{more} figures with less than {_NEGLIGIBLE}, or without a derivative: see --json", "dim"))
