"""What the parts of the service have in common as ASGI applications: types, headers, refusals in one form."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any

from gigacost.errors import Fault, escape

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

JSON = b"application/json"
_MOST, _LONGEST = 20, 200
"""How many faults are listed, and characters of what they are about: clients may send any number of names."""
CLOSE = (b"connection", b"close")


def header(scope: Scope, name: bytes) -> bytes:
    """The value of a header that was given once; empty where there is none, or more than one."""
    found = [value for key, value in scope["headers"] if key == name]
    return found[0] if len(found) == 1 else b""


def is_json(scope: Scope) -> bool:
    """Whether a request says that its body is JSON: pages of other sites cannot say so."""
    return header(scope, b"content-type").partition(b";")[0].strip().lower() == JSON


def dumped(document: object) -> bytes:
    """A document as JSON, without spaces."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def errors_of(found: Sequence[Fault]) -> dict[str, Any]:
    """The body of a refusal for what was found to be wrong."""
    told = list(found[:_MOST])
    if len(found) > _MOST:
        told.append(Fault("errors", str(len(found)), f"{len(found) - _MOST} more are not listed"))
    errors = [
        {"field": escape(one.field, "", _LONGEST), "value": one.value, "message": one.what, "allowed": one.allowed}
        | ({"hint": one.hint} if one.hint else {})
        for one in told
    ]
    return {"errors": errors}


def faults(field: str, message: str, allowed: str = "", value: str = "") -> dict[str, Any]:
    """The body of every refusal."""
    return {"errors": [{"field": field, "value": value, "message": message, "allowed": allowed}]}


async def answer(send: Send, status: int, body: bytes, kind: bytes = JSON, headers: Headers = ()) -> None:
    """Send an answer that is there as a whole."""
    length = (b"content-length", str(len(body)).encode())
    every = [(b"content-type", kind), length, (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": every})
    await send({"type": "http.response.body", "body": body})


async def refuse(
    scope: Scope,
    send: Send,
    status: int,
    field: str,
    message: str,
    allowed: str = "",
    *,
    value: str = "",
    reason: str = "",
    headers: Headers = (),
) -> None:
    """Send a refusal; ``reason`` is what it is counted under."""
    scope.setdefault("state", {})["refused"] = reason or field
    await answer(send, status, dumped(faults(field, message, allowed, value)), headers=headers)
