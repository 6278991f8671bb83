"""``gigacost merge``: the answer to a whole question, of the answers of its parts."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import click

from gigacost.cli import options
from gigacost.cli.asking import Asking
from gigacost.cli.design import Design
from gigacost.cli.query import QueryOptions

if TYPE_CHECKING:
    from collections.abc import Mapping


@options.command("merge")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@options.once("-o", "--output", metavar="FILE", help="Of pareto: write all rows (.parquet, .csv, .csv.gz, .arrow).")
@options.catalog
@options.once("--threads", type=options.Whole(1), metavar="N", help="Number of threads [default: all CPUs].")
@options.asserting("what the question says")
@click.option("--require-feasible", is_flag=True, help="Exit with code 3 if no combination is feasible.")
@options.as_json
@options.explaining
def command(
    files: tuple[str, ...],
    output: str | None,
    catalog: str | None,
    threads: int | None,
    assertions: tuple[str, ...],
    *,
    require_feasible: bool,
    as_json: bool,
    explain: bool,
) -> int:
    r"""The answer to a question about a whole SPEC, of what top, pareto, summary, count or bounds with --part printed.

    All parts are needed, in any order; one that comes twice counts once. The answer is that of one process. Quantiles
    take further passes over the space here, from the counts of all parts; --no-quantiles spares them.

    \b
    gigacost top SPEC --part 1/2 > 1.json
    gigacost top SPEC --part 2/2 > 2.json
    gigacost merge 1.json 2.json
    """
    from gigacost.errors import Fault, SpecError, show
    from gigacost.queries.merge import gathered
    from gigacost.queries.partial import Partial

    partials = [Partial.read(file) for file in files]
    space, merger = gathered(partials, catalog=options.opened_catalog(catalog), threads=threads)
    question, shown = partials[0].question, _checked(partials[0].question, partials[0].shown)
    if output is not None:
        if "output" not in shown:
            raise SpecError(Fault("-o", show(output), f"{question} has no rows to write", "pareto"))
        shown["output"] = output
    query = QueryOptions(
        spec=None,
        design=Design(),
        threads=threads,
        assertions=assertions,
        require_feasible=require_feasible,
        as_json=as_json,
        explain=explain,
        merged=space,
    )
    answer: Any = inspect.unwrap(_command(question).callback)  # type: ignore[arg-type] # every command has one
    code: int = answer(query, **shown, asking=Asking(merger=merger))
    return code


def _command(question: str) -> click.Command:
    from importlib import import_module

    found: click.Command = import_module(f"gigacost.cli.commands.{question}").command
    return found


def _checked(question: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the command that asked, as click has them. Raises SpecError for what are none."""
    from gigacost.errors import Fault, SpecError, show

    command = _command(question)
    names = inspect.signature(inspect.unwrap(command.callback)).parameters if command.callback else {}
    own = {one.name: one for one in command.params if one.name in names}
    context = click.Context(command)
    if not shown:  # asked in Python
        return {str(name): one.process_value(context, None) for name, one in own.items()}
    if shown.keys() != own.keys():
        raise SpecError(Fault("parts", show(list(shown)), f"not the options of gigacost {question}"))
    try:
        return {str(name): one.type(shown[str(name)], one, context) for name, one in own.items()}
    except click.UsageError as error:
        raise SpecError(Fault("parts", show(dict(shown)), error.message)) from None
