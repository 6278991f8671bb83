"""A service from its beginning to its end."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from gigacost._staged import staged
from gigacost.errors import Fault, SpecError, not_installed, show
from gigacost.service import logs
from gigacost.service.bearer import token
from gigacost.service.cors import refuse_bad_origin
from gigacost.service.listening import listen, refuse_open, url
from gigacost.service.settings import Settings

if TYPE_CHECKING:
    from gigacost.service.worker import Make

NEEDED = ("starlette", "uvicorn", "httptools")


def refuse_bad_settings(settings: Settings) -> str | None:
    """Raise SpecError for what cannot or may not be served, before anything is opened; the token."""
    from importlib.util import find_spec

    for package in NEEDED:
        if find_spec(package) is None:
            raise not_installed("serve", package, "gigacost[serve]")
    shown = token()
    refuse_open(settings.host, settings.port, token=shown)
    for origin in settings.origins:
        refuse_bad_origin(origin)
    if settings.ready_file is not None:
        _refuse_bad_ready_file(settings.ready_file)
    return shown


def serve(make: Make, settings: Settings) -> int:
    """Answer until a signal comes; the exit code for it. Raises SpecError, OutputError."""
    shown = refuse_bad_settings(settings)
    from gigacost.service.supervisor import Supervisor
    from gigacost.service.worker import Worker

    listener = listen(settings.host, settings.port)
    place = url(listener)

    def ready() -> None:
        logs.say("ready", url=place, workers=settings.workers)
        if settings.ready_file is not None:
            with staged(settings.ready_file) as file:
                file.write(json.dumps({"url": place, "pid": os.getpid()}).encode())

    def ended() -> None:
        if settings.ready_file is not None:
            Path(settings.ready_file).unlink(missing_ok=True)

    ended()  # of a service that was killed
    try:
        if settings.workers > 1:
            code = Supervisor(make, settings, listener, ready).run()
        else:
            code = Worker(make, settings, shown, ready=ready, ended=ended).serve_on(listener)
    finally:
        ended()
    logs.say("stopped")
    return code


def _refuse_bad_ready_file(name: str) -> None:
    path = Path(name)
    if not path.parent.is_dir():
        raise SpecError(Fault("--ready-file", show(name), "its folder does not exist", "a folder that exists"))
    if path.exists() and not path.is_file():
        raise SpecError(Fault("--ready-file", show(name), "exists and is not a regular file", "a new name"))
