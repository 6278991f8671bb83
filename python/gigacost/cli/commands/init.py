"""``gigacost init``: an example of a specification, as a file to edit."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gigacost.cli import options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

EXAMPLES = Path(__file__).parents[2] / "examples"
_ENDING = ".toml"
_DEFAULT = "quickstart"
_HELP = """#
# Units (70B, $50M, 90d), lists and ranges are read; what is left open has a default with its source.
#   gigacost schema --columns    every name that may stand here
#   gigacost init --list         other examples
"""


def _complete(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem as Item

    return [Item(name, help=about(text)) for name, text in examples().items() if name.startswith(begun)]


@options.command("init")
@click.argument("name", required=False, shell_complete=_complete)
@options.once("-o", "--output", metavar="FILE", help="The file [default: NAME.toml], or - for stdout.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--list", "listing", is_flag=True, help="List the examples; write nothing.")
@options.as_json
def command(name: str | None, output: str | None, *, force: bool, listing: bool, as_json: bool) -> None:
    """Write an example of a specification to a file, to be edited: NAME, or quickstart."""
    from gigacost.cli.terminal import payload, plain, show, table
    from gigacost.cli.text_file import refuse_bad_text_file, write_text_file
    from gigacost.errors import Fault, SpecError, escape, nearest
    from gigacost.errors import show as shown

    known = examples()
    if listing:
        given = [("NAME", name)] * (name is not None) + [("-o", output)] * (output is not None)
        if given:
            raise SpecError(*(Fault(field, shown(value), "nothing is written with --list") for field, value in given))
        rows = [{"name": one, "about": about(text)} for one, text in known.items()]
        if as_json:
            payload(rows)
        else:
            show(table(["name", "what it is"], [list(row.values()) for row in rows]))
        return
    name = _DEFAULT if name is None else name
    if name not in known:
        hint = nearest(name, known)
        raise SpecError(Fault("NAME", shown(name), "no such example", f"one of {', '.join(known)}", hint=hint))
    if output == "-":
        plain(_addressed(known[name], name, name + _ENDING).removesuffix("\n"))
        return
    output = name + _ENDING if output is None else output
    refuse_bad_text_file(output, _ENDING)
    if not output.isprintable():  # it stands in the file's head
        raise SpecError(Fault("-o", shown(output), "a name that cannot be printed", "another name"))
    if Path(output).exists() and not force:
        raise SpecError(Fault("-o", shown(output), "is there already", "another name; --force replaces it"))
    write_text_file(output, _addressed(known[name], name, output))
    if as_json:
        payload({"example": name, "output": output})
    else:
        plain(f"{escape(output, quotes='')}: {about(known[name])}\nnext: gigacost top {shlex.quote(output)}")


def examples() -> dict[str, str]:
    """The examples' texts by name. Raises OutputError where the installation has none."""
    from gigacost.errors import OutputError

    found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob(f"*{_ENDING}"))}
    if not found:
        raise OutputError(f"{EXAMPLES}: this installation has no examples")
    return {_DEFAULT: found[_DEFAULT], **found}


def about(text: str) -> str:
    """What an example's head says of it: its first lines, up to the commands."""
    head = re.split(r"\n(?!# \S)", text, maxsplit=1)[0]
    return " ".join(line.removeprefix("# ") for line in head.splitlines())


def _addressed(text: str, name: str, output: str) -> str:
    """An example that says how it is used, its commands with the file's own name."""
    head, body = text.replace(f"examples/{name}{_ENDING}", shlex.quote(output)).split("\n\n", 1)
    return f"{head}\n{_HELP}\n{body}"
