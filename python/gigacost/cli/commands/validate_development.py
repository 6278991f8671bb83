"""``gigacost validate development``: what four models cost to develop, by Epoch AI's accounting."""

from __future__ import annotations

import click

from gigacost.cli import options


@options.command("development", short_help="Development costs by Epoch AI's accounting.")
@click.argument("file", metavar="[FILE.csv]", required=False)
@options.once("--draws", type=options.Whole(1), metavar="N", help="Number of cases drawn per model [default: 1024].")
@options.once("--seed", type=options.Whole(0), metavar="N", help="Seed of the draws [default: 0].")
@options.as_json
def command(file: str | None, draws: int | None, seed: int | None, *, as_json: bool) -> int:
    r"""Develop GPT-3, OPT, GPT-4 and Gemini Ultra under the preset epoch-2024, and compare with the published cost.

    Compute beside the final run, energy and people are uncertain: medians over many cases are compared.

    Without FILE.csv it is the table that ships with the package. FILE.csv has some of these models, called as there
    (GPT-3 175B (davinci), OPT-175B, GPT-4, Gemini 1.0 Ultra), and of each part in $ of 2023 a 5th percentile, a median
    and a 95th percentile:

    \b
    model
    devcost_PART_p5  devcost_PART_median_usd2023  devcost_PART_p95
      for PART in: chip  server_extra  interconnect  energy  staff_incl_equity
    """
    from gigacost.cli import process
    from gigacost.cli.terminal import payload
    from gigacost.sampling.draws import Draws
    from gigacost.validation.validate_development import COUNT, validate_development

    found = validate_development(Draws(draws or COUNT, seed or 0), path=file)
    if as_json:
        payload(found.to_dict())
    else:
        from gigacost.cli.views.validate_costs import show_development

        show_development(found)
    return process.DONE
