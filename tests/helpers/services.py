"""Services as processes of their own, asked over their sockets."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SMALL = str(Path(__file__).with_name("small_service.py"))
PATIENCE = 60.0
"""Seconds after which a test gives up."""


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Service:
    """A service that is running."""

    url: str
    pid: int
    process: subprocess.Popen[bytes]
    ready_file: Path
    err_file: Path

    @property
    def place(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def err(self) -> str:
        """What it said so far."""
        return self.err_file.read_text(encoding="utf-8")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The lines of its log about some event."""
        return [line for text in self.err.splitlines() if (line := json.loads(text))["event"] == event]

    def ask(self, method: str, path: str, asked: object = None, **headers: str) -> Reply:
        """One request on a connection of its own; what is asked is JSON unless a header says otherwise."""
        body = asked if isinstance(asked, bytes | None) else json.dumps(asked).encode()
        connection = http.client.HTTPConnection(*self.place, timeout=PATIENCE)
        try:
            kind = {"content_type": "application/json"} if body is not None else {}
            named = {name.replace("_", "-"): value for name, value in (kind | headers).items()}
            connection.request(method, path, body, named)
            found = connection.getresponse()
            return Reply(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """A connection on which anything can be sent."""
        return socket.create_connection(self.place, timeout=PATIENCE)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def wait_for(condition: Any, seconds: float = PATIENCE) -> Any:
    """What a function gives once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found


@contextmanager
def started(*command: str, token: str | None = None, module_path: str = "") -> Iterator[Service]:
    """A service by the command that starts it, less ``--ready-file``; ended by force if it does not end itself."""
    environment = {key: value for key, value in os.environ.items() if key != "GIGACOST_TOKEN"}
    if token is not None:
        environment["GIGACOST_TOKEN"] = token
    if module_path:
        environment["PYTHONPATH"] = os.pathsep.join([module_path, environment.get("PYTHONPATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        ready, err = Path(folder, "ready"), Path(folder, "err")
        with err.open("wb") as file:
            process = subprocess.Popen(
                [part.replace("READY", str(ready)) for part in command], stderr=file, env=environment
            )
        try:
            wait_for(lambda: ready.exists() or process.poll() is not None)
            assert process.poll() is None, err.read_text(encoding="utf-8")
            yield Service(**json.loads(ready.read_bytes()), process=process, ready_file=ready, err_file=err)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def small(token: str | None = None, **settings: Any) -> Any:
    """The service of ``small_service`` with some settings."""
    given = json.dumps({"port": 0, "ready_file": "READY", "stop_seconds": 1, **settings})
    return started(sys.executable, SMALL, given, token=token, module_path=str(Path(SMALL).parent))


def started_service(*options: str, token: str | None = None) -> Any:
    """``gigacost serve`` with some options."""
    command = [sys.executable, "-m", "gigacost", "serve", "--port", "0", "--ready-file", "READY", *options]
    return started(*command, token=token)
