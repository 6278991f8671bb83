"""The questions as a service offers them, made from the commands: an option of a command is one of its operation."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from gigacost.cli import hosted, options
from gigacost.errors import Fault, InternalError, SpecError, nearest, show
from gigacost.service.limits import OF_OPTIONS
from gigacost.service.operation import Answer, Asked, Watch

if TYPE_CHECKING:
    from gigacost.catalog import Catalog

QUESTIONS = (
    *("estimate", "choose", "sweep", "top", "pareto", "count", "bounds", "summary", "solve"),
    *("break-even", "uncertainty", "over-time", "elasticities", "compare", "diff", "layout", "explain"),
)
"""The commands that answer a question about specifications."""
ROWS = frozenset({"sweep", "top", "pareto"})
"""Those whose answer is rows."""
_SUMMARIES = {"sweep": "Cost every combination of a specification: all rows."}
"""What those answer that write files on the command line."""
DOCUMENTS = ("spec", "a", "b")
"""The parameters of commands that are specifications."""
_OF_A_TERMINAL = frozenset(
    {
        *("as_json", "threads", "executor", "part", "log", "retries", "assertions", "require_feasible", "explain"),
        *("output", "form", "everything", "catalog", "model_config", "train_config", "csv_safe", "force", "dry_run"),
        *("rows_per_part", "partition_by", "max_partitions", "part_format", "resume", "max_bytes", "max_usd", "yes"),
        *("usd_per_core_hour", "usd_per_gb_month", "sources", "figures"),
    }
)
"""Parameters that say where and how something is computed, printed or read."""
_BY_TREE = frozenset({"settings"})
"""Parameters of a design beside its flags that its specification says."""
_LISTS = ("NAMES", "AXES", "YEARS")


@dataclass(frozen=True)
class Question:
    """A question, answered by the command of its name."""

    name: str
    command: click.Command
    summary: str
    mounted: Callable[[str], Catalog]
    """The price book of a name that the operator gave it. Raises SpecError."""

    @property
    def description(self) -> str:
        """What it answers."""
        return _in_names(described(self.command), self.command.params)

    @property
    def has_rows(self) -> bool:
        """Whether it answers rows, which may be taken as a table."""
        return self.name in ROWS

    @property
    def documents(self) -> tuple[str, ...]:
        """The specifications that it takes."""
        names = {one.name for one in self.command.params}
        return DOCUMENTS if {"a", "b"} <= names else DOCUMENTS[:1]

    @cached_property
    def parameters(self) -> dict[str, click.Parameter]:
        """The parameters that a client may give, by name."""
        from gigacost.cli.design import FLAGS

        names = {one.name for one in self.command.params}
        of_design = {*FLAGS, *_BY_TREE} if "hardware" in names else set()
        left = _OF_A_TERMINAL | of_design | set(DOCUMENTS)
        return {str(one.name): one for one in self.command.params if one.name not in left}

    @cached_property
    def options(self) -> Mapping[str, Any]:
        """The JSON Schema of its options."""
        properties = {name: schema_of(one) for name, one in self.parameters.items()}
        for one in properties.values():
            if "description" in one:
                one["description"] = _in_names(one["description"], self.command.params)
        required = [name for name, one in self.parameters.items() if one.required]
        return {
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def answer(self, asked: Asked, watch: Watch) -> Answer:
        """What the command answers. Raises SpecError, LimitError, Cancelled."""
        answer = run_of(self.command, self._given(asked, watch), asked, self.mounted, watch)
        self._refuse_inexact(asked, answer.document, watch)
        return answer

    def _given(self, asked: Asked, watch: Watch) -> dict[str, Any]:
        """The command's parameters."""
        unknown = [name for name in asked.documents if name not in self.documents]
        if unknown:
            allowed = ", ".join(self.documents)
            raise SpecError(*(Fault(name, "", "not a specification of this question", allowed) for name in unknown))
        if DOCUMENTS[0] not in asked.documents:
            missing = [name for name in self.documents[1:] if name not in asked.documents]
            needed = missing if asked.documents else DOCUMENTS[:1]
            if needed:
                raise SpecError(*(Fault(name, "", "missing", '{"fixed": {...}, "axes": {...}}') for name in needed))
        given = {str(one.name): _unset(one) for one in self.command.params}
        given |= (asked_for := converted(self.parameters, asked.options))
        for name in given.keys() & set(DOCUMENTS):
            given[name] = next((one for one in (name, DOCUMENTS[0]) if one in asked.documents), None)
        for name, limited in OF_OPTIONS.items():
            watch.limits.refuse(limited, asked_for.get(name, 0))
        own = {"as_json": True, "threads": watch.limits.threads, **asked_for}
        return given | {name: value for name, value in own.items() if name in given}

    def _refuse_inexact(self, asked: Asked, document: Any, watch: Watch) -> None:  # noqa: ANN401 - plain data
        """Raise LimitError for an answer that is none within the boxes that are granted."""
        meta = document.get("meta", {}) if isinstance(document, Mapping) else {}
        limited = {"boxes", "seconds"} & {name for name, value in asked.options.items() if value is not None}
        if meta.get("exact", True) is False and "effort" in meta and not limited:
            watch.limits.refuse("boxes", meta["effort"]["boxes"] + 1)


def questions(mounted: Callable[[str], Catalog]) -> list[Question]:
    """Every question."""
    from gigacost.cli.app import COMMANDS

    known = {**COMMANDS, **_SUMMARIES}
    return [Question(name, command_of(name), known[name], mounted) for name in QUESTIONS if name in COMMANDS]


def command_of(name: str) -> click.Command:
    """The command of a name."""
    command: click.Command = import_module(f"gigacost.cli.commands.{name.replace('-', '_')}").command
    return command


def described(command: click.Command) -> str:
    """What a command does, without the examples of its help."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(" ".join(one.split()) for one in paragraphs if not one.startswith(("\b", "\\b")))


def _in_names(text: str, parameters: Sequence[click.Parameter]) -> str:
    """A text of the command line in the words of a client: ``by`` for ``--by``."""
    for one in parameters:
        for flag in one.opts:
            if flag.startswith("--"):
                text = re.sub(rf"{flag}\b(?!-)", str(one.name), text)
    return text.replace("SPEC", "`spec`").removesuffix(" Repeatable.")


def schema_of(parameter: click.Parameter) -> dict[str, Any]:
    """The JSON Schema of what a client gives a parameter."""
    told = {"description": text} if (text := getattr(parameter, "help", None)) else {}
    if isinstance(parameter.default, str | int | float) and not isinstance(parameter.default, bool):
        told["default"] = parameter.default
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return {"type": "boolean", "default": False, **told}
    if isinstance(parameter.type, options.Whole):
        return {"type": "integer", "minimum": parameter.type.low, "maximum": options.LARGEST, **told}
    if isinstance(parameter.type, click.Choice):
        return {"enum": list(parameter.type.choices), **told}
    text = {"type": "string", "minLength": 1}
    if _is_repeated(parameter):
        pairs = {"type": "object", "additionalProperties": {"type": ["string", "number"]}}
        return {"anyOf": [{"type": "array", "items": text}, pairs], **told}
    if _is_list(parameter):
        return {"anyOf": [text, {"type": "array", "items": {"type": ["string", "integer"]}, "minItems": 1}], **told}
    return {"type": ["string", "number"], "minLength": 1, **told}


def converted(parameters: Mapping[str, click.Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of parameters as their command takes them. Raises SpecError with all faults."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in parameters:
            known = ", ".join(parameters) or "none"
            faults.append(Fault(f"options.{name}", show(value), "unknown option", known, nearest(name, parameters)))
        elif value is not None:
            try:
                values[name] = _converted(parameters[name], value)
            except SpecError as error:
                faults += (Fault(f"options.{name}", one.value, one.what, one.allowed) for one in error.faults)
    missing = [name for name, one in parameters.items() if one.required and given.get(name) is None]
    faults += (Fault(f"options.{name}", "", "missing", "a value") for name in missing)
    if faults:
        raise SpecError(*faults)
    return values


def _converted(parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - as JSON gave it
    """One value as the command takes it."""
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return value if isinstance(value, bool) else _refused(value, "expected true or false")
    if isinstance(parameter.type, options.Whole):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            _refused(value, "not a whole number", f">= {parameter.type.low}")
        return parameter.type.convert(str(value) if abs(value) <= options.LARGEST else "9" * 30, parameter, None)
    if isinstance(parameter.type, click.Choice):
        choices = list(parameter.type.choices)
        return value if value in choices else _refused(value, "unknown", ", ".join(map(str, choices)))
    if _is_repeated(parameter):
        if isinstance(value, Mapping):
            return tuple(f"{name}={_text(one)}" for name, one in value.items())
        return tuple(map(_text, value)) if isinstance(value, list) else _refused(value, "expected a list or a table")
    if _is_list(parameter) and isinstance(value, list):
        value = ",".join(map(_text, value))
    text = _text(value)
    return text if text.strip() else _refused(value, "missing value", "a value, or no such option")


def _text(value: Any) -> str:  # noqa: ANN401 - as JSON gave it
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refused(value, "expected text or a number")
    try:
        return repr(value)
    except ValueError:  # more digits than Python prints
        _refused(value, "a number of too many digits")


def _refused(value: object, what: str, allowed: str = "") -> NoReturn:
    raise SpecError(Fault("", show(value), what, allowed))


def _is_repeated(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and parameter.multiple and not isinstance(parameter, options.Once)


def _is_list(parameter: click.Parameter) -> bool:
    return str(parameter.metavar or "").rstrip("]").endswith(_LISTS)


def _unset(parameter: click.Parameter) -> object:
    """The value of a parameter that is not given."""
    if isinstance(parameter, click.Option) and parameter.is_flag:
        return bool(parameter.default) if parameter.secondary_opts else False
    if isinstance(parameter.default, str | int | float):
        return parameter.default
    return () if _is_repeated(parameter) or parameter.nargs == -1 else None


def converted_of(command: click.Command, given: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a command that is no question, of options. Raises SpecError."""
    unset = {str(one.name): _unset(one) for one in command.params}
    return {**unset, "as_json": True, **converted(open_to(command), given)}


def open_to(command: click.Command) -> dict[str, click.Parameter]:
    """The parameters that a client may give a command that is no question, by name."""
    return {str(one.name): one for one in command.params if one.name not in _OF_A_TERMINAL and not one.required}


def run_of(
    command: click.Command, given: Mapping[str, Any], asked: Asked, mounted: Callable[[str], Catalog], watch: Watch
) -> Answer:
    """What a command answers. Raises SpecError in the words of a client, who gives options and no flags."""
    from gigacost.catalog.opening import opened
    from gigacost.cli.terminal import payload_to
    from gigacost.queries.askers import overseen

    book = mounted(asked.catalog) if isinstance(asked.catalog, str) else opened(asked.catalog)
    run = hosted.Hosted(asked.documents, book, watch, asked.rows_to)
    take = payload_to(lambda document, _: run.answers.append(document))
    with hosted.running(run), take, overseen(watch.check):
        try:
            command.callback(**given)  # type: ignore[misc] # a command has one
        except SpecError as error:
            raise SpecError(*_as_asked(error.faults, command.params, asked.options)) from None
        except click.UsageError as error:
            raise SpecError(Fault("options", "", " ".join(error.format_message().split()))) from None
        except InternalError as error:
            name = str(error).partition(" ")[0]
            if error.row is None or name not in run.derived:
                raise
            raise SpecError(Fault(f"derive.{name}", show(run.derived[name]), str(error).partition(" ")[2])) from None
    return Answer(run.answers[-1], run.notes)


def _as_asked(faults: Iterable[Fault], parameters: Sequence[click.Parameter], given: Iterable[str]) -> Iterator[Fault]:
    """Faults that name options as a client gives them: ``options.by`` in place of ``--by`` and of ``by``."""
    names = {flag: one.name for one in parameters for flag in one.opts if flag.startswith("-")}
    names |= {name: name for name in given}
    for fault in faults:
        field = f"options.{names[fault.field]}" if fault.field in names else fault.field
        yield Fault(field, fault.value, fault.what, fault.allowed, fault.hint)
