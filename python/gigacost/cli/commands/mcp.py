"""``gigacost mcp``: the questions as tools of agents."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import Any, TypeVar

from gigacost.cli import options
from gigacost.cli.mounting import mounted, mounting
from gigacost.service.limits import Limits
from gigacost.service.mcp.settings import Settings

R = TypeVar("R")


@options.command("mcp")
@mounting
@options.limits_of(Limits)
@options.limits_of(Settings)
def command(books: tuple[str, ...], **given: Any) -> int:  # noqa: ANN401 - as click has it
    r"""Answer questions of agents over standard input and output, by the Model Context Protocol.

    A client starts it: it has to be told this command (docs/mcp.md has the forms). Everything is read-only. Needs the
    extra mcp: pip install 'gigacost[mcp]'.

    \b
    gigacost mcp
    gigacost mcp --catalog ours=prices.toml --seconds 10
    """
    from importlib.util import find_spec

    if not (find_spec("mcp") and find_spec("mcp_types")):  # the latter is of version 2
        from gigacost.errors import not_installed

        raise not_installed("mcp", "mcp", "gigacost[mcp]")
    from gigacost._engine import __version__
    from gigacost.cli.process import warn
    from gigacost.cli.served import Books
    from gigacost.cli.tools import tools
    from gigacost.service.mcp.resources import Resources
    from gigacost.service.mcp.run import run
    from gigacost.service.mcp.server import server
    from gigacost.service.mcp.tools import Tools

    limits, settings = _record(Limits, given), _record(Settings, given)
    questions = tools(Books(mounted(books)))
    if sys.stdin.isatty():
        warn("note", "a client is waited for, which speaks the protocol; Ctrl-D ends it")
    return run(lambda: server(Tools(questions, limits, settings), Resources(), __version__), settings)


def _record(kind: type[R], given: dict[str, Any]) -> R:
    """The limits of a dataclass, as far as they are set."""
    return kind(**{one.name: value for one in fields(kind) if (value := given[one.name]) is not None})  # type: ignore[arg-type] # a dataclass
