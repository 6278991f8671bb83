"""``gigacost validate throughput``: step times of published runs."""

from __future__ import annotations

import click

from gigacost.cli import options


@options.command("throughput", short_help="Step times of published runs.")
@click.argument("file", metavar="[FILE.csv]", required=False)
@click.option("--search", is_flag=True, help="Also choose each layout, and compare with the published one.")
@options.as_json
def command(file: str | None, *, search: bool, as_json: bool) -> int:
    """Predict the step time of every run of a table at its published layout, and report the errors.

    Without FILE.csv it is the table that ships with the package, whose columns FILE.csv must have. Exits with 1 when
    more than 5 % of the runs cannot be predicted.
    """
    from gigacost.cli import process
    from gigacost.cli.terminal import payload
    from gigacost.validation.validate_throughput import MOST_UNPREDICTABLE, validate_throughput

    found = validate_throughput(file, search=search)
    if as_json:
        payload(found.to_dict())
    else:
        from gigacost.cli.views.validate import show_validation

        show_validation(found)
    if found.is_complete:
        return process.DONE
    rows = len(found.predictions) + len(found.skipped)
    process.warn(
        "error", f"{found.unpredictable} of {rows} runs cannot be predicted, more than {MOST_UNPREDICTABLE:.0%}"
    )
    return process.FAILED
