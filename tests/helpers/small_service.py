"""A service with two questions of its own, for the tests of what surrounds an application."""

from __future__ import annotations

import asyncio
import json
import sys
import time

from gigacost.service.asgi import Receive, Scope, Send, answer, refuse
from gigacost.service.calls import PROGRESS
from gigacost.service.metrics import Metrics
from gigacost.service.serve import serve
from gigacost.service.settings import Settings
from gigacost.service.worker import Application

BODY_BYTES = 100_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """``echo`` answers what it is asked; ``wait`` takes the seconds that it is told; ``fail`` fails."""
    body = (await receive())["body"]
    asked = json.loads(body) if body else {}
    asked = asked.get("options", asked)  # a job is asked as a question is
    if scope["path"] == "/v1/echo":
        await answer(send, 200, json.dumps(asked).encode())
    elif scope["path"] == "/v1/fail":
        raise ValueError(f"the value is {asked}")
    elif scope["path"] == "/v1/block":
        time.sleep(asked["seconds"])  # noqa: ASYNC251 - it does what an answer must not do
        await answer(send, 200, b"{}")
    elif scope["path"] == "/v1/wait":
        gone = asyncio.ensure_future(receive())
        for done in range(asked["steps"]):
            scope.get("extensions", {}).get(PROGRESS, lambda *_: None)(done, asked["steps"])
            await asyncio.wait([gone], timeout=0.1)
            if gone.done():
                return
        gone.cancel()
        await answer(send, 200, json.dumps({"steps": asked["steps"]}).encode())
    else:
        await refuse(scope, send, 404, "path", "nothing is there")


def make(metrics: Metrics) -> Application:
    """As the command makes its own."""
    metrics.evaluated(12)
    return Application(app, ("echo", "wait", "fail", "block"), BODY_BYTES, lambda: None)


if __name__ == "__main__":
    import small_service

    sys.exit(serve(small_service.make, Settings(**json.loads(sys.argv[1]))))
