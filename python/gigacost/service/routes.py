"""What a service answers beside questions: whether it is there, its counts, jobs, and answers as events."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from typing import Any

from gigacost.errors import Fault, SpecError, show
from gigacost.service import events, metrics
from gigacost.service.asgi import JSON, App, Receive, Scope, Send, answer, dumped, errors_of, is_json, refuse
from gigacost.service.jobs import Jobs
from gigacost.service.requests import BodyError, asked_of, parsed
from gigacost.service.siblings import Asked, Siblings

JOBS = "/v1/jobs"
_DOCUMENTS = ("spec", "a", "b")
_QUESTION = re.compile(r"/v1/([a-z_-]+)")
_JOB = re.compile(r"/v1/jobs/(([0-9]{1,4})-[A-Za-z0-9_-]{16,64})(/events)?")
_RETRY = (b"retry-after", b"5")
_PATIENCE = 2.0
"""Seconds that another worker has to tell its counts."""


class Routes:
    """Answers those requests, and hands on the others."""

    def __init__(self, app: App, questions: Collection[str], jobs: Jobs, counts: metrics.Metrics) -> None:
        self._app = app
        self._questions = questions
        self._jobs = jobs
        self._metrics = counts
        self.siblings = Siblings()
        self.ready = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        if path in {"/healthz", "/readyz", "/metrics"}:
            await (self._look(scope, send, path) if method in {"GET", "HEAD"} else _no_method(scope, send, "GET"))
        elif path == JOBS:
            await (self._start(scope, receive, send) if method == "POST" else _no_method(scope, send, "POST"))
        elif match := _JOB.fullmatch(path):
            await self._job(scope, receive, send, match[1], int(match[2]), listening=match[3] is not None)
        elif path.startswith(f"{JOBS}/"):
            await _no_job(scope, send)
        elif method == "POST" and events.wanted(scope) and (asked := _QUESTION.fullmatch(path)):
            await self._as_events(scope, receive, send, asked[1])
        else:
            await self._app(scope, receive, send)

    async def of_sibling(self, asked: Asked) -> AsyncGenerator[Any, None]:
        """What this worker answers to another one."""
        if asked["what"] == "metrics":
            yield self._metrics.samples()
            return
        job = self._jobs.find(asked["job"])
        if job is None:
            return
        if asked["what"] == "cancel":
            job.cancelled.set()
            await job.ended.wait()
        if asked["what"] == "events":
            async for one in job.events(self._jobs.draining):
                yield one.decode()
        else:
            yield job.document().decode()

    def operation(self, path: str) -> str:
        """What a path asks for, as counts and log have it: the name of a question, or of one of few other things."""
        first, _, rest = path.removeprefix("/").partition("/")
        if first != "v1":
            known = {"healthz", "readyz", "metrics", "openapi.json", ""}
            return (path.removeprefix("/") or "page") if path.removeprefix("/") in known else "other"
        name = rest.partition("/")[0]
        return name if name in self._questions or name in {"catalog", "jobs"} else "other"

    async def _look(self, scope: Scope, send: Send, path: str) -> None:
        if path == "/metrics":
            samples = self._metrics.samples()
            for number in self.siblings.others:
                with suppress(TimeoutError):
                    async with asyncio.timeout(_PATIENCE):
                        async for more in self.siblings.ask(number, {"what": "metrics"}):
                            samples += more
            await answer(send, 200, metrics.text(samples), metrics.KIND)
        elif path == "/healthz":
            await answer(send, 200, dumped({"status": "ok"}))
        elif self.ready and not self._jobs.draining():
            await answer(send, 200, dumped({"status": "ready"}))
        else:
            status = "stopping" if self._jobs.draining() else "starting"
            await answer(send, 503, dumped({"status": status}), headers=[_RETRY])
        del scope

    def _asked(self, body: bytes) -> tuple[str, dict[str, Any]]:
        """The question that is to be a job, and what is asked; the rest is told by the job. Raises SpecError."""
        asked = parsed(body)
        question = asked.pop("question", None)
        if not isinstance(question, str) or question not in self._questions:
            raise SpecError(Fault("question", show(question), "no such question", ", ".join(self._questions)))
        asked_of(_DOCUMENTS, asked)
        return question, asked

    async def _start(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_json(scope):
            await refuse(scope, send, 415, "content-type", "not JSON", JSON.decode())
            return
        try:
            question, asked = self._asked((await receive())["body"])
        except SpecError as error:
            scope["state"]["refused"] = error.field
            await answer(send, 400 if isinstance(error, BodyError) else 422, dumped(errors_of(error.faults)))
            return
        try:
            body = dumped(asked)
        except ValueError:
            what = "a number or a character that JSON does not have"
            await refuse(scope, send, 400, "body", what, "finite numbers, whole characters")
            return
        job = self._jobs.start(question, body)
        if job is None:
            what = "too many jobs that have not ended"
            await refuse(scope, send, 429, "jobs", what, f"<= {self._jobs.most}", headers=[_RETRY])
            return
        await answer(send, 202, job.document(), headers=[(b"location", f"{JOBS}/{job.name}".encode())])

    async def _job(
        self, scope: Scope, receive: Receive, send: Send, name: str, worker: int, *, listening: bool
    ) -> None:
        method = scope["method"]
        allowed = {"GET"} if listening else {"GET", "DELETE"}
        if method not in allowed:
            await _no_method(scope, send, ", ".join(sorted(allowed)))
            return
        what = "events" if listening else "read" if method == "GET" else "cancel"
        asked = {"what": what, "job": name}
        found = self.of_sibling(asked) if worker == self.siblings.own else self.siblings.ask(worker, asked)
        first = await anext(found, None)
        if not isinstance(first, str):
            await _no_job(scope, send)
        elif listening:
            await events.stream(receive, send, _encoded(first, found))
        else:
            await found.aclose()
            await answer(send, 200, first.encode())

    async def _as_events(self, scope: Scope, receive: Receive, send: Send, question: str) -> None:
        if question not in self._questions or not is_json(scope):
            await self._app(scope, receive, send)
            return
        job = self._jobs.direct(question, (await receive())["body"])
        try:
            await events.stream(receive, send, job.events(self._jobs.draining))
        finally:
            job.cancelled.set()


async def _encoded(first: str, rest: AsyncGenerator[Any, None]) -> AsyncGenerator[bytes, None]:
    try:
        yield first.encode()
        async for one in rest:
            yield str(one).encode()
    finally:
        await rest.aclose()


async def _no_method(scope: Scope, send: Send, allowed: str) -> None:
    headers = [(b"allow", allowed.encode())]
    await refuse(scope, send, 405, "method", "not a method of this path", allowed, reason="method", headers=headers)


async def _no_job(scope: Scope, send: Send) -> None:
    what = "no such job: it has expired, or the worker that had it has ended"
    await refuse(scope, send, 404, "job", what, "an id that POST /v1/jobs gave")
