"""The outermost part of the application: request ids, a line of the log and a count for each request, no traceback."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Callable

from gigacost.service.asgi import CLOSE, App, Message, Receive, Scope, Send, answer, dumped, faults, header, refuse
from gigacost.service.logs import say, say_failure
from gigacost.service.metrics import Metrics

_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
GONE = 499
"""The status under which a request is counted whose client did not wait for the answer."""
_AS_IT_IS = (b"x-content-type-options", b"nosniff")
"""What is sent as JSON is no page, whatever it holds."""


class Front:
    """Gives a request its id, and says how it ended.

    ``operation`` names what a path asks for, of a small number of names: the path itself may be anybody's.
    """

    def __init__(
        self, app: App, metrics: Metrics, operation: Callable[[str], str], *, lines: bool, draining: Callable[[], bool]
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._operation = operation
        self._lines = lines
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, count it and say so."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        given = header(scope, b"x-request-id")
        name = given if _ID.fullmatch(given) else uuid.uuid4().hex.encode()
        state = scope.setdefault("state", {})
        state["request_id"] = name.decode()
        status = size = 0

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", name), _AS_IT_IS]
            else:
                size += len(message.get("body", b""))
            await send(message)

        self._metrics.in_flight += 1
        try:
            await self._app(scope, receive, sending)
        except asyncio.CancelledError:  # the time of a graceful stop is over
            if not status:
                await _stopping(scope, sending)
        except Exception as error:  # whatever it is, the client gets an answer in our form
            say_failure(error, id=state["request_id"])
            if status:
                raise
            await _failed(sending, state["request_id"])
        finally:
            self._metrics.in_flight -= 1
            self._ended(scope, status or GONE, size, time.perf_counter() - start)

    def _ended(self, scope: Scope, status: int, size: int, seconds: float) -> None:
        operation = self._operation(scope["path"])
        self._metrics.answered(operation, status, seconds)
        refused = scope["state"].get("refused")
        if refused:
            self._metrics.refused[refused] += 1
        if self._lines:
            client = scope.get("client")
            more = {"refused": refused} if refused else {}
            say(
                "request",
                id=scope["state"]["request_id"],
                method=scope["method"] if scope["method"].isalpha() else "",
                operation=operation,
                status=status,
                seconds=round(seconds, 6),
                bytes=size,
                client=client[0] if client else "",
                worker=self._metrics.worker,
                **more,
            )


async def _stopping(scope: Scope, send: Send) -> None:
    what = "the service is stopping, and the time for running answers is over"
    headers = [(b"retry-after", b"1"), CLOSE]
    await refuse(scope, send, 503, "service", what, "ask again", reason="stopping", headers=headers)


async def _failed(send: Send, name: str) -> None:
    body = dumped(faults("service", f"internal error; the log has more under the request id {name}"))
    await answer(send, 500, body)
