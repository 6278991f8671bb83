"""What nobody should send: each is refused in the documented form, soon, and costs the service next to nothing."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from services import Reply, Service, started_service

TOKEN = "correct-horse-battery-staple"
SHOWN = {"authorization": f"Bearer {TOKEN}", "content_type": "application/json"}
RUN = {"params": "13B", "tokens": "2T", "hardware": "h100-sxm", "chips": 512}
ASKED = {"spec": {"fixed": RUN}, "options": {"no_intervals": True}}
LIMITS = (
    "--seconds=2", "--body-seconds=2", "--header-seconds=2", "--combinations=10000000", "--connections=300",
    "--job-seconds=2", "--threads=1",
)  # fmt: skip
SOON = 15.0
"""Seconds in which anything is answered on a busy machine: far more than any limit, far less than a hang."""
MIB = 2**20
MORE = 300 * MIB
"""Memory that a refusal may take, at most, for as long as it lasts."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with started_service(*LIMITS, token=TOKEN) as service:
        assert ask(service, ASKED).status == 200  # the model is there now
        before = memory(service, "VmRSS")
        yield service
        assert ask(service, ASKED).status == 200
        assert memory(service, "VmRSS") - before < 150 * MIB  # after all of it
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


def memory(service: Service, what: str) -> int:
    """Bytes that the service has (``VmRSS``), or had at most (``VmHWM``)."""
    lines = Path(f"/proc/{service.pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def ask(service: Service, asked: object, question: str = "estimate", **headers: str) -> Reply:
    return service.ask("POST", f"/v1/{question}", asked, **{**SHOWN, **headers})


def refused(reply: Reply, *statuses: int) -> list[dict[str, str]]:
    """The faults of a refusal in the documented form."""
    assert reply.status in (statuses or (400, 422)), reply.body[:500]
    assert reply.headers["content-type"] == "application/json"
    errors = reply.json["errors"]
    assert errors
    for one in errors:
        assert one.keys() - {"hint"} == {"field", "value", "message", "allowed"}
        assert all(isinstance(text, str) and text.isprintable() for text in one.values())
        assert one["message"]
    assert len(reply.body) < 64 * 1024
    found: list[dict[str, str]] = errors
    return found


BODIES = {
    "empty": b"",
    "blank": b" \n ",
    "brackets": b"[" * 100_000,
    "braces": b'{"spec":' * 100_000,
    "closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "a deep specification": b'{"spec":{"fixed":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}}",
    "a deep option": b'{"options":{"where":' + b"[" * 90_000 + b"]" * 90_000 + b"}}",
    "a list": b"[]",
    "a text": b'"estimate"',
    "a number": b"1",
    "null": b"null",
    "cut": b'{"spec": {"fixed": {"chips": 1',
    "two": b"{}{}",
    "NaN": b'{"spec":{"fixed":{"chips":NaN}}}',
    "Infinity": b'{"spec":{"fixed":{"chips":Infinity}}}',
    "-Infinity": b'{"spec":{"fixed":{"chips":-Infinity}}}',
    "beyond floats": b'{"spec":{"fixed":{"chips":1e400}}}',
    "a huge integer": b'{"spec":{"fixed":{"chips":' + b"9" * 200_000 + b"}}}",
    "a large integer": b'{"spec":{"fixed":{"chips":' + b"9" * 4_000 + b"}}}",
    "a huge option": b'{"spec":{"fixed":{"chips":1}},"options":{"draws":' + b"9" * 4_000 + b"}}",
    "a huge fraction": b'{"spec":{"fixed":{"mfu":0.' + b"3" * 100_000 + b"1e-999999}}}",
    "a doubled key": b'{"spec":{"fixed":{"chips":1}},"spec":{"fixed":{"chips":2}}}',
    "a doubled key within": b'{"spec":{"fixed":{"chips":1,"chips":2}}}',
    "no UTF-8": b'{"spec":{"fixed":{"hardware":"\xff\xfe"}}}',
    "overlong UTF-8": b'{"spec":{"fixed":{"hardware":"\xc0\xaf"}}}',
    "UTF-16": '{"spec":{"fixed":{}}}'.encode("utf-16"),
    "half a pair": b'{"spec":{"fixed":{"hardware":"\\ud800"}}}',
    "half a pair as a key": b'{"spec":{"fixed":{"\\udfff":1}}}',
    "NUL": b'{"spec":{"fixed":{"hardware":"h100\\u0000"}}}',
    "NUL as a key": b'{"spec":{"fixed":{"\\u0000":1}}}',
    "escapes": b'{"spec":{"fixed":{"hardware":"\\u001b[31m\\u202e"}}}',
    "escapes as a key": b'{"spec":{"fixed":{"\\u001b]0;x\\u0007":1}}}',
    "many keys": json.dumps({"spec": {"fixed": {f"k{i}": i for i in range(60_000)}}}).encode(),
    "many options": json.dumps({"spec": {}, "options": {f"k{i}": i for i in range(60_000)}}).encode(),
    "a long name": json.dumps({"spec": {"fixed": {"a" * 1_000_000: 1}}}).encode(),
    "a long label": json.dumps({"spec": {"fixed": {**RUN, "hardware": "a" * 1_000_000}}}).encode(),
    "a long condition": json.dumps({"spec": {"fixed": RUN, "query": {"where": "(" * 500_000}}}).encode(),
    "a long sum": json.dumps({"spec": {"fixed": RUN, "derive": {"x": "+".join(["chips"] * 150_000)}}}).encode(),
    "a long distribution": json.dumps({"spec": {"fixed": RUN, "uncertain": {"mfu": "normal " * 100_000}}}).encode(),
    "a long list": json.dumps({"spec": {"fixed": RUN, "axes": {"chips": ["x"] * 200_000}}}).encode(),
    "spec is a list": b'{"spec":[]}',
    "options is a list": b'{"spec":{},"options":[]}',
    "axes is a text": b'{"spec":{"axes":"all"}}',
    "fixed is a number": b'{"spec":{"fixed":3}}',
    "query is null": b'{"spec":{"query":null,"fixed":null,"axes":null,"zip":null}}',
    "zip is nested": b'{"spec":{"zip":[[[[]]]]}}',
    "draws is a text": b'{"spec":{"draws":"many"}}',
    "a version of tomorrow": b'{"spec":{"version":99}}',
    "unknown keys": b'{"__proto__":{},"constructor":1,"__class__":2}',
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies(service: Service, name: str) -> None:
    start = time.monotonic()
    refused(ask(service, BODIES[name], "top"), 400, 413, 422)
    assert time.monotonic() - start < SOON


@pytest.mark.parametrize("question", ["estimate", "choose", "summary", "solve", "compare", "explain", "uncertainty"])
@pytest.mark.parametrize("name", ["closed brackets", "NaN", "a huge integer", "a large integer", "half a pair", "NUL"])
def test_bodies_of_every_kind_of_question(service: Service, question: str, name: str) -> None:
    refused(ask(service, BODIES[name], question))


@pytest.mark.parametrize(
    ("typed", "meant"), [("\u0441hips", "chips"), ("t\u03bfkens", "tokens"), ("ｃhips", "chips")]
)
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


PATHS = {
    "/v1/%2e%2e/%2e%2e/etc/passwd", "/v1/../../etc/passwd", "//v1//estimate", "/v1//estimate", "/v1/estimate/", "/v1/estimate%00",
    "/v1/estimate%2f..%2fchoose", "/v1/%65stimate/..", "/v1/catalog/..%2f..%2fetc%2fpasswd", "/v1/catalog/hardware/..%2f..",
    "/v1/catalog/%00", "/v1/catalog/hardware/%ff%fe", "/v1/catalog/hardware/" + "a" * 8000, "/v1/catalog/../healthz/..",
    "/v1/jobs/../../x", "/v1/jobs/0-" + "a" * 40, "/v1/jobs/%2e%2e", "/v1/" + "a/" * 4000, "/openapi.json/..", "/static/../x",
    "/v1/estimate;x=1", "/v1/estimate?x=" + "y" * 8000, "/\\..\\..\\windows", "/v1/ESTIMATE", "/v1/%D0%B5stimate", "*", "estimate",
    "http://other.example/v1/estimate", "http://169.254.169.254/latest/meta-data", "/v1/catalog/hardware?" + "a=b&" * 5000,
    "/v1/catalog?as_of=%00&as_of=../../x", "/v1/catalog/hardware/h100-sxm/../../..", "/.git/config", "/metrics/..%2f", "/v1/__class__",
}  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", sorted(PATHS))
def test_paths(service: Service, method: str, path: str) -> None:
    body = json.dumps(ASKED)
    request = (
        f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    )
    head, found = raw(service, request.encode())
    status = int(head.split()[1])
    assert status < 500, head
    assert b"root:" not in found
    if status not in {200, 307}:
        assert json.loads(found)["errors"][0]["message"]
    else:
        assert method == "POST" or path.startswith(("/v1/catalog", "http://")), head


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "TRACE", "CONNECT", "OPTIONS", "HEAD", "PROPFIND", "get", "X" * 1000, "\x00"]
)
def test_methods(service: Service, method: str) -> None:
    head, _ = raw(
        service,
        f"{method} /v1/estimate HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n\r\n".encode(),
    )
    assert int(head.split()[1]) in {400, 404, 405, 431}, head


def raw(service: Service, sent: bytes) -> tuple[bytes, bytes]:
    """The head and the rest of what comes back on a connection of its own."""
    with service.connect() as one:
        one.settimeout(SOON)
        with contextlib.suppress(ConnectionError):
            one.sendall(sent)
        found = b""
        with contextlib.suppress(ConnectionError):
            while piece := one.recv(65536):
                found += piece
    head, _, rest = found.partition(b"\r\n\r\n")
    return head, rest


WRONG = [
    TOKEN[:-1],
    TOKEN + "x",
    TOKEN[:-1] + "f",
    "x" + TOKEN[1:],
    TOKEN.upper(),
    "",
    " ",
    TOKEN[1:],
    "\u00e9",
    "a" * 20_000,
]


@pytest.mark.parametrize("token", WRONG)
@pytest.mark.parametrize("path", ["/v1/estimate", "/v1/jobs", "/v1/nothing", "/openapi.json", "/metrics", "/"])
def test_a_token_that_is_wrong_by_a_byte(service: Service, token: str, path: str) -> None:
    sent = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}"
    head, found = raw(service, sent.encode())
    assert int(head.split()[1]) == 401, head
    assert b"www-authenticate: Bearer" in head
    assert json.loads(found)["errors"][0]["field"] == "authorization"
    assert TOKEN.encode() not in found


@pytest.mark.parametrize(
    "authorization",
    [
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer{TOKEN}",
        f"Bearer {TOKEN} {TOKEN}",
        f"bearer\t{TOKEN}",
        f"Bearer {TOKEN}\r\nauthorization: Bearer x",
    ],
)
def test_a_token_that_is_shown_otherwise(service: Service, authorization: str) -> None:
    head, _ = raw(
        service,
        f"POST /v1/estimate HTTP/1.1\r\nhost: localhost\r\nauthorization: {authorization}\r\nconnection: close\r\n\r\n".encode(),
    )
    assert int(head.split()[1]) == 401, head


A_YEAR = {
    "a space beyond all": ("top", {"axes": {"chips": {"from": 1, "to": 1_000_000_000, "step": 1}}, "fixed": {"params": "1B"}}),
    "a product beyond 64 bits": ("count", {"axes": {n: {"from": 0.001, "to": 1, "steps": 10**9} for n in ("mfu", "pue")}}),
    "a step of nothing": ("top", {"axes": {"mfu": {"from": 0.1, "to": 1, "step": 1e-300}}}),
    "layouts of many designs": (
        "top", {"axes": {"chips": {"from": 8, "to": 100_000, "step": 1}, "model": "*", "hardware": "*"}, "fixed": {"tokens": "2T"}},
    ),
    "a search that cannot prune": (
        "summary", {"axes": {"chips": {"from": 8, "to": 100_000, "step": 1}, "mfu": {"from": 0.2, "to": 0.6, "steps": 99}},
                    "fixed": {**{k: v for k, v in RUN.items() if k != "chips"}}, "query": {"columns": ["cost_total_usd"]}},
    ),
    "a front of everything": (
        "pareto", {"axes": {"chips": {"from": 8, "to": 9_000, "step": 1}, "mfu": {"from": 0.2, "to": 0.6, "steps": 999}},
                   "fixed": {k: v for k, v in RUN.items() if k != "chips"}},
    ),
    "a group of each": (
        "summary", {"axes": {"chips": {"from": 1, "to": 900_000, "step": 1}}, "fixed": {k: v for k, v in RUN.items() if k != "chips"}},
    ),
    "draws without end": ("uncertainty", {"fixed": RUN, "draws": {"count": 4_000_000}}),
    "draws of many": (
        "top", {"axes": {"chips": {"from": 8, "to": 90_000, "step": 1}}, "fixed": {k: v for k, v in RUN.items() if k != "chips"},
                "draws": {"count": 60_000}, "uncertain": "default", "query": {"by": "p90(cost_total_usd)"}},
    ),
    "estimates of many": ("estimate", {"axes": {"chips": {"from": 1, "to": 9_999, "step": 1}}, "fixed": {k: v for k, v in RUN.items() if k != "chips"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", A_YEAR)
def test_a_question_that_would_take_a_year(service: Service, name: str) -> None:
    question, spec = A_YEAR[name]
    options = (
        {"summary": {"per": "chips"}, "top": {"by": "p90(cost_total_usd)"}}
        if name in {"a group of each", "draws of many"}
        else {}
    )
    start = time.monotonic()
    reply = ask(service, {"spec": spec, "options": options.get(question, {})}, question)
    assert time.monotonic() - start < SOON
    if reply.status != 200:  # some machines answer it
        refused(reply, 413, 422, 429)


def test_a_job_that_would_take_a_year(service: Service) -> None:
    question, spec = A_YEAR["a search that cannot prune"]
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
    head = f"POST /v1/estimate HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 1000\r\n\r\n"
    with contextlib.ExitStack() as stack:
        several = [stack.enter_context(service.connect()) for _ in range(100)]
        for one in several:
            one.sendall(head.encode())
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


@pytest.mark.parametrize(
    "piece", [b"1\r\nx\r\n", b"8000\r\n" + b" " * 0x8000 + b"\r\n", b"1;" + b"e" * 1000 + b"\r\nx\r\n", b"0" * 1000]
)
def test_chunks_without_end(service: Service, piece: bytes) -> None:
    start = time.monotonic()
    with service.connect() as one, contextlib.suppress(ConnectionError):
        one.sendall(
            b"POST /v1/estimate HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nauthorization: Bearer "
            + TOKEN.encode()
            + b"\r\n\r\n"
        )
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


FILES = {
    "a price book": {"spec": {"fixed": RUN, "catalog": "FILE"}},
    "a price book beside": {"spec": {"fixed": RUN}, "catalog": "FILE"},
    "a price book in the folder above": {"spec": {"fixed": RUN}, "catalog": "../FILE"},
    "a table": {"spec": {"fixed": RUN, "zip": "FILE"}},
    "tables": {"spec": {"fixed": RUN, "zip": ["FILE"]}},
    "a table among the axes": {"spec": {"fixed": RUN, "axes": {"x": {"zip": "FILE"}}}},
    "an axis": {"spec": {"fixed": RUN, "axes": {"mfu": "FILE"}}},
    "a preset": {"spec": {"fixed": RUN, "preset": "FILE"}},
    "a model": {"spec": {"fixed": {**RUN, "model": "FILE"}}},
    "a configuration": {"spec": {"fixed": RUN, "model_config": "FILE"}},
    "another configuration": {"spec": {"fixed": RUN, "train_config": "FILE"}},
    "an output": {"spec": {"fixed": RUN}, "options": {"output": "FILE"}},
    "an option of a book": {"spec": {"fixed": RUN}, "options": {"catalog": "FILE"}},
    "an executor": {"spec": {"fixed": RUN}, "options": {"executor": "dask://FILE"}},
    "an address": {"spec": {"fixed": RUN}, "catalog": "http://127.0.0.1:9/FILE"},
    "a distribution": {"spec": {"fixed": RUN, "uncertain": {"mfu": "empirical FILE"}}},
    "a book that names one": {"spec": {"fixed": RUN}, "catalog": {"name": "x", "include": "FILE", "base": "FILE"}},
}  # fmt: skip


@pytest.mark.parametrize("question", ["estimate", "top"])
@pytest.mark.parametrize("name", FILES)
def test_no_file_is_named(service: Service, tmp_path: Path, name: str, question: str) -> None:
    """A file that is there makes no difference, and none is made."""
    there, absent = tmp_path / "present.csv", tmp_path / "missing.csv"
    there.write_text("chips,mfu\n8,0.4242\n")
    found = []
    for path in (there, absent):
        reply = ask(service, json.dumps(FILES[name]).replace("FILE", str(path)).encode(), question)
        refused(reply)
        found.append(reply.body.replace(b"present", b"missing"))
        assert b"0.4242" not in reply.body
    assert found[0] == found[1]
    assert [one.name for one in tmp_path.iterdir()] == ["present.csv"]


FORMULAS = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "<script>alert(1)</script>",
    "{0.__class__}",
    "${HOME}",
    "'; DROP TABLE x; --",
]


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
    question, spec = A_YEAR["a search that cannot prune"]
    body = json.dumps({"spec": spec}).encode()
    head = f"POST /v1/{question} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: application/json\r\n"
    for _ in range(40):
        with service.connect() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            one.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    start = time.monotonic()
    assert ask(service, ASKED).status == 200
    assert time.monotonic() - start < SOON


def test_questions_at_once_do_not_mix(service: Service) -> None:
    """Good and bad ones, in threads: each gets its own answer."""
    wrong = threading.Event()

    def client(number: int) -> Any:
        if number % 2:
            return ask(service, {"spec": {"fixed": {**RUN, "chips": -number}}}).json["errors"][0]["value"] == str(
                -number
            )
        return (
            ask(service, {"spec": {"fixed": {**RUN, "chips": 8 + number}}, "options": {"no_intervals": True}}).json[
                "inputs"
            ]["chips"]
            == 8 + number
        )

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(client, range(100)))
    assert not wrong.is_set()
