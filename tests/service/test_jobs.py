"""Jobs: taken, followed, cancelled, forgotten; by whichever worker is asked."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from services import Service, small, wait_for


@pytest.fixture(scope="module")
def pair() -> Iterator[Service]:
    with small(workers=2, jobs=3, jobs_at_once=2, job_expiry=600) as service:
        yield service


def start(service: Service, question: str = "wait", **asked: object) -> str:
    found = service.ask("POST", "/v1/jobs", {"question": question, "options": asked})
    assert found.status == 202, found.body
    assert found.headers["location"] == f"/v1/jobs/{found.json['id']}"
    return found.headers["location"]


def ended(service: Service, place: str) -> dict[str, object]:
    def document() -> dict[str, object] | None:
        found = service.ask("GET", place).json
        return found if found["state"] not in {"queued", "running"} else None

    return dict(wait_for(document))


def listened(service: Service, method: str, path: str, body: bytes = b"", until: bytes = b"") -> bytes:
    """What comes until some text, or until the end."""
    with service.connect() as one:
        one.sendall(
            f"{method} {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nconnection: close\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n".encode()
            + body
        )
        found = b""
        while (piece := one.recv(65536)) and not (until and until in found):
            found += piece
        return found


def test_each_worker_knows_each_job(pair: Service) -> None:
    place = start(pair, steps=12)
    states = [pair.ask("GET", place) for _ in range(20)]
    assert {found.status for found in states} == {200}
    assert ended(pair, place)["answer"] == {"steps": 12}
    assert {line["worker"] for line in pair.lines("request")[-20:]} == {"0", "1"}


def test_a_job_tells_how_far_it_is_and_what_came_of_it(pair: Service) -> None:
    place = start(pair, steps=8)
    for _ in range(4):  # by both workers, and after a disconnect
        assert b"event: progress" in listened(pair, "GET", f"{place}/events", until=b"event: progress")
    whole = listened(pair, "GET", f"{place}/events")
    names = [line.removeprefix(b"event: ") for line in whole.splitlines() if line.startswith(b"event: ")]
    assert names[-1] == b"done"
    (data,) = [line for line in whole.splitlines() if b'"done"' in line and b"answer" in line]
    document = json.loads(data.removeprefix(b"data: "))
    assert document["answer"] == {"steps": 8}
    assert document["id"] == place.rpartition("/")[2]
    # Who comes late hears the end at once.
    assert b"event: done" in listened(pair, "GET", f"{place}/events")


def test_a_job_that_fails_says_why(pair: Service) -> None:
    document = ended(pair, start(pair, "fail", spec={"fixed": {"secret": 1}}))
    assert document["state"] == "failed"
    assert "answer" not in document
    assert "secret" not in pair.err


def test_a_job_that_is_cancelled_stops(pair: Service) -> None:
    for _ in range(2):
        place = start(pair, steps=10_000)
        wait_for(lambda place=place: pair.ask("GET", place).json["state"] == "running")
        assert pair.ask("DELETE", place).json["state"] == "cancelled"
        assert pair.ask("GET", place).json["state"] == "cancelled"
        assert pair.ask("DELETE", place).json["state"] == "cancelled"
        assert b"event: cancelled" in listened(pair, "GET", f"{place}/events")


def test_a_job_that_has_ended_is_not_cancelled(pair: Service) -> None:
    place = start(pair, "echo", x=1)
    assert ended(pair, place)["answer"] == {"x": 1}
    assert pair.ask("DELETE", place).json["state"] == "done"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v1/jobs/0-AAAAAAAAAAAAAAAAAAAAAAAA", "GET", 404),
        ("/v1/jobs/1-AAAAAAAAAAAAAAAAAAAAAAAA/events", "GET", 404),
        ("/v1/jobs/7-AAAAAAAAAAAAAAAAAAAAAAAA", "DELETE", 404),
        ("/v1/jobs/", "GET", 404),
        ("/v1/jobs/../../etc/passwd", "GET", 404),
        ("/v1/jobs", "GET", 405),
        ("/v1/jobs/0-AAAAAAAAAAAAAAAAAAAAAAAA", "POST", 405),
        ("/v1/jobs/0-AAAAAAAAAAAAAAAAAAAAAAAA/events", "DELETE", 405),
    ],
)
def test_what_is_no_job_is_said(pair: Service, path: str, method: str, status: int) -> None:
    found = pair.ask(method, path)
    assert found.status == status
    assert set(found.json["errors"][0]) == {"field", "value", "message", "allowed"}
    assert (status == 405) == ("allow" in found.headers)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"), (b"[]", "body"), (b"{", "body"), (b"[" * 90_000, "body"), (b"\xff", "body"),
        (b"{}", "question"), (b'{"question": 3}', "question"), (b'{"question": "jobs"}', "question"),
        (b'{"question": "../echo"}', "question"),
        (b'{"question": "echo", "x": NaN}', "body"), (b'{"question": "echo", "options": {"x": 1e999}}', "body"),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused(pair: Service, body: bytes, field: str) -> None:
    found = pair.ask("POST", "/v1/jobs", body)
    status = 400 if field == "body" else 422
    assert (found.status, found.json["errors"][0]["field"]) == (status, field)


def test_ids_cannot_be_guessed(pair: Service) -> None:
    names = {start(pair, "echo").partition("-")[2] for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) >= 22 for name in names)  # 128 bits and more


def test_there_are_no_more_jobs_than_allowed_and_they_are_forgotten() -> None:
    with small(jobs=2, jobs_at_once=1, jobs_kept=2, job_expiry=1) as service:
        first, second = start(service, steps=10_000), start(service, "echo")
        refused = service.ask("POST", "/v1/jobs", {"question": "echo"})
        assert (refused.status, refused.json["errors"][0]["field"]) == (429, "jobs")
        assert refused.json["errors"][0]["allowed"] == "<= 2"
        assert int(refused.headers["retry-after"]) >= 1
        assert service.ask("GET", second).json["state"] == "queued"
        assert service.ask("DELETE", second).json["state"] == "cancelled"
        assert service.ask("DELETE", first).json["state"] == "cancelled"
        places = []
        for _ in range(3):
            places.append(start(service, "echo"))
            ended(service, places[-1])
        assert service.ask("GET", places[0]).status == 404  # two are kept
        assert service.ask("GET", places[2]).json["expires_in"] <= 1
        wait_for(lambda: service.ask("GET", places[2]).status == 404)


def test_answers_that_are_kept_are_no_larger_together_than_allowed() -> None:
    with small(jobs_bytes=25_000) as service:
        places = []
        for _ in range(4):
            places.append(start(service, "echo", text="a" * 10_000))
            wait_for(lambda: f'jobs_total{{worker="0",state="done"}} {len(places)}' in metrics(service))
        assert [service.ask("GET", place).status for place in places] == [404, 404, 200, 200]


def test_an_answer_as_events_ends_when_its_client_leaves() -> None:
    with small() as service:
        whole = listened(service, "POST", "/v1/wait", b'{"steps": 4}')
        assert whole.count(b"event: progress") >= 2
        assert b'"answer":{"steps": 4}' in whole
        assert b"event: progress" in listened(service, "POST", "/v1/wait", b'{"steps": 600}', b"event: progress")
        wait_for(lambda: 'gigacost_jobs_total{worker="0",state="cancelled"} 1' in metrics(service))
        assert b"event: failed" in listened(service, "POST", "/v1/fail", b"{}")
        refused = listened(service, "POST", "/v1/nothing", b"{}")
        assert refused.startswith(b"HTTP/1.1 404")


def metrics(service: Service) -> str:
    return service.ask("GET", "/metrics").body.decode()


def test_jobs_that_nobody_follows_end_with_the_service_at_once() -> None:
    with small(stop_seconds=30) as service:
        start(service, steps=10_000)
        wait_for(lambda: 'state="running"} 1' in metrics(service))
        assert service.stop() == 143
        assert "Traceback" not in service.err


def test_a_job_that_is_followed_has_its_time() -> None:
    with small(stop_seconds=30) as service:
        place = start(service, steps=15)
        with service.connect() as one:
            one.sendall(f"GET {place}/events HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
            assert one.recv(65536)
            service.process.terminate()
            assert service.process.wait(20) == 143
            one.settimeout(1)
            assert b"event: done" in everything(one)


def everything(one: socket.socket) -> bytes:
    found = b""
    while piece := one.recv(65536):
        found += piece
    return found


@pytest.mark.parametrize(
    "body", [b"[" * 976 + b"]" * 976, b'{"spec": ' * 976 + b"1" + b"}" * 976, b'{"a": 1, "a": 2}', b"NaN"]
)
def test_a_body_that_is_no_plain_json_starts_no_job(pair: Service, body: bytes) -> None:
    found = pair.ask("POST", "/v1/jobs", body)
    assert found.status == 400
    assert json.loads(found.body)["errors"][0]["field"]


def test_a_page_of_another_site_starts_nothing(pair: Service) -> None:
    body = json.dumps({"question": "wait", "steps": 0}).encode()
    assert pair.ask("POST", "/v1/jobs", body, content_type="text/plain").status == 415
    found = pair.ask("POST", "/v1/wait", body, content_type="text/plain", accept="text/event-stream")
    assert found.headers["content-type"] != "text/event-stream"
