"""Options that commands share, and how they become a specification."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from gigacost.catalog import Catalog
    from gigacost.compiler.checks import ModelNamespace
    from gigacost.errors import Fault
    from gigacost.spec.spec import Spec

C = TypeVar("C", bound=Callable[..., Any])
NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_WHOLE = re.compile(r"-?[0-9]{1,4000}")  # Python reads no more digits than 4300
_LARGEST = 2**63 - 1
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
        if not whole or not self.low <= int(value) <= _LARGEST:
            from gigacost.errors import Fault, SpecError, show  # noqa: PLC0415 - only for mistakes

            field = param.opts[0] if param else "number"
            what = "out of range" if whole else "not a whole number"
            most = f" and <= {_LARGEST}" if whole and int(value) > _LARGEST else ""
            allowed = f">= {self.low}{most}" + ("" if whole else ", in digits 0-9")
            raise SpecError(Fault(field, show(value), what, allowed))
        return int(value)


class Once(click.Option):
    """An option that may be given once; a second time is a mistake, not a correction."""

    def __init__(self, *names: Any, **attributes: Any) -> None:  # noqa: ANN401 - as click has it
        super().__init__(*names, **{**attributes, "multiple": True, "default": None})

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:  # noqa: ANN401 - as click has it
        """The one value, None without. Raises SpecError for more than one."""
        values = super().type_cast_value(ctx, value)
        if values and len(values) > 1:
            from gigacost.errors import Fault, SpecError, show  # noqa: PLC0415 - only for mistakes

            raise SpecError(Fault(self.opts[0], show(values[1]), f"given twice; it was {show(values[0])} before"))
        return values[0] if values else None


def once(*names: str, **attributes: Any) -> Callable[[C], C]:  # noqa: ANN401 - as click has it
    """An option that may be given once."""
    return click.option(*names, cls=Once, **attributes)


def labels(axis: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What completes a label of a catalogue axis; after a comma the next one."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem as Item  # noqa: PLC0415 - only for the shell

        from gigacost.catalog import Catalog  # noqa: PLC0415

        before, comma, begun = incomplete.rpartition(",")
        return [Item(before + comma + name) for name in Catalog.bundled().labels(axis) if name.startswith(begun)]

    return complete


def quantities(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What completes the name of a quantity or input."""
    from click.shell_completion import CompletionItem as Item  # noqa: PLC0415 - only for the shell

    from gigacost.model import default  # noqa: PLC0415

    before, comma, begun = incomplete.rpartition(",")
    return [Item(before + comma + name) for name in default().names if name.startswith(begun)]


def quantity_names(*names: str, help: str) -> Callable[[C], C]:  # noqa: A002 - as click calls it
    """An option that takes a comma list of quantities, completed one after the other."""
    return once(*names, metavar="NAMES", shell_complete=quantities, help=help)


def prices(command: C) -> C:
    """``--catalog`` and ``--as-of``."""
    command = once(
        "--as-of", metavar="DATE", help="Prices and availability at this date; the catalogue's own by default."
    )(command)
    return once("--catalog", metavar="BOOK", help="A private price book (.toml, .csv) over the catalogue.")(command)


def design(command: C) -> C:
    """The options that describe one run: ``--hardware`` to ``--mfu``, ``--preset``."""
    for option in reversed(_DESIGN):
        command = option(command)
    return command


_DESIGN: tuple[Callable[[Any], Any], ...] = (
    once("--hardware", metavar="CHIP", shell_complete=labels("hardware"), help="As h100-sxm."),
    once("--chips", metavar="N", help="Accelerators that train together."),
    once("--params", metavar="N", help="Parameters, as 405B; a --model brings its own."),
    once("--tokens", metavar="N", help="Tokens of pre-training, as 15.6T."),
    once("--model", metavar="NAME", shell_complete=labels("model"), help="A published architecture."),
    once("--market", metavar="MARKET", shell_complete=labels("market"), help="own, colo, on_demand, ..."),
    once("--provider-class", metavar="CLASS", shell_complete=labels("provider_class"), help="Of who rents out."),
    once("--region", metavar="REGION", shell_complete=labels("region"), help="Electricity, PUE, carbon."),
    once("--precision", metavar="FORMAT", shell_complete=labels("precision"), help="bf16 by default."),
    once("--mfu", metavar="SHARE", help="Share of the peak while stepping, if you know better."),
    once("--preset", metavar="NAME", help="A published run to start from, epoch-2024 to count so, or both: A,B."),
)
_FLAGS = ("hardware", "chips", "params", "tokens", "model", "market", "provider_class", "region", "precision", "mfu")


def flags(given: Mapping[str, str | None], as_of: str | None) -> list[tuple[str, str]]:
    """The options of a run that were given, by name, with the date of the prices."""
    found = [(name, value) for name in _FLAGS if (value := given.get(name)) is not None]
    return found + ([("as_of", as_of)] if as_of else [])


def setting(command: C) -> C:
    """``--set``, ``--base-year`` (which is one), ``--strict``, and the prices."""

    @functools.wraps(command)
    def asked(**given: Any) -> Any:  # noqa: ANN401 - as click has it
        year = given.pop("base_year")
        own = () if year is None else (f"base_year={year}",)
        return command(**{**given, "settings": (*given["settings"], *own)})

    found = once("--base-year", metavar="YEAR", help="Tell computed amounts in dollars of this year.")(asked)
    found = click.option("--strict", is_flag=True, help="Warnings are errors.")(found)
    found = click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="Give any name of the model a value, a list (8,16) or a range (256..4096:5:log). Repeatable.",
    )(found)
    return prices(found)  # type: ignore[return-value] # wrapped, and called alike


def drawing(command: C) -> C:
    """``--uncertain``, ``--draws`` and ``--seed``."""
    command = once("--seed", type=Whole(0), metavar="N", help="Other draws for another seed.")(command)
    command = once("--draws", type=Whole(2), metavar="N", help="How many draws folds as p90(NAME) are over.")(command)
    return click.option(
        "--uncertain",
        multiple=True,
        metavar="NAME=DISTRIBUTION",
        help="As 'mfu=normal 90% 0.3..0.5', or as a factor: 'pue=x uniform 0.9..1.2'. Repeatable.",
    )(command)


def asserting(what: str) -> Callable[[C], C]:
    """``--assert``, over the names that ``what`` says."""
    return click.option(
        "--assert", "assertions", multiple=True, metavar="EXPR", help=f"Exit with 4 unless it holds, over {what}."
    )


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
explaining = click.option("--explain", is_flag=True, help="Say how much of the space was decided by bounds.")


def pairs(texts: Iterable[str], option: str = "--set") -> list[tuple[str, str]]:
    """The names and values of ``NAME=VALUE``. Raises SpecError."""
    found = []
    for text in texts:
        match = _SETTING.fullmatch(text)
        if not match:
            from gigacost.errors import Fault, SpecError, show  # noqa: PLC0415 - only for mistakes

            raise SpecError(Fault(option, show(text), "not a setting", allowed="NAME=VALUE"))
        found.append((match[1], match[2]))
    return found


def names(text: str | None) -> list[str]:
    """The names of a comma list, folds over draws among them: ``cost_total_usd,quantile(cost_total_usd, 0.9)``."""
    if not text:
        return []
    from gigacost.spec.aggregates import pieces  # noqa: PLC0415 - after --help

    return pieces(text)


def opened_catalog(book: str | None) -> Catalog:
    """The bundled catalogue, or it with a private book over it."""
    from gigacost.catalog.opening import opened  # noqa: PLC0415 - heavy

    return opened(book)


def single(
    flags: Iterable[tuple[str, str]],
    settings: Iterable[tuple[str, str]],
    preset: str | None,
    namespace: ModelNamespace,
    *,
    strict: bool,
) -> Spec:
    """The specification of options and settings alone; what is doubtful about it is said on stderr.

    Raises SpecError with faults named as they were typed.
    """
    from dataclasses import replace  # noqa: PLC0415 - after --help

    from gigacost.cli.process import warn  # noqa: PLC0415
    from gigacost.errors import SpecError  # noqa: PLC0415
    from gigacost.queries.estimates import unplaced  # noqa: PLC0415
    from gigacost.spec.reader import override, read_mapping  # noqa: PLC0415

    flags = list(flags)
    tree: dict[str, Any] = {"version": 1}
    if preset:
        tree["preset"] = names(preset) if "," in preset else preset
    flagged = {name for name, _ in flags}

    def as_typed(faults: Iterable[Fault]) -> Iterator[Fault]:
        for fault in unplaced(faults):
            name = fault.field.split("[")[0]
            option = f"--{name.replace('_', '-')}" if name in flagged and fault.what != "set twice" else fault.path
            yield replace(fault, path=option)

    try:
        spec = override(read_mapping(tree, namespace), [*flags, *settings], namespace, strict=strict)
    except SpecError as error:
        raise SpecError(*as_typed(error.faults)) from None
    for warning in as_typed(spec.warnings):
        warn("warning", str(warning))
    return spec


def unvaried(spec: Spec) -> Spec:
    """The specification, if it is of one run. Raises SpecError where an option takes several values."""
    if spec.axes:
        from gigacost.errors import Fault, SpecError  # noqa: PLC0415 - only for mistakes

        raise SpecError(Fault(spec.axes[0].name, "", "a list, where one value is explained", "one value"))
    return spec
