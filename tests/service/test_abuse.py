"""What nobody should send: each is refused in the documented form, soon, and costs the service next to nothing."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from abuse import (
    A_YEAR,
    ASKED,
    BODIES,
    FILES,
    FORMULAS,
    LIMITS,
    MIB,
    MORE,
    PATHS,
    RUN,
    SHOWN,
    SOON,
    TOKEN,
    WRONG,
    ask,
    head,
    memory,
    raw,
    refused,
)
from services import Service, started_service


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with started_service(*LIMITS, token=TOKEN) as service:
        assert ask(service, ASKED).status == 200  # the model is there now
        before = memory(service, "VmRSS")
        yield service
        assert ask(service, ASKED).status == 200
        assert memory(service, "VmRSS") - before < MORE  # after all of it
        assert "Traceback" not in service.err
        assert TOKEN not in service.err


@pytest.fixture(autouse=True)
def unharmed(service: Service) -> Iterator[None]:
    """After each of these the service answers as before, soon, and has not grown much meanwhile."""
    Path(f"/proc/{service.pid}/clear_refs").write_text("5")  # the peak begins anew
    before = memory(service, "VmRSS")
    start = time.monotonic()
    yield
    assert time.monotonic() - start < 4 * SOON
    assert ask(service, ASKED).status == 200
    assert memory(service, "VmHWM") - before < MORE


@pytest.mark.parametrize("name", BODIES)
def test_bodies(service: Service, name: str) -> None:
    start = time.monotonic()
    refused(ask(service, BODIES[name], "top"), 400, 413, 422)
    assert time.monotonic() - start < SOON


@pytest.mark.parametrize("question", ["estimate", "choose", "summary", "solve", "compare", "explain", "uncertainty"])
@pytest.mark.parametrize("name", ["closed brackets", "NaN", "a huge integer", "a large integer", "half a pair", "NUL"])
def test_bodies_of_every_kind_of_question(service: Service, question: str, name: str) -> None:
    refused(ask(service, BODIES[name], question))


@pytest.mark.parametrize(("typed", "meant"), [("\u0441hips", "chips"), ("t\u03bfkens", "tokens"), ("ｃhips", "chips")])
def test_letters_that_look_like_others_are_told(service: Service, typed: str, meant: str) -> None:
    (one,) = refused(ask(service, {"spec": {"fixed": {**{k: v for k, v in RUN.items() if k != meant}, typed: 5}}}))[:1]
    assert one["hint"] == f'"{meant}"'
    if typed.isascii() or typed[0] != "ｃ":
        assert typed.encode("unicode_escape").decode() in one["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/xml"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": ""},
        {"content_type": "application/json, text/html"},
        {"content_type": "application/json;charset=" + "x" * 2000},
        {"content_type": "application/json; charset=utf-16"},
    ],
)
def test_other_types_of_content(service: Service, headers: dict[str, str]) -> None:
    reply = ask(service, ASKED, **headers)
    if reply.status != 200:  # JSON whatever its charset is called is UTF-8 (RFC 8259)
        refused(reply, 415)
    assert reply.status == 415 or headers["content_type"].startswith("application/json;")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "identity, gzip", "x" * 1000])
def test_bombs_are_not_unpacked(service: Service, coding: str) -> None:
    packed = zlib.compress if coding == "deflate" else gzip.compress
    bomb = packed(b'{"spec": "' + b" " * (200 * MIB) + b'"}')
    refused(ask(service, bomb, content_encoding=coding), 415)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", sorted(PATHS))
def test_paths(service: Service, method: str, path: str) -> None:
    body = json.dumps(ASKED)
    told, found = raw(service, (head(method, path, len(body)) + body).encode())
    status = int(told.split()[1])
    assert status < 500, told
    assert b"root:" not in found
    if status != 200:
        assert json.loads(found)["errors"][0]["message"]
    else:
        assert method == "POST" or path.startswith(("/v1/catalog", "http://")), told


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "TRACE", "CONNECT", "OPTIONS", "HEAD", "PROPFIND", "get", "X" * 1000, "\x00"]
)
def test_methods(service: Service, method: str) -> None:
    told, _ = raw(service, head(method, "/v1/estimate").encode())
    assert int(told.split()[1]) in {400, 404, 405, 431}, told


@pytest.mark.parametrize("token", WRONG)
@pytest.mark.parametrize("path", ["/v1/estimate", "/v1/jobs", "/v1/nothing", "/openapi.json", "/metrics", "/"])
def test_a_token_that_is_wrong_by_a_byte(service: Service, token: str, path: str) -> None:
    told, found = raw(service, (head("POST", path, 2, token) + "{}").encode())
    assert int(told.split()[1]) == 401, told
    assert b"www-authenticate: Bearer" in told
    assert json.loads(found)["errors"][0]["field"] == "authorization"
    assert TOKEN.encode() not in found


@pytest.mark.parametrize(
    "shown",
    [
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer{TOKEN}",
        f"Bearer {TOKEN} {TOKEN}",
        f"bearer\t{TOKEN}",
        f"Bearer {TOKEN}\r\nauthorization: Bearer x",
    ],
)
def test_a_token_that_is_shown_otherwise(service: Service, shown: str) -> None:
    told, _ = raw(service, head("POST", "/v1/estimate").replace(f"Bearer {TOKEN}", shown).encode())
    assert int(told.split()[1]) == 401, told


@pytest.mark.parametrize("name", A_YEAR)
def test_a_question_that_would_take_a_year(service: Service, name: str) -> None:
    question, spec, options = A_YEAR[name]
    start = time.monotonic()
    reply = ask(service, {"spec": spec, "options": options}, question)
    assert time.monotonic() - start < SOON
    if reply.status != 200:  # some machines answer it
        refused(reply, 413, 422, 429)


def test_a_job_that_would_take_a_year(service: Service) -> None:
    question, spec, _ = A_YEAR["a sum of all"]
    job = service.ask("POST", "/v1/jobs", {"question": question, "spec": spec}, **SHOWN).json
    deadline = time.monotonic() + SOON
    while job["state"] in {"queued", "running"}:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        job = service.ask("GET", f"/v1/jobs/{job['id']}", **SHOWN).json
    assert job["state"] == "done" or job["errors"][0]["field"] == "seconds"


def test_two_hundred_clients_at_once(service: Service) -> None:
    """Questions beyond the queue are refused with the time to wait; none is lost, none fails."""

    def client(number: int) -> list[int]:
        spec = {"fixed": {**RUN, "chips": 8 + number}}
        return [ask(service, {"spec": spec, "options": {"no_intervals": True}}).status for _ in range(5)]

    with ThreadPoolExecutor(200) as pool:
        found = [status for several in pool.map(client, range(200)) for status in several]
    assert len(found) == 1000
    assert set(found) <= {200, 429}
    assert found.count(200) >= 100


def test_slow_bodies_of_many(service: Service) -> None:
    """A hundred connections that send a byte now and then keep nobody else from being answered."""
    with contextlib.ExitStack() as stack:
        several = [stack.enter_context(service.connect()) for _ in range(100)]
        for one in several:
            one.sendall(head("POST", "/v1/estimate", 1000).encode())
        start, waits = time.monotonic(), []
        while time.monotonic() - start < 3:
            for one in several:
                with contextlib.suppress(ConnectionError):
                    one.sendall(b" ")
            asked = time.monotonic()
            assert ask(service, ASKED).status == 200
            waits.append(time.monotonic() - asked)
        assert max(waits) < 3
        assert all(b"408" in one.recv(100).partition(b"\r\n")[0] for one in several)


CHUNKS = (
    b"1\r\nx\r\n", b"8000\r\n" + b" " * 0x8000 + b"\r\n", b"1;" + b"e" * 1000 + b"\r\nx\r\n", b"0" * 1000,
)  # fmt: skip


@pytest.mark.parametrize("piece", CHUNKS)
def test_chunks_without_end(service: Service, piece: bytes) -> None:
    start = time.monotonic()
    chunked = head("POST", "/v1/estimate", more="transfer-encoding: chunked\r\n").replace("content-length: 0\r\n", "")
    with service.connect() as one, contextlib.suppress(ConnectionError):
        one.sendall(chunked.encode())
        while time.monotonic() - start < SOON:
            one.sendall(piece * 20)
            time.sleep(0.001)
    assert time.monotonic() - start < SOON


@pytest.mark.parametrize("piece", [b"x: y\r\n", b"x-%d: " + b"z" * 900 + b"\r\n", b"a" * 1000, b"\r\n", b": \r\n"])
def test_headers_without_end(service: Service, piece: bytes) -> None:
    start, sent = time.monotonic(), 0
    with service.connect() as one, contextlib.suppress(ConnectionError):
        one.sendall(b"POST /v1/estimate HTTP/1.1\r\nhost: localhost\r\n" if piece != b"\r\n" else b"")
        while time.monotonic() - start < SOON and sent < 50 * MIB:
            sent += len(piece) * 50
            one.sendall(piece * 50)
    assert time.monotonic() - start < SOON
    assert sent < 50 * MIB


@pytest.mark.parametrize("question", ["estimate", "top"])
@pytest.mark.parametrize("name", FILES)
def test_no_file_is_named(service: Service, tmp_path: Path, name: str, question: str) -> None:
    """A file that is there makes no difference, and none is made."""
    path = tmp_path / "book.csv"
    asked = json.dumps(FILES[name]).replace("FILE", str(path)).encode()
    path.write_text("chips,mfu\n8,0.4242\n")
    there = ask(service, asked, question)
    refused(there)
    assert b"0.4242" not in there.body
    path.unlink()
    assert ask(service, asked, question).body == there.body
    assert not [*tmp_path.iterdir()]


def test_labels_that_are_formulas_stay_text(service: Service) -> None:
    spec = {"fixed": RUN | {"chips": 64}, "zip": {"id": FORMULAS, "mfu": [0.3] * len(FORMULAS)}, "carry": ["id"]}
    reply = ask(service, {"spec": spec, "options": {"k": 20}}, "top")
    assert [row["id"] for row in reply.json["rows"]] == FORMULAS
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    for text in FORMULAS:
        refused(ask(service, {"spec": {"fixed": {**RUN, "hardware": text}}}))
        refused(ask(service, {"spec": {"fixed": {**RUN, text: 1}}}))


def test_a_client_that_goes_leaves_nothing_running(service: Service) -> None:
    """Forty questions whose clients leave at once do not keep the next one waiting."""
    question, spec, _ = A_YEAR["a sum of all"]
    body = json.dumps({"spec": spec}).encode()
    for _ in range(40):
        with service.connect() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            one.sendall(head("POST", f"/v1/{question}", len(body)).encode() + body)
    start = time.monotonic()
    assert ask(service, ASKED).status == 200
    assert time.monotonic() - start < SOON


def test_questions_at_once_do_not_mix(service: Service) -> None:
    """Good and bad ones, in threads: each gets its own answer."""

    def client(number: int) -> bool:
        run = {**RUN, "chips": -number if number % 2 else 8 + number}
        found = ask(service, {"spec": {"fixed": run}, "options": {"no_intervals": True}}).json
        told = float(found["errors"][0]["value"]) if number % 2 else found["inputs"]["chips"]
        return bool(told == run["chips"])

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(client, range(100)))


def test_the_same_again_takes_no_more_memory(service: Service) -> None:
    def round_of_all() -> int:
        for body in BODIES.values():
            ask(service, body, "top")
        return memory(service, "VmRSS")

    first = round_of_all()
    assert round_of_all() - first < 64 * MIB
