"""A server from its first message to its last."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anyio
from mcp.server.lowlevel import Server

from gigacost.service.mcp.lines import claimed
from gigacost.service.mcp.settings import Settings
from gigacost.service.mcp.wire import Wire

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(make: Callable[[], Server[Any]], settings: Settings) -> int:
    """Answer until the client sends no more, or a signal comes; the exit code for that."""
    for name in ("mcp", "asyncio"):  # what goes wrong is said to the client, in one line
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    with claimed() as (inward, outward):
        code = asyncio.run(_serve(make, inward, outward, settings))
    if threading.active_count() > 1:  # an answer that nobody waits for, or a read: they do not hold up the way out
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)
    return code


async def _serve(make: Callable[[], Server[Any]], inward: int, outward: int, settings: Settings) -> int:
    code, server = 0, make()
    wire = Wire(inward, outward, settings.line_bytes, settings.requests)
    async with anyio.create_task_group() as group:

        def stop(number: int) -> None:
            nonlocal code
            code = 128 + number
            group.cancel_scope.cancel()

        for one in _SIGNALS:
            with suppress(NotImplementedError):  # not on every system
                asyncio.get_running_loop().add_signal_handler(one, stop, one)

        async def send() -> None:
            await wire.send()
            group.cancel_scope.cancel()

        group.start_soon(wire.receive, settings.stop_seconds)
        group.start_soon(send)
        await server.run(wire.incoming, wire.outgoing, server.create_initialization_options())
    return code
