"""Rows as an Arrow stream, sent while they are computed: as many as fit, the others when there is room again."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import AsyncGenerator, Mapping
from typing import Self

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gigacost.service.limits import Cancelled, LimitError
from gigacost.service.operation import Watch

KIND = "application/vnd.apache.arrow.stream"
_PIECE = 1 << 16
"""Bytes that are sent at once, at least."""
_PIECES = 4
"""How many pieces wait for who reads them, at most."""
_GRACE = 0.25
"""Seconds beyond its time that an answer has to say so itself."""
_LOOK = 0.1
"""Seconds between two looks at whether anybody waits."""


class Pipe:
    """Takes bytes in one thread and gives them to the event loop's; who writes waits until there is room."""

    def __init__(self, watch: Watch, most: int) -> None:
        self._watch = watch
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(_PIECES)
        self._held = bytearray()
        self._written = 0

    def write(self, data: bytes, /) -> int:
        """Take bytes. Raises Cancelled, LimitError."""
        self._watch.check()
        self._written += len(data)
        if self._written > self._most:
            raise LimitError.of("table_bytes", self._written, self._most)
        self._held += data
        if len(self._held) >= _PIECE:
            self._hand_over()
        return len(data)

    def close(self) -> None:
        """Hand over what is left; that is all."""
        if self._held:
            self._hand_over()
        self._put(None)

    async def pieces(self, computed: asyncio.Future[None]) -> AsyncGenerator[bytes, None]:
        """What is written, until it is closed. Raises what ``computed`` raises."""
        while True:
            piece = asyncio.ensure_future(self._pieces.get())
            try:
                await asyncio.wait((piece, computed), return_when=asyncio.FIRST_COMPLETED)
                if not piece.done():
                    computed.result()
                found = await piece
            finally:
                piece.cancel()
            if found is None:
                return
            yield found

    def _hand_over(self) -> None:
        self._put(bytes(self._held))
        self._held.clear()

    def _put(self, piece: bytes | None) -> None:
        put = asyncio.run_coroutine_threadsafe(self._pieces.put(piece), self._loop)
        while True:
            try:
                return put.result(_LOOK)
            except concurrent.futures.TimeoutError:
                try:
                    self._watch.check()
                except (Cancelled, LimitError):
                    put.cancel()
                    raise


class Streamed(StreamingResponse):
    """A response of pieces, whose first is there."""

    def __init__(self, pieces: AsyncGenerator[bytes, None], headers: Mapping[str, str]) -> None:
        super().__init__(pieces, media_type=KIND, headers=headers)
        self._pieces = pieces

    @classmethod
    async def begun(
        cls,
        pieces: AsyncGenerator[bytes, None],
        watch: Watch,
        gone: asyncio.Future[None],
        headers: Mapping[str, str],
    ) -> Self:
        """The response, once it has begun: until then it can be refused. Raises what ``pieces`` raises."""
        first = asyncio.ensure_future(anext(pieces, b""))
        await asyncio.wait((first, gone), timeout=watch.left + _GRACE, return_when=asyncio.FIRST_COMPLETED)
        if not first.done():
            first.cancel()
            await asyncio.wait({first})
            watch.check()
            raise Cancelled
        return cls(_joined(first.result(), pieces), headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; afterwards nothing is computed any more."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._pieces.aclose()


async def _joined(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        yield first
        async for piece in rest:
            yield piece
    finally:
        await rest.aclose()
