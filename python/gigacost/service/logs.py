"""What a service says on stderr: a JSON object a line, without bodies, tokens or values of a specification."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_BEGINNING = re.compile(r"[^\n<({]*")
LOGGERS = ("uvicorn.error", "asyncio", "py.warnings")


def say(event: str, **fields: Any) -> None:  # noqa: ANN401 - plain data
    """Write a line; one that cannot be written is lost."""
    now = datetime.now(tz=UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    line = json.dumps({"time": f"{now}Z", "event": event, "pid": os.getpid(), **fields})
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except (OSError, ValueError):  # whoever read it is gone
        return


def say_failure(error: BaseException, **fields: Any) -> None:  # noqa: ANN401 - plain data
    """Say where something failed, and how; its message may hold a client's values, so it is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{frame.filename.rpartition('gigacost/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    say("failure", error=type(error).__name__, where=where, **fields)


class _Lines(logging.Handler):
    """Writes what libraries log in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write how it begins: what follows holds representations of objects, and with them values."""
        message = _BEGINNING.match(record.getMessage())[0]  # type: ignore[index] # matches anything
        if record.exc_info and record.exc_info[1] is not None:
            say_failure(record.exc_info[1], message=message, level=record.levelname.lower())
        else:
            say("server", message=message, level=record.levelname.lower())


def route(level: int = logging.WARNING) -> None:
    """Have what the libraries below a service log written as it writes its own lines."""
    logging.captureWarnings(capture=True)
    handler = _Lines()
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level)
    silent = logging.getLogger("uvicorn.access")
    silent.handlers, silent.propagate = [], False
