"""Bodies of requests: no larger than allowed, whether they say so or not, and no slower."""

from __future__ import annotations

import asyncio

from gigacost.service.asgi import CLOSE, App, Message, Receive, Scope, Send, header, refuse


class Bodies:
    """Reads the body of each request before the application is asked, against a limit and a clock."""

    def __init__(self, app: App, most: int, seconds: float) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, once the body is there."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = header(scope, b"content-length")
        body = None
        if not said.isdigit() or int(said) <= self._most:
            try:
                async with asyncio.timeout(self._seconds):
                    body = await self._read(receive)
            except TimeoutError:
                what, allowed = "the body took too long to arrive", f"<= {self._seconds:g} s"
                await refuse(scope, send, 408, "body_seconds", what, allowed, headers=[CLOSE])
                return
            except ConnectionResetError:  # nobody is there to be answered
                return
        if body is None:  # what is still to come of it is not read
            what, allowed = "the body is too large", f"<= {self._most} bytes"
            await refuse(scope, send, 413, "body", what, allowed, headers=[CLOSE])
            return
        await self._app(scope, _again(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """The body; None where it is too large. Raises ConnectionResetError where the client is gone."""
        pieces: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise ConnectionResetError
            piece = message.get("body", b"")
            size += len(piece)
            if size > self._most:
                return None
            pieces.append(piece)
            if not message.get("more_body", False):
                return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read, then what else comes."""
    given = False

    async def received() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received
