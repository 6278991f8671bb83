"""Requests over connections that are kept open: shared by threads, tried again where that is of use."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from gigacost.client.address import Address
from gigacost.client.failures import ServiceError, ServiceTimeoutError
from gigacost.errors import Fault, SpecError, escape

OK, NOT_MODIFIED, BAD, REFUSED, TOO_MANY, BUSY = 200, 304, 400, (413, 422), 429, 503
JSON, ARROW = "application/json", "application/vnd.apache.arrow.stream"
_KEPT = 16
"""Connections that are kept open between requests."""
_PAUSE = 0.25
"""Seconds before the second try where a service does not say how long to wait."""
_PIECE = 1 << 16
_LONGEST = 200
"""Characters of a message that is not ours."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def document(self) -> Any:  # noqa: ANN401 - JSON
        """The body, as JSON. Raises ServiceError for anything else."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise ServiceError(f"answered {self.status} without JSON", self.status, self.request_id) from None

    @property
    def request_id(self) -> str:
        """What finds it in the service's log."""
        return self.headers.get("X-Request-Id", "")


@dataclass
class Transport:
    """How requests get to a service and answers back."""

    address: Address
    token: str | None = field(repr=False)
    timeout: float
    retries: int
    longest_wait: float
    context: ssl.SSLContext | None
    answers_kept: int
    _idle: deque[http.client.HTTPConnection] = field(default_factory=lambda: deque(maxlen=_KEPT), repr=False)
    _kept: OrderedDict[tuple[str, bytes, str], tuple[str, Reply]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ask(self, method: str, path: str, asked: object = None, accept: str = JSON) -> Reply:
        """The answer to a request. Raises SpecError for a bad question, ServiceError for anything else."""
        body = b"" if asked is None else json.dumps(asked, ensure_ascii=False, allow_nan=False).encode()
        key = (f"{method} {path}", body, accept)
        with self._lock:
            known = self._kept.get(key)
        reply = self._patiently(method, path, body, accept, known[0] if known else "")
        if reply.status == NOT_MODIFIED and known:
            reply = known[1]
        self._keep(key, reply)
        if reply.status >= BAD:
            raise self._failure(reply)
        return reply

    def close(self) -> None:
        """Close the connections that are kept open."""
        while self._idle:
            self._idle.pop().close()

    def _keep(self, key: tuple[str, bytes, str], reply: Reply) -> None:
        tag = reply.headers.get("ETag", "")
        if not (self.answers_kept and tag and reply.status == OK):
            return
        with self._lock:
            self._kept[key] = (tag, reply)
            self._kept.move_to_end(key)
            while len(self._kept) > self.answers_kept:
                self._kept.popitem(last=False)

    def _patiently(self, method: str, path: str, body: bytes, accept: str, tag: str) -> Reply:
        """As often as is allowed, where the service is too busy and says so."""
        for tried in range(self.retries + 1):
            reply = self._once(method, path, body, accept, tag)
            if reply.status not in {TOO_MANY, BUSY} or tried == self.retries:
                break
            wait = _seconds(reply.headers.get("Retry-After", ""), _PAUSE * 2**tried)
            if wait > self.longest_wait:
                break
            time.sleep(wait)
        return reply

    def _once(self, method: str, path: str, body: bytes, accept: str, tag: str) -> Reply:
        """One request; on a new connection again where one that was kept had been closed on the other side."""
        headers = {"Accept": accept, "User-Agent": "gigacost"}
        headers |= {"Content-Type": JSON} if body else {}
        headers |= {"If-None-Match": tag} if tag else {}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token is not None else {}
        headers |= self.address.headers
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                connection, is_new = self._idle.pop(), False
            except IndexError:
                connection, is_new = self.address.connection(self.timeout, self.context), True
            try:
                connection.request(method, self.address.target(path), body or None, headers)
                found = connection.getresponse()
                reply = Reply(found.status, found.headers, _read(connection, found, deadline))
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
                connection.close()
                if is_new:
                    raise ServiceError(self._said("the connection was closed without an answer")) from error
                continue
            except TimeoutError:
                connection.close()
                raise ServiceTimeoutError(self._said(f"no answer within {self.timeout:g} s")) from None
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                raise ServiceError(self._said(_reason(error))) from error
            except BaseException:  # interrupted: what is still to come of the answer belongs to no other request
                connection.close()
                raise
            if found.will_close:
                connection.close()
            else:
                self._give_back(connection)
            return reply

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def _said(self, what: str) -> str:
        return f"{self.address.url}: {what}"

    def _failure(self, reply: Reply) -> Exception:
        """What an answer other than a good one is raised as."""
        faults = _faults(reply)
        if reply.status in {BAD, *REFUSED} and faults:
            return SpecError(*faults)
        first = f": {faults[0]}" if faults else ""
        found = f" (request {escape(reply.request_id)})" if reply.request_id else ""
        return ServiceError(self._said(f"answered {reply.status}{first}{found}"), reply.status, reply.request_id)


def _read(connection: http.client.HTTPConnection, found: http.client.HTTPResponse, deadline: float) -> bytes:
    """The body of an answer. Raises TimeoutError where it comes so slowly that it is not whole in time."""
    pieces = []
    while piece := found.read1(_PIECE):
        pieces.append(piece)
        left = deadline - time.monotonic()
        if left <= 0.0:
            raise TimeoutError
        if connection.sock is not None:  # not of an answer after which the connection is closed
            connection.sock.settimeout(left)
    if found.length:
        raise http.client.IncompleteRead(b"", found.length)
    found.read()  # read1 does not notice the end
    if connection.sock is not None:
        connection.sock.settimeout(connection.timeout)
    return b"".join(pieces)


def _faults(reply: Reply) -> list[Fault]:
    """The faults that an answer lists, in their one form; none where it has another."""
    try:
        errors = json.loads(reply.body)["errors"]
        return [read_fault(one) for one in errors]
    except (ValueError, RecursionError, TypeError, KeyError):
        return []


def read_fault(one: dict[str, Any]) -> Fault:
    """A fault of a service's answer. Raises KeyError, TypeError."""
    texts = {name: escape(str(one.get(name, "")), quotes="", shown=_LONGEST * 20) for name in ("hint", "path")}
    return Fault(str(one["field"]), str(one["value"]), str(one["message"]), str(one["allowed"]), **texts)


def _seconds(text: str, default: float) -> float:
    """How long a service asks to wait."""
    return float(text) if text.isascii() and text.isdigit() else default


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"cannot be reached: {escape(text, quotes='', shown=_LONGEST)}"
