"""Counts as Prometheus reads them, and a log that keeps what clients send to itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from services import Service, small, wait_for

TOKEN = "0123456789-abc.def_ghi~jkl+mno/pqr=="  # noqa: S105 - of no service
PRICE = 1.23456789


@pytest.fixture(scope="module")
def asked() -> Iterator[Service]:
    """Two workers that were asked a number of things."""
    with small(workers=2, token=TOKEN) as service:
        shown = {"Authorization": f"Bearer {TOKEN}"}
        for i in range(8):
            headers = {**shown, "X-Request-Id": f"mine-{i}"}
            found = service.ask("POST", f"/v1/echo?price={PRICE}", {"price": PRICE}, **headers)
            assert found.headers["x-request-id"] == f"mine-{i}"
        service.ask("POST", "/v1/fail", {"price": PRICE}, **shown)
        service.ask("POST", f"/v1/unknown-{PRICE}/{TOKEN}", {"price": PRICE}, **shown)
        service.ask("POST", "/v1/echo", {"price": PRICE}, Authorization=f"Bearer {TOKEN}x")
        service.ask("POST", "/v1/echo", b" " * 200_000, **shown)
        asked = {"question": "echo", "options": {"price": PRICE}}
        job = service.ask("POST", "/v1/jobs", asked, **shown).headers["location"]
        wait_for(lambda: service.ask("GET", job, **shown).json["state"] == "done")
        yield service


def samples(service: Service) -> dict[str, list[Any]]:
    found = service.ask("GET", "/metrics", Authorization=f"Bearer {TOKEN}")
    assert found.headers["content-type"].startswith("text/plain; version=0.0.4")
    by_name: dict[str, list[Any]] = {}
    for family in text_string_to_metric_families(found.body.decode()):
        assert family.documentation
        assert family.type in {"counter", "gauge", "histogram"}
        for sample in family.samples:
            by_name.setdefault(sample.name, []).append(sample)
    return by_name


def total(found: list[Any], **labels: str) -> float:
    return sum(one.value for one in found if labels.items() <= one.labels.items())


def test_whoever_is_asked_tells_the_counts_of_all(asked: Service) -> None:
    for _ in range(4):
        found = samples(asked)
        assert {one.labels["worker"] for one in found["gigacost_info"]} == {"0", "1"}
        assert total(found["gigacost_requests_total"], operation="echo", status="200") == 8
        assert total(found["gigacost_requests_total"], operation="fail", status="500") == 1
        assert total(found["gigacost_requests_total"], operation="other", status="404") == 1
        assert total(found["gigacost_requests_total"], status="401") == 1
        assert total(found["gigacost_refused_total"], reason="token") == 1
        assert total(found["gigacost_refused_total"], reason="body") == 1
        assert total(found["gigacost_combinations_total"]) == 24
        assert total(found["gigacost_jobs"], state="done") == 1
        assert total(found["gigacost_jobs_total"], state="done") == 1
        assert total(found["gigacost_requests_in_flight"]) == 1  # this one
        assert total(found["process_resident_memory_bytes"]) > 1e7


def test_the_classes_of_seconds_add_up(asked: Service) -> None:
    found = samples(asked)
    for worker in "01":
        classes = [one for one in found["gigacost_request_seconds_bucket"]
                   if one.labels["operation"] == "echo" and one.labels["worker"] == worker]  # fmt: skip
        values = [one.value for one in classes]
        assert values == sorted(values)
        assert classes[-1].labels["le"] == "+Inf"
        assert values[-1] == total(found["gigacost_request_seconds_count"], operation="echo", worker=worker)
        assert values[-1] == total(found["gigacost_requests_total"], operation="echo", worker=worker)
    assert total(found["gigacost_request_seconds_sum"], operation="echo") > 0


def test_names_of_labels_are_few_whatever_is_asked(asked: Service) -> None:
    known = {"echo", "fail", "other", "jobs", "metrics"}
    assert {one.labels["operation"] for one in samples(asked)["gigacost_requests_total"]} <= known


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "<script>", "é", "a;b"])
def test_a_request_id_that_is_no_name_is_replaced(asked: Service, given: str) -> None:
    found = asked.ask("GET", "/healthz", X_Request_Id=given).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", found)


def test_the_log_is_a_line_for_each_request(asked: Service) -> None:
    lines = asked.lines("request")
    (mine,) = [line for line in lines if line["id"] == "mine-3"]
    assert set(mine) == {
        "time", "event", "pid", "id", "method", "operation", "status", "seconds", "bytes", "client", "worker",
    }  # fmt: skip
    assert (mine["method"], mine["operation"], mine["status"]) == ("POST", "echo", 200)
    assert mine["bytes"] == len(json.dumps({"price": PRICE}))
    (wrong,) = [line for line in lines if line.get("refused") == "token"]
    assert wrong["status"] == 401
    (failure,) = asked.lines("failure")
    assert failure["error"] == "ValueError"
    assert failure["where"][-1].endswith(" app")


def test_the_log_has_no_token_and_no_value(asked: Service) -> None:
    for secret in (TOKEN, str(PRICE), "price", "unknown"):
        assert secret not in asked.err
    job = next(line for line in asked.lines("request") if line["operation"] == "jobs")
    assert "job" not in job


def test_no_line_for_each_request_where_none_is_wanted() -> None:
    with small(access_log=False) as service:
        assert service.ask("POST", "/v1/echo", {}).status == 200
        service.stop()
        assert [json.loads(line)["event"] for line in service.err.splitlines()] == ["ready", "stopped"]
