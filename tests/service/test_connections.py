"""What clients may not do: send too much, too slowly, too often, or leave answers unread."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pytest
from services import Service, small, wait_for
from small_service import BODY_BYTES

LIMITS = {
    "header_seconds": 1, "body_seconds": 1, "idle_seconds": 1, "write_seconds": 1, "header_bytes": 4096, "headers": 30,
    "connections": 20,
}  # fmt: skip
HEAD = b"POST /v1/echo HTTP/1.1\r\nhost: localhost\r\n"


@pytest.fixture(scope="module")
def strict() -> Iterator[Service]:
    with small(**LIMITS) as service:
        yield service


def answered(one: socket.socket) -> tuple[int, dict[str, str]]:
    """The status and the fault of the next answer; 0 where the connection just ends."""
    found = b""
    try:
        while piece := one.recv(65536):
            found += piece
    except ConnectionError:
        pass
    if not found:
        return 0, {}
    head, _, body = found.partition(b"\r\n\r\n")
    assert head.count(b"HTTP/1.1 ") == 1, found
    return int(head.split()[1]), json.loads(body).get("errors", [{}])[0]


def alive(service: Service) -> None:
    assert service.ask("POST", "/v1/echo", {"x": 1}).json == {"x": 1}
    assert "Traceback" not in service.err


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        (HEAD + b"x: " + b"a" * 5000, 431, "header_bytes"),  # does not end
        (HEAD + b"x: " + b"a" * 5000 + b"\r\ncontent-length: 2\r\n\r\n{}", 431, "headers"),
        (HEAD + b"".join(b"x%d: 1\r\n" % i for i in range(40)) + b"content-length: 2\r\n\r\n{}", 431, "headers"),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nhost: localhost\r\n\r\n", 431, "headers"),
        (b"nonsense\r\n\r\n", 400, "request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "request"),
        (HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}", 400, "request"),
        (HEAD + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}", 400, "request"),
        (HEAD + b"content-length: 99999999\r\n\r\n{}", 413, "body"),
        (HEAD + b"content-length: 9999999999999999999999\r\n\r\n{}", 400, "request"),
        (HEAD + b"content-length: -2\r\n\r\n{}", 400, "request"),
    ],
)
def test_too_much_is_refused_while_it_arrives(strict: Service, sent: bytes, status: int, field: str) -> None:
    with strict.connect() as one:
        one.sendall(sent)
        found, fault = answered(one)
        assert (found, fault["field"]) == (status, field)
        assert fault["message"]
        assert fault["allowed"]
    alive(strict)


def test_a_body_that_says_nothing_of_its_size_is_held_against_the_limit(strict: Service) -> None:
    with strict.connect() as one:
        one.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        sent = 0
        try:
            while sent < 100 * BODY_BYTES:
                one.sendall(b"8000\r\n" + b" " * 0x8000 + b"\r\n")
                sent += 0x8000
        except ConnectionError:
            pass
        assert sent < 100 * BODY_BYTES  # it was not read to its end
    alive(strict)
    with strict.connect() as one:
        one.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n20000\r\n" + b" " * 0x1FFF0)
        found, fault = answered(one)
        assert (found, fault["field"], fault["allowed"]) == (413, "body", f"<= {BODY_BYTES} bytes")


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        (b"", 0, ""),
        (b"POST /v1/echo HTT", 408, "header_seconds"),
        (HEAD, 408, "header_seconds"),
        (HEAD + b"content-length: 10\r\n\r\n{", 408, "body_seconds"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n{", 408, "body_seconds"),
    ],
)
def test_what_is_too_slow_is_refused(strict: Service, sent: bytes, status: int, field: str) -> None:
    start = time.monotonic()
    with strict.connect() as one:
        one.sendall(sent)
        found, fault = answered(one)
    assert (found, fault.get("field", "")) == (status, field)
    assert 0.9 < time.monotonic() - start < 10


def test_a_byte_now_and_then_does_not_help(strict: Service) -> None:
    start = time.monotonic()
    with strict.connect() as one:
        one.sendall(HEAD)
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - start < 20:
                one.sendall(b"x")
                time.sleep(0.1)
    assert time.monotonic() - start < 10


def test_a_connection_without_requests_is_closed(strict: Service) -> None:
    with strict.connect() as one:
        one.sendall(HEAD + b"content-length: 2\r\n\r\n{}")
        start = time.monotonic()
        assert answered(one) == (200, {})
        assert 0.9 < time.monotonic() - start < 10


def test_an_empty_line_between_two_requests_holds_no_connection(strict: Service) -> None:
    with strict.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        found = b""
        while not found.endswith(b"}"):
            found += connection.recv(65536)
        connection.sendall(b"\r\n")
        assert connection.recv(65536) == b""


def test_no_more_connections_than_allowed(strict: Service) -> None:
    several = [strict.connect() for _ in range(LIMITS["connections"] + 5)]
    codes = []
    for one in several:
        one.settimeout(0.2)
        try:
            codes.append(answered(one)[0])
        except TimeoutError:
            codes.append(None)
    assert codes.count(503) == 5
    for one in several:
        one.close()
    wait_for(lambda: strict.ask("GET", "/healthz").status == 200)
    alive(strict)


def test_a_client_that_does_not_read_is_dropped() -> None:
    with small(write_seconds=1) as service:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(service.place)
            body = json.dumps({"x": "a" * (BODY_BYTES - 100)}).encode()
            ask = HEAD + b"content-length: %d\r\n\r\n" % len(body) + body
            one.settimeout(0.5)
            start = time.monotonic()
            with contextlib.suppress(ConnectionError):
                while time.monotonic() - start < 20:
                    with contextlib.suppress(TimeoutError):
                        one.sendall(ask)  # answers of 100 KB, none of which is read
        assert time.monotonic() - start < 15
        alive(service)


def test_requests_on_one_connection_are_answered_in_their_order(strict: Service) -> None:
    with strict.connect() as one:
        one.sendall(b"".join(HEAD + b'content-length: 7\r\n\r\n{"x":%d}' % i for i in range(9)))
        found = b""
        while found.count(b'{"x": ') < 9:
            found += one.recv(65536)
    assert [int(part[:1]) for part in found.split(b'{"x": ')[1:]] == list(range(9))


def test_an_upgrade_is_not_taken(strict: Service) -> None:
    with strict.connect() as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
        assert one.recv(65536).startswith(b"HTTP/1.1 200")
    alive(strict)
