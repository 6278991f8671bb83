"""One process that answers: the application with everything around it, under uvicorn."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import threading
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

import uvicorn

from gigacost.service import logs
from gigacost.service.asgi import App
from gigacost.service.bearer import Bearer
from gigacost.service.bodies import Bodies
from gigacost.service.front import Front
from gigacost.service.hosts import Hosts
from gigacost.service.jobs import Jobs
from gigacost.service.listening import BACKLOG
from gigacost.service.metrics import Metrics
from gigacost.service.protocol import limited
from gigacost.service.routes import Routes
from gigacost.service.settings import Settings
from gigacost.service.siblings import Siblings


class Application(NamedTuple):
    """What is served."""

    app: App
    questions: Collection[str]
    """The names that stand behind ``/v1/``."""
    body_bytes: int
    """How large a request's body may be."""
    warm: Callable[[], object]
    """Loads what the first answer needs."""


PATIENCE = 1.0
"""Seconds beyond the stated time after which a process ends, whatever it does."""

SIGNALS = (signal.SIGINT, signal.SIGTERM)

Make = Callable[[Metrics], Application]
"""Makes the application in the process that serves it."""


class Worker(uvicorn.Server):
    """A server that says when it is ready, and ends within the stated time."""

    def __init__(
        self,
        make: Make,
        settings: Settings,
        token: str | None,
        *,
        siblings: Siblings | None = None,
        ready: Callable[[], object] = lambda: None,
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        self.siblings = siblings or Siblings()
        self.settings = settings
        self._ready = ready
        self._ended = ended
        self._signal = 0
        self._signals: Collection[signal.Signals] = ()
        self._channel: socket.socket | None = None
        self._taken: set[asyncio.Task[object]] = set()
        counts = Metrics(self.siblings.own)
        made = make(counts)
        self.warm = made.warm
        self.jobs = Jobs(made.app, settings, counts, lambda: self.should_exit, self.siblings.own)
        self.routes = Routes(made.app, made.questions, self.jobs, counts)
        self.routes.siblings = self.siblings
        app: App = Bodies(self.routes, made.body_bytes, settings.body_seconds)
        app = Hosts(app, settings.hosts, settings.origins) if token is None else Bearer(app, token)
        if settings.origins:
            from gigacost.service.cors import shared

            app = shared(app, settings.origins)
        lines, operation = settings.access_log, self.routes.operation
        app = Front(app, counts, operation, lines=lines, draining=lambda: self.should_exit)
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                backlog=BACKLOG,
                date_header=True,
                http=limited(settings, counts),
                interface="asgi3",
                lifespan="off",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=settings.stop_seconds,  # type: ignore[arg-type] # waits for any number
                timeout_keep_alive=settings.idle_seconds,  # type: ignore[arg-type]
                ws="none",
            )
        )

    def serve_on(self, listener: socket.socket) -> int:
        """Answer at a socket until a signal comes; the exit code for it."""
        return self._serve_until(SIGNALS, [listener])

    def serve_from(self, channel: socket.socket) -> int:
        """Answer on the connections that the first process hands over, until it says to end; the exit code."""
        self._channel = channel
        return self._serve_until((signal.SIGTERM,), [])

    def _serve_until(self, signals: Collection[signal.Signals], sockets: list[socket.socket]) -> int:
        self._signals = signals
        logs.route()
        self.run(sockets)
        return 128 + self._signal

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Load what the first answer needs, then take connections."""
        self.warm()
        gc.collect()
        gc.freeze()  # what is there now stays, and is not looked through again while answers are made
        await self.siblings.listen(self.routes.of_sibling)
        await super().startup(sockets)
        if self._channel is not None:
            self._channel.setblocking(False)  # noqa: FBT003 - the standard library's form
            asyncio.get_running_loop().add_reader(self._channel, self._take)
        self.routes.ready = True
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let running answers end for the stated time, then cancel them."""
        self.jobs.cancel_unheard()
        await super().shutdown(sockets)
        self.jobs.cancel()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=PATIENCE / 2)
        self.siblings.close()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin the graceful stop; a second signal ends it."""
        del frame
        self.force_exit = self.should_exit
        if not self.should_exit:
            self.should_exit = True
            self._signal = sig
            last = threading.Timer(self.settings.stop_seconds + PATIENCE, self._give_up)
            last.daemon = True
            last.start()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take signals while it answers. They are not raised again, as uvicorn does: they are exit codes."""
        kept = {number: signal.signal(number, self.handle_exit) for number in self._signals}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _take(self) -> None:
        """Take a connection from the first process; when that is gone, end."""
        loop = asyncio.get_running_loop()
        try:
            said, handles, _, _ = socket.recv_fds(self._channel, 1, 1)  # type: ignore[arg-type] # it is there
        except BlockingIOError:
            return
        except OSError:
            said, handles = b"", []
        if not said:
            loop.remove_reader(self._channel)  # type: ignore[arg-type]
            self.handle_exit(signal.SIGTERM, None)
        for handle in handles:
            task = loop.create_task(loop.connect_accepted_socket(self._connection, socket.socket(fileno=handle)))
            self._taken.add(task)
            task.add_done_callback(self._taken.discard)

    def _connection(self) -> asyncio.Protocol:
        made: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return made(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _give_up(self) -> None:
        """An answer does not end, though it was cancelled: end the process with it."""
        logs.say("stopped", message="an answer did not end when it was cancelled")
        self._ended()
        os._exit(128 + (self._signal or 0))
