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


@click.command("elasticities", context_settings=options.NAMES)
@click.argument("quantity", default="cost_total_usd", shell_complete=options.quantities)
@options.quantity_names("--inputs", help="Along which inputs alone; all figures by default.")
@designed
@options.as_json
def command(
    quantity: str,
    design: Design,
    inputs: str | None,
    *,
    as_json: bool,
) -> None:
    r"""By how many per cent QUANTITY changes for one per cent of each figure that goes into one run.

    The run is described as for estimate. Exact derivatives of what is computed, the layout and all that is rounded held
    fixed. Labels and switches have none. A quantity that is given a value (--mfu 0.4) is a figure like any other.

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
    from gigacost.cli.views.numbers import amount

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
