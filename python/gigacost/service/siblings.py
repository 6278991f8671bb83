"""Workers of one service that ask each other: for the jobs that only one of them has, and for their counts.

Each listens at a Unix socket in a folder that nobody else can enter. A question is a line of JSON, an answer one or
more of them.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

Asked = dict[str, Any]
Answers = Callable[[Asked], AsyncGenerator[Any, None]]

_LONGEST = 1 << 30
"""Bytes of a line: an answer is one."""


class Siblings:
    """The other workers, by their numbers; ``folder`` is None where there is one worker alone."""

    def __init__(self, own: int = 0, count: int = 1, folder: str | None = None) -> None:
        self.own = own
        self.others = [number for number in range(count) if number != own] if folder else []
        self._folder = Path(folder) if folder else None
        self._server: asyncio.Server | None = None

    async def listen(self, answers: Answers) -> None:
        """Answer the others."""
        if self._folder is None:
            return

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                question = json.loads(await reader.readline())
                async with aclosing(answers(question)) as found:
                    async for one in found:
                        writer.write(json.dumps(one).encode() + b"\n")
                        await writer.drain()
            except (OSError, ValueError):
                pass  # who asked is gone
            finally:
                writer.close()

        place = self._place(self.own)
        place.unlink(missing_ok=True)  # of a worker that was killed
        self._server = await asyncio.start_unix_server(serve, place, limit=_LONGEST)

    async def ask(self, number: int, question: Asked) -> AsyncGenerator[Any, None]:
        """What another worker answers; nothing where it is not there."""
        if number not in self.others:
            return
        try:
            reader, writer = await asyncio.open_unix_connection(self._place(number), limit=_LONGEST)
        except OSError:
            return
        try:
            writer.write(json.dumps(question).encode() + b"\n")
            while line := await reader.readline():
                yield json.loads(line)
        except OSError:
            return
        finally:
            writer.close()

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()
            self._place(self.own).unlink(missing_ok=True)

    def _place(self, number: int) -> Path:
        return (self._folder or Path()) / f"{number}.socket"
