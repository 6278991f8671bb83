"""``gigacost validate costs``: costs by Epoch AI's accounting."""

from __future__ import annotations

import click

from gigacost.cli import options


@options.command("costs", short_help="Costs by Epoch AI's accounting.")
@click.argument("file", metavar="[FILE.csv]", required=False)
@options.as_json
def command(file: str | None, *, as_json: bool) -> int:
    r"""Cost every model of a table under the preset epoch-2024, and report the errors.

    Amortised CapEx with energy, hardware acquisition and cloud cost, and their parts. Without FILE.csv it is the table
    that ships with the package, whose columns FILE.csv must have. Exits with 1 when a published cost has no prediction.
    The columns that are read, and nothing else:

    \b
    version  model  organization  publication_date
    hardware  hardware_quantity  hardware_release_date  tdp_w_used
    training_time_h  chip_hours_reported
    training_compute_flop  peak_flops_used  mfu_reported
    raw_unit_price_usd  raw_price_date  price_basis
    cloud_vendor  cloud_price_type  cloud_list_price_usd_per_chip_hour
    """
    from gigacost.cli import process
    from gigacost.cli.terminal import payload
    from gigacost.validation.validate_costs import validate_costs

    found = validate_costs(file)
    if as_json:
        payload(found.to_dict())
    else:
        from gigacost.cli.views.validate_costs import show_costs

        show_costs(found)
    for message in found.shortcomings:
        process.warn("error", message)
    return process.DONE if found.is_complete else process.FAILED
