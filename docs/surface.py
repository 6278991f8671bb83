"""The public surface: what those who use gigacost may rely on, as names that a release is compared with.

``python docs/surface.py`` prints what vanished or changed since the last release and is not listed as deprecated in
stability.md; ``python docs/surface.py --record`` makes the surface of today that of the last release (stability.json).
"""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import click

import gigacost
from gigacost import focus, ops, reference
from gigacost._record import Record
from gigacost.catalog import Catalog
from gigacost.cli import main as command_line
from gigacost.cli import process
from gigacost.cli.app import gigacost as group
from gigacost.cli.commands.schema import schema
from gigacost.compiler.checks import namespace
from gigacost.graph.declarations import Status
from gigacost.model import default
from gigacost.queries.bounds import Bounds
from gigacost.queries.pareto import Front
from gigacost.queries.rows import RowView
from gigacost.queries.summary import Statistics, Summary
from gigacost.queries.top import Best

HERE = Path(__file__).parent
RECORD = HERE / "stability.json"
RETURNED = (Best, Front, RowView, Summary, Statistics, Bounds)
"""Classes that have no name of their own in `gigacost`, and are what its methods return."""

Surface = dict[str, str]
"""What there is, by name, and what it is like: a change of that is a change of meaning."""

_SPEC = ("--hardware", "h100-sxm", "--params", "13B", "--tokens", "2T")
_DESIGN = (*_SPEC, "--chips", "256")
_DESIGNS = (*_SPEC, "--chips", "256,512")
_QUICKSTART = str(HERE.parent / "examples/quickstart.toml")
CALLS: Mapping[str, tuple[str, ...]] = {
    "estimate": _DESIGN,
    "choose": ("--params", "7B", "--tokens", "2T"),
    "top": _DESIGNS,
    "summary": _DESIGNS,
    "pareto": _DESIGNS,
    "count": (*_DESIGNS, "--where", "train_days <= 60"),
    "bounds": _DESIGNS,
    "sweep": (*_DESIGNS, "--dry-run"),
    "solve": ("tokens", *_SPEC[:4], "--chips", "256", "--where", "cost_total_usd <= 2e6"),
    "break-even": ("electricity_usd_per_kwh", *_DESIGN, "--between", "market=own,reserved_1y"),
    "uncertainty": (*_DESIGN, "--draws", "64"),
    "over-time": (*_DESIGN, "--years", "2025,2026", "--draws", "16"),
    "layout": _DESIGN,
    "validate throughput": (),
    "validate runs": (),
    "validate costs": (),
    "validate development": (),
    "explain": ("cost_rent_usd",),
    "elasticities": _DESIGN,
    "compare": (_QUICKSTART, _QUICKSTART, "--set-b", "chips=128"),
    "catalog show": ("h100-sxm",),
    "init": ("--list",),
}  # fmt: skip
"""What each command is asked, for the keys of its JSON."""


def surface() -> Surface:
    """All that is public today."""
    return dict(sorted({**_python(), **_commands(), **_exit_codes(), **_names(), **_json()}.items()))


def faults(before: Mapping[str, str], now: Mapping[str, str], deprecated: Mapping[str, str]) -> Iterator[str]:
    """What was public and is gone or another, what is newly required, and what is deprecated and never was public."""
    for name, like in before.items():
        if name in deprecated:
            continue
        if name not in now:
            yield f"{name}: gone"
        elif now[name] not in {like, like.removesuffix(", required")}:
            yield f"{name}: was {like}, is {now[name]}"
    for name in sorted(now.keys() - before.keys()):
        owner = name.rpartition("(")[0] or name.rpartition(" ")[0]
        if owner in before and now[name].endswith("required"):
            yield f"{name}: new, and required"
    yield from (f"{name}: deprecated, but was not public" for name in deprecated if name not in before)


def deprecations() -> dict[str, str]:
    """What stability.md lists as deprecated, each with what to use instead."""
    text = (HERE / "stability.md").read_text(encoding="utf-8").partition("## Deprecated")[2]
    return dict(re.findall(r"^\| `([^`]+)` \|.*\| ([^|]+) \|$", text, re.MULTILINE))


def _python() -> Surface:
    """Functions with their parameters, classes with what they have."""
    found: Surface = {}
    for name in gigacost.__all__:
        if not name.startswith("_"):
            found |= _described(f"python {name}", getattr(gigacost, name))
    for name, function in inspect.getmembers(ops, inspect.isfunction):
        if not name.startswith("_") and function.__module__ == ops.__name__:
            found |= _described(f"python ops.{name}", function)
    for name in ("rows", "top", "pareto", "count", "bounds", "summary"):
        found |= _described(f"python reference.{name}", getattr(reference, name))
    for name in ("schema", "write", "write_parquet"):
        found |= _described(f"python focus.{name}", getattr(focus, name))
    found |= _described("python model.default", default)
    for cls in RETURNED:
        found |= _described(f"python {cls.__name__}", cls)
    return found


def _described(name: str, value: object) -> Surface:
    if not isinstance(value, type):
        return {name: "function", **_parameters(name, inspect.signature(value))}  # type: ignore[arg-type] # callable
    bases = [base.__name__ for base in value.__mro__[1:] if issubclass(base, BaseException) and base is not object]
    found = {name: f"exception: {', '.join(bases)}" if bases else "class"}
    made_by_us = issubclass(value, Record) or value in RETURNED
    if not made_by_us and not bases:
        found |= _parameters(f"{name}()", inspect.signature(value))
    hidden = {"plainly", *dir(OSError)} if bases else {"plainly"}
    members = {*getattr(value, "__dataclass_fields__", ()), *dir(value), *_set_by_hand(value)}
    for member in sorted(members):
        if member.startswith("_") or member in hidden:
            continue
        static = inspect.getattr_static(value, member, None)
        if inspect.isfunction(static) or isinstance(static, classmethod | staticmethod):
            signature = inspect.signature(getattr(value, member))
            parameters = _parameters(f"{name}.{member}", signature)
            found |= {f"{name}.{member}": "method", **parameters}
            found.pop(f"{name}.{member}(self)", None)
        else:
            found[f"{name}.{member}"] = "attribute"
    return found


def _set_by_hand(cls: type) -> Iterator[str]:
    """Attributes that the constructors assign."""
    for one in cls.__mro__:
        written = vars(one).get("__init__")
        if inspect.isfunction(written) and one.__module__.startswith("gigacost") and not is_dataclass(one):
            yield from re.findall(r"\bself\.([a-z]\w*)\b.*? = ", inspect.getsource(written))


def _parameters(name: str, signature: inspect.Signature) -> Surface:
    found = {}
    for place, one in enumerate(signature.parameters.values()):
        where = f"at {place}" if one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD} else "by name"
        if one.kind in {one.VAR_KEYWORD, one.VAR_POSITIONAL}:
            where, how = "the rest", "any number"
        elif one.default is one.empty:
            how = "required"
        else:
            plain = isinstance(one.default, int | float | str | bool | tuple | None)
            how = f"default {one.default!r}" if plain else "optional"
        found[f"{name.removesuffix('()')}({one.name})"] = f"{where}, {how}"
    return found


def _commands() -> Surface:
    found: Surface = {}
    for name, command in _all_commands(group):
        found[f"command {name}"] = "command"
        for one in command.params:
            words: tuple[str, ...] = (str(one.name).upper(),)
            what = "argument"
            if isinstance(one, click.Option):
                words, what = (*one.opts, *one.secondary_opts), "flag" if one.is_flag else "option"
            for word in words:
                found[f"command {name} {word}"] = f"{what}, required" if one.required else what
                if isinstance(one.type, click.Choice):
                    found |= {f"command {name} {word} {choice}": "choice" for choice in one.type.choices}
    return found


def _all_commands(within: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(within)
    for name in within.list_commands(context):
        command = within.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _all_commands(command, f"{path}{name} ")
        elif command is not None:
            yield f"{path}{name}", command


def _exit_codes() -> Surface:
    names = ("DONE", "FAILED", "BAD_INPUT", "INFEASIBLE", "ASSERTION", "INTERRUPTED", "TERMINATED")
    return {f"exit code {getattr(process, name)}": name.lower() for name in names}


def _names() -> Surface:
    """Columns with their units, states, labels, and what may stand in a specification."""
    model, catalog = default(), Catalog.bundled()
    names = namespace(model, catalog)
    found = {f"quantity {one.name}": one.unit for one in model.quantities.values()}
    found |= {f"input {one.name}": one.unit for one in names.inputs.values()}
    found |= {f"state {one.mark.label}": "state" for one in model.states if isinstance(one.mark, Status)}
    for axis in ("hardware", "market", "precision", "provider_class", "model"):
        found |= {f"label {axis} {label}": "label" for label in catalog.labels(axis)}
    found |= {f"preset {name}": "preset" for name in (*names.presets, *names.accountings)}
    for key, value in schema(names, catalog)["properties"].items():
        found[f"specification {key}"] = "key"
        if key in {"query", "draws"}:
            found |= {f"specification {key}.{inner}": "key" for inner in value["properties"]}
    return found


def _json() -> Surface:
    """The first keys of what each command prints with --json."""
    found: Surface = {}
    for name, arguments in CALLS.items():
        answer = answered(*name.split(), *arguments, "--json")
        one, at = (answer[0], "[]") if isinstance(answer, list) else (answer, "")
        found |= {f"json {name}: {at}{key}": "key" for key in one}
    return found


def answered(*arguments: str) -> Any:  # noqa: ANN401 - JSON
    """What a command prints as JSON."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            command_line(arguments)
        except SystemExit as ended:
            if ended.code != process.DONE:
                message = f"gigacost {' '.join(arguments)}: {said.getvalue()}"
                raise RuntimeError(message) from None
    return json.loads(printed.getvalue())


def recorded() -> dict[str, Any]:
    """The version of the last release, and its surface."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Compare today's surface with that of the last release, or record it."""
    now = surface()
    if sys.argv[1:] == ["--record"]:
        text = json.dumps({"version": gigacost.__version__, "surface": now}, indent=1, ensure_ascii=False)
        RECORD.write_text(text + "\n", encoding="utf-8")
        return
    found = list(faults(recorded()["surface"], now, deprecations()))
    print("\n".join(found) or f"nothing that was public in {recorded()['version']} is gone or another")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
