"""Options that commands share, each with how its text is read."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from gigacost.catalog import Catalog

C = TypeVar("C", bound=Callable[..., Any])
NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_WHOLE = re.compile(r"-?[0-9]{1,4000}")  # Python reads no more digits than 4300
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
LARGEST = 2**63 - 1
_SETTING = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)


class Whole(click.ParamType):  # type: ignore[type-arg] # generic only in newer releases of click
    """A whole number in plain ASCII digits."""

    name = "n"

    def __init__(self, low: int = 0) -> None:
        self.low = low

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """The number. Raises SpecError."""
        del ctx
        if isinstance(value, int):
            return value
        whole = isinstance(value, str) and _WHOLE.fullmatch(value)
        if not whole or not self.low <= int(value) <= LARGEST:
            from gigacost.errors import Fault, SpecError, show

            field = param.opts[0] if param else "number"
            what = "out of range" if whole else "not a whole number"
            most = f" and <= {LARGEST}" if whole and int(value) > LARGEST else ""
            allowed = f">= {self.low}{most}" + ("" if whole else ", in digits 0-9")
            raise SpecError(Fault(field, show(value), what, allowed))
        return int(value)


class Number(click.ParamType):  # type: ignore[type-arg] # generic only in newer releases of click
    """A number in plain ASCII digits, with or without a fraction."""

    name = "n"

    def __init__(self, low: float = 0) -> None:
        self.low = low

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """The number. Raises SpecError."""
        del ctx
        if isinstance(value, int | float):
            return value
        if not _DECIMAL.fullmatch(value) or float(value) < self.low:
            from gigacost.errors import Fault, SpecError, show

            what = "out of range" if _DECIMAL.fullmatch(value) else "not a number"
            allowed = f">= {self.low:g}, in digits 0-9, as 2.5"
            raise SpecError(Fault(param.opts[0] if param else "number", show(value), what, allowed))
        return float(value)


class Once(click.Option):
    """An option that may be given once; a second time is a mistake, not a correction, and so is an empty value."""

    def __init__(self, *names: Any, may_be_empty: bool = False, **attributes: Any) -> None:  # noqa: ANN401 - as click
        super().__init__(*names, **{**attributes, "multiple": True, "default": None})
        self.may_be_empty = may_be_empty

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:  # noqa: ANN401 - as click has it
        """The one value, None without. Raises SpecError for more than one, and for an empty one."""
        values = super().type_cast_value(ctx, value)
        if not values:
            return None
        empty = isinstance(values[0], str) and not values[0].strip()
        if len(values) > 1 or (empty and not self.may_be_empty):
            from gigacost.errors import Fault, SpecError, show

            name = self.opts[0]
            if len(values) > 1:
                raise SpecError(Fault(name, show(values[1]), f"given twice; it was {show(values[0])} before"))
            raise SpecError(Fault(name, show(values[0]), "missing value", f"a value, or no {name} at all"))
        return values[0]


class SectionedCommand(click.Command):
    """A command whose help lists its own options first, then those it shares with others, by what they are about."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does; its examples go on in a further line where one is too wide."""
        del ctx
        text = inspect.cleandoc(self.help or "")
        formatter.write_paragraph()
        with formatter.indentation():
            room = formatter.width - formatter.current_indent
            formatter.write_text("\n\n".join(_fitted(part, room) for part in text.split("\n\n")))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        headed: dict[str, list[tuple[str, str]]] = {heading: [] for heading in HEADINGS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record:
                headed[heading_of(parameter)].append(record)
        for heading, records in headed.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def _fitted(paragraph: str, room: int) -> str:
    """A paragraph of help; of one that is not to be filled, lines are broken at their spaces as a shell reads them."""
    if not paragraph.startswith("\b\n"):
        return paragraph
    lines = []
    for line in paragraph.split("\n"):
        left = line if len(line) <= room else re.sub(r"(?<=\S) {3,}", "  ", line)
        while len(left) > room and " " in left[_CONTINUED : room - 1]:
            flag = left.rfind(" --", _CONTINUED, room - 1)
            begun = left[: flag if flag > 0 else left.rindex(" ", _CONTINUED, room - 1)]
            lines.append(f"{begun} \\")
            left = " " * _CONTINUED + left[len(begun) :].lstrip()
        lines.append(left)
    return "\n".join(lines)


_CONTINUED = 4
"""How far a further line of an example is set in."""
_SHARED = {
    **dict.fromkeys(
        (
            *("--hardware", "--chips", "--params", "--tokens", "--model", "--market", "--provider-class", "--region"),
            *("--precision", "--mfu", "--pace", "--preset", "--set", "--catalog", "--as-of", "--base-year", "--strict"),
            *("--model-config", "--train-config"),
        ),
        "Design (over SPEC, or in place of it)",
    ),
    **dict.fromkeys(("--executor", "--retries", "--log"), "Parts"),
    **dict.fromkeys(("--uncertain", "--draws", "--seed", "--method", "--only", "--no-intervals"), "Uncertainty"),
    **dict.fromkeys(
        ("--json", "--threads", "--assert", "--require-feasible", "--explain", "--help"), "Output and exit code"
    ),
}
"""The heading of options that commands share, by their last name."""
LIMITS = "Limits"
HEADINGS = ("Options", LIMITS, *dict.fromkeys(_SHARED.values()))


def heading_of(parameter: click.Parameter) -> str:
    """The one of ``HEADINGS`` under which help lists an option."""
    return getattr(parameter, "heading", "") or _SHARED.get(parameter.opts[-1], "Options")


def command(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:  # noqa: ANN401 - as click
    """A command of the command line."""
    return click.command(name, cls=SectionedCommand, context_settings=NAMES, **attributes)


def once(*names: str, **attributes: Any) -> Callable[[C], C]:  # noqa: ANN401 - as click has it
    """An option that may be given once."""
    return click.option(*names, cls=Once, **attributes)


def labels(axis: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What completes a label of a catalogue axis; after a comma the next one."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem as Item

        from gigacost.catalog import Catalog

        before, comma, begun = incomplete.rpartition(",")
        return [Item(before + comma + name) for name in Catalog.bundled().labels(axis) if name.startswith(begun)]

    return complete


def quantities(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What completes the name of a quantity or input."""
    from click.shell_completion import CompletionItem as Item

    from gigacost.model import default

    before, comma, begun = incomplete.rpartition(",")
    return [Item(before + comma + name) for name in default().names if name.startswith(begun)]


class _Limit(Once):
    """An option that sets a limit."""

    heading = LIMITS


def limits_of(record: type) -> Callable[[C], C]:
    """An option for each limit among the fields of a dataclass, given to the command by its name; None where unset."""

    def optional(command: C) -> C:
        for one in reversed(fields(record)):
            if text := one.metadata.get("help"):
                kind = Whole(one.metadata["low"]) if isinstance(one.default, int) else Number(one.metadata["low"])
                name = f"--{one.name.replace('_', '-')}"
                told = f"{text} [default: {one.default:,.12g}]."
                command = click.option(name, cls=_Limit, type=kind, metavar="N", help=told)(command)
        return command

    return optional


def quantity_names(*names: str, help: str, may_be_empty: bool = False) -> Callable[[C], C]:  # noqa: A002 - as click
    """An option that takes a comma list of quantities, completed one after the other."""
    return once(*names, metavar="NAMES", shell_complete=quantities, help=help, may_be_empty=may_be_empty)


as_of = once("--as-of", metavar="DATE", help="Date of prices and availability [default: the catalogue's].")
catalog = once("--catalog", metavar="BOOK", help="Private price book (.toml, .csv), laid over the catalogue.")


def prices(command: C) -> C:
    """``--catalog`` and ``--as-of``."""
    return catalog(as_of(command))


def drawing(command: C) -> C:
    """``--uncertain``, ``--draws`` and ``--seed``."""
    command = once("--seed", type=Whole(0), metavar="N", help="Seed of the draws [default: 0].")(command)
    command = once(
        "--draws",
        type=Whole(2),
        metavar="N",
        help="Number of Monte Carlo draws, for intervals and aggregates such as p90(NAME).",
    )(command)
    return click.option(
        "--uncertain",
        multiple=True,
        metavar="NAME=DISTRIBUTION",
        help="Distribution of an input, as 'mfu=normal 90% 0.3..0.5', or of a factor on it: 'pue=x uniform 0.9..1.2'. "
        "'default' takes in those that ship, for inputs left open. Repeatable.",
    )(command)


carrying = once("--carry", metavar="NAMES", help="Columns of zip tables that are handed through to the rows, as id.")
no_intervals = click.option("--no-intervals", is_flag=True, help="Leave out P10, P50 and P90.")


def limiting(command: C) -> C:
    """``--within``, ``--budget``, ``--mw`` and ``--sure``: what a design that is chosen may take at most."""
    sure = "Probability that all limits hold, as 0.9, in place of typical values."
    budget = "Largest total, as 50M or '$50M' (quoted); of owned chips their price and that of the site too."
    command = once("--sure", metavar="P", help=sure)(command)
    command = once("--mw", metavar="MW", help="Largest site, in megawatts.")(command)
    command = once("--budget", metavar="USD", help=budget)(command)
    return once("--within", metavar="TIME", help="Longest final run, as 90d, or none [default: 90d].")(command)


def executing(command: C) -> C:
    """``--executor``, ``--retries`` and ``--log``."""
    command = once(
        "--log",
        type=click.Choice(["json"]),
        help="Report each part on stderr in place of a progress line: a JSON object for each event.",
    )(command)
    command = once(
        "--retries",
        type=Whole(0),
        metavar="N",
        help="How often a part is tried again whose worker is lost [default: 3].",
    )(command)
    return once("--executor", metavar="E", help="Where parts are computed: processes:N, dask://HOST:PORT.")(command)


def distributions(texts: Iterable[str]) -> list[tuple[str, str]]:
    """The settings that ``--uncertain`` stands for. Raises SpecError."""
    from gigacost.spec.spec import DEFAULT

    said = [
        pair for text in texts for pair in ([(DEFAULT, "true")] if text == DEFAULT else pairs([text], "--uncertain"))
    ]
    return [(f"uncertain.{key}", value) for key, value in said]


def asserting(what: str) -> Callable[[C], C]:
    """``--assert``, over the names that ``what`` says."""
    return click.option(
        "--assert",
        "assertions",
        multiple=True,
        metavar="EXPR",
        help=f"Exit with code 4 unless EXPR holds, over {what}. Repeatable.",
    )


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
explaining = click.option("--explain", is_flag=True, help="Report how much of the space branch and bound decided.")


def pairs(texts: Iterable[str], option: str = "--set") -> list[tuple[str, str]]:
    """The names and values of ``NAME=VALUE``. Raises SpecError."""
    found = []
    for text in texts:
        match = _SETTING.fullmatch(text)
        if not match:
            from gigacost.errors import Fault, SpecError, show

            raise SpecError(Fault(option, show(text), "not a setting", allowed="NAME=VALUE"))
        found.append((match[1], match[2]))
    return found


def names(text: str | None) -> list[str]:
    """The names of a comma list, aggregates over draws among them: ``cost_total_usd,quantile(cost_total_usd, 0.9)``."""
    if not text:
        return []
    from gigacost.spec.aggregates import pieces

    return pieces(text)


def opened_catalog(book: str | None) -> Catalog:
    """The bundled catalogue, or it with a private book over it; within a service that of the request."""
    from gigacost.catalog.opening import opened
    from gigacost.cli import hosted

    run = hosted.current()
    return opened(book) if run is None else run.catalog
