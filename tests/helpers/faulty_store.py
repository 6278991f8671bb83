"""An S3 store in this process, and a proxy before it that fails as stores and networks do, by a seeded schedule."""

from __future__ import annotations

import http.client
import logging
import random
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from moto.server import ThreadedMotoServer

BUCKET = "costs"
SECRET = "a-secret-that-nobody-shall-see"  # noqa: S105 - of no account
FAULTS = ("500", "503", "dropped", "cut")
"""An error of the store; a connection that ends after the request was carried out; an answer whose body ends early."""


class FaultyStore:
    """The address of the proxy, and how often it did what."""

    def __init__(self, behind: tuple[str, int], seed: int, share: float) -> None:
        self.behind = behind
        self.share = share
        self.did: Counter[str] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Proxy", (_Proxy,), {"store": self}))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def environment(self) -> dict[str, str]:
        """What a run finds the store by."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_port}",
            "AWS_ACCESS_KEY_ID": "an-access-key",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
        }

    def drawn(self) -> str:
        """What happens to the next request."""
        with self._lock:
            found = self._random.choice(FAULTS) if self._random.random() < self.share else "passed"
            self.did[found] += 1
            return found

    def close(self) -> None:
        """End the proxy."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def s3_store() -> Iterator[tuple[str, int]]:
    """A store with one empty bucket; its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = server.get_host_and_port()
    try:
        yield address
    finally:
        server.stop()


def emptied(address: tuple[str, int]) -> None:
    """Forget everything, and make the bucket."""
    for method, path in (("POST", "/moto-api/reset"), ("PUT", f"/{BUCKET}")):
        connection = http.client.HTTPConnection(*address)
        connection.request(method, path, headers={"Authorization": _SIGNED})
        connection.getresponse().read()
        connection.close()


_SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"


class _Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: FaultyStore

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(1 << 16)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.store.drawn()
        if fault in {"500", "503"}:
            self._answer(int(fault), [], b"<Error><Code>SlowDown</Code></Error>")
            return
        status, headers, answer = self._forwarded(body)
        if fault == "passed":
            self._answer(status, headers, answer)
            return
        if fault == "cut" and len(answer) > 1:
            self._answer(status, headers, answer, len(answer) // 2)
        self._end()

    def _forwarded(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.store.behind)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, answer.getheaders(), data

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, sent: int | None = None) -> None:
        own = {"content-length", "transfer-encoding", "connection", "server", "date"}
        self.send_response(status)
        length = {name.lower(): value for name, value in headers}.get("content-length")
        for name, value in headers:
            if name.lower() not in own:
                self.send_header(name, value)
        self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:sent])
        self.wfile.flush()

    def _end(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Nothing."""
