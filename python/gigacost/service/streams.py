"""Rows that are sent while they are computed: as many as fit into a pipe, the others when there is room again."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import AsyncGenerator

from gigacost.service.limits import Cancelled, LimitError
from gigacost.service.operation import Watch

_PIECE = 1 << 16
"""Bytes that are sent at once, at least."""
_PIECES = 4
"""How many pieces wait for who reads them, at most."""
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
            raise LimitError.of("answer_bytes", self._written, self._most)
        self._held += data
        if len(self._held) >= _PIECE:
            self._hand_over()
        return len(data)

    def close(self) -> None:
        """Hand over what is left; that is all."""
        if self._held:
            self._hand_over()
        self._put(None)

    async def pieces(self, computed: asyncio.Future[object]) -> AsyncGenerator[bytes, None]:
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
