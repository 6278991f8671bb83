"""Questions that take longer than a request: each is computed in the worker that took it, and kept for a while."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from gigacost.service.asgi import App, dumped
from gigacost.service.calls import Reply, call
from gigacost.service.events import event, heartbeat
from gigacost.service.logs import say_failure
from gigacost.service.metrics import Metrics
from gigacost.service.settings import Settings

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
OK = 200
_EVERY = 0.2
"""Seconds between two looks at how far a job is, for those who listen."""
_HEARTBEAT = 10.0
"""Seconds after which who listens is told that we are still there."""


class Job:
    """One question and how far it is. Its document is what clients read."""

    def __init__(self, question: str, body: bytes, name: str = "") -> None:
        self.name = name
        self.question = question
        self.body = body
        self.state = QUEUED
        self.done = self.of = 0
        self.reply: Reply | None = None
        self.cancelled = asyncio.Event()
        self.ended = asyncio.Event()
        self.listeners = 0
        self.expires: float | None = None
        self.seconds = 0.0

    @property
    def size(self) -> int:
        """Bytes of its answer."""
        return sum(map(len, self.reply.pieces)) if self.reply else 0

    def report(self, done: int, of: int) -> None:
        """Note how far it is; any thread may say so."""
        self.done, self.of = done, of

    def document(self) -> bytes:
        """The state, how far it is, and when it has ended the answer or the errors, as JSON."""
        progress = {"done": self.done, "of": self.of or None}
        head: dict[str, Any] = {"question": self.question, "state": self.state, "progress": progress}
        if self.name:
            head = {"id": self.name, **head}
        if self.expires is not None:
            head |= {"seconds": round(self.seconds, 3), "expires_in": max(round(self.expires - time.time()), 0)}
        text = dumped(head)
        if self.reply is None:
            return text
        # What the application answered is JSON already, and may be large; a refusal is a table of errors.
        if self.state == DONE:
            return b'%s,"answer":%s}' % (text[:-1], self.reply.body)
        return b'%s,"status":%d,%s' % (text[:-1], self.reply.status, self.reply.body[1:])

    async def events(self, draining: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
        """What happens to it, from how far it is now to its end."""
        self.listeners += 1
        told, last = None, time.monotonic()
        number = 0
        try:
            while not self.ended.is_set():
                now = (self.state, self.done, self.of)
                if now != told:
                    told, last, number = now, time.monotonic(), number + 1
                    yield event("progress", self.document(), number)
                elif time.monotonic() - last > _HEARTBEAT:
                    last = time.monotonic()
                    yield heartbeat()
                try:
                    async with asyncio.timeout(_EVERY):
                        await self.ended.wait()
                except TimeoutError:
                    if draining() and self.state == QUEUED:
                        return
            yield event(self.state, self.document(), number + 1)
        finally:
            self.listeners -= 1


class Jobs:
    """The jobs of a worker."""

    def __init__(
        self, app: App, settings: Settings, metrics: Metrics, draining: Callable[[], bool], worker: int = 0
    ) -> None:
        self._app = app
        self._settings = settings
        self._metrics = metrics
        self._worker = worker
        self._kept: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(settings.jobs_at_once)
        self.draining = draining
        self.most = settings.jobs

    def start(self, question: str, body: bytes) -> Job | None:
        """Take a job; None where there are too many."""
        if sum(not job.ended.is_set() for job in self._kept.values()) >= self.most:
            return None
        job = Job(question, body, f"{self._worker}-{secrets.token_urlsafe(18)}")
        self._kept[job.name] = job
        self._spawn(self._queued(job))
        return job

    def direct(self, question: str, body: bytes) -> Job:
        """A job that is not kept: whoever asked listens to it."""
        job = Job(question, body)
        self._spawn(self._run(job, None))
        return job

    def find(self, name: str) -> Job | None:
        """The job of an id; None where there is none, or none any more."""
        return self._kept.get(name)

    def cancel_unheard(self) -> None:
        """Cancel the jobs that nobody listens to: the service is stopping, and nobody could fetch their answers."""
        for job in self._kept.values():
            if not job.listeners:
                job.cancelled.set()

    def cancel(self) -> None:
        """Cancel all of them."""
        for job in self._kept.values():
            job.cancelled.set()
        for task in self._tasks:
            task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._count()

    async def _queued(self, job: Job) -> None:
        """Wait for a place, unless the job is cancelled before there is one."""
        cancelled = asyncio.ensure_future(job.cancelled.wait())
        place = asyncio.ensure_future(self._places.acquire())
        try:
            await asyncio.wait((cancelled, place), return_when=asyncio.FIRST_COMPLETED)
            if job.cancelled.is_set():
                self._end(job, CANCELLED)
            else:
                await self._run(job, self._settings.job_seconds)
        finally:
            cancelled.cancel()
            if place.done() and not place.cancelled():
                self._places.release()
            place.cancel()

    async def _run(self, job: Job, seconds: float | None) -> None:
        job.state = RUNNING
        self._count()
        start = time.perf_counter()
        state = FAILED
        try:
            reply = await call(self._app, f"/v1/{job.question}", job.body, job.report, job.cancelled, seconds=seconds)
            if reply.status:
                job.reply = reply
                state = DONE if reply.status == OK else FAILED
        except Exception as error:  # noqa: BLE001 - the job has failed, and the worker goes on
            say_failure(error, question=job.question)
        finally:
            job.seconds = time.perf_counter() - start
            self._end(job, CANCELLED if job.cancelled.is_set() else state)

    def _end(self, job: Job, state: str) -> None:
        job.state, job.body = state, b""
        if state == CANCELLED:
            job.reply = None
        self._metrics.jobs_ended[state] += 1
        if job.name:
            job.expires = time.time() + self._settings.job_expiry
            asyncio.get_running_loop().call_later(self._settings.job_expiry, self._forget, job.name)
            self._drop_oldest()
        job.ended.set()
        self._count()

    def _drop_oldest(self) -> None:
        """Forget those that ended first, where more are kept than allowed, or larger ones."""
        ended = [job for job in self._kept.values() if job.expires is not None]
        size = sum(job.size for job in ended)
        while ended and (len(ended) > self._settings.jobs_kept or size > self._settings.jobs_bytes):
            oldest = min(ended, key=lambda job: job.expires or 0.0)
            ended.remove(oldest)
            size -= oldest.size
            del self._kept[oldest.name]

    def _forget(self, name: str) -> None:
        self._kept.pop(name, None)
        self._count()

    def _count(self) -> None:
        self._metrics.jobs = Counter(job.state for job in self._kept.values())
