"""One line of what a client sends: a message of JSON-RPC 2.0, or what is wrong with it in one line."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

from gigacost.errors import escape, show

PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32602, -32603
DEPTH = 32
"""Brackets that may be open at once; a specification has four levels."""


@dataclass(frozen=True, slots=True)
class Message:
    """A request, or a notification, which has no ``id``."""

    method: str
    params: dict[str, Any] | None
    id: str | int | None = None


class BadMessage(Exception):  # noqa: N818 - it is an answer, not a failure of ours
    """A line that is no message; ``id`` is that of the request, where it can be told."""

    def __init__(self, code: int, text: str, id: str | int | None = None) -> None:  # noqa: A002 - as the protocol has it
        super().__init__(text)
        self.code = code
        self.id = id


def read(line: bytes) -> Message | None:
    """The message of a line; None for an answer, as nothing is ever asked of a client. Raises BadMessage."""
    found = _parsed(line)
    if isinstance(found, list):
        raise BadMessage(INVALID_REQUEST, "message: a list; allowed: one object on each line, no batches")
    if not isinstance(found, dict):
        raise BadMessage(INVALID_REQUEST, f"message = {_shown(found)}: not an object; allowed: an object on each line")
    name = found.get("id")
    known = name if isinstance(name, str | int) and not isinstance(name, bool) else None
    version, method, params = found.get("jsonrpc"), found.get("method"), found.get("params")
    if version != "2.0":
        raise BadMessage(INVALID_REQUEST, f'jsonrpc{_given(found, "jsonrpc")}; allowed: "2.0"', known)
    if "method" not in found and ("result" in found or "error" in found):
        return None
    if not isinstance(method, str):
        raise BadMessage(INVALID_REQUEST, f"method{_given(found, 'method')}; allowed: a string, as tools/call", known)
    if "id" in found and known is None:
        raise BadMessage(INVALID_REQUEST, f"id = {_shown(name)}: not an id; allowed: a string or a whole number")
    if params is not None and not isinstance(params, dict):
        raise BadMessage(INVALID_PARAMS, f"params = {_shown(params)}: not an object; allowed: an object", known)
    return Message(method, params, known)


def _given(message: dict[str, Any], key: str) -> str:
    return f" = {_shown(message[key])}: not allowed" if key in message else ": missing"


def _shown(value: object) -> str:
    """JSON as it came, short."""
    return escape(json.dumps(value), quotes="")


def _parsed(line: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadMessage(PARSE_ERROR, f"message: byte {error.start} is not UTF-8; allowed: UTF-8") from None
    try:
        found = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        what = f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.pos}"
        raise BadMessage(PARSE_ERROR, f"message: not JSON, {what}; allowed: an object on each line") from None
    except RecursionError:
        raise BadMessage(PARSE_ERROR, f"message: too deep; allowed: at most {DEPTH} brackets within another") from None
    except ValueError as error:  # NaN, a key given twice, an integer of thousands of digits
        raise BadMessage(PARSE_ERROR, _of_value(error)) from None
    _refuse_odd(found)
    return found


class _BadValueError(ValueError):
    """JSON that Python's reader would take."""


def _of_value(error: ValueError) -> str:
    return str(error) if isinstance(error, _BadValueError) else "message: a number of too many digits"


def _refuse_constant(name: str) -> NoReturn:
    raise _BadValueError(f"message: {name} is not JSON; allowed: finite numbers")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _BadValueError(f"message: the key {show(key)} is given twice in one object")
        found[key] = value
    return found


def _refuse_odd(found: object) -> None:
    """Raise BadMessage for what is nested too deeply, and for text that no UTF-8 can hold."""
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > DEPTH:
            raise BadMessage(PARSE_ERROR, f"message: too deep; allowed: at most {DEPTH} brackets within another")
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner += [*one, *one.values()]
            elif isinstance(one, list):
                inner += one
            elif isinstance(one, str) and not _is_whole(one):
                raise BadMessage(PARSE_ERROR, "message: half of a surrogate pair; allowed: Unicode text")
            elif isinstance(one, float) and not math.isfinite(one):
                raise BadMessage(PARSE_ERROR, "message: a number beyond 1.8e308; allowed: finite numbers")
        level = inner


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
