"""``gigacost chart``: a picture of an answer. Each kind has the options of the command whose answer it draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import click

from gigacost.charts.kinds import KINDS, Kind, kind_of
from gigacost.cli import options
from gigacost.cli.best_estimate import tell_best

_NOT_OF_A_CHART = frozenset(
    {"as_json", "output", "form", "everything", "sources", "figures", "explain", "part", "results"}
)
"""Parameters that say how an answer is printed, written or divided."""


_OWN: Mapping[str, tuple[click.Parameter, ...]] = {
    "waterfall": (
        options.Once(
            ("--steps",),
            type=click.Choice(["drivers", "assumptions"]),
            help="What the steps are [default: assumptions; drivers where one assumption differs].",
        ),
    ),
}
"""Options of a kind alone, given to its ``chart`` by their names."""
_DEFAULTS: Mapping[str, Mapping[str, str]] = {"map": {"per": "params,tokens"}}
"""What a kind asks where nobody says it."""
_FIRST = {"validate": "runs"}
"""The command of a group that is meant where none is named."""


class _Kinds(click.Group):
    """A command for each kind, made of that whose answer it draws when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(KINDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        return _charting(kind_of(cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Kinds, and the command whose options each has"):
            formatter.write_dl([(kind.name, f"{kind.doc} ({kind.of})") for kind in KINDS.values()])


class _Several(click.Group):
    """Commands of which one is meant where none is named."""

    def __init__(self, name: str, meant: str, **settings: Any) -> None:  # noqa: ANN401 - as click has them
        super().__init__(name, **settings)
        self._meant = meant

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [self._meant, *args])


@click.group("chart", cls=_Kinds, context_settings=options.NAMES, invoke_without_command=True)
@click.option("--list", "listing", is_flag=True, help="List the kinds, each with the command whose answer it draws.")
@options.as_json
@click.pass_context
def command(ctx: click.Context, *, listing: bool, as_json: bool) -> None:
    r"""A picture of an answer: gigacost chart KIND, with the options of the command whose answer it draws.

    The same command gives the same bytes. Needs the extra charts: pip install 'gigacost[charts]'.

    \b
    gigacost chart estimate --params 70B --tokens 15T --hardware h100-sxm --chips 4096 -o cost.svg
    gigacost chart front SPEC --minimise cost_total_usd,train_days -o front.png
    gigacost chart --list
    """
    if ctx.invoked_subcommand is None:
        if listing:
            _list(as_json=as_json)
        else:
            click.echo(ctx.get_help())
    elif listing or as_json:
        raise click.UsageError("--list and --json before a kind: give --json after it, or --list alone")


def _list(*, as_json: bool) -> None:
    from gigacost.cli.terminal import payload, show, table

    if as_json:
        payload([{"kind": kind.name, "of": kind.of} for kind in KINDS.values()])
    else:
        show(table(["kind", "of", "shows"], [[kind.name, kind.of, kind.doc] for kind in KINDS.values()]))


def _charting(kind: Kind) -> click.Command:
    """The command of a kind: that of its question, whose answer is drawn and not printed."""
    question = import_module(f"gigacost.cli.commands.{kind.of.replace('-', '_')}").command
    return _drawing(kind, question, kind.name)


def _drawing(kind: Kind, question: click.Command, name: str) -> click.Command:
    """A command, or a group of them, that draws what another answers."""
    help_ = f"{kind.doc[0].upper()}{kind.doc[1:]}: a picture of what gigacost {kind.of} answers."
    if isinstance(question, click.Group):
        group = _Several(name, _FIRST[question.name or ""], context_settings=options.NAMES, help=help_)
        for inner, one in question.commands.items():
            group.add_command(_drawing(kind, one, inner))
        return group
    idle = {one.name: _unset(one) for one in question.params if one.name in _NOT_OF_A_CHART} | {"as_json": True}
    own = [*_of_the_chart(), *_OWN.get(kind.name, ())]
    drawing = {str(one.name) for one in own} - {"output", "as_json"}

    def draw(output: str | None, as_json: bool, **given: Any) -> int:  # noqa: ANN401, FBT001 - as click has it
        from gigacost.charts.kinds import refuse_bad_width, require_charts
        from gigacost.charts.save import refuse_bad_file
        from gigacost.cli import process

        if output is None:
            raise click.MissingParameter(param_hint="'-o'", param_type="option")
        refuse_bad_file(output)
        require_charts()
        chosen = {name: value for name in drawing if (value := given.pop(name)) is not None}
        if "width" in chosen:
            refuse_bad_width(chosen["width"], "--width")
        asked = {what: value for what, value in _DEFAULTS.get(kind.name, {}).items() if given[what] is None}
        code, document, answer = _asked(question, idle, {**given, **asked})
        if code != process.INFEASIBLE:
            _save(kind, document, answer, output, chosen, as_json=as_json)
        return code

    made = options.command(name, help=help_)(draw)
    made.params = [*own, *(one for one in question.params if one.name not in _NOT_OF_A_CHART)]
    if kind.of == "estimate" and kind.name != "compare":
        made.params.insert(0, click.Argument(["spec"], metavar="[SPEC]", required=False))
    return made


def _asked(question: click.Command, idle: Mapping[str, Any], given: dict[str, Any]) -> tuple[int, Any, Any]:
    """What a command answers: its exit code, its document, and the answer itself where this is more than that."""
    from gigacost.cli.terminal import payload_to

    answers: list[tuple[Any, Any]] = []
    with payload_to(lambda *answer: answers.append(answer)):
        if question.name == "estimate" and (spec := given.pop("spec", None)) is not None:
            code = tell_best(spec=spec, **given)
        else:
            code = question.callback(**idle, **given)  # type: ignore[misc] # a command has one
    return (code, *answers[-1])


def _of_the_chart() -> Iterator[click.Parameter]:
    """The options of every kind."""
    yield options.Once(("-o", "--output", "output"), metavar="FILE", help="The picture: .svg, .png, .pdf or .html.")
    yield options.Once(
        ("--width", "width"), type=options.Whole(1), metavar="PIXELS", help="Width between the axes [default: 640]."
    )
    yield click.Option(("--json", "as_json"), is_flag=True, help="Print what was written as JSON.")


def _unset(parameter: click.Parameter) -> object:
    """The value of a parameter that is not given."""
    return False if isinstance(parameter, click.Option) and parameter.is_flag else None


def _save(kind: Kind, document: object, answer: Any, output: str, drawing: Mapping[str, Any], *, as_json: bool) -> None:  # noqa: ANN401
    """Draw an answer where it is handed over (it knows more than its document), else its document; and say so."""
    from gigacost.charts.kinds import drawn
    from gigacost.charts.save import saved
    from gigacost.cli.process import warn
    from gigacost.cli.terminal import payload, plain
    from gigacost.errors import escape

    chart = drawn(kind.name, document, **drawing) if answer is None else answer.chart(kind.name, **drawing)
    made = saved(chart, output)
    if made.note:
        warn("note", made.note)
    if as_json:
        payload(made.to_dict())
    else:
        plain(f"{made.marks} marks in {made.bytes:,} bytes: {escape(made.file, quotes='')}")
