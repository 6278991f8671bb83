"""Who talks to ``gigacost mcp``: the SDK's own client, and one that sends lines as they come."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from own_loop import alone

T = TypeVar("T")
PACKAGE = str(Path(__file__).parents[2] / "python")
COMMAND = (sys.executable, "-m", "gigacost", "mcp")
INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
MODES = ("legacy", "auto")
"""The handshake of 2025-11-25 and earlier, and the envelopes of 2026-07-28."""


@asynccontextmanager
async def connected(*options: str, mode: str = "auto") -> AsyncIterator[Any]:
    """A client of a server that was started with options."""
    server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], *options], env={"PYTHONPATH": PACKAGE})
    async with Client(stdio_client(server), mode=mode) as client:
        yield client


def talk(work: Callable[[Any], Awaitable[T]], *options: str, mode: str = "auto") -> T:
    """What some work with a client of a new server returns."""

    async def work_with_it() -> T:
        async with connected(*options, mode=mode) as client:
            return await work(client)

    return alone(work_with_it())


def request(method: str, id: object = 1, **params: object) -> bytes:  # noqa: A002 - as the protocol has it
    """A request as one line."""
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode()


OPENING = (request("initialize", 0, **INITIALIZE), b'{"jsonrpc":"2.0","method":"notifications/initialized"}')


def said(lines: Sequence[bytes], *options: str, code: int = 0) -> list[dict[str, Any]]:
    """The answers to lines that are sent at once, after which nothing more comes; stderr stays empty."""
    sent = b"".join(line + b"\n" for line in lines)
    done = subprocess.run([*COMMAND, *options], input=sent, capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    assert done.returncode == code
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def started(*options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server that has agreed on a protocol."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*COMMAND, *options], **pipes) as server:  # type: ignore[call-overload]
        try:
            send(server, *OPENING)
            server.stdout.readline()
            yield server
        finally:
            server.kill()


def send(server: subprocess.Popen[bytes], *lines: bytes) -> None:
    """Send lines."""
    assert server.stdin
    server.stdin.write(b"".join(line + b"\n" for line in lines))
    server.stdin.flush()
