"""The application asked from within: a job is a request that goes on without its client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from gigacost.service.asgi import JSON, App, Message, Scope

PROGRESS = "gigacost.progress"
"""The extension of a scope under which the application finds whom to tell how far it is: ``(done, of)``, from any
thread; ``of`` is 0 where nobody knows."""
SECONDS = "gigacost.seconds"
"""The extension under which it finds the seconds that this answer may take, in place of its own limit."""

Report = Callable[[int, int], None]


@dataclass(slots=True)
class Reply:
    """What the application answered."""

    status: int = 0
    pieces: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.pieces)


async def call(
    app: App, path: str, body: bytes, report: Report, cancelled: asyncio.Event, *, seconds: float | None = None
) -> Reply:
    """Ask a question and wait for the answer; when ``cancelled`` is set, the application sees its client go."""
    extensions: dict[str, object] = {PROGRESS: report}
    if seconds is not None:
        extensions[SECONDS] = seconds
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", JSON), (b"accept", JSON), (b"content-length", str(len(body)).encode())],
        "client": None,
        "server": None,
        "state": {},
        "extensions": extensions,
    }
    reply = Reply()
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            await cancelled.wait()
            return {"type": "http.disconnect"}
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
        elif message["type"] == "http.response.body":
            reply.pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    return reply
