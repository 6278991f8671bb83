"""The group of commands, and the one way out of the program: every failure is a line and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from gigacost.cli import process
from gigacost.cli.options import NAMES

COMMANDS = {
    "estimate": "Cost of one training run; comma lists are compared side by side.",
    "choose": "The cheapest design of each market within limits: you need not know any chip.",
    "sweep": "Cost every combination of a specification and write the rows to a file or a folder of parts.",
    "top": "The cheapest combinations (or the best of each group).",
    "summary": "Counts, means, quantiles; why combinations are infeasible.",
    "pareto": "The Pareto front over several objectives.",
    "count": "How many combinations meet a condition.",
    "bounds": "Minimum and maximum of quantities, and where they are attained.",
    "merge": "The answer to a whole question, of what its parts answered (--part K/N).",
    "status": "How far a dataset is, the folder of parts that sweep writes.",
    "verify": "Whether a dataset is whole: digests, and parts computed again.",
    "solve": "The largest (or smallest) value of an input that satisfies a condition.",
    "break-even": "Where one option becomes cheaper than another: own or rent, along one input.",
    "uncertainty": "Intervals, Sobol indices, value of information, break points.",
    "over-time": "Cost of the same capability in other years, by driver, with intervals.",
    "track": "Date and cost at completion of a run that goes on, by its log and bills.",
    "explore": "A page that holds the model: sliders, and pictures that follow.",
    "mcp": "The same questions as tools of an agent, by the Model Context Protocol.",
    "layout": "The best parallel layouts of a design, and why others lose.",
    "validate": "Compare the model with published data.",
    "explain": "How a number is computed: formula, sources, parts.",
    "elasticities": "Per cent change of a quantity per one per cent of each input.",
    "compare": "Why two costs differ: contribution of each driver and assumption.",
    "diff": "What a change of a specification costs, and which line costs what.",
    "chart": "A picture of an answer, as SVG, PNG, PDF or HTML.",
    "report": "An answer as one file for a board or a paper: HTML, PDF or Markdown.",
    "catalog": "Chips, prices, regions, architectures, and where each figure is from.",
    "serve": "Answer questions over HTTP: a service with a schema, limits and jobs.",
    "init": "Write an example of a specification, to begin with.",
    "schema": "JSON Schema of a specification; all quantities with units.",
    "completion": "Completion for bash, zsh or fish.",
}
"""The commands with their line in the help, so that showing the help loads none of them."""


class _Commands(click.Group):
    """Loads a command's module when it is called."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command; a reader that has enough ends it here, before click makes a failure of that."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise process.Stop(process.quiet()) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        command: click.Command = import_module(f"gigacost.cli.commands.{cmd_name.replace('-', '_')}").command
        for one in (command, *getattr(command, "commands", {}).values()):
            # What keeps click from joining lines is a backspace, which a docstring cannot hold.
            one.help = (one.help or "").replace("\\b\n", "\b\n")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name == "help":
            click.echo(ctx.get_help())
            ctx.exit()
        if name not in COMMANDS and not name.startswith("-"):
            from gigacost.cli.words import meant_command
            from gigacost.errors import show

            guess = meant_command(name, COMMANDS)
            hint = f"; did you mean {guess}?" if guess else ""
            raise click.UsageError(f"command = {show(name)}: unknown command; allowed: {', '.join(COMMANDS)}{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's form
    if wanted:
        from gigacost._engine import __version__

        click.echo(f"gigacost {__version__}")
        ctx.exit()


@click.group(cls=_Commands, context_settings=NAMES, no_args_is_help=True)
@click.option("--debug", is_flag=True, help="Show tracebacks of internal errors (also: GIGACOST_DEBUG=1).")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
def gigacost(debug: bool) -> None:  # noqa: FBT001 - click's form
    """What does it cost to train this AI model? Every combination of hardware, scale, market, place and date.

    Exit codes: 0 done, 1 failed while running, 2 bad input, 3 nothing feasible (--require-feasible), 4 an --assert does
    not hold, 130 interrupted, 143 terminated.
    """
    process.debug = debug or process.debug


def main(arguments: Sequence[str] | None = None) -> Any:  # noqa: ANN401 - never returns
    """Run the command line; never returns."""
    process.arguments = tuple(sys.argv[1:] if arguments is None else arguments)
    sys.exit(process.run(lambda: gigacost.main(args=arguments, prog_name="gigacost", standalone_mode=False)))
