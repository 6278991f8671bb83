"""Jobs of a client: started, watched, fetched, cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from stub_service import Answer, Request, answering

import gigacost
from gigacost.client import Client, ServiceError, ServiceTimeoutError

COUNT = {"combinations": 4, "count": 3, "share": 0.75, "meta": {"combinations": 4}}
FAULT = {"field": "fixed.chips", "value": "-1", "message": "out of range", "allowed": ">= 1"}


def stages(*states: dict[str, Any]) -> Any:
    """A service whose job is in one state after the other."""
    left = iter(states)

    def answer(asked: Request) -> Answer:
        state = {"state": "cancelled"} if asked.method == "DELETE" else next(left)
        status = 202 if asked.method == "POST" else 200
        return status, {}, {"id": "0-abc", "progress": {"done": 1, "of": 4}, **state}

    return answering(answer)


def test_a_job_is_followed_to_its_answer() -> None:
    with (
        stages(
            {"state": "queued"}, {"state": "running"}, {"state": "running"}, {"state": "done", "answer": COUNT}
        ) as stub,
        Client(stub.url) as client,
    ):
        job = client.job("count", client.sweep({"chips": [1, 2]}))
        assert job.progress == (1, 4)
        assert job.result(timeout=30) == 3
        assert job.result() == 3
    spec = {"version": 1, "axes": {"chips": [1, 2]}}
    assert stub.requests[0].json == {"question": "count", "spec": spec, "options": {}}
    assert [one.method for one in stub.requests] == ["POST", "GET", "GET", "GET"]


def test_a_job_s_faults_are_the_package_s_error() -> None:
    failed = {"state": "failed", "status": 422, "errors": [FAULT]}
    with (
        stages({"state": "queued"}, failed) as stub,
        Client(stub.url) as client,
        pytest.raises(gigacost.SpecError, match=r"^chips = -1: out of range") as caught,
    ):
        client.job("estimate", chips=-1).result()
    assert caught.value.field == "chips"


def test_a_job_without_an_answer_is_an_error_of_one_line() -> None:
    failed = {"state": "failed", "status": 500, "errors": [FAULT]}
    for end, said in ((failed, "0-abc is failed: fixed.chips"), ({"state": "cancelled"}, "0-abc is cancelled$")):
        with (
            stages({"state": "queued"}, end) as stub,
            Client(stub.url) as client,
            pytest.raises(ServiceError, match=said),
        ):
            client.job("estimate", chips=1).result()


def test_a_job_is_waited_for_as_long_as_is_said() -> None:
    with stages(*[{"state": "running"}] * 50) as stub, Client(stub.url) as client:
        job = client.job("estimate", chips=1)
        with pytest.raises(ServiceTimeoutError, match=r"job 0-abc: no answer within 0.2 s"):
            job.result(timeout=0.2)
        job.cancel()
        assert job.state == "cancelled"
        job.cancel()
    assert [one.method for one in stub.requests].count("DELETE") == 1


@pytest.mark.parametrize("question", ["answered", "job", "sweep", "close", "summry", "__class__"])
def test_what_is_no_question_is_no_job(question: str) -> None:
    with pytest.raises(gigacost.SpecError, match=r"no such question; allowed: .*summary"):
        Client("http://127.0.0.1:1").job(question)


def test_questions_of_a_sweep_want_one() -> None:
    with pytest.raises(gigacost.SpecError, match=r"client\.sweep"):
        Client("http://127.0.0.1:1").job("summary", {"chips": [1]})
