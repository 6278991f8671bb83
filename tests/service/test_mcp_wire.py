"""What comes over the wire, and is no conversation: the server says what is wrong and stays, or ends when it should."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from mcp_peers import COMMAND, INITIALIZE, OPENING, PACKAGE, request, said, send, started

DESIGN = {"hardware": "h100-sxm", "chips": 1024, "params": "13B", "tokens": "1T"}
LONG = {
    "name": "top",
    "arguments": {"hardware": "h100-sxm", "params": "1B..99B:9000", "chips": "8..80000:10000:linear:8", "tokens": "1T"},
}
"""Ninety million designs, of which the cheapest is asked for."""
PING = request("ping", "last")
PONG = {"jsonrpc": "2.0", "id": "last", "result": {}}


def error(answer: dict[str, Any]) -> tuple[int, str]:
    assert "\n" not in answer["error"]["message"]
    return answer["error"]["code"], answer["error"]["message"]


def test_lines_that_are_no_messages_are_answered_and_survived() -> None:
    bad = [
        *(b"hello", b'{"jsonrpc":', b"\xff\xfe", b"3", b"[" + PING + b"]", b"[]", b"[" * 200_000),
        *(b'{"jsonrpc":"1.0","id":7,"method":"ping"}', b'{"jsonrpc":"2.0","method":5,"id":8}'),
        *(b'{"jsonrpc":"2.0","id":null,"method":"ping"}', b'{"jsonrpc":"2.0","id":9,"method":"ping","params":[]}'),
        *(b"x" * 3_000_000, b'{"a": 1e999}', b'{"a": "\\udc00"}'),
    ]
    answers = said([*bad, b"", b"   ", *OPENING, PING])
    *faults, opened, last = answers
    assert [error(one)[0] for one in faults] == [
        *([-32700] * 3 + [-32600] * 3 + [-32700]),
        *[-32600, -32600, -32600, -32602],
        *[-32600, -32700, -32700],
    ]
    assert [one["id"] for one in faults] == [None] * 7 + [7, 8, None, 9] + [None] * 3
    assert "at most 1,048,576 bytes" in error(faults[11])[1]
    assert opened["id"] == 0
    assert last == PONG


BEFORE = {
    "a": (request("tools/list", "a"), -32600, "nothing is agreed on yet; allowed: initialize first"),
    "b": (request("initialize", "b"), -32602, "params.protocolVersion: missing; allowed: a string"),
    "c": (request("initialize", "c", **INITIALIZE | {"clientInfo": {}}), -32602, "params.clientInfo.name: missing"),
}
AFTER = {
    "method": (request("tools/lst"), -32601, 'allowed: initialize, ping, .*did you mean "tools/list"?'),
    "prompts": (request("prompts/list"), -32601, 'method = "prompts/list": unknown'),
    "no name": (request("tools/call"), -32602, "params.name: missing; allowed: a string"),
    "name": (request("tools/call", name=5), -32602, "params.name = 5: of type integer; allowed: a string"),
    "arguments": (request("tools/call", name="top", arguments=[1]), -32602, "params.arguments = [1]: of type list"),
    "uri": (request("resources/read"), -32602, "params.uri: missing"),
    "page": (request("resources/read", uri="file:///etc/passwd"), -32602, "no such page"),
    "cursor": (request("tools/list", cursor=5), -32602, "params.cursor = 5"),
    "meta": (request("tools/list", _meta=5), -32602, "params._meta = 5"),
}


def test_before_anything_is_agreed_on() -> None:
    answers = said([line for line, _, _ in BEFORE.values()])
    assert {one["id"] for one in answers} == set(BEFORE)
    for one in answers:
        _, code, what = BEFORE[one["id"]]
        assert error(one)[0] == code
        assert what in error(one)[1]


def test_requests_that_are_not_as_the_protocol_has_them() -> None:
    lines = {case: line.replace(b'"id": 1', b'"id": "%s"' % case.encode()) for case, (line, _, _) in AFTER.items()}
    answers = {one["id"]: one for one in said([*OPENING, *lines.values(), PING])}
    assert answers["last"] == PONG
    for case, (_, code, what) in AFTER.items():
        assert error(answers[case])[0] == code
        assert all(part in error(answers[case])[1] for part in what.split(".*"))
        assert "pydantic" not in error(answers[case])[1]


def test_an_id_that_is_not_answered_yet_is_refused() -> None:
    call = request("tools/call", 5, **LONG)
    answers = said([*OPENING, call, call, PING])
    assert [error(one)[1] for one in answers if one["id"] is None] == [
        "id = 5: a request of this id is not answered yet"
    ]


def test_requests_that_nobody_reads_the_answers_of_wait() -> None:
    count = 500
    with started("--requests", "8") as server:
        asked = [request("tools/list", n, _meta={"of no use": "x" * 2000}) for n in range(1, count + 1)]
        sender = threading.Thread(target=send, args=(server, *asked))
        sender.start()
        time.sleep(0.5)
        assert sender.is_alive()  # the pipes are full, and nothing more is taken in
        answered = [json.loads(server.stdout.readline())["id"] for _ in range(count)]
        sender.join()
    assert sorted(answered) == list(range(1, count + 1))


def test_a_call_that_is_cancelled_is_not_answered_and_its_work_ends() -> None:
    cancel = b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}'
    with started("--at-once", "1", "--seconds", "1000") as server:
        send(server, request("tools/call", 5, **LONG))
        time.sleep(0.3)
        began = time.monotonic()
        send(server, cancel, request("tools/call", 6, name="estimate", arguments=DESIGN | {"no_intervals": True}))
        assert json.loads(server.stdout.readline())["id"] == 6
        assert time.monotonic() - began < 20


def test_progress_is_told_to_who_wants_it() -> None:
    with started("--seconds", "1000") as server:
        send(server, request("tools/call", 5, **LONG, _meta={"progressToken": "p"}))
        told = json.loads(server.stdout.readline())
        assert told["method"] == "notifications/progress"
        assert told["params"]["progressToken"] == "p"
        assert 0 < told["params"]["progress"] <= told["params"]["total"] == 90_000_000


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_it_at_once_whatever_it_does(number: int, code: int) -> None:
    with started("--seconds", "1000") as server:
        send(server, request("tools/call", 5, **LONG))
        time.sleep(0.3)
        server.send_signal(number)
        assert server.wait(10) == code
        assert server.stderr.read() == b""


def test_it_ends_when_nobody_reads() -> None:
    with started() as server:
        server.stdout.close()
        send(server, PING)
        assert server.wait(10) == 0
        assert server.stderr.read() == b""


def test_it_ends_with_its_input_and_answers_what_is_quick() -> None:
    call = request("tools/call", 5, name="estimate", arguments=DESIGN | {"no_intervals": True})
    answers = said([*OPENING, call], "--stop-seconds", "20")
    assert [one["id"] for one in answers] == [0, 5]
    began = time.monotonic()
    answers = said([*OPENING, request("tools/call", 5, **LONG)], "--stop-seconds", "0.1", "--seconds", "1000")
    assert "error" in answers[1]
    assert time.monotonic() - began < 20


def test_what_is_printed_by_mistake_is_not_on_the_wire() -> None:
    code = (
        "import os, sys; from gigacost.service.mcp.lines import claimed, write\n"
        "with claimed() as (inward, outward):\n"
        "    print('by mistake'); os.system('echo by a child'); assert not sys.stdin.read(); write(outward, b'wire')\n"
        "print('after')"
    )
    done = subprocess.run([sys.executable, "-c", code], input=b"unread", capture_output=True, check=True)
    assert done.stdout == b"wireafter\n"
    assert sorted(done.stderr.splitlines()) == [b"by a child", b"by mistake"]


def test_who_starts_it_by_hand_is_told_what_it_waits_for() -> None:
    ours, theirs = os.openpty()
    try:
        with subprocess.Popen(COMMAND, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
            assert server.stderr.readline() == (
                b"note: a client is waited for, which speaks the protocol; Ctrl-D ends it\n"
            )
            os.write(ours, b"\x04")
            assert server.wait(10) == 0
            assert server.stdout.read() == b""
    finally:
        os.close(ours)
        os.close(theirs)


def test_without_the_library_it_says_what_to_install(tmp_path: Any) -> None:
    code = "import sys; sys.modules['mcp'] = None; from gigacost.cli import main; main(['mcp'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == b"error: mcp: mcp is not installed; allowed: pip install 'gigacost[mcp]'\n"
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--catalog", "x"], b'--catalog = "x": not a name and a file; allowed: NAME=FILE'),
        (["--catalog", "x=nowhere.toml"], b"nowhere.toml"),
        (["--rows", "0"], b'--rows = "0": out of range; allowed: >= 1'),
        (["--at-once", "many"], b'--at-once = "many": not a whole number'),
        (["extra"], b"unexpected extra argument"),
    ],
)
def test_bad_options_are_one_line(options: list[str], what: bytes) -> None:
    environment = os.environ | {"PYTHONPATH": PACKAGE}
    done = subprocess.run([*COMMAND, *options], env=environment, input=b"", capture_output=True, check=False)
    assert done.returncode == 2
    assert what in done.stderr
    assert done.stderr.count(b"\n") == 1
