"""Lines of bytes as the two streams of messages that the SDK's server takes; faults of a line are answered here."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import partial

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import ErrorData, JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from gigacost.service.mcp.lines import lines, write
from gigacost.service.mcp.messages import INVALID_REQUEST, BadMessage, Message, read
from gigacost.service.mcp.threads import in_thread

_CANCELLED = "notifications/cancelled"


class Wire:
    """The connection: ``incoming`` and ``outgoing`` are for the server, the descriptors for the client.

    At most ``at_once`` requests are in work; further lines are left unread. A line has at most ``most`` bytes.
    """

    def __init__(self, inward: int, outward: int, most: int, at_once: int) -> None:
        self._inward = inward
        self._outward = outward
        self._most = most
        self._at_once = at_once
        self._in_work: set[str | int] = set()
        self._changed = asyncio.Event()
        self._read, self.incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        self.outgoing, self._written = anyio.create_memory_object_stream[SessionMessage](0)
        self._faults = self.outgoing.clone()

    async def receive(self, patience: float) -> None:
        """Hand over messages until the client sends no more; what is in work then has ``patience`` seconds."""
        async with self._read, self._faults:
            await self._pump(lines(self._inward, self._most))
            with anyio.move_on_after(patience):
                while self._in_work:
                    await self._change()

    async def send(self) -> None:
        """Write messages until there are no more, or nobody reads them."""
        async with self._written:
            async for sent in self._written:
                message = sent.message
                try:
                    await in_thread(partial(write, self._outward, _line(message)))
                except OSError:
                    return
                if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
                    self._done(message.id)

    async def _pump(self, found: Iterator[bytes | None]) -> None:
        """Take lines from a thread, which waits until each is handed over."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def pump() -> None:
            try:
                for line in found:
                    asyncio.run_coroutine_threadsafe(self._take(line), loop).result()
            except (OSError, RuntimeError, CancelledError):  # the input is gone, or the loop
                pass
            if not loop.is_closed():
                loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=pump, name="gigacost-mcp-input", daemon=True).start()
        await ended.wait()

    async def _take(self, line: bytes | None) -> None:
        try:
            if line is None:
                what = f"message: too long; allowed: at most {self._most:,} bytes"
                await self._refuse(BadMessage(INVALID_REQUEST, what))
            elif found := read(line):
                await self._pass(found)
        except BadMessage as fault:
            await self._refuse(fault)

    async def _pass(self, found: Message) -> None:
        if found.id is None:
            if found.method == _CANCELLED and found.params:  # the SDK answers such a request no more
                self._done(found.params.get("requestId"))
            given = JSONRPCNotification(jsonrpc="2.0", method=found.method, params=found.params)
            await self._read.send(SessionMessage(given))
            return
        if found.id in self._in_work:
            raise BadMessage(INVALID_REQUEST, f"id = {found.id!r}: a request of this id is not answered yet")
        while len(self._in_work) >= self._at_once:
            await self._change()
        self._in_work.add(found.id)
        await self._read.send(
            SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=found.id, method=found.method, params=found.params))
        )

    async def _refuse(self, fault: BadMessage) -> None:
        error = ErrorData(code=fault.code, message=str(fault))
        try:
            await self._faults.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=fault.id, error=error)))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _done(self, name: str | int | None) -> None:
        self._in_work.discard(name)
        self._changed.set()


def _line(message: JSONRPCRequest | JSONRPCNotification | JSONRPCResponse | JSONRPCError) -> bytes:
    """The message as it is written."""
    return message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
