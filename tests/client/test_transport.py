"""Between a client and a service: connections, tokens, patience, and what is said when it goes wrong."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from stub_service import Answer, Request, answering

import gigacost
from gigacost.client import Client, ServiceError, ServiceTimeoutError
from gigacost.client.address import read_address

COUNT = {"combinations": 4, "count": 3, "share": 0.75, "meta": {"combinations": 4}}
SWEEP: dict[str, Any] = {"axes": {"chips": [1, 2, 4, 8]}}
FAULT = {"field": "axes.chips[0]", "value": "-1", "message": "out of range", "allowed": ">= 1"}


def ok(_: Request) -> Answer:
    return 200, {}, COUNT


def count(client: Client) -> int:
    return client.sweep(**SWEEP).count()


def test_questions_share_a_connection() -> None:
    with answering(ok) as stub, Client(stub.url) as client:
        assert [count(client) for _ in range(5)] == [3] * 5
    assert len({one.connection for one in stub.requests}) == 1
    assert [one.path for one in stub.requests] == ["/v1/count"] * 5
    assert stub.requests[0].json["spec"]["axes"] == SWEEP["axes"]


def test_threads_share_a_client() -> None:
    def echo(asked: Request) -> Answer:
        time.sleep(0.01)
        return 200, {}, {**COUNT, "count": asked.json["spec"]["fixed"]["params"]}

    with answering(echo) as stub, Client(stub.url) as client, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: client.sweep(fixed={"params": i}).count(), range(200)))
    assert found == list(range(200))
    assert len({one.connection for one in stub.requests}) <= 8


def test_a_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    with answering(lambda _: (200, {"Connection": "hang up"}, COUNT)) as stub, Client(stub.url) as client:
        assert [count(client) for _ in range(3)] == [3, 3, 3]
    assert len({one.connection for one in stub.requests}) == 3


def test_a_token_is_shown_and_is_in_no_text() -> None:
    with answering(ok) as stub, Client(stub.url, "s3cret") as client:
        count(client)
        assert "s3cret" not in repr(client) + repr(vars(client))
    assert stub.requests[0].headers["authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: 1", "geheimß"])
def test_a_token_that_no_header_can_hold_is_refused_without_being_said(token: str) -> None:
    with pytest.raises(gigacost.SpecError) as caught:
        Client("http://127.0.0.1:1", token)
    assert caught.value.field == "token"
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:80", "ftp://a", "http://", "http://a:b", "http://a:99999", "http://ä", "http://a/?b", "http://a/#b"]
)  # fmt: skip
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(gigacost.SpecError) as caught:
        Client(url)
    assert caught.value.field == "url"


def test_a_password_in_a_url_is_refused_without_being_said() -> None:
    with pytest.raises(gigacost.SpecError) as caught:
        Client("http://me:hunter2@costs.example")
    assert "hunter2" not in str(caught.value)


def test_faults_are_the_package_s_error() -> None:
    with (
        answering(lambda _: (422, {}, {"errors": [FAULT, {**FAULT, "field": "x"}]})) as stub,
        Client(stub.url) as client,
        pytest.raises(gigacost.SpecError) as caught,
    ):
        count(client)
    assert [fault.field for fault in caught.value.faults] == ["axes.chips[0]", "x"]
    assert str(caught.value).splitlines()[0] == "axes.chips[0] = -1: out of range; allowed: >= 1"


def test_a_busy_service_is_asked_again_after_the_time_it_says() -> None:
    answers = iter([(429, {"Retry-After": "0"}, {"errors": [FAULT]})] * 3 + [(200, {}, COUNT)])
    with answering(lambda _: next(answers)) as stub, Client(stub.url) as client:
        assert count(client) == 3
    assert len(stub.requests) == 4


@pytest.mark.parametrize(("status", "wait", "asked"), [(429, "0", 3), (503, "3600", 1)])
def test_patience_ends(status: int, wait: str, asked: int) -> None:
    with answering(lambda _: (status, {"Retry-After": wait}, {"errors": [FAULT]})) as stub:
        client = Client(stub.url, retries=2)
        with pytest.raises(ServiceError, match=str(status)) as caught:
            count(client)
        client.close()
    assert len(stub.requests) == asked
    assert caught.value.status == status


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_other_answers_are_an_error_of_one_line_with_the_request_s_id(status: int) -> None:
    with (
        answering(lambda _: (status, {"X-Request-Id": "abc"}, {"errors": [FAULT]})) as stub,
        Client(stub.url) as client,
        pytest.raises(ServiceError) as caught,
    ):
        count(client)
    assert len(stub.requests) == 1
    assert (caught.value.status, caught.value.request_id) == (status, "abc")
    assert str(caught.value) == f"{stub.url}: answered {status}: {_said(FAULT)} (request abc)"


def _said(fault: dict[str, str]) -> str:
    return f"{fault['field']} = {fault['value']}: {fault['message']}; allowed: {fault['allowed']}"


def test_what_is_no_answer_of_ours_is_an_error_of_one_line() -> None:
    for answer in [(200, {}, b"<html>"), (502, {}, b"<html>\n\x1b[31m"), (422, {}, [1]), (200, {}, b"[" * 100_000)]:
        with (
            answering(lambda _, answer=answer: answer) as stub,
            Client(stub.url) as client,
            pytest.raises(ServiceError) as caught,
        ):
            count(client)
        assert "\n" not in str(caught.value)
        assert str(answer[0]) in str(caught.value)


def test_an_answer_that_breaks_off_is_an_error() -> None:
    with (
        answering(lambda _: (200, {"Content-Length": "100", "Connection": "hang up"}, b"{")) as stub,
        Client(stub.url) as client,
        pytest.raises(ServiceError, match="Incomplete"),
    ):
        count(client)


def test_nobody_there_is_an_error_of_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(ServiceError, match=f"http://127.0.0.1:{port}: cannot be reached: Connection refused"):
        count(Client(f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize("dripping", [False, True])
def test_an_answer_that_does_not_come_in_time_is_an_error_of_one_line(dripping: bool) -> None:  # noqa: FBT001
    """One that comes byte by byte does not either."""
    ended = threading.Event()

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            if dripping:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not ended.wait(0.05):
                if dripping:
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        start = time.monotonic()
        try:
            with pytest.raises(ServiceTimeoutError, match=r"no answer within 0\.3 s") as caught:
                count(Client(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.3))
        finally:
            ended.set()
            thread.join()
    assert time.monotonic() - start < 3
    assert isinstance(caught.value, TimeoutError)


def test_answers_that_are_kept_are_asked_for_by_their_tag() -> None:
    def tagged(asked: Request) -> Answer:
        if asked.headers.get("if-none-match") == '"a"':
            return 304, {"ETag": '"a"'}, b""
        return 200, {"ETag": '"a"'}, COUNT

    with answering(tagged) as stub, Client(stub.url, answers_kept=1) as client:
        assert [count(client), count(client)] == [3, 3]
        assert client.sweep(fixed={"params": 1}).count() == 3
        assert count(client) == 3
    assert [one.headers.get("if-none-match") for one in stub.requests] == [None, '"a"', None, None]


def test_this_machine_is_asked_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:word@proxy.example:3128")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    for own in ("http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost", "https://127.1.2.3"):
        assert read_address(own).proxy is None
    other = read_address("http://costs.example/api/")
    assert (other.proxy, other.target("/v1/top")) == (
        "http://user:word@proxy.example:3128",
        "http://costs.example:80/api/v1/top",
    )
    assert other.headers == {"Proxy-Authorization": "Basic dXNlcjp3b3Jk"}
    assert read_address("https://costs.example").target("/v1/top") == "/v1/top"
    assert read_address("http://costs.example", "").proxy is None


def test_a_service_may_lie_below_a_path() -> None:
    with answering(ok) as stub, Client(f"{stub.url}/costs/") as client:
        assert count(client) == 3
    assert stub.requests[0].path == "/costs/v1/count"
