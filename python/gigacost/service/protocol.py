"""Connections that keep to limits which uvicorn does not have: headers, their time, connections, unread answers."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gigacost.service.asgi import CLOSE, Receive, Scope, Send, dumped, faults, refuse
from gigacost.service.metrics import Metrics
from gigacost.service.settings import Settings


class Connection(HttpToolsProtocol):
    """A connection that is closed when its client sends too much, too slowly, or does not read.

    `limited` makes the class that has a service's limits.
    """

    settings: ClassVar[Settings]
    metrics: ClassVar[Metrics]

    def __init__(self, *arguments: Any, **keywords: Any) -> None:  # noqa: ANN401 - as uvicorn calls it
        super().__init__(*arguments, **keywords)
        self._in_head = True
        self._head_bytes = 0
        self._arriving: asyncio.TimerHandle | None = None
        """Runs while a request is arriving: the time of its headers, then that of the rest."""
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or refuse it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.settings.connections:
            self._refuse(503, "connections", "too many connections", f"<= {self.settings.connections}")
            return
        self._arriving = self.loop.call_later(self.settings.header_seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_clocks()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read; headers that do not end are refused while they arrive."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._mind_what_is_no_request()
        if self._in_head and self.parser is not None and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > self.settings.header_bytes:
                self._refuse(431, "header_bytes", "too many bytes of headers", f"<= {self.settings.header_bytes}")

    def on_message_begin(self) -> None:
        """A request begins: its headers have their time."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._start_clock(self.settings.header_seconds)

    def on_headers_complete(self) -> None:
        """The headers are there; the body has its time, a second more than the application grants it."""
        self._in_head, self._head_bytes = False, 0
        self._start_clock(self.settings.body_seconds + 1)
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) <= self.settings.headers and size <= self.settings.header_bytes:
            super().on_headers_complete()
            return
        app, self.app = self.app, self._too_many_headers
        try:
            super().on_headers_complete()
        finally:
            self.app = app

    def on_message_complete(self) -> None:
        """The request is there as a whole; until the next one begins, the time between requests counts."""
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client does not read: it has some time to go on."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.settings.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It goes on."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in the form of every refusal."""
        self._refuse(400, "request", msg.rstrip(".").lower(), "HTTP/1.1")

    def _mind_what_is_no_request(self) -> None:
        """Give a request time to begin where something came that begins none, as an empty line between two."""
        clocks = (self._arriving, self.timeout_keep_alive_task)
        if clocks == (None, None) and (self.cycle is None or self.cycle.response_complete):
            self._start_clock(self.settings.header_seconds)

    def _start_clock(self, seconds: float) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
        self._arriving = self.loop.call_later(seconds, self._too_slow)

    def _stop_clocks(self) -> None:
        for clock in (self._arriving, self._unread):
            if clock is not None:
                clock.cancel()

    def _too_slow(self) -> None:
        if self._in_head and self._head_bytes:
            self._refuse(408, "header_seconds", "headers took too long", f"<= {self.settings.header_seconds:g} s")
        else:  # nothing has come, or a body does not end whose request was answered
            self.transport.abort()

    def _refuse(self, status: int, field: str, message: str, allowed: str) -> None:
        """Answer without the application, and close."""
        self.metrics.refused[field] += 1
        body = dumped(faults(field, message, allowed))
        head = b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        if self.cycle is None or self.cycle.response_complete:  # else an answer is under way
            self.transport.write(STATUS_LINE[status] + head + body)
        self._stop_clocks()
        self.transport.close()

    async def _too_many_headers(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.metrics.refused["headers"] += 1
        allowed = f"<= {self.settings.headers}, and <= {self.settings.header_bytes} bytes"
        await refuse(scope, send, 431, "headers", "too many headers", allowed, headers=[CLOSE])


def limited(settings: Settings, metrics: Metrics) -> type[Connection]:
    """The class of a service's connections."""
    return type("Connection", (Connection,), {"settings": settings, "metrics": metrics})
