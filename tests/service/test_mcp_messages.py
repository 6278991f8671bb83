"""A line is a message, or it is said in one line what is wrong with it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gigacost.service.mcp.messages import DEPTH, BadMessage, Message, read

PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS = -32700, -32600, -32602


def ping(**fields: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", **fields}).encode()


def test_requests_and_notifications_are_told_apart() -> None:
    assert read(ping()) == Message("ping", None, 1)
    assert read(ping(id="a", params={"x": [1]})) == Message("ping", {"x": [1]}, "a")
    assert read(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}') == Message(
        "notifications/initialized", None
    )


@pytest.mark.parametrize("answer", [b'{"jsonrpc":"2.0","id":1,"result":{}}', b'{"jsonrpc":"2.0","id":1,"error":{}}'])
def test_answers_are_passed_over_as_nothing_was_asked(answer: bytes) -> None:
    assert read(answer) is None


NESTED = b"[" * DEPTH + b"]" * DEPTH
FAULTS = {
    "not JSON": (b"hello", PARSE_ERROR, None, "message: not JSON, expecting value at character 0; allowed: an object"),
    "cut": (b'{"jsonrpc":', PARSE_ERROR, None, "not JSON, expecting value at character 11"),
    "two objects": (ping() + ping(), PARSE_ERROR, None, "not JSON, extra data"),
    "not UTF-8": (b'{"a": "\xff"}', PARSE_ERROR, None, "message: byte 7 is not UTF-8"),
    "UTF-16": (ping().decode().encode("utf-16"), PARSE_ERROR, None, "byte 0 is not UTF-8"),
    "NaN": (b'{"a": NaN}', PARSE_ERROR, None, "message: NaN is not JSON; allowed: finite numbers"),
    "minus infinity": (b'{"a": -Infinity}', PARSE_ERROR, None, "-Infinity is not JSON"),
    "overflow": (b'{"a": 1e999}', PARSE_ERROR, None, "a number beyond 1.8e308"),
    "digits": (b'{"a": ' + b"9" * 5000 + b"}", PARSE_ERROR, None, "a number of too many digits"),
    "twice": (b'{"id": 1, "id": 2}', PARSE_ERROR, None, 'the key "id" is given twice'),
    "surrogate": (b'{"a": "\\ud800"}', PARSE_ERROR, None, "half of a surrogate pair"),
    "surrogate in a key": (b'{"\\ud800": 1}', PARSE_ERROR, None, "half of a surrogate pair"),
    "deep": (b"[" * 100_000, PARSE_ERROR, None, f"too deep; allowed: at most {DEPTH} brackets"),
    "too deep": (b'{"a": ' + NESTED + b"}", PARSE_ERROR, None, "too deep"),
    "batch": (b"[" + ping() + b"]", INVALID_REQUEST, None, "a list; allowed: one object on each line, no batches"),
    "number": (b"3", INVALID_REQUEST, None, "message = 3: not an object"),
    "null": (b"null", INVALID_REQUEST, None, "message = null: not an object"),
    "version": (ping(jsonrpc="1.0"), INVALID_REQUEST, 1, 'jsonrpc = "1.0": not allowed; allowed: "2.0"'),
    "number for version": (ping(jsonrpc=2.0), INVALID_REQUEST, 1, "jsonrpc = 2.0: not allowed"),
    "no version": (b'{"id": 1, "method": "ping"}', INVALID_REQUEST, 1, 'jsonrpc: missing; allowed: "2.0"'),
    "no method": (b'{"jsonrpc": "2.0", "id": 1}', INVALID_REQUEST, 1, "method: missing; allowed: a string"),
    "odd method": (ping(method=5), INVALID_REQUEST, 1, "method = 5: not allowed"),
    "id null": (ping(id=None), INVALID_REQUEST, None, "id = null: not an id"),
    "id true": (ping(id=True), INVALID_REQUEST, None, "id = true: not an id"),
    "id fraction": (ping(id=1.5), INVALID_REQUEST, None, "id = 1.5: not an id"),
    "id list": (ping(id=[]), INVALID_REQUEST, None, "id = []: not an id"),
    "params": (ping(params=[1]), INVALID_PARAMS, 1, "params = [1]: not an object; allowed: an object"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_said_in_one_line(name: str) -> None:
    line, code, known, what = FAULTS[name]
    with pytest.raises(BadMessage) as caught:
        read(line)
    assert (caught.value.code, caught.value.id) == (code, known)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_just_deep_enough_is_read() -> None:
    deepest = b"[" * (DEPTH - 3) + b"1" + b"]" * (DEPTH - 3)
    assert read(b'{"jsonrpc":"2.0","method":"m","params":{"a":' + deepest + b"}}") is not None


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_message_or_a_fault(line: bytes) -> None:
    fault = None
    try:
        read(line)
    except BadMessage as found:
        fault = found
    assert fault is None or (fault.code in {PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS} and str(fault).isprintable())
