"""``gigacost validate``: the model against what was measured and published."""

from __future__ import annotations

import click

from gigacost.cli import options
from gigacost.cli.commands import validate_costs, validate_development, validate_runs, validate_throughput


@click.group("validate", context_settings=options.NAMES)
def command() -> None:
    """The model against what was measured and published, or against a table of your own."""


command.add_command(validate_throughput.command)
command.add_command(validate_costs.command)
command.add_command(validate_development.command)
command.add_command(validate_runs.command)
