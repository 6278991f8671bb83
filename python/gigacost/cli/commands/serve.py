"""``gigacost serve``: the questions over HTTP."""

from __future__ import annotations

import functools
from typing import Any

import click

from gigacost.cli import options
from gigacost.cli.mounting import mounted, mounting
from gigacost.service.settings import Settings

_LAST_PORT = 65535


@options.command("serve")
@options.once("--host", metavar="ADDRESS", help="Address to listen on [default: 127.0.0.1]; any other needs a token.")
@options.once("--port", type=options.Whole(0), help="Port to listen on, 0 for a free one [default: 8000].")
@options.once("--workers", type=options.Whole(1), help="Processes that answer [default: 1].")
@options.once("--ready-file", metavar="FILE", help="Write url and pid into FILE, as JSON, when ready to answer.")
@mounting
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
    return serve(functools.partial(application, mounted=mounted(books), settings=settings), settings)
