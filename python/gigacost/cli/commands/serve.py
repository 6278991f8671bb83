"""``gigacost serve``: the questions over HTTP."""

from __future__ import annotations

import functools
import re
from typing import Any

import click

from gigacost.cli import options
from gigacost.service.settings import Settings

_LAST_PORT = 65535
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


class _Mounted(click.Option):
    """``--catalog`` as it stands in the help of this command: a book by a name, of which there may be several."""

    heading = "Options"


@options.command("serve")
@options.once("--host", metavar="ADDRESS", help="Address to listen on [default: 127.0.0.1]; any other needs a token.")
@options.once("--port", type=options.Whole(0), help="Port to listen on, 0 for a free one [default: 8000].")
@options.once("--workers", type=options.Whole(1), help="Processes that answer [default: 1].")
@options.once("--ready-file", metavar="FILE", help="Write url and pid into FILE, as JSON, when ready to answer.")
@click.option(
    "--catalog", "books", cls=_Mounted, multiple=True, metavar="NAME=FILE",
    help="Private price book that clients may name. Repeatable.",
)  # fmt: skip
@click.option(
    "--cors", "origins", multiple=True, metavar="ORIGIN",
    help="Let pages of an origin ask, as https://costs.example. Repeatable.",
)  # fmt: skip
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME",
    help="Further name by which a service without a token may be asked. Repeatable.",
)  # fmt: skip
@click.option("--no-access-log", is_flag=True, help="Log no line for each request.")
@options.limits_of(Settings)
def command(books: tuple[str, ...], *, no_access_log: bool, **given: Any) -> int:  # noqa: ANN401 - as click has it
    r"""Answer questions over HTTP: every question as POST /v1/QUESTION, its schema at /openapi.json.

    Clients show the token of the environment's GIGACOST_TOKEN where there is one: Authorization: Bearer TOKEN. Needs
    the extra serve: pip install 'gigacost[serve]'.

    \b
    gigacost serve                                     http://127.0.0.1:8000
    gigacost serve --port 0 --ready-file ready.json    tests: where it listens is in the file
    GIGACOST_TOKEN=... gigacost serve --host 0.0.0.0 --workers 4 --catalog ours=prices.toml
    """
    from gigacost.cli.served import application
    from gigacost.errors import Fault, SpecError
    from gigacost.service.serve import serve

    settings = Settings(
        access_log=not no_access_log, **{name: value for name, value in given.items() if value is not None}
    )
    if settings.port > _LAST_PORT:
        raise SpecError(Fault("--port", str(settings.port), "out of range", f"0 to {_LAST_PORT}"))
    return serve(functools.partial(application, mounted=_mounted(books), settings=settings), settings)


def _mounted(books: tuple[str, ...]) -> dict[str, str]:
    """The files of price books by the names that clients may give. Raises SpecError, for a bad book too."""
    from gigacost.cli.options import opened_catalog
    from gigacost.errors import Fault, SpecError, show

    found: dict[str, str] = {}
    for text in books:
        name, _, file = text.partition("=")
        if not _NAME.fullmatch(name) or not file:
            raise SpecError(Fault("--catalog", show(text), "not a name and a file", "NAME=FILE"))
        if name in found:
            raise SpecError(Fault("--catalog", show(text), f"the name was given to {show(found[name])} before"))
        opened_catalog(file)
        found[name] = file
    return found
