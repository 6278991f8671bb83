"""Server-sent events: what a client reads line by line while an answer is computed (text/event-stream)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from gigacost.service.asgi import Receive, Scope, Send, header

KIND = b"text/event-stream"


def wanted(scope: Scope) -> bool:
    """Whether a client asks for events."""
    return any(part.partition(b";")[0].strip() == KIND for part in header(scope, b"accept").lower().split(b","))


def event(name: str, data: bytes, number: int) -> bytes:
    """One event."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, name.encode(), data.replace(b"\n", b"\ndata: "))


def heartbeat() -> bytes:
    """A line that says nothing: proxies close connections on which nothing comes."""
    return b": still computing\n\n"


async def stream(receive: Receive, send: Send, events: AsyncGenerator[bytes, None]) -> bool:
    """Send events to the end; whether the client heard it, rather than leave."""
    headers = [(b"content-type", KIND), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def sending() -> None:
        async with aclosing(events) as found:
            async for one in found:
                await send({"type": "http.response.body", "body": one, "more_body": True})

    async def left() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    heard, gone = asyncio.ensure_future(sending()), asyncio.ensure_future(left())
    try:
        await asyncio.wait((heard, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
        if not heard.done():
            heard.cancel()
    if heard.cancelled() or not heard.done():
        return False
    heard.result()
    await send({"type": "http.response.body", "body": b""})
    return True
